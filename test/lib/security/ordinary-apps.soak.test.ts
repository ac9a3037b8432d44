import { ANALYTICS } from './apps/analytics';
import { AROUND_THE_AGENT } from './apps/around-the-agent';
import { LANDING_ZONE } from './apps/landing-zone';
import { NETWORK } from './apps/network';
import { OPERATIONS } from './apps/operations';
import { SECURITY } from './apps/security';
import { WEB } from './apps/web';
import { WORKLOADS } from './apps/workloads';
import { testOrdinary } from './ordinary';

testOrdinary(
  [...WEB, ...ANALYTICS, ...LANDING_ZONE, ...NETWORK, ...OPERATIONS, ...SECURITY, ...WORKLOADS, ...AROUND_THE_AGENT],
  80,
);
