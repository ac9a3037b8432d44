import { checkStacks } from '../../../../analysis/rules/check';
import { FAMILIES } from '../../../../analysis/rules/rule';
import { type Change, changed } from './pair';

const families = FAMILIES.filter((family) => family !== 'cost');

/** All findings of the pack for the app with a change. */
export const everything = (change: Change) => checkStacks({ stacks: changed(change), families });

/** The findings that fail a synthesis. */
export const reported = (change: Change) => everything(change).filter(({ severity }) => severity !== 'warning');

/** The warnings. */
export const warned = (change: Change) => everything(change).filter(({ severity }) => severity === 'warning');

/** The findings as text. */
export const said = (change: Change) =>
  reported(change).map(({ rule, says, location }) => `${rule} ${location.logicalId}: ${says}`);
