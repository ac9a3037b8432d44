/** Events of Amazon S3 when an object is written or deleted: to EventBridge, queues, topics and functions. */
import { randomUUID } from 'node:crypto';
import type { Deployment } from './deployment';
import type { CloudEvent } from './event-buses';
import { eventOf } from './event-buses';

export interface ObjectChange {
  readonly bucket: string;
  readonly key: string;
  readonly change: 'Created' | 'Deleted';
  /** Operation of the API: `PutObject`. */
  readonly reason: string;
  readonly size?: number;
}

interface Configuration {
  readonly EventBridgeConfiguration?: object;
  readonly QueueConfigurations?: readonly Destination[];
  readonly TopicConfigurations?: readonly Destination[];
  readonly LambdaConfigurations?: readonly Destination[];
  readonly LambdaFunctionConfigurations?: readonly Destination[];
}

/** In the format of CloudFormation, or in that of the API, which the CDK's custom resource uses. */
interface Destination {
  readonly Event?: string;
  readonly Events?: readonly string[];
  readonly Queue?: string;
  readonly QueueArn?: string;
  readonly Topic?: string;
  readonly TopicArn?: string;
  readonly Function?: string;
  readonly LambdaFunctionArn?: string;
  readonly Filter?: { readonly S3Key?: { readonly Rules: Rules }; readonly Key?: { readonly FilterRules: Rules } };
}
type Rules = readonly { readonly Name: string; readonly Value: string }[];

export interface ObjectEventOperations {
  onDefaultBus(event: CloudEvent): void;
  /** @throws when it isn't permitted */
  notify(bucketArn: string, targetArn: string, notification: unknown): Promise<void> | void;
  onFailure(bucketArn: string, error: Error): void;
}

export class ObjectEvents {
  public constructor(
    private readonly deployment: Deployment,
    private readonly operations: ObjectEventOperations,
  ) {}

  public changed(change: ObjectChange): void {
    const bucket = this.deployment.all('AWS::S3::Bucket').find(({ ref }) => ref === change.bucket);
    if (bucket === undefined) return;
    for (const configuration of this.configurationsOf(bucket.ref, bucket.properties.NotificationConfiguration)) {
      if (configuration.EventBridgeConfiguration !== undefined)
        this.operations.onDefaultBus(this.event(bucket.arn, change));
      for (const target of targetsOf(configuration, change)) void this.notify(bucket.arn, target, change);
    }
  }

  private configurationsOf(bucket: string, own: unknown): Configuration[] {
    const byCustomResource = this.deployment
      .all('Custom::S3BucketNotifications')
      .filter(({ properties }) => properties.BucketName === bucket)
      .map(({ properties }) => properties.NotificationConfiguration as Configuration);
    return [...(own === undefined ? [] : [own as Configuration]), ...byCustomResource];
  }

  /** Form: docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
  private event(bucketArn: string, { bucket, key, change, reason, size }: ObjectChange): CloudEvent {
    const entry = {
      Source: 'aws.s3',
      DetailType: `Object ${change}`,
      Resources: [bucketArn],
      Detail: {
        version: '0',
        bucket: { name: bucket },
        object: { key, size, sequencer: Date.now().toString(16).toUpperCase() },
        'request-id': randomUUID(),
        requester: this.deployment.place.accountId,
        reason,
      },
    };
    return eventOf(entry, this.deployment.place);
  }

  /** Form: docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  private async notify(bucketArn: string, target: string, { bucket, key, change, reason, size }: ObjectChange) {
    const record = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: this.deployment.place.region,
      eventTime: new Date().toISOString(),
      eventName: nameOf(change, reason),
      s3: { bucket: { name: bucket, arn: bucketArn }, object: { key: encodeURIComponent(key), size } },
    };
    try {
      await this.operations.notify(bucketArn, target, { Records: [record] });
    } catch (error) {
      this.operations.onFailure(bucketArn, error as Error);
    }
  }
}

const nameOf = (change: ObjectChange['change'], reason: string): string =>
  change === 'Created' ? `ObjectCreated:${reason.replace(/^PutObject$/, 'Put')}` : 'ObjectRemoved:Delete';

function targetsOf(configuration: Configuration, { change, reason, key }: ObjectChange): string[] {
  const name = `s3:${nameOf(change, reason)}`;
  return [
    ...(configuration.QueueConfigurations ?? []),
    ...(configuration.TopicConfigurations ?? []),
    ...(configuration.LambdaConfigurations ?? []),
    ...(configuration.LambdaFunctionConfigurations ?? []),
  ]
    .filter(({ Event, Events = [], Filter }) => {
      const rules = Filter?.S3Key?.Rules ?? Filter?.Key?.FilterRules ?? [];
      return (
        [...Events, ...(Event === undefined ? [] : [Event])].some((pattern) =>
          pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
        ) &&
        rules.every(({ Name, Value }) =>
          Name.toLowerCase() === 'prefix' ? key.startsWith(Value) : key.endsWith(Value),
        )
      );
    })
    .map(
      ({ Queue, QueueArn, Topic, TopicArn, Function: code, LambdaFunctionArn }) =>
        (Queue ?? QueueArn ?? Topic ?? TopicArn ?? code ?? LambdaFunctionArn)!,
    );
}
