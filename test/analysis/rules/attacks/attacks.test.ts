import { checkStacks } from '../../../../analysis/rules/check';
import { FAMILIES } from '../../../../analysis/rules/rule';
import { ACCOUNTS } from './accounts';
import { ACTIONS } from './actions';
import { may } from './app';
import { BENIGN } from './benign';
import { CREDENTIALS } from './credentials';
import { ENTRIES } from './entries';
import { ESCALATION } from './escalation';
import { NAMES } from './names';
import { type Change, changed, execution, type Pair } from './pair';
import { PATHS } from './paths';
import { RECORDS } from './records';
import { UNREADABLE } from './unreadable';
import { WORKFLOWS } from './workflows';

const KINDS: readonly (readonly [string, readonly Pair[]])[] = [
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

const families = FAMILIES.filter((family) => family !== 'cost');

/** What the pack reports that fails a synthesis. */
function found(change: Change) {
  return checkStacks({ stacks: changed(change), families }).filter(({ severity }) => severity !== 'warning');
}

const said = (change: Change) =>
  found(change).map(({ rule, says, location }) => `${rule} ${location.logicalId}: ${says}`);

test.each(Object.entries(BENIGN))('nothing is reported: %s', (_name, change) => {
  expect(said(change)).toEqual([]);
});

test('a sentence that begins with an identifier keeps its case', () => {
  expect(said(execution(may('iam:PassRole', '*')))).toContainEqual(
    expect.stringContaining(': iam:PassRole is allowed on *'),
  );
});

test('an agent among ordinary resources has no finding', () => {
  expect(said({})).toEqual([]);
});

describe.each(KINDS)('%s', (_kind, pairs) => {
  test.each(pairs.map((pair): [string, Pair] => [pair.name, pair]))(
    'is reported, and its benign twin is not: %s',
    (_name, { rules, attack, twin }) => {
      const ids = found(attack).map(({ rule }) => rule);
      expect(rules.split(' ').some((id) => ids.includes(id)) ? rules : ids).toEqual(rules);
      expect(said(twin)).toEqual([]);
    },
  );
});
