import type { OrdinaryApp } from './apps/app';
import { governedApp } from './governed-app';
import { synthesized } from './synthesized';

/** Tests that nothing is reported for apps next to an agent, all of them in one app and one synthesis. */
export function testOrdinary(apps: readonly OrdinaryApp[], least: number): void {
  test(`at least ${least} ordinary apps next to an agent have no finding, in one app and in one synthesis`, () => {
    expect(apps.length).toBeGreaterThanOrEqual(least);
    const neighbour = governedApp();
    apps.forEach((each, index) => each.add(neighbour.app, `App${index}`, neighbour));
    expect(synthesized(neighbour.app)).toEqual({ refused: false, findings: [] });
  });
}
