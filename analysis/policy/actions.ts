import { classify, type ActionClass } from '../facts/action-classes';
import { formsOf, service } from '../facts/actions';
import { literalOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Place, Text } from '../model/text';
import { overlap, subset } from './pattern';
import type { Pattern, Selection, Statement } from './statement';

/** A pattern of actions, without a part that only the deployment knows, and its text. */
export interface KnownActions {
  readonly text: string;
  readonly pattern: Pattern;
}

/** An action on resources that a statement speaks of. */
export interface Use {
  /** In the spelling of the service authorization reference; as written when that doesn't have it. */
  readonly action: string;
  readonly class: ActionClass;
  /** When the policy has the action. */
  readonly guard: Guard;
  readonly place: Place;
  /** The resources of the statement that the action can work on; everything but them with `except`. */
  readonly resources: Selection;
  readonly statement: Statement;
}

/**
 * What a statement speaks of by one of its patterns, action by action, each with the resources that it can work on. A pair
 * without an effect (`lambda:GetLayerVersion` on a function) is left out when the action comes from a wildcard, and stays when it is
 * written out, because the reference may lack a form of its resources. A service or an action that the reference doesn't
 * have is one entry of class `unknown`.
 */
export function usesOf(statement: Statement, { text, pattern: { guard, place } }: KnownActions): Use[] {
  const isWildcard = /[*?]/.test(text);
  return classify(text).flatMap((entry) => {
    const resources = isWildcard ? withEffect(entry.action, statement.resources) : statement.resources;
    return resources ? [{ ...entry, guard, place, resources, statement }] : [];
  });
}

/** The resources of a list that an action can work on; undefined when there are none. */
function withEffect(action: string, resources: Selection): Selection | undefined {
  const forms = formsOf(action);
  if (resources.except || forms === undefined) {
    return resources;
  }
  const patterns = resources.patterns.filter(({ value }) =>
    // An action without resource forms works on `*` only.
    forms.length === 0 ? mayBeEverything(value) : forms.some((form) => overlap(value, [form]) !== 'no'),
  );
  return patterns.length > 0 ? { ...resources, patterns } : undefined;
}

/**
 * Whether an action and a resource of one policy statement belong to the same service, or may. A statement of two services
 * has pairs without an effect, such as `sqs:SendMessage` on a bucket. What isn't known may belong to every service.
 */
export function mayWorkOn(action: Text, resource: Text): boolean {
  const [, prefix] = /^([\w-]+):/.exec(literalOf(action) ?? '') ?? [];
  const [, owner] = /^arn:[^:*?]*:([^:*?]+):/.exec(typeof resource[0] === 'string' ? resource[0] : '') ?? [];
  if (prefix === undefined || owner === undefined || prefix.toLowerCase() === owner) return true;
  const actions = service(prefix)?.actions;
  // Some services act on resources of others, such as Bedrock on endpoints of SageMaker.
  const owners = [...(actions?.values() ?? [])].flatMap(({ forms }) => forms).map((form) => form.split(':')[2]);
  return actions === undefined || owners.some((each) => each === owner || /[*?]/.test(each));
}

function mayBeEverything(resource: Text): boolean {
  return subset(['*'], resource) !== 'no';
}
