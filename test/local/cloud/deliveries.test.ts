import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { NestedStack } from 'aws-cdk-lib/core';
import type { CloudEvent } from '../../../local/cloud';
import { allow, LocalStack } from './local-stack';

/* What services do for resources: each as the role or the service that AWS would use, with the keys that it would use. */

const local = new LocalStack();
const EVENTS = new iam.ServicePrincipal('events.amazonaws.com');
const CLOUDWATCH = new iam.ServicePrincipal('cloudwatch.amazonaws.com');
const SCHEDULER = new iam.ServicePrincipal('scheduler.amazonaws.com');

function admits(queue: sqs.Queue, principal: iam.ServicePrincipal): void {
  queue.addToResourcePolicy(
    new iam.PolicyStatement({ principals: [principal], actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
  );
}

beforeAll(async () => {
  const { stack } = local;
  const open = new kms.Key(stack, 'OpenKey');
  for (const principal of [EVENTS, CLOUDWATCH, new iam.ServicePrincipal('sns.amazonaws.com')]) {
    open.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [principal],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
      }),
    );
  }
  const closed = new kms.Key(stack, 'ClosedKey');
  const queue = (id: string, key: kms.Key | undefined, principal?: iam.ServicePrincipal) => {
    const made = new sqs.Queue(stack, id, { encryptionMasterKey: key });
    if (principal) admits(made, principal);
    return made;
  };
  const rule = (id: string, target: object, more: object = {}) =>
    new events.CfnRule(stack, id, {
      eventPattern: { source: ['test'], 'detail-type': [id] },
      targets: [{ id: 'Target', ...target } as events.CfnRule.TargetProperty],
      ...more,
    });
  const letters = queue('Letters', open, EVENTS);
  const deadLetterConfig = { arn: letters.queueArn };

  rule('ToOpenQueue', { arn: queue('Open', open, EVENTS).queueArn, deadLetterConfig });
  rule('ToClosedQueue', { arn: queue('Closed', closed, EVENTS).queueArn, deadLetterConfig });
  rule('ToUnwillingQueue', { arn: queue('Unwilling', open).queueArn, deadLetterConfig });
  rule('Lost', {
    arn: queue('Refusing', undefined).queueArn,
    deadLetterConfig: { arn: queue('RefusingLetters', closed, EVENTS).queueArn },
  });
  rule('Transformed', {
    arn: queue('Plain', undefined, EVENTS).queueArn,
    inputTransformer: {
      inputPathsMap: { who: '$.detail.who', all: '$.detail.list[*].name', size: '$.detail.size' },
      inputTemplate: '{"who": <who>, "names": <all>, "text": "<who> has \\"<size>\\"", "rule": <aws.events.rule-name>}',
    },
  });
  rule('Sentence', {
    arn: queue('Sentences', undefined, EVENTS).queueArn,
    inputTransformer: { inputPathsMap: { who: '$.detail.who' }, inputTemplate: '"<who> came"' },
  });

  const called = local.functionOf('Called', 'return event;');
  const uncalled = local.functionOf('Uncalled', 'return event;');
  called.addPermission('Rule', { principal: EVENTS });
  rule('ToCalled', { arn: called.functionArn, deadLetterConfig });
  rule('ToUncalled', { arn: uncalled.functionArn, deadLetterConfig });
  const machine = new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Done')),
  });
  const starter = new iam.Role(stack, 'Starter', { assumedBy: EVENTS });
  machine.grantStartExecution(starter);
  const stranger = new iam.Role(stack, 'Stranger', { assumedBy: CLOUDWATCH });
  machine.grantStartExecution(stranger);
  rule('ToMachine', { arn: machine.stateMachineArn, roleArn: starter.roleArn });
  rule('ToMachineAsStranger', { arn: machine.stateMachineArn, roleArn: stranger.roleArn });
  rule('ToMachineWithoutRole', { arn: machine.stateMachineArn });

  const topics = { OpenTopic: open, ClosedTopic: closed };
  for (const [id, key] of Object.entries(topics)) {
    const topic = new sns.Topic(stack, id, { masterKey: key });
    topic.addToResourcePolicy(
      new iam.PolicyStatement({ principals: [CLOUDWATCH], actions: ['sns:Publish'], resources: [topic.topicArn] }),
    );
    const metric = new cloudwatch.Metric({ namespace: 'Test', metricName: id });
    new cloudwatch.Alarm(stack, `${id}Alarm`, { metric, threshold: 1, evaluationPeriods: 1 }).addAlarmAction(
      new SnsAction(topic),
    );
    if (key === open) {
      topic.addSubscription(new subscriptions.SqsSubscription(queue('Subscribed', open), { rawMessageDelivery: true }));
    }
  }

  const group = new scheduler.CfnScheduleGroup(stack, 'Group', { name: 'own' });
  const schedule = (id: string, conditions: Record<string, object> | undefined, source = group.attrArn) => {
    const target = queue(`${id}Queue`, undefined);
    const role = new iam.Role(stack, `${id}Role`, {
      assumedBy: SCHEDULER.withConditions({ ArnEquals: { 'aws:SourceArn': source } }),
    });
    role.addToPolicy(allow('sqs:SendMessage', target.queueArn));
    role.addToPolicy(allow('kms:Decrypt', closed.keyArn, conditions));
    new scheduler.CfnSchedule(stack, id, {
      groupName: 'own',
      kmsKeyArn: closed.keyArn,
      flexibleTimeWindow: { mode: 'OFF' },
      scheduleExpression: 'rate(1 day)',
      target: { arn: target.queueArn, roleArn: role.roleArn, input: '{}' },
    });
  };
  schedule('Good', undefined);
  schedule('ThroughService', { StringEquals: { 'kms:ViaService': 'scheduler.us-east-1.amazonaws.com' } });
  schedule('OfAnotherGroup', undefined, 'arn:aws:scheduler:us-east-1:111122223333:schedule-group/other');

  const polled = queue('Polled', closed);
  const poller = new iam.Role(stack, 'Poller', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  poller.addToPolicy(allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], polled.queueArn));
  new lambda.CfnEventSourceMapping(stack, 'Mapping', {
    eventSourceArn: polled.queueArn,
    functionName: local.functionOf('Consumer', '', { role: poller.withoutPolicyUpdates() }).functionName,
  });

  const bucket = new s3.Bucket(stack, 'Bucket');
  (bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
  local.sender('Writer', [allow('s3:PutObject', bucket.arnForObjects('*'))]);
  new events.CfnRule(stack, 'Written', {
    eventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { object: { key: [{ prefix: 'in/' }] } },
    },
    targets: [{ id: 'Target', arn: queue('Objects', undefined, EVENTS).queueArn }],
  });

  const nested = new NestedStack(stack, 'Nested');
  const inside = new sqs.Queue(nested, 'Inside');
  admits(inside, EVENTS);
  new events.CfnRule(nested, 'NestedRule', {
    eventPattern: { source: ['test'], 'detail-type': ['ToNested'] },
    targets: [{ id: 'Target', arn: inside.queueArn }],
  });
  await local.start();
});

afterAll(() => local.stop());

const event = (type: string, detail: Record<string, unknown> = {}): CloudEvent => ({
  version: '0',
  id: 'one',
  'detail-type': type,
  source: 'test',
  account: '111122223333',
  time: '2026-11-23T12:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail,
});
const queueOf = (part: string) => {
  const { deployment, queues } = local.cloud;
  const found = deployment
    .all('AWS::SQS::Queue')
    .find(({ logicalId }) => logicalId.replace(/[0-9A-F]{8}$/, '') === part)!;
  return queues.waiting(found.arn);
};

test.each<[string, RegExp | undefined]>([
  ['ToOpenQueue', undefined],
  ['ToClosedQueue', /events.amazonaws.com is not authorized to perform: kms:GenerateDataKey on resource: \S+ClosedKey/],
  ['ToUnwillingQueue', /perform: sqs:SendMessage .* because no resource-based policy allows/],
  ['ToCalled', undefined],
  ['ToUncalled', /perform: lambda:InvokeFunction .* because no resource-based policy allows/],
  ['ToMachine', undefined],
  ['ToMachineAsStranger', /perform: sts:AssumeRole on resource: \S+Stranger/],
  ['ToMachineWithoutRole', /perform: states:StartExecution .* because no resource-based policy allows/],
  ['ToNested', undefined],
])('a rule (%s) reaches its target as EventBridge would: %p', async (type, problem) => {
  const before = queueOf('Letters').length;
  const [delivery] = await local.cloud.deliver(event(type));
  const hasQueue = problem !== undefined && !type.startsWith('ToMachine');

  if (problem === undefined) expect(delivery.error).toBeUndefined();
  else expect(delivery.error?.message).toMatch(problem);
  expect(queueOf('Letters').length - before).toBe(hasQueue ? 1 : 0);
});

test('an event that the dead-letter queue may not take either is lost, and the delivery says so', async () => {
  const [{ error, lost }] = await local.cloud.deliver(event('Lost'));
  expect(error?.message).toMatch(/sqs:SendMessage/);
  expect(lost?.message).toMatch(/kms:GenerateDataKey/);
  expect(queueOf('RefusingLetters')).toEqual([]);
});

test('an input transformer fills values, lists and quoted texts into its template', async () => {
  await local.cloud.deliver(event('Transformed', { who: 'a "b"', size: 3, list: [{ name: 'x' }, { name: 'y' }] }));
  await local.cloud.deliver(event('Sentence', { who: 'somebody' }));
  expect(JSON.parse(queueOf('Plain')[0])).toEqual({
    who: 'a "b"',
    names: ['x', 'y'],
    text: 'a "b" has "3"',
    rule: expect.stringMatching(/^Transformed/),
  });
  expect(JSON.parse(queueOf('Sentences')[0])).toBe('somebody came');
});

test('an alarm reaches its topic with the key of the topic, and the topic its queue', async () => {
  expect(await local.cloud.alarm('OpenTopicAlarm')).toEqual([]);
  const [refused] = await local.cloud.alarm('ClosedTopicAlarm');
  expect(refused.message).toMatch(/cloudwatch.amazonaws.com is not authorized to perform: kms:GenerateDataKey/);
  expect(local.cloud.topics.messages.map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^ALARM: "OpenTopicAlarm/),
  ]);
  expect(local.cloud.topics.undelivered).toEqual([]);
  expect(JSON.parse(queueOf('Subscribed')[0])).toMatchObject({ NewStateValue: 'ALARM' });
});

test('a schedule uses the key of its payload itself, with a role that trusts its group', async () => {
  expect((await local.cloud.runSchedule('Good')).error).toBeUndefined();
  expect((await local.cloud.runSchedule('ThroughService')).error?.message).toMatch(/perform: kms:Decrypt/);
  expect((await local.cloud.runSchedule('OfAnotherGroup')).error?.message).toMatch(/perform: sts:AssumeRole/);
});

test('a function that may not use the key of its queue is handed no message', async () => {
  const { deployment, queues } = local.cloud;
  queues.send(deployment.one('AWS::SQS::Queue', 'Polled').arn, '{}');
  await local.cloud.quiet();
  expect(queueOf('Polled')).toEqual(['{}']);
  expect(queues.refused.map(({ message }) => message)).toEqual([expect.stringMatching(/perform: kms:Decrypt/)]);
});

test('an object that a function writes is an event of its bucket', async () => {
  const { ref } = local.cloud.deployment.one('AWS::S3::Bucket');
  for (const Key of ['in/a', 'out/b']) {
    expect(await local.send('Writer', 's3', 'PutObject', { Bucket: ref, Key, Body: 'text' })).toEqual({ status: 200 });
  }
  await local.cloud.quiet();
  expect(queueOf('Objects').map((body) => JSON.parse(body).detail)).toEqual([
    expect.objectContaining({
      reason: 'PutObject',
      bucket: { name: ref },
      object: expect.objectContaining({ key: 'in/a' }),
    }),
  ]);
});
