import { CONTAINER_SERVICES } from './apps/container-services';
import { EVENT_PIPELINES } from './apps/event-pipelines';
import { LAKES } from './apps/lakes';
import { ASSISTANTS, CI_PIPELINES, OBSERVABILITY } from './apps/observability';
import { SITES } from './apps/sites';
import { STARTED_BY } from './apps/started-by';
import { SERVERLESS_SERVICES } from './apps/serverless-services';
import { SERVERLESS } from './apps/serverless';
import { SAME_STACK } from './apps/same-stack';
import { SAME_NETWORK } from './apps/same-network';
import { ORGANIZATION } from './apps/organization';
import { MACHINE_LEARNING } from './apps/machine-learning';
import { DATA_PLATFORM } from './apps/data-platform';
import { CONTAINER_DELIVERY } from './apps/container-delivery';
import { CONTAINERS } from './apps/containers';
import { ANALYTICS } from './apps/analytics';
import { AROUND_THE_AGENT } from './apps/around-the-agent';
import { LANDING_ZONE } from './apps/landing-zone';
import { NETWORK } from './apps/network';
import { OPERATIONS } from './apps/operations';
import { SECURITY } from './apps/security';
import { WEB } from './apps/web';
import { WORKLOADS } from './apps/workloads';
import { PLATFORMS } from './apps/platforms';
import { testOrdinary } from './ordinary';
import { synthesized } from './synthesized';

testOrdinary(
  [...WEB, ...ANALYTICS, ...LANDING_ZONE, ...NETWORK, ...OPERATIONS, ...SECURITY, ...WORKLOADS, ...AROUND_THE_AGENT],
  80,
);

// In an app of their own, because the events and stores of the others would make it too large for one stack.
testOrdinary(
  [
    ...SERVERLESS,
    ...SERVERLESS_SERVICES,
    ...CONTAINERS,
    ...CONTAINER_DELIVERY,
    ...DATA_PLATFORM,
    ...MACHINE_LEARNING,
    ...ORGANIZATION,
    ...SAME_STACK,
    ...SAME_NETWORK,
    ...STARTED_BY,
  ],
  60,
);

testOrdinary(
  [...EVENT_PIPELINES, ...SITES, ...CONTAINER_SERVICES, ...LAKES, ...CI_PIPELINES, ...OBSERVABILITY, ...ASSISTANTS],
  33,
);

test.each(PLATFORMS.map((each) => [each.name, each] as const))('a platform without a finding: %s', (_name, each) => {
  const { refused, findings } = synthesized(each.app());
  expect(findings.filter(({ severity }) => severity !== 'warning')).toEqual([]);
  expect(refused).toBe(false);
});
