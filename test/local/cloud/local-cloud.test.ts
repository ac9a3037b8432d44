import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedulerTargets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { startLocalService, type LocalService } from '../../../local';
import { LocalCloud, type CloudEvent } from '../../../local/cloud';
import { stageAssets } from '../../staged-assets';

stageAssets();

/*
 * A deployment of plain CDK constructs in two stacks: what the local cloud makes of a template is tested here, what agents
 * make of it elsewhere.
 */

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'local-cloud-'));
let service: LocalService;
let cloud: LocalCloud;

/** A function whose code is `body` of an async function of the event. */
function functionOf(stack: Stack, id: string, body: string, environment: Record<string, string> = {}): lambda.Function {
  const directory = fs.mkdtempSync(path.join(work, `${id}-`));
  fs.writeFileSync(path.join(directory, 'index.js'), `exports.handler = async (event, context) => { ${body} };`);
  return new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(directory),
    environment,
  });
}

function synthesize(): string {
  const app = new App({ outdir: path.join(work, 'cdk.out') });
  const shared = new Stack(app, 'Shared');
  const stack = new Stack(app, 'Work', { stackName: 'work-in-account' });
  const table = new dynamodb.Table(shared, 'Table', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
  });
  table.addGlobalSecondaryIndex({
    indexName: 'byKind',
    partitionKey: { name: 'kind', type: dynamodb.AttributeType.STRING },
  });

  const report =
    'return { who: process.env.WHO, other: process.env.OTHER ?? null, event, key: process.env.AWS_ACCESS_KEY_ID, home: process.env.HOME ?? null, endpoint: process.env.AWS_ENDPOINT_URL }';
  const first = functionOf(stack, 'First', report, { WHO: 'first', OTHER: 'set' });
  functionOf(stack, 'Second', report, { WHO: 'second', TABLE: table.tableName });

  functionOf(
    stack,
    'Timed',
    'if (event.endless) await new Promise(() => setInterval(() => {}, 1000)); return { left: context.getRemainingTimeInMillis(), name: context.functionName };',
  );

  const deadLetters = new sqs.Queue(stack, 'DeadLetters');
  const queue = new sqs.Queue(stack, 'Queue', { deadLetterQueue: { queue: deadLetters, maxReceiveCount: 3 } });
  const refuseBad =
    'return { batchItemFailures: event.Records.filter(({ body }) => JSON.parse(body).detail.bad).map(({ messageId }) => ({ itemIdentifier: messageId })) }';
  functionOf(stack, 'Consumer', refuseBad).addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
  new events.Rule(stack, 'ToQueue', {
    eventPattern: { source: ['test'], detail: { kind: ['order'] } },
    targets: [new targets.SqsQueue(queue)],
  });

  const child = new sfn.StateMachine(stack, 'Child', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new sfn.Choice(stack, 'Is it even')
        .when(sfn.Condition.booleanEquals('$.odd', true), new sfn.Fail(stack, 'Odd', { error: 'Odd' }))
        .otherwise(new tasks.LambdaInvoke(stack, 'CallFirst', { lambdaFunction: first, outputPath: '$.Payload' })),
    ),
  });
  const each = new sfn.Map(stack, 'Each', { itemsPath: '$.detail.items', maxConcurrency: 2, resultPath: '$.results' });
  each.itemProcessor(
    new tasks.StepFunctionsStartExecution(stack, 'RunChild', {
      stateMachine: child,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      input: sfn.TaskInput.fromJsonPathAt('$'),
      resultSelector: {
        'who.$': '$.Output.who',
        'item.$': '$.Output.event.item',
        status: sfn.JsonPath.stringAt('$.Status'),
      },
    }).addCatch(
      new sfn.Pass(stack, 'Failed', {
        parameters: { state: sfn.JsonPath.stringAt('$$.State.Name'), error: sfn.JsonPath.stringAt('$.Error') },
      }),
    ),
  );
  const bus = new events.EventBus(stack, 'Bus', { eventBusName: 'results' });
  const publish = new tasks.EventBridgePutEvents(stack, 'Publish', {
    entries: [
      {
        source: 'test.parent',
        detailType: 'Done',
        eventBus: bus,
        detail: sfn.TaskInput.fromObject({ results: sfn.JsonPath.objectAt('$.results') }),
      },
    ],
  });
  const parent = new sfn.StateMachine(stack, 'Parent', {
    definitionBody: sfn.DefinitionBody.fromChainable(each.next(publish)),
  });
  new events.Rule(stack, 'ToParent', {
    eventPattern: { source: ['test'], detail: { kind: ['batch'] } },
    targets: [new targets.SfnStateMachine(parent)],
  });
  // Chaining: what a machine puts on the bus goes to a queue whose function is asked again.
  new events.Rule(stack, 'Chained', {
    eventBus: bus,
    eventPattern: { source: ['test.parent'] },
    targets: [new targets.LambdaFunction(first)],
  });
  const powerless = new iam.Role(stack, 'Powerless', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  new sfn.StateMachine(stack, 'Denied', {
    role: powerless.withoutPolicyUpdates(),
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.LambdaInvoke(stack, 'CallWithoutPermission', {
        lambdaFunction: first,
        retryOnServiceExceptions: false,
      }),
    ),
  });
  const topic = new sns.Topic(stack, 'Topic', { masterKey: new kms.Key(stack, 'Key') });
  const publisher = new iam.Role(stack, 'Publisher', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  publisher.addToPolicy(new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [topic.topicArn] }));
  new sfn.StateMachine(stack, 'Keyless', {
    role: publisher.withoutPolicyUpdates(),
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.SnsPublish(stack, 'PublishWithoutKey', { topic, message: sfn.TaskInput.fromText('text') }),
    ),
  });
  new sfn.StateMachine(stack, 'Unmodelled', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.CallAwsService(stack, 'ListDashboards', {
        service: 'cloudwatch',
        action: 'listDashboards',
        iamResources: ['*'],
      }),
    ),
  });
  new sfn.StateMachine(stack, 'Waiting', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.LambdaInvoke(stack, 'Ask', {
        lambdaFunction: first,
        integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        payload: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }),
      }),
    ),
  });
  new scheduler.Schedule(stack, 'Nightly', {
    schedule: scheduler.ScheduleExpression.rate(Duration.days(1)),
    target: new schedulerTargets.SqsSendMessage(queue, {
      input: scheduler.ScheduleTargetInput.fromObject({ at: scheduler.ContextAttribute.scheduledTime, detail: {} }),
    }),
  });
  return app.synth().directory;
}

const event = (detail: Record<string, unknown>): CloudEvent => ({
  version: '0',
  id: 'one',
  'detail-type': 'Test',
  source: 'test',
  account: '111122223333',
  time: '2026-11-23T12:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail,
});

beforeAll(async () => {
  service = await startLocalService();
  cloud = await LocalCloud.start({ assembly: synthesize(), service });
});

afterAll(async () => {
  await service?.close();
  await cloud?.close();
  fs.rmSync(work, { recursive: true, force: true });
});

test('each function has its own variables and the credentials of its own role, and nothing of this process', async () => {
  const [first, second] = (await Promise.all(
    ['First', 'Second'].map((id) => cloud.functions.invoke(cloud.deployment.one('AWS::Lambda::Function', id).arn, {})),
  )) as any[];

  expect(first).toMatchObject({
    who: 'first',
    other: 'set',
    home: null,
    endpoint: expect.stringMatching(/^http:\/\/127/),
  });
  expect(second).toMatchObject({ who: 'second', other: null });
  expect(first.key).not.toBe(second.key);
});

test.each<[string, string, RegExp]>([
  [
    'Denied',
    'that its role does not allow',
    /^User: arn:aws:sts::111122223333:assumed-role\/Powerless\w+\/local is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:First\w+ because no identity-based policy allows the lambda:InvokeFunction action$/,
  ],
  [
    'Keyless',
    'that needs a key its role may not use',
    /is not authorized to perform: kms:GenerateDataKey on resource: .*:key\/Key/,
  ],
  [
    'Unmodelled',
    'whose permissions are not known here',
    /doesn't know which permissions cloudwatch:ListDashboards needs/,
  ],
])('a task of a machine (%s) %s fails with AccessDenied', async (machine, _what, message) => {
  cloud.serviceCalls.serve('aws-sdk:cloudwatch:listDashboards', () => ({}));
  const before = cloud.failures.length;
  const execution = cloud.executions.start(cloud.executions.machine(machine).arn, `run-${machine}`, {});
  await execution.over;

  const [failure] = cloud.failures.slice(before);
  expect(execution.status).toBe('FAILED');
  expect(failure.error.name).toMatch(/AccessDeniedException$/);
  expect(failure.error.message).toMatch(message);
});

test('a function sees the time of its template run down, and is ended when it has none left', async () => {
  const { arn, ref } = cloud.deployment.one('AWS::Lambda::Function', 'Timed');
  const { left, name } = (await cloud.functions.invoke(arn, {})) as { left: number; name: string };

  expect(name).toBe(ref);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(3000);
  await expect(cloud.functions.invoke(arn, { endless: true })).rejects.toMatchObject({
    name: 'Sandbox.Timedout',
    message: 'Task timed out after 3.00 seconds',
  });
});

test('a function that is not there is named with those that are', async () => {
  await expect(cloud.functions.invoke('arn:aws:lambda:us-east-1:111122223333:function:Gone', {})).rejects.toThrow(
    /No function .*Gone"; there are: First/,
  );
});

test('values of another stack arrive, and its tables have their indexes', async () => {
  const table = cloud.deployment.one('AWS::DynamoDB::Table').ref;
  const second = cloud.deployment.one('AWS::Lambda::Function', 'Second').properties;

  expect((second.Environment as any).Variables.TABLE).toBe(table);
  const { Count } = await cloud.stores.dynamo.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'byKind',
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: 'none' } },
    }),
  );
  expect(Count).toBe(0);
});

test('a rule hands its events to the function of its queue; one that fails is tried again, then kept as a dead letter', async () => {
  await cloud.deliver(event({ kind: 'order', number: 1 }));
  await cloud.deliver(event({ kind: 'order', number: 2, bad: true }));
  await cloud.quiet();

  expect(cloud.queues.waiting(cloud.deployment.one('AWS::SQS::Queue', 'Queue').arn)).toEqual([]);
  expect(cloud.queues.deadLetters().map(({ body }) => JSON.parse(body).detail.number)).toEqual([2]);
});

test('an event that no rule matches is delivered to nobody', async () => {
  expect(await cloud.deliver(event({ kind: 'something else' }))).toEqual([]);
  expect(await cloud.deliver({ ...event({ kind: 'order' }), source: 'other' })).toEqual([]);
});

test('a machine runs another for every item, sees which failed, and what it publishes starts the next thing', async () => {
  const before = cloud.buses.deliveries.length;
  await cloud.deliver(
    event({
      kind: 'batch',
      items: [
        { item: 1, odd: false },
        { item: 2, odd: true },
        { item: 3, odd: false },
      ],
    }),
  );
  await cloud.quiet();

  const [published] = cloud.events.filter(({ Source }) => Source === 'test.parent');
  expect(published).toMatchObject({
    EventBusName: 'results',
    Detail: {
      results: [
        { who: 'first', item: 1, status: 'SUCCEEDED' },
        { state: 'Failed', error: 'States.TaskFailed' },
        { who: 'first', item: 3, status: 'SUCCEEDED' },
      ],
    },
  });
  const rules = cloud.buses.deliveries
    .slice(before)
    .map(({ rule, error }) => [rule.replace(/[0-9A-F]{8}$/, ''), error]);
  expect(rules).toEqual([
    ['ToParent', undefined],
    ['Chained', undefined],
  ]);
});

test('an execution that waits for a token is quiet until the token is answered; its name is used once', async () => {
  const { arn } = cloud.executions.machine('Waiting');
  const execution = cloud.executions.start(arn, 'once', {});
  await cloud.quiet();
  expect(execution).toMatchObject({ status: 'RUNNING', tasks: ['Ask'] });
  expect(() => cloud.executions.start(arn, 'once', {})).toThrow(/Already Exists/);
  expect(() => cloud.executions.succeed('another token', {})).toThrow(/Nothing waits/);

  const answered = cloud.operations.get('AWSStepFunctions.SendTaskSuccess')!;
  answered({ taskToken: execution.tokens[0], output: '{"yes":true}' });
  await execution.over;
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: { yes: true } });
});

test('a schedule sends what it is told, at the time it is told', async () => {
  const delivery = await cloud.runSchedule('Nightly', '2026-11-24T06:00:00Z');
  expect(delivery).toMatchObject({ event: { at: '2026-11-24T06:00:00Z' }, error: undefined });
  await expect(cloud.runSchedule('Weekly')).rejects.toThrow(/"Weekly" in their id; there are: Nightly/);
});

test('an assembly without a stack of a name is refused', async () => {
  await expect(
    LocalCloud.start({ assembly: path.join(work, 'cdk.out'), service, stacks: ['Nothing'] }),
  ).rejects.toThrow(/no stack "Nothing"; its stacks: Shared, work-in-account/);
});
