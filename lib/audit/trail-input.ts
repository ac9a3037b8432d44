import type { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { NETWORK_EVENT_SOURCES_UNSUPPORTED, TRAIL_NAME } from '../facts/cloudtrail';
import { requireInput, requirePattern, requireWholeNumber } from '../validation/input-error';
import type { ObjectLock } from '../encryption/object-lock';

/** The inputs of a trail that are checked. */
interface TrailInput {
  readonly trailName: string;
  readonly lock: ObjectLock;
  readonly retention: Duration;
  readonly networkEventSources: string[];
}

/** Refuses what CloudTrail or S3 would refuse in the middle of a deployment. */
export function requireTrailInput(scope: IConstruct, input: TrailInput): void {
  const { trailName, lock, retention, networkEventSources } = input;
  requirePattern(
    scope,
    'trailName',
    trailName,
    TRAIL_NAME,
    '3 to 128 letters, digits and . _ -, beginning and ending with a letter or digit, no two separators in a row',
    "choose a name such as 'bedrock-managed-agents'",
  );
  requireWholeNumber(scope, 'retention', retention.toDays({ integral: false }), 1, 36_500, 'days');
  requireInput(!lock.period || retention.toDays() >= lock.period.toDays(), scope, {
    input: 'retention',
    value: `${retention.toDays()} days`,
    allowed: `at least as long as the lock (${lock.period?.toDays()} days)`,
    fix: 'lengthen the retention or shorten the lock',
  });
  for (const source of networkEventSources) {
    requirePattern(
      scope,
      'networkEventSources',
      source,
      /^[a-z0-9.-]+\.amazonaws\.com$/,
      'a CloudTrail event source such as kms.amazonaws.com',
      'write the service as CloudTrail does',
    );
    requireInput(!NETWORK_EVENT_SOURCES_UNSUPPORTED.includes(source), scope, {
      input: 'networkEventSources',
      value: source,
      allowed: 'a service whose network activity CloudTrail supports',
      fix: 'leave it out: CloudTrail refuses a trail that selects it',
    });
  }
}
