import type { EventPattern } from 'aws-cdk-lib/aws-events';
import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { DeployedText } from '../quotas/deployed-text';
import { QUOTAS } from '../quotas/quota';

/** For quotes and a comma, and for `detail-type`, which is longer than the name of the prop. */
const PUNCTUATION = 3;
const RESERVE = 10;

/**
 * The pattern, or several patterns with a part of its resources each, so that each is small enough for a rule. ARNs count
 * as long as they will be once deployed.
 */
export function patternsOfRules(scope: IConstruct, pattern: EventPattern): EventPattern[] {
  const text = new DeployedText(Stack.of(scope));
  const room = QUOTAS.eventPattern.limit - text.lengthOf({ ...pattern, resources: [] }) - RESERVE;
  const parts: string[][] = [[]];
  let used = 0;
  for (const resource of pattern.resources ?? []) {
    const length = text.lengthOf(resource) + PUNCTUATION;
    if (used > 0 && used + length > room) {
      parts.push([]);
      used = 0;
    }
    parts[parts.length - 1].push(resource);
    used += length;
  }
  return parts.length === 1 ? [pattern] : parts.map((resources) => ({ ...pattern, resources }));
}
