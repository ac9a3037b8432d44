import { saidTwice } from './one-fault';
import type { Pair } from './pair';
import { reported, said } from './reported';

/** Tests that each attack is reported, each of its faults as one finding, and its benign twin is not. */
export function testAttacks(kinds: readonly (readonly [string, readonly Pair[]])[]): void {
  describe.each(kinds)('%s', (_kind, pairs) => {
    test.each(pairs.map((pair): [string, string, Pair] => [pair.rules, pair.name, pair]))(
      '%s: is reported, and its benign twin is not: %s',
      (_rules, _name, { rules, attack, twin }) => {
        // One finding can say what several rules found.
        const found = reported(attack);
        const ids = found.flatMap(({ rule, data }) => [rule, data.also ?? []].flat());
        expect(rules.split(' ').some((id) => ids.includes(id)) ? rules : ids).toEqual(rules);
        expect(saidTwice(found)).toEqual([]);
        expect(said(twin)).toEqual([]);
      },
    );
  });
}
