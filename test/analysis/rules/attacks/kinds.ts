import { ACCOUNTS } from './accounts';
import { ACTIONS } from './actions';
import { CREDENTIALS } from './credentials';
import { ENTRIES } from './entries';
import { ESCALATION } from './escalation';
import { NAMES } from './names';
import { PATHS } from './paths';
import { RECORDS } from './records';
import { UNREADABLE } from './unreadable';
import { WORKFLOWS } from './workflows';
import type { Pair } from './pair';

/** Attacks and their benign twins, by kind. */
export const KINDS: readonly (readonly [string, readonly Pair[]])[] = [
  ['a policy that reaches a role by another name', NAMES],
  ['a way to something stronger', ESCALATION],
  ['an action outside of the list', ACTIONS],
  ["a part that can't be read", UNREADABLE],
  ['a way out of the network', PATHS],
  ['another account', ACCOUNTS],
  ['an entry', ENTRIES],
  ['a workflow without screening', WORKFLOWS],
  ['a credential', CREDENTIALS],
  ['a record that is not complete', RECORDS],
];

/** Of each kind the first and every sixth pair; `npm run test:soak` runs all of them. */
export const REPRESENTATIVE = KINDS.map(([kind, pairs]) => [kind, pairs.filter((_, at) => at % 6 === 0)] as const);
