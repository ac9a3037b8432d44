import { expand, type Action } from './actions';
import { DATA_ACTIONS, type DataClass } from './data-actions';
import { isPowerAction } from './power-actions';

/**
 * - a class of data-actions.ts; `control` also for every action that isn't in that table
 * - `power`: one call makes its caller stronger (power-actions.ts)
 * - `unknown`: the service data has no such service or action, so its effect isn't known
 */
export type ActionClass = DataClass | 'power' | 'unknown';

/** The class of one action or pattern of a policy. */
export interface ClassifiedAction {
  /** An action in the spelling of the reference, or a pattern that was accepted or isn't known, as it was written. */
  readonly action: string;
  readonly class: ActionClass;
}

const classified = new Map<string, readonly ClassifiedAction[]>();

/**
 * What an action or a pattern of a policy allows. A pattern in the spelling of an ordinary grant is one entry; any other
 * pattern is every action that it matches.
 */
export function classify(pattern: string): readonly ClassifiedAction[] {
  // By its spelling: an entry of a pattern is spelled as its caller wrote it.
  const known = classified.get(pattern);
  if (known) return known;
  const made = classifyPattern(pattern, pattern.toLowerCase());
  classified.set(pattern, made);
  return made;
}

function classifyPattern(pattern: string, key: string): readonly ClassifiedAction[] {
  const spelled = DATA_ACTIONS.get(key);
  if (key.endsWith('*') && spelled && spelled !== 'control') return [{ action: pattern, class: spelled }];
  const { actions, unknown } = expand(pattern);
  if (unknown) return [{ action: pattern, class: 'unknown' }];
  return actions.map((action) => ({ action: action.action, class: classOf(action) }));
}

/**
 * Every principal can call it without a permission
 * (docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
const NEEDS_NO_PERMISSION = 'sts:GetCallerIdentity';

/** An action that a grant names only by a pattern (`s3:GetObjectTagging` in `s3:GetObject*`) is of the pattern's class. */
function classOf({ action, level }: Action): ActionClass {
  if (action === NEEDS_NO_PERMISSION) return 'data-read';
  if (isPowerAction(action)) return 'power';
  const name = action.toLowerCase();
  const own = DATA_ACTIONS.get(name);
  if (own) return own;
  const prefix = level === 'permissions' ? undefined : PREFIXES.find(([start]) => name.startsWith(start));
  return prefix ? prefix[1] : 'control';
}

/** Accepted patterns without their `*`. */
const PREFIXES = [...DATA_ACTIONS]
  .filter(([pattern, kind]) => pattern.endsWith('*') && kind !== 'control')
  .map(([pattern, kind]): [string, DataClass] => [pattern.slice(0, -1), kind]);
