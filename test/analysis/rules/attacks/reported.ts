import { checkStacks } from '../../../../analysis/rules/check';
import type { ReportedFinding } from '../../../../analysis/rules/finding';
import { FAMILIES } from '../../../../analysis/rules/rule';
import { type Change, changed } from './pair';

const families = FAMILIES.filter((family) => family !== 'cost');

const known = new WeakMap<Change, readonly ReportedFinding[]>();

/** What the pack says of the app with a change. */
export function everything(change: Change): readonly ReportedFinding[] {
  const found = known.get(change) ?? checkStacks({ stacks: changed(change), families });
  known.set(change, found);
  return found;
}

/** What the pack reports that fails a synthesis. */
export const reported = (change: Change) => everything(change).filter(({ severity }) => severity !== 'warning');

/** What the pack only warns about. */
export const warned = (change: Change) => everything(change).filter(({ severity }) => severity === 'warning');

/** The findings as text. */
export const said = (change: Change) =>
  reported(change).map(({ rule, says, location }) => `${rule} ${location.logicalId}: ${says}`);
