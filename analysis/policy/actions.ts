import { classify, type ActionClass } from '../facts/action-classes';
import { expand, formsOf } from '../facts/actions';
import type { Guard } from '../model/guard';
import type { Case, Place, Text } from '../model/text';
import { knownText } from './operators';
import { overlap, subset } from './pattern';
import type { Selection, Statement } from './statement';

/** An action that a statement speaks of. */
export interface NamedAction {
  /** In the spelling of the service authorization reference; as written when that doesn't have it. */
  readonly action: string;
  readonly class: ActionClass;
  /** True if the policy has the action itself, not a pattern that matches it. */
  readonly written: boolean;
  /** When the policy has it. */
  readonly guard: Guard;
  readonly place: Place;
}

/** An action on resources that a statement speaks of. */
export interface Use extends NamedAction {
  /** The resources of the statement that the action can work on; everything but them with `except`. */
  readonly resources: Selection;
  readonly statement: Statement;
}

/**
 * The actions that a list of patterns stands for. A pattern with a part that isn't known is one entry of class
 * `unknown`, and so is a service or an action that the reference doesn't have.
 */
export function actionsOf({ except, patterns }: Selection, guard: Guard): NamedAction[] {
  if (!except) {
    return patterns.flatMap((pattern) => named(pattern));
  }
  const place = patterns[0]?.place;
  return place
    ? expand('*')
        .actions.filter(({ action }) =>
          patterns.every(({ value }) => subset([action], value, { ignoreCase: true }) !== 'yes'),
        )
        .flatMap(({ action }) => classify(action).map((entry) => ({ ...entry, written: false, guard, place })))
    : [];
}

function named({ value, guard, place }: Case<Text>): NamedAction[] {
  const pattern = knownText(value);
  if (pattern === undefined) {
    return [{ action: textOf(value), class: 'unknown', written: false, guard, place }];
  }
  const written = !/[*?]/.test(pattern);
  return classify(pattern).map((entry) => ({ ...entry, written, guard, place }));
}

/**
 * What a statement speaks of, action by action, each with the resources that it can work on. A pair without an effect
 * (`s3:ListBucket` on an object) is left out when the action comes from a pattern, and stays when it is written out,
 * because the reference may lack a form of its resources.
 */
export function usesOf(statement: Statement): Use[] {
  return actionsOf(statement.actions, statement.guard).flatMap((action) => {
    const resources = action.written ? statement.resources : withEffect(action.action, statement.resources);
    return resources ? [{ ...action, resources, statement }] : [];
  });
}

/** The resources of a list that an action can work on; undefined when there are none. */
function withEffect(action: string, resources: Selection): Selection | undefined {
  const forms = formsOf(action);
  if (resources.except || forms === undefined || forms.length === 0) {
    // An action without resource forms works on `*` only.
    const onlyEverything = forms?.length === 0 && !resources.except;
    const patterns = onlyEverything
      ? resources.patterns.filter(({ value }) => mayBeEverything(value))
      : resources.patterns;
    return patterns.length > 0 ? { ...resources, patterns } : undefined;
  }
  const patterns = resources.patterns.filter(({ value }) => forms.some((form) => overlap(value, [form]) !== 'no'));
  return patterns.length > 0 ? { ...resources, patterns } : undefined;
}

function mayBeEverything(resource: Text): boolean {
  return subset(['*'], resource) !== 'no';
}

function textOf(text: Text): string {
  return text.map((part) => (typeof part === 'string' ? part : `\${${part.key}}`)).join('');
}
