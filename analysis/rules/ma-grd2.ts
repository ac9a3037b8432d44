import type { Resource } from '../model/assembly';
import { FALSE, type Guard } from '../model/guard';
import type { Node } from '../model/node';
import type { Text, Unreadable } from '../model/text';
import { guardrailsOf } from '../model/turn-starters';
import { literalsAt, valuesAt } from '../model/values-at';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { isTrue, type Judge, placeAt, whenPresent, whenSome } from './setting';

/**
 * The lowest strengths that are accepted. For misconduct in the input, a low strength is enough, as in the guardrail of
 * this library: the input of every security review mentions misconduct.
 */
const CONTENT: readonly (readonly [type: string, input: readonly string[], output: readonly string[]])[] = [
  ...['HATE', 'INSULTS', 'SEXUAL', 'VIOLENCE'].map((type) => [type, ['MEDIUM', 'HIGH'], ['MEDIUM', 'HIGH']] as const),
  ['MISCONDUCT', ['LOW', 'MEDIUM', 'HIGH'], ['MEDIUM', 'HIGH']],
];
const PROMPT_ATTACK = 'PROMPT_ATTACK';
const SECRETS = ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'PASSWORD'];
const FILTERS = ['ContentPolicyConfig', 'FiltersConfig'];
const ENTITIES = ['SensitiveInformationPolicyConfig', 'PiiEntitiesConfig'];

/** The guardrail of an agent blocks what is dangerous for an agent. */
export const MA_GRD2 = rule({
  id: 'MA-GRD2',
  family: 'guardrail',
  severity: 'error',
  subject: 'guardrail',
  what: 'The guardrail of an agent filters text by all content filters with at least medium strength, looks for prompt attacks in the input, handles personal data, and blocks or masks AWS keys and passwords.',
  why: 'Triggers pass in text from outside, and the answers of an agent are published: injected instructions in the input and secrets in the output are the main risks.',
  fix: 'Use AgentGuardrail.standard, or add the missing filter to the guardrail',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-components.html',
  controls: { nist: ['SI-3', 'SI-10', 'SI-15', 'PT-2'], iso: ['A.8.7', 'A.8.11', 'A.8.12'], soc2: ['CC6.8', 'P4.1'] },
  *check(context) {
    for (const [guardrail, subject] of guardrailsOf(context.model)) {
      yield* judge(context, guardrail, subject);
    }
  },
});

/** Notes values that only the deployment knows. */
type Note = (met: Unreadable | Text | undefined) => void;

function* judge(context: RuleContext, guardrail: Resource, subject: string): Iterable<Finding> {
  const { properties, guard } = guardrail;
  const note: Note = (met) => context.unread(subject, guardrail, met);
  const filters = valuesAt(properties, ...FILTERS);
  const entities = valuesAt(properties, ...ENTITIES);
  [...filters, ...entities, ...properties.at(FILTERS[0]), ...properties.at(ENTITIES[0])].forEach((node) =>
    note(node.unreadable),
  );
  const at = (path: readonly string[], says: string, when: Guard): Finding => ({
    at: placeAt(guardrail, path[0]),
    subject: says,
    says,
    when: guard.and(when),
  });
  const weak = missing(
    CONTENT.map(([type, input, output]) => [
      type,
      whenOn(filters, type, 'Input', input, note).and(whenOn(filters, type, 'Output', output, note)),
    ]),
  );
  yield at(
    FILTERS,
    `The guardrail does not filter text for ${weak.names} in both directions with at least medium strength`,
    weak.when,
  );
  yield at(
    FILTERS,
    'The guardrail does not look for prompt attacks in the input',
    whenOn(filters, PROMPT_ATTACK, 'Input', ['MEDIUM', 'HIGH'], note).not(),
  );
  const handled = (isChosen: (entity: Node) => boolean) =>
    any(entities.filter(isChosen).map((each) => whenHandled(each, note)));
  const secrets = missing(SECRETS.map((secret) => [secret, handled((each) => isOfType(each, secret))]));
  yield at(ENTITIES, `The guardrail neither blocks nor masks ${secrets.names} in what the agent says`, secrets.when);
  const personal = handled((each) => !SECRETS.some((type) => isOfType(each, type)));
  yield at(ENTITIES, 'The guardrail neither blocks nor masks personal data', personal.not());
}

/** The names of the parts that are missing in some deployment, and when any of them is missing. */
function missing(parts: readonly (readonly [name: string, when: Guard])[]): { names: string; when: Guard } {
  const open = parts.map(([name, when]): [string, Guard] => [name, when.not()]).filter(([, when]) => when.possible());
  return { names: open.map(([name]) => name).join(', '), when: any(open.map(([, when]) => when)) };
}

function any(guards: readonly Guard[]): Guard {
  return guards.reduce((some, guard) => some.or(guard), FALSE);
}

function isOfType(node: Node, type: string): boolean {
  return node.kind === 'unreadable' || literalsAt(node, 'Type').includes(type);
}

/** When a filter of a type has a strength for text, isn't switched off and doesn't merely count. */
function whenOn(
  filters: readonly Node[],
  type: string,
  direction: 'Input' | 'Output',
  strengths: readonly string[],
  note: Note,
): Guard {
  const on = (filter: Node): Guard => {
    if (filter.kind === 'unreadable') {
      return filter.guard;
    }
    const modalities = filter.at(`${direction}Modalities`);
    return filter.guard
      .and(whenSome(filter.at(`${direction}Strength`), isOneOf(...strengths), note))
      .and(unlessSet(filter.at(`${direction}Enabled`), isTrue, note))
      .and(unlessSet(filter.at(`${direction}Action`), isOneOf('BLOCK'), note))
      .and(
        unlessSet(
          modalities.flatMap((each) => each.items()),
          isOneOf('TEXT'),
          note,
        ),
      );
  };
  return any(filters.filter((filter) => isOfType(filter, type)).map(on));
}

/** True without the setting. With it, when one of its values is right. */
function unlessSet(nodes: readonly Node[], judge: Judge, note: Note): Guard {
  return whenPresent(nodes)
    .not()
    .or(whenSome(nodes, judge, note));
}

function isOneOf(...values: readonly string[]): Judge {
  return (known) => known !== undefined && values.includes(known);
}

/** When an entity is blocked or masked in the answers of an agent. */
function whenHandled(entity: Node, note: Note): Guard {
  if (entity.kind === 'unreadable') {
    return entity.guard;
  }
  const [output, common] = [entity.at('OutputAction'), entity.at('Action')];
  const acts = whenSome(output.length > 0 ? output : common, isOneOf('BLOCK', 'ANONYMIZE'), note);
  return entity.guard.and(acts).and(unlessSet(entity.at('OutputEnabled'), isTrue, note));
}
