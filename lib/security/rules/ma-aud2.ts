import { runtimes } from '../model/agents';
import { at, isTrue, listAt } from '../model/json';
import { refusesPlainHttp } from '../model/transport';
import { bucketOf, trailsFor } from '../model/trails';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { isDevelopmentStack } from './ma-dev1';
import type { Finding, SecurityRule } from './rule';

/** What the trail writes can be believed later. */
export const MA_AUD2: SecurityRule = {
  id: 'MA-AUD2',
  family: 'audit',
  severity: 'error',
  what: 'The trail is multi-Region, validated and encrypted with a customer-managed key; its bucket blocks public access, is versioned, refuses plain HTTP, is locked and has a lifecycle.',
  why: 'An audit trail that can be changed, read by strangers or lost proves nothing.',
  fix: 'Use AgentAuditTrail, or set the missing property',
  page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html',
  controls: {
    nist: ['AU-9', 'AU-9(2)', 'AU-11', 'SC-28'],
    iso: ['A.8.15', 'A.8.24', 'A.5.33'],
    soc2: ['CC6.1', 'CC7.2'],
  },
  check: (index) => {
    const trails = new Set(runtimes(index).flatMap((runtime) => trailsFor(index, runtime.source)));
    return [...trails].flatMap((trail) => {
      const bucket = bucketOf(index, trail);
      return [...judgeTrail(trail), ...(bucket?.type === 'AWS::S3::Bucket' ? judgeBucket(index, bucket) : [])];
    });
  },
};

function judgeTrail(trail: IndexedResource): Finding[] {
  const { IsMultiRegionTrail, EnableLogFileValidation, KMSKeyId } = trail.properties;
  const missing: [boolean, string, string][] = [
    [isTrue(IsMultiRegionTrail), 'IsMultiRegionTrail', 'the trail records one Region only'],
    [isTrue(EnableLogFileValidation), 'EnableLogFileValidation', 'the files of the trail are not validated'],
    [KMSKeyId !== undefined, 'KMSKeyId', 'the trail has no customer-managed key'],
  ];
  return toFindings(trail, missing);
}

function judgeBucket(index: TemplateIndex, bucket: IndexedResource): Finding[] {
  const { properties } = bucket;
  const block = properties.PublicAccessBlockConfiguration;
  const blocked = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every((each) =>
    isTrue(at(block, each)),
  );
  const rules = listAt(properties, 'LifecycleConfiguration', 'Rules');
  return toFindings(bucket, [
    [blocked, 'PublicAccessBlockConfiguration', 'the bucket of the trail does not block public access'],
    [
      at(properties, 'VersioningConfiguration', 'Status') === 'Enabled',
      'VersioningConfiguration',
      'the bucket of the trail is not versioned',
    ],
    [refusesPlainHttp(index, bucket), '', 'the bucket of the trail accepts plain HTTP'],
    [
      // Development mode turns locks off, which is one finding of MA-DEV1.
      isDevelopmentStack(bucket.source) ||
        (isTrue(properties.ObjectLockEnabled) &&
          at(properties, 'ObjectLockConfiguration', 'Rule', 'DefaultRetention', 'Mode') !== undefined),
      'ObjectLockConfiguration',
      'the bucket of the trail has no default retention lock',
    ],
    [
      rules.some((rule) => at(rule, 'Status') === 'Enabled'),
      'LifecycleConfiguration',
      'the bucket of the trail has no lifecycle rule',
    ],
  ]);
}

function toFindings(resource: IndexedResource, checks: [boolean, string, string][]): Finding[] {
  return checks
    .filter(([holds]) => !holds)
    .map(([, property, detail]) => ({
      resource,
      location: property ? `Properties.${property}` : 'Properties',
      detail,
    }));
}
