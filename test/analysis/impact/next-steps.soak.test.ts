import type { App } from 'aws-cdk-lib/core';
import { EXAMPLES } from '../../../examples';
import { NEXT_STEP_APPS, type NextStepApp } from './next-step-apps';
import { expectedOf, nextSteps } from './next-steps';

test('there are at least 30 apps', () => {
  expect(NEXT_STEP_APPS.length).toBeGreaterThanOrEqual(30);
});

test.each(NEXT_STEP_APPS)('what comes after the first deployment: $kind', (app) => {
  expect(nextSteps(app.add)).toEqual(expectedOf(app));
});

const ENV = { account: '111122223333', region: 'us-east-1' };
/** Names that an example itself gives: a function, its log group and two alarms. */
const GIVEN: Readonly<Record<string, readonly string[]>> = { 'incident-response': ['name-taken × 4'] };
const ONE_TRAIL = /there is an AgentAuditTrail in this account already/;

test.each(EXAMPLES)('what comes after the first deployment of the example $name', ({ name, add }) => {
  const expected: Omit<NextStepApp, 'add' | 'kind'> = {
    later: [],
    back: [],
    secondStage: ONE_TRAIL,
    secondRegion: ONE_TRAIL,
    otherName: GIVEN[name] ?? [],
  };
  const region = (scope: App | { readonly region?: string }) => ('region' in scope && scope.region) || ENV.region;
  expect(nextSteps((scope) => add(scope as App, { ...ENV, region: region(scope) }))).toEqual(expectedOf(expected));
});
