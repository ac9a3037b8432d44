import { Construct } from 'constructs';
import { CDK_ATTACKS } from './cdk-attacks';
import { governedApp } from './governed-app';
import { synthesized } from './synthesized';

test('there are at least 25', () => {
  expect(new Set(CDK_ATTACKS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25);
});

test.each(CDK_ATTACKS.map((attack) => [attack.name, attack] as const))('app.synth() refuses %s', (_, attack) => {
  const neighbour = governedApp({}, false);
  attack.apply(neighbour, new Construct(neighbour.stack, 'Attack'));
  const { refused, findings } = synthesized(neighbour.app);
  expect(findings.map(({ rule }) => rule).filter((rule) => attack.rules.includes(rule))).not.toEqual([]);
  expect(refused).toBe(true);
});
