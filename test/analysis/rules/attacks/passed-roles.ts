import { arnOf } from '../../model/templates';
import { ACCOUNT, may, ref } from './app';
import { type Pair, pair, policyFor } from './pair';

const OTHER = `arn:aws:iam::${ACCOUNT}:role/reporting`;
const passing = (id: string, roles: unknown, Condition?: object) => ({
  add: { More: policyFor(ref(id), may('iam:PassRole', roles, Condition ? { Condition } : {})) },
});
const to = (service: string, operator = 'StringEquals') => ({ [operator]: { 'iam:PassedToService': service } });
const MANTLE = 'bedrock-mantle.amazonaws.com';

/** Roles of agents that others may pass, and to which services. */
export const PASSED_ROLES: readonly Pair[] = [
  pair('MA-ID6', 'a role beside the agent passes its session role', arnOf('SessionRole'), OTHER, (role) =>
    passing('WorkerRole', [`${OTHER}-2`, role]),
  ),
  pair('MA-ID6', 'a role beside the agent passes its execution role', arnOf('ExecutionRole'), OTHER, (role) =>
    passing('WorkerRole', role),
  ),
  pair('MA-ID6', 'the starter passes the session role to every service', undefined, to(MANTLE), (condition) =>
    passing('OpenRole', arnOf('SessionRole'), condition),
  ),
  ...[to('*', 'StringLike'), to(MANTLE, 'StringEqualsIfExists'), to(MANTLE, 'StringNotEquals')].map((condition) =>
    pair(
      'MA-ID6',
      `the starter passes the session role with ${JSON.stringify(condition)}`,
      condition,
      to(MANTLE),
      (each) => passing('OpenRole', arnOf('SessionRole'), each),
    ),
  ),
];
