import type { Guard } from './guard';
import { literalOf, textKey, textOf, concat } from './compose-text';
import type { Resource, Stack } from './assembly';
import type { Model } from './model';
import type { Text } from './text';

/** The default bus of an account and Region, which no template makes. */
export interface DefaultBus {
  /** Id of its node. */
  readonly id: string;
  readonly arn: Text;
  readonly type: 'AWS::Events::EventBus';
  readonly guard: Guard;
}

/**
 * The default buses that rules of the assembly listen to for events which customers can put. Sources that begin with
 * `aws.` are left out: EventBridge refuses them from customers.
 * Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export function defaultBuses(model: Model): readonly DefaultBus[] {
  return [...model.view(listeners).values()].map(({ bus }) => bus);
}

/** Rules on default buses, with the node of the bus. */
export function rulesOnDefaultBuses(model: Model): readonly (readonly [DefaultBus, Resource])[] {
  return [...model.view(listeners).values()].flatMap(({ bus, rules }) => rules.map((rule) => [bus, rule] as const));
}

/** The ARN of the default bus of the account and Region of a stack. */
export function defaultBusArn({ partition, region, account }: Stack): Text {
  return concat(textOf(`arn:${partition}:events:`), region, textOf(':'), account, textOf(':event-bus/default'));
}

/** How the node of every default bus begins. */
export const DEFAULT_BUS = 'default bus ';

/** The node of a default bus. */
export function defaultBusNode(arn: Text): string {
  return `${DEFAULT_BUS}${textKey(arn)}`;
}

/** Rules on default buses, whatever they ask for. */
export function rulesOnDefaultBus(model: Model): readonly Resource[] {
  return model.ofType('AWS::Events::Rule').filter(listensToDefault);
}

interface Listeners {
  readonly bus: DefaultBus;
  readonly rules: Resource[];
}

function listeners(model: Model): Map<string, Listeners> {
  const found = new Map<string, Listeners>();
  for (const rule of model.ofType('AWS::Events::Rule')) {
    if (!listensToDefault(rule) || !takesCustomEvents(rule)) {
      continue;
    }
    const arn = defaultBusArn(rule.stack);
    const key = textKey(arn);
    const known = found.get(key);
    const bus: DefaultBus = {
      id: defaultBusNode(arn),
      arn,
      type: 'AWS::Events::EventBus',
      guard: known ? known.bus.guard.or(rule.guard) : rule.guard,
    };
    found.set(key, { bus, rules: [...(known?.rules ?? []), rule] });
  }
  return found;
}

function listensToDefault({ properties }: Resource): boolean {
  const names = properties.at('EventBusName').flatMap((node) => node.texts());
  return names.length === 0 || names.some(({ value }) => /(?:^|event-bus\/)default$/.test(literalOf(value) ?? ''));
}

function takesCustomEvents({ properties }: Resource): boolean {
  const patterns = properties.at('EventPattern');
  const sources = patterns.flatMap((pattern) => pattern.at('source')).flatMap((node) => node.items());
  const texts = sources.flatMap((node) => node.texts()).map(({ value }) => literalOf(value));
  const onlyAws =
    sources.length > 0 && texts.length === sources.length && texts.every((text) => text?.startsWith('aws.'));
  return patterns.length > 0 && !onlyAws;
}
