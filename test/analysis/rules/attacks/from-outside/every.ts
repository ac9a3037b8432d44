import type { Pair } from '../pair';
import { CREDENTIALS } from './credentials';
import { ENTRIES } from './entries';
import { IDENTITY } from './identity';
import { NETWORK } from './network';
import { RECORDS } from './records';
import type { Numbered } from './row';
import { UNREADABLE } from './unreadable';
import { WORKFLOWS } from './workflows';

const FILES: readonly (readonly [string, Numbered])[] = [
  ['permissions, from outside', IDENTITY],
  ['the network, from outside', NETWORK],
  ['records, from outside', RECORDS],
  ['credentials, from outside', CREDENTIALS],
  ['entries, from outside', ENTRIES],
  ['workflows, from outside', WORKFLOWS],
  ["what can't be read, from outside", UNREADABLE],
];

/** The attacks that people outside of the project wrote, with their benign twins, by kind. */
export const FROM_OUTSIDE: readonly (readonly [string, readonly Pair[]])[] = FILES.map(([kind, rows]) => [
  kind,
  rows.flatMap(([number, pairs]) => pairs.map((pair) => ({ ...pair, name: `${number}: ${pair.name}` }))),
]);

/** The numbers of the attacks that have a twin. */
export const NUMBERS: ReadonlySet<number> = new Set(FILES.flatMap(([, rows]) => rows.map(([number]) => number)));

/** Attacks without a twin, and why. */
export const WITHOUT_TWIN: Readonly<Record<number, string>> = {
  171: 'exactly two of five values of one parameter: this case can’t be deployed, so the attack itself is benign',
};
