import type { ManyEvents, ManyEventsResult } from './many-events';

/**
 * Expects that no message is lost or run twice, no answer belongs to another message, every outcome is right, and every
 * slot is released.
 */
export function expectExactlyOnce(many: ManyEvents, result: ManyEventsResult): void {
  const { turnsOf, outcomes } = result;
  expect(new Set(outcomes.map(({ commit }) => commit)).size).toBe(many.subjects);
  expect(result.executions).toBe(many.subjects);
  expect([...turnsOf].filter(([, turns]) => turns > 1)).toEqual([]);
  // Every turn completes unless it is stopped.
  expect(
    outcomes.filter(({ outcome, stopped }) => outcome !== 'Completed' && !(stopped && outcome === 'Cancelled')),
  ).toEqual([]);
  expect(outcomes.filter(({ commit, outcome }) => outcome === 'Completed' && turnsOf.get(commit) !== 1)).toEqual([]);
  expect(result.answersOfOthers).toBe(0);
  expect(result.notPublished).toBe(0);
  expect(result.slotHolders).toEqual([]);
}
