import type { ManyEvents, ManyEventsResult } from './many-events';

/** None lost, none doubled, no answer of another, no outcome that is not what happened, no slot left. */
export function expectExactlyOnce(many: ManyEvents, result: ManyEventsResult): void {
  const { turnsOf, outcomes } = result;
  expect(new Set(outcomes.map(({ commit }) => commit)).size).toBe(many.subjects);
  expect(result.executions).toBe(many.subjects);
  expect([...turnsOf].filter(([, turns]) => turns > 1)).toEqual([]);
  // Only somebody who stops a turn keeps it from completing.
  expect(
    outcomes.filter(({ outcome, stopped }) => outcome !== 'Completed' && !(stopped && outcome === 'Cancelled')),
  ).toEqual([]);
  expect(outcomes.filter(({ commit, outcome }) => outcome === 'Completed' && turnsOf.get(commit) !== 1)).toEqual([]);
  expect(result.answersOfOthers).toBe(0);
  expect(result.notPublished).toBe(0);
  expect(result.slotHolders).toEqual([]);
}
