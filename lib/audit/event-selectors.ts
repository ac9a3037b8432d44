import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { AGENT_DATA_EVENT_TYPES } from '../facts/cloudtrail';

type Selector = CfnTrail.AdvancedEventSelectorProperty;
type Field = CfnTrail.AdvancedFieldSelectorProperty;

const equal = (field: string, value: string): Field => ({ field, equalTo: [value] });
const selector = (name: string, ...fieldSelectors: Field[]): Selector => ({ name, fieldSelectors });

/**
 * The event selectors that a trail needs to record agents. Advanced selectors replace the default selection of a trail,
 * so management events are included. A selector accepts one resource type, so there is one selector per type. There is
 * no filter of event names on the project: AWS doesn't document which session operations CloudTrail records, and a
 * filter would drop operations that are recorded later.
 */
export function agentEventSelectors(networkEventSources: readonly string[]): Selector[] {
  return [
    selector('Management events', equal('eventCategory', 'Management')),
    ...Object.entries(AGENT_DATA_EVENT_TYPES).map(([name, type]) =>
      selector(name, equal('eventCategory', 'Data'), equal('resources.type', type)),
    ),
    ...networkEventSources.map((source) =>
      selector(
        `Denied by a VPC endpoint: ${source.split('.')[0]}`,
        equal('eventCategory', 'NetworkActivity'),
        equal('eventSource', source),
        equal('errorCode', 'VpceAccessDenied'),
      ),
    ),
  ];
}

/**
 * Reads and deletions of the files of the trail. Server access logs would also record them, but their target bucket can
 * have neither a customer-managed default key nor an object lock
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html). Deliveries are excluded:
 * a record of a delivery would cause another delivery.
 */
export function trailBucketSelector(bucketArn: string): Selector {
  return selector(
    'Use of the trail files',
    equal('eventCategory', 'Data'),
    equal('resources.type', 'AWS::S3::Object'),
    { field: 'resources.ARN', startsWith: [`${bucketArn}/`] },
    { field: 'eventName', notEquals: ['PutObject'] },
  );
}

/** Every access to the objects of these buckets. */
export function objectsSelector(bucketArns: string[]): Selector {
  return selector(
    'Objects of recorded buckets',
    equal('eventCategory', 'Data'),
    equal('resources.type', 'AWS::S3::Object'),
    { field: 'resources.ARN', startsWith: bucketArns.map((arn) => `${arn}/`) },
  );
}
