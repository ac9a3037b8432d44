import type { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { AGENT_DATA_EVENT_TYPES } from '../facts/cloudtrail';

type Selector = CfnTrail.AdvancedEventSelectorProperty;
type Field = CfnTrail.AdvancedFieldSelectorProperty;

const equal = (field: string, value: string): Field => ({ field, equalTo: [value] });
const selector = (name: string, ...fieldSelectors: Field[]): Selector => ({ name, fieldSelectors });

/**
 * What a trail must select to see agents. Advanced selectors replace everything a trail selects by itself, so management
 * events are named too; and a selector takes one resource type, hence one selector per type.
 *
 * No event-name filter on the project: which session operations CloudTrail records is not documented, and a filter would
 * drop every operation that becomes recorded later.
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
 * Who reads or deletes the files of the trail. This is what server access logs are for, but their target bucket can have
 * neither a customer-managed default key nor an object lock
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshooting-server-access-logging.html). Deliveries are left out: recording them would make a delivery
 * out of every delivery.
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
