import { COMPUTE } from './apps/compute';
import { DATA } from './apps/data';
import { DELIVERY } from './apps/delivery';
import { WITH_THE_AGENT } from './apps/with-the-agent';
import { governedApp } from './governed-app';
import { synthesized } from './synthesized';

const APPS = [...COMPUTE, ...DATA, ...DELIVERY, ...WITH_THE_AGENT];

test('at least 20 ordinary apps next to an agent have no finding, in one app and in one synthesis', () => {
  expect(APPS.length).toBeGreaterThanOrEqual(20);
  const neighbour = governedApp();
  APPS.forEach((each, index) => each.add(neighbour.app, `App${index}`, neighbour));
  expect(synthesized(neighbour.app)).toEqual({ refused: false, findings: [] });
});
