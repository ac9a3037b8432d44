import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { ArnFormat, CfnResource, Lazy, Reference, Stack, Tokenization } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput, requirePattern } from '../validation/input-error';
import { addToKeyPolicy, requireUsableKey } from './key-policy';

/*
 * What each AWS service may do with a customer-managed key: one function per service.
 *
 * The functions take names, never resources. A log group, a queue or a trail needs its key first, so a key policy that
 * refers to one of them is a cycle: in one stack, CloudFormation refuses it; across stacks, CDK does. ARNs are built
 * from names known at synth, for the account and Region of the construct that uses the key, and nothing of that
 * construct's stack is referenced; so the key may be in another stack. Calls can be repeated. Per key, equal statements
 * are added once (key-policy.ts) and all log groups share one statement, because one key may serve many agents and KMS
 * stores at most 32 KB of policy.
 */

/** Log groups that each key encrypts. */
const LOG_GROUP_ARNS = new WeakMap<kms.IKey, string[]>();

/**
 * CloudWatch Logs may encrypt the events of one log group.
 *
 * @param logGroupName name of the log group, or a prefix followed by `*`. The name of an AgentCore Runtime's log group
 * contains the id of the Runtime, which is created after its key: pass
 * `/aws/bedrock-agentcore/runtimes/<runtimeName>-*`. The id is the name, a dash and ten characters, and a runtime name
 * has no dash, so the pattern doesn't match log groups of other Runtimes.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowLogs(key: kms.IKey, scope: IConstruct, logGroupName: string): void {
  requirePattern(
    scope,
    'logGroupName',
    logGroupName,
    /^[\w./#-]{1,511}\*?$/,
    'a log group name (letters, digits and . - _ / #), or a prefix followed by *',
    'pass the name, not the ARN',
  );
  requireKnownBeforeTheKey(scope, 'logGroupName', logGroupName);
  requireUsableKey(key, scope);
  const stack = Stack.of(scope);
  const arn = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const arns = LOG_GROUP_ARNS.get(key) ?? [];
  LOG_GROUP_ARNS.set(key, arns);
  if (arns.push(arn) > 1) {
    return;
  }
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'CloudWatchLogs',
      principals: [new iam.ServicePrincipal(`logs.${Stack.of(key).region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: {
        ArnLike: {
          // Not cached, so that log groups that are added later are included.
          'kms:EncryptionContext:aws:logs:arn': Lazy.uncachedList({ produce: () => [...new Set(arns)] }),
        },
      },
    }),
  );
}

/**
 * CloudTrail may encrypt and describe for one trail. The caller sets the trail name, which avoids the cycle.
 *
 * Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html. Its example for
 * `kms:Decrypt` (needed to create a trail on a bucket that has a bucket key) carries no condition; the page advises
 * `aws:SourceArn` for every statement of a trail, and AWS Control Tower documents `kms:Decrypt` with it.
 */
export function allowCloudTrail(key: kms.IKey, scope: IConstruct, trailName: string): void {
  requireKnownBeforeTheKey(scope, 'trailName', trailName);
  requireUsableKey(key, scope);
  const stack = Stack.of(scope);
  const cloudTrail = new iam.ServicePrincipal('cloudtrail.amazonaws.com');
  const thisTrail = {
    'aws:SourceArn': stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName }),
  };
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'CloudTrailEncrypts',
      principals: [cloudTrail],
      actions: ['kms:GenerateDataKey*'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: {
        StringEquals: thisTrail,
        StringLike: {
          // A multi-Region trail encrypts under its ARN in every Region.
          'kms:EncryptionContext:aws:cloudtrail:arn': stack.formatArn({
            service: 'cloudtrail',
            region: '*',
            resource: 'trail',
            resourceName: '*',
          }),
        },
      },
    }),
  );
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'CloudTrailChecksTheKey',
      principals: [cloudTrail],
      actions: ['kms:Decrypt', 'kms:DescribeKey'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: { StringEquals: thisTrail },
    }),
  );
}

/**
 * EventBridge rules of this account may send to queues (targets or dead-letter queues) that use the key.
 * CDK adds the queue policy of a dead-letter queue but not this statement.
 *
 * Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function allowQueueForEventBridge(key: kms.IKey, scope: IConstruct): void {
  requireUsableKey(key, scope);
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'EventBridgeSendsToQueues',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: {
        // The ARN of a single rule would be a cycle (rule, queue, key), so every rule of this account and Region is
        // allowed.
        ArnLike: {
          'aws:SourceArn': Stack.of(scope).formatArn({ service: 'events', resource: 'rule', resourceName: '*' }),
        },
      },
    }),
  );
}

/**
 * AWS services of this account may publish to topics that use the key.
 *
 * @param services service principals, for example `cloudwatch.amazonaws.com` (alarms) or `budgets.amazonaws.com`. Not
 * `events.amazonaws.com`: for topics, EventBridge doesn't send the condition keys that would limit it to this account.
 *
 * Source: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function allowTopicPublishers(key: kms.IKey, scope: IConstruct, ...services: string[]): void {
  requireInput(!services.includes('events.amazonaws.com'), scope, {
    input: 'services',
    value: 'events.amazonaws.com',
    allowed: 'services that send aws:SourceAccount to KMS',
    fix: 'let EventBridge send to a queue instead, with allowQueueForEventBridge',
  });
  requireUsableKey(key, scope);
  for (const service of services) {
    addToKeyPolicy(
      key,
      scope,
      new iam.PolicyStatement({
        sid: `${service.split('.')[0]}PublishesToTopics`,
        principals: [new iam.ServicePrincipal(service)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'], // In a key policy "*" is this key and no other.
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    );
  }
}

/**
 * One event bus may use the key for its events. CDK adds this statement, too, but without a warning for an imported
 * key.
 *
 * Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html
 */
export function allowEventBus(key: kms.IKey, scope: IConstruct, eventBusName: string): void {
  requireUsableKey(key, scope);
  const arn = eventBusArn(scope, eventBusName);
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'BusEncryptsEvents',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: {
        StringEquals: {
          'aws:SourceAccount': Stack.of(scope).account,
          'aws:SourceArn': arn,
          'kms:EncryptionContext:aws:events:event-bus:arn': arn,
        },
      },
    }),
  );
}

/**
 * One event bus may send to its dead-letter queue. AWS doesn't document that EventBridge sends the ARN of the bus as
 * `aws:SourceArn` to the key of the queue.
 */
export function allowDeadLettersOfBus(key: kms.IKey, scope: IConstruct, eventBusName: string): void {
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'BusSendsToItsQueue',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: { ArnEquals: { 'aws:SourceArn': eventBusArn(scope, eventBusName) } },
    }),
  );
}

/**
 * CloudWatch Logs may deliver the logs of state machines that are encrypted with the key. The sample of AWS has no
 * condition. The role of the state machine creates the data keys with this encryption context, and KMS decrypts only
 * with the same context, so the condition doesn't block log delivery.
 *
 * Source: docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
 */
export function allowLogDelivery(key: kms.IKey, scope: IConstruct): void {
  requireUsableKey(key, scope);
  const { partition, region, account } = Stack.of(scope);
  addToKeyPolicy(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'LogDelivery',
      principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['kms:Decrypt'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: {
        StringEquals: { 'kms:EncryptionContext:SourceArn': `arn:${partition}:logs:${region}:${account}:*` },
      },
    }),
  );
}

function eventBusArn(scope: IConstruct, eventBusName: string): string {
  return Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: eventBusName });
}

function requireKnownBeforeTheKey(scope: IConstruct, input: string, name: string): void {
  const resource = Tokenization.reverseString(name)
    .tokens.filter((token) => Reference.isReference(token))
    .map((reference) => reference.target)
    .find((target) => CfnResource.isCfnResource(target));
  requireInput(resource === undefined, scope, {
    input,
    value: resource && `an attribute of ${resource.node.path}`,
    allowed: 'a name that is known before the key exists',
    fix: 'name the resource yourself, or pass a name prefix followed by * (the key policy would depend on a resource that depends on the key)',
  });
}
