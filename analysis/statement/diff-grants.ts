import type { Change, Piece } from './change';
import { subset } from '../policy/pattern';
import type { Condition } from './statement';

/** An action that is allowed on a resource under conditions. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
  readonly conditions: readonly Condition[];
}

/**
 * The form of a change of grants: `plain` names one grant; `resource` and `conditions` name the grant as it is and as
 * it was.
 */
export type Wording = (verb: 'plain' | 'resource' | 'conditions', grants: readonly Grant[]) => readonly Piece[];

/**
 * The differences between two lists of grants. A new grant that an old one covers isn't new reach, and a removed grant
 * that a new one covers isn't lost; a grant whose resource or conditions changed is one change and not two.
 */
export function diffGrants(before: readonly Grant[], after: readonly Grant[], wording: Wording): Change[] {
  const keys = (list: readonly Grant[]) => new Set(list.map(keyOf));
  const [old, now] = [keys(before), keys(after)];
  const came = after.filter((grant) => !old.has(keyOf(grant)));
  const went = new Set(before.filter((grant) => !now.has(keyOf(grant))));
  const changes: Change[] = [];
  for (const grant of came) {
    const was = counterpart(grant, went);
    if (was) {
      went.delete(was);
      const verb = was.resource === grant.resource ? 'conditions' : 'resource';
      const direction = contains(grant, was) ? 'wider' : contains(was, grant) ? 'narrower' : 'neutral';
      const text = wording(verb, [grant, was]);
      // Neither contains the other, so something is newly possible.
      changes.push(
        direction === 'narrower'
          ? { kind: 'other', direction, text: ['may now only ', ...text] }
          : { kind: 'also', direction: 'wider', text },
      );
    } else if (!before.some((candidate) => contains(candidate, grant))) {
      changes.push({ kind: 'also', direction: 'wider', text: wording('plain', [grant]) });
    } else if (!after.some((candidate) => candidate !== grant && contains(candidate, grant))) {
      // The remaining part of a wider grant that was removed.
      changes.push({ kind: 'other', direction: 'narrower', text: ['may still ', ...wording('plain', [grant])] });
    }
  }
  for (const grant of went) {
    if (!after.some((candidate) => contains(candidate, grant))) {
      changes.push({ kind: 'no longer', direction: 'narrower', text: wording('plain', [grant]) });
    }
  }
  return changes;
}

function keyOf(grant: Grant): string {
  return JSON.stringify([grant.action, grant.resource, grant.conditions]);
}

/** The lost grant of the same action that differs in its resource or in its conditions, not in both. */
function counterpart(grant: Grant, went: ReadonlySet<Grant>): Grant | undefined {
  const candidates = [...went].filter(({ action }) => action === grant.action);
  const conditions = JSON.stringify(grant.conditions);
  return (
    candidates.find(({ resource }) => resource === grant.resource) ??
    candidates.find((was) => JSON.stringify(was.conditions) === conditions && related(was, grant))
  );
}

/** Whether one resource covers the other; two unrelated resources are two changes. */
function related(one: Grant, other: Grant): boolean {
  return covers(one.resource, other.resource) || covers(other.resource, one.resource);
}

function contains(wide: Grant, narrow: Grant): boolean {
  return (
    actionCovers(wide.action, narrow.action) &&
    covers(wide.resource, narrow.resource) &&
    wide.conditions.every((condition) => narrow.conditions.some((other) => implies(other, condition)))
  );
}

/** Whether what meets the first condition meets the second: the same, or the same with fewer values to be met. */
function implies(narrow: Condition, wide: Condition): boolean {
  if (narrow.operator !== wide.operator || narrow.key !== wide.key) {
    return false;
  }
  const within = (inner: readonly string[], outer: readonly string[]) => inner.every((value) => outer.includes(value));
  // One value of a list must match, but with a negated operator none may.
  return /Not/.test(wide.operator) ? within(wide.values, narrow.values) : within(narrow.values, wide.values);
}

/** Whether everything that one pattern matches is matched by another. References in them are plain characters. */
function covers(wide: string, narrow: string): boolean {
  return wide === narrow || subset([narrow], [wide]) === 'yes';
}

/** IAM compares actions without regard to case. */
function actionCovers(wide: string, narrow: string): boolean {
  return wide === narrow || subset([narrow], [wide], { ignoreCase: true }) === 'yes';
}
