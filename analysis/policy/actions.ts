import { classify, type ActionClass } from '../facts/action-classes';
import { formsOf, service } from '../facts/actions';
import { literalOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Place, Text } from '../model/text';
import { overlap, subset } from './pattern';
import type { Pattern, Selection, Statement } from './statement';

/** A pattern of actions that is known before the deployment, with its text. */
export interface KnownActions {
  readonly text: string;
  readonly pattern: Pattern;
}

/** An action of a statement, with the resources of the statement that it works on. */
export interface Use {
  /** In the spelling of the service authorization reference; as written when that doesn't have it. */
  readonly action: string;
  readonly class: ActionClass;
  /** When the policy has the action. */
  readonly guard: Guard;
  readonly place: Place;
  /** The resources of the statement that the action can work on. With `except`, all other resources. */
  readonly resources: Selection;
  readonly statement: Statement;
}

/**
 * The actions that one pattern of a statement matches, each with the resources that it can work on. A pair without an
 * effect (`lambda:GetLayerVersion` on a function) is left out if the action comes from a wildcard. It is kept if the
 * action is written out, because the reference may lack a form of its resources. A service or an action that isn't in
 * the reference is one entry of class `unknown`.
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
 * Whether an action and a resource of one policy statement belong, or may belong, to the same service. A statement for
 * two services has pairs without an effect, such as `sqs:SendMessage` on a bucket. An unknown action or resource may
 * belong to every service.
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
