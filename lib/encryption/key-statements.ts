import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import {
  Annotations,
  ArnFormat,
  CfnResource,
  Lazy,
  Reference,
  Stack,
  Token,
  TokenComparison,
  Tokenization,
} from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput, requirePattern } from '../validation/input-error';
import { policyText } from './policy-text';

/*
 * What each AWS service may do with a customer-managed key: one function per service.
 *
 * The functions take names, never resources. A log group, a queue or a trail needs its key first, so a key policy that
 * refers to one of them is a cycle: inside a stack CloudFormation refuses it, across stacks CDK does. ARNs are built from
 * names known at synth, for the account and Region of the construct that uses the key, and nothing of that construct's
 * stack is referenced; so the key may live in another stack.
 *
 * Calls may repeat. Per key, equal statements are added once and all log groups share one statement, because one key may
 * serve many agents and KMS stores at most 32 KB of policy.
 */

/** What this library has put into the policy of one key. */
interface KeyUse {
  readonly statements: Set<string>;
  readonly logGroupArns: string[];
  logsAdded: boolean;
}

const USES = new WeakMap<kms.IKey, KeyUse>();

/**
 * CloudWatch Logs may encrypt the events of one log group.
 *
 * @param logGroupName name of the log group, or a prefix followed by `*`. The log group of an AgentCore Runtime carries
 * the id of the runtime, which exists only after the runtime, which exists only after its key: pass
 * `/aws/bedrock-agentcore/runtimes/<runtimeName>-*`. The id is the name, a dash and ten characters, and a
 * runtime name has no dash, so the pattern admits no other runtime's log groups.
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
    'Pass the name, not the ARN',
  );
  requireKnownBeforeTheKey(scope, 'logGroupName', logGroupName);
  requireSameRegion(key, scope);
  const stack = Stack.of(scope);
  const arn = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const statement = (arns: string[]) =>
    new iam.PolicyStatement({
      sid: 'CloudWatchLogs',
      principals: [new iam.ServicePrincipal(`logs.${Stack.of(key).region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arns } },
    });

  const use = useOf(key);
  if (use.logGroupArns.includes(arn)) {
    return;
  }
  use.logGroupArns.push(arn);
  if (use.logGroupArns.length === 1) {
    const all = statement(Lazy.list({ produce: () => use.logGroupArns }));
    use.logsAdded = key.addToResourcePolicy(all).statementAdded;
  }
  if (!use.logsAdded) {
    warn(key, scope, statement([arn]));
  }
}

/**
 * CloudTrail may encrypt and describe for one trail. The trail name is fixed by the caller, which is what avoids the cycle.
 *
 * Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html. Its example for
 * `kms:Decrypt` (needed to create a trail on a bucket that has a bucket key) carries no condition; the page advises
 * `aws:SourceArn` for every statement of a trail, and AWS Control Tower documents `kms:Decrypt` with it.
 */
export function allowCloudTrail(key: kms.IKey, scope: IConstruct, trailName: string): void {
  requireKnownBeforeTheKey(scope, 'trailName', trailName);
  requireSameRegion(key, scope);
  const stack = Stack.of(scope);
  const cloudTrail = new iam.ServicePrincipal('cloudtrail.amazonaws.com');
  const thisTrail = {
    'aws:SourceArn': stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName }),
  };
  add(
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
  add(
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
  requireSameRegion(key, scope);
  add(
    key,
    scope,
    new iam.PolicyStatement({
      sid: 'EventBridgeSendsToQueues',
      principals: [new iam.ServicePrincipal('events.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: {
        // One rule's ARN would be a cycle (rule, queue, key): every rule of this account and Region.
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
 * `events.amazonaws.com`: for topics, EventBridge does not send the condition keys that would bind it to this account.
 *
 * Source: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function allowTopicPublishers(key: kms.IKey, scope: IConstruct, ...services: string[]): void {
  requireInput(!services.includes('events.amazonaws.com'), scope, {
    input: 'services',
    value: 'events.amazonaws.com',
    allowed: 'services that send aws:SourceAccount to KMS',
    fix: 'Let EventBridge send to a queue instead, with allowQueueForEventBridge',
  });
  requireSameRegion(key, scope);
  for (const service of services) {
    add(
      key,
      scope,
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(service)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'], // In a key policy "*" is this key and no other.
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
    );
  }
}

function add(key: kms.IKey, scope: IConstruct, statement: iam.PolicyStatement): void {
  const { statements } = useOf(key);
  const text = JSON.stringify(statement.toStatementJson());
  if (statements.has(text)) {
    return;
  }
  statements.add(text);
  if (!key.addToResourcePolicy(statement).statementAdded) {
    warn(key, scope, statement);
  }
}

function useOf(key: kms.IKey): KeyUse {
  const use = USES.get(key) ?? { statements: new Set(), logGroupArns: [], logsAdded: false };
  USES.set(key, use);
  return use;
}

/** An imported key keeps its policy, and the service it lacks fails only at run time: say what to attach, now. */
function warn(key: kms.IKey, scope: IConstruct, statement: iam.PolicyStatement): void {
  Annotations.of(scope).addWarningV2(
    'cdk-bedrock-managed-agents:keyPolicyNotUpdated',
    `The policy of the imported key ${key.node.path} cannot be updated from here. ` +
      `Attach this statement to it: ${policyText(scope, statement.toStatementJson())}`,
  );
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
    fix: 'Name the resource yourself, or pass a name prefix followed by * (the key policy would depend on a resource that depends on the key)',
  });
}

/** Services use a key only in its own Region; the mistake would otherwise surface in the middle of a deployment. */
export function requireSameRegion(key: kms.IKey, scope: IConstruct): void {
  const region = Stack.of(scope).region;
  requireInput(Token.compareStrings(key.env.region, region) !== TokenComparison.DIFFERENT, scope, {
    input: 'encryptionKey',
    value: `${key.node.path} in ${key.env.region}`,
    allowed: `a key in ${region}`,
    fix: 'Create an AgentKey in this Region',
  });
}
