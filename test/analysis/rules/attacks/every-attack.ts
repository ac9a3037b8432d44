import type { Pair } from './pair';
import { reported, said } from './reported';

/** Tests that each attack is reported and its benign twin is not. */
export function testAttacks(kinds: readonly (readonly [string, readonly Pair[]])[]): void {
  describe.each(kinds)('%s', (_kind, pairs) => {
    test.each(pairs.map((pair): [string, string, Pair] => [pair.rules, pair.name, pair]))(
      '%s: is reported, and its benign twin is not: %s',
      (_rules, _name, { rules, attack, twin }) => {
        // One finding can say what several rules found.
        const ids = reported(attack).flatMap(({ rule, data }) => [rule, data.also ?? []].flat());
        expect(rules.split(' ').some((id) => ids.includes(id)) ? rules : ids).toEqual(rules);
        expect(said(twin)).toEqual([]);
      },
    );
  });
}
