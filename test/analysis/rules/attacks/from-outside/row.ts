import { may } from '../app';
import { type Change, type Pair, pair } from '../pair';

/** Attacks by the numbers that their authors gave them, each with its benign twins. */
export type Numbered = readonly (readonly [number: number, pairs: readonly Pair[]])[];

/** An attack and its benign twins: pairs that differ in one value. `good` says how, for the name of the test. */
export function row(
  rules: string,
  name: string,
  bad: unknown,
  good: Readonly<Record<string, unknown>>,
  change: (value: any) => Change,
): Pair[] {
  return Object.entries(good).map(([how, value]) => pair(rules, `${name} (not: ${how})`, bad, value, change));
}

/** Another statement in the policy that a role has. */
export const also = (roleId: string, ...statements: unknown[]): Change => ({
  set: {
    [`${roleId}.Policies.0.PolicyDocument.Statement`]: (own: object[]) => [...own, ...statements],
  },
});

/** Statements in another policy document. */
export const adding =
  (...statements: unknown[]) =>
  (own: object[]) => [...own, ...statements];

/** Reading data of the team. */
export const READ = may('s3:GetObject', 'arn:aws:s3:::team-data/*');
