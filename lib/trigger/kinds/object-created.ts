import { CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import type { TriggerDefinition } from '../trigger-definition';
import { idFrom } from '../trigger-id';

/** Options of a trigger on new objects. */
export interface ObjectCreatedTriggerOptions extends AgentTriggerOptions {
  /**
   * Prefix of the key, for example `inbox/`. If the agent itself writes to the bucket, set a prefix that it can't write
   * to: otherwise, each of its answers starts the next turn.
   *
   * @default - any
   */
  readonly keyPrefix?: string;

  /**
   * Suffix of the key, for example `.json`.
   *
   * @default - any
   */
  readonly keySuffix?: string;
}

/** Source: docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html, read 2026-11-23. */
export function objectCreatedTrigger(bucket: IBucket, options: ObjectCreatedTriggerOptions): TriggerDefinition {
  const key = keyFilter(options.keyPrefix, options.keySuffix);
  return {
    type: 'object-created',
    defaultId: idFrom('ObjectCreated', bucket),
    rule: {
      pattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket.bucketName] }, ...(key ? { object: { key: [key] } } : {}) },
      },
    },
    prompt: [
      'An object was written to Amazon S3 at {{event.time | time}}.',
      'Bucket: {{event.detail.bucket.name | id}}',
      'Key: {{event.detail.object.key | text:1100}}',
      'Version: {{event.detail.object.version-id | id | optional}}',
      'Size in bytes: {{event.detail.object.size | int | optional}}',
      '',
      'Work on this object as your instructions say.',
    ].join('\n'),
    // Equal for repetitions of one notification, and different for every write of a key.
    deduplicationKey: ['detail.bucket.name', 'detail.object.key', 'detail.object.sequencer'],
    options,
    sources: [{ input: 'bucket', what: 'a bucket', construct: bucket }],
    prepare: (scope) => sendToEventBridge(scope, bucket),
  };
}

function keyFilter(prefix?: string, suffix?: string): object | undefined {
  // Values of one member are alternatives, so prefix and suffix together are one wildcard.
  const literal = (text: string) => text.replace(/[\\*]/g, '\\$&');
  if (prefix && suffix) {
    return { wildcard: `${literal(prefix)}*${literal(suffix)}` };
  }
  return prefix ? { prefix } : suffix ? { suffix } : undefined;
}

/**
 * Enables the bucket's events to EventBridge. `enableEventBridgeNotification` uses a custom resource; the bucket's
 * property doesn't need one. A bucket that already has notifications uses that resource, which replaces the property.
 */
function sendToEventBridge(scope: IConstruct, bucket: IBucket): void {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof CfnBucket)) {
    Annotations.of(scope).addWarningV2(
      'cdk-bedrock-managed-agents:bucketEventsNotEnabled',
      `The notifications of the imported bucket ${bucket.node.path} cannot be changed from here. ` +
        'Switch Amazon EventBridge on in its properties; no turn starts before.',
    );
    return;
  }
  if (bucket.node.tryFindChild('Notifications')) {
    bucket.enableEventBridgeNotification();
    return;
  }
  resource.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
  scope.node.addValidation({
    validate: () =>
      bucket.node.tryFindChild('Notifications')
        ? [
            `${bucket.node.path} got other notifications after this trigger, and they switch its events off. ` +
              'Fix: add the trigger after them, or set eventBridgeEnabled on the bucket.',
          ]
        : [],
  });
}
