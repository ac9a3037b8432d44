import { Construct } from 'constructs';
import type { CdkAttack } from './cdk-attacks';
import { governedApp } from './governed-app';
import { synthesized } from './synthesized';

/** Tests that `app.synth()` refuses each of them by one of the rules that it names. */
export function testRefused(attacks: readonly CdkAttack[]): void {
  test.each(attacks.map((attack) => [attack.name, attack] as const))('app.synth() refuses %s', (_, attack) => {
    const neighbour = governedApp({}, false);
    attack.apply(neighbour, new Construct(neighbour.stack, 'Attack'));
    const { refused, findings } = synthesized(neighbour.app);
    expect(findings.map(({ rule }) => rule).filter((rule) => attack.rules.includes(rule))).not.toEqual([]);
    expect(refused).toBe(true);
  });
}
