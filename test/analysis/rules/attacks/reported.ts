import { checkStacks } from '../../../../analysis/rules/check';
import { FAMILIES } from '../../../../analysis/rules/rule';
import { type Change, changed } from './pair';

const families = FAMILIES.filter((family) => family !== 'cost');

/** What the pack reports that fails a synthesis. */
export function reported(change: Change) {
  return checkStacks({ stacks: changed(change), families }).filter(({ severity }) => severity !== 'warning');
}

/** The findings as text. */
export const said = (change: Change) =>
  reported(change).map(({ rule, says, location }) => `${rule} ${location.logicalId}: ${says}`);
