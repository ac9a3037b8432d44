import * as events from 'aws-cdk-lib/aws-events';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { LocalCloud } from '../../../local/cloud';
import { allow, LocalStack } from './local-stack';
import { stageAssets } from '../../staged-assets';

stageAssets();

/* Quotas of AWS: what exceeds one fails here as it would there. */

const local = new LocalStack();

beforeAll(async () => {
  const { stack } = local;
  const padded = local.functionOf('Padded', "return { text: 'x'.repeat(event.size) };");
  local.functionOf('Hungry', 'const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random()));', {
    memorySize: 128,
    timeout: Duration.minutes(5),
  });
  new sfn.StateMachine(stack, 'Padding', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.LambdaInvoke(stack, 'Pad', { lambdaFunction: padded, outputPath: '$.Payload' }).addCatch(
        new sfn.Pass(stack, 'Caught'),
      ),
    ),
  });
  new sfn.StateMachine(stack, 'Catching', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new tasks.LambdaInvoke(stack, 'Pad and catch', { lambdaFunction: padded, outputPath: '$.Payload' })
        .addCatch(new sfn.Pass(stack, 'Caught by its name'), { errors: ['States.DataLimitExceeded'] })
        .addCatch(new sfn.Fail(stack, 'Caught by States.ALL')),
    ),
  });
  const wait = new sfn.Wait(stack, 'Wait', { time: sfn.WaitTime.secondsPath('$.seconds') });
  new sfn.StateMachine(stack, 'Waiting', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      new sfn.Parallel(stack, 'Wait in a branch', { resultPath: sfn.JsonPath.DISCARD })
        .branch(wait)
        .addCatch(new sfn.Pass(stack, 'No catcher sees it')),
    ),
  });
  const loop = new sfn.Pass(stack, 'Again');
  const choice = new sfn.Choice(stack, 'Is it over')
    .when(sfn.Condition.isPresent('$.over'), new sfn.Succeed(stack, 'Over'))
    .otherwise(loop);
  new sfn.StateMachine(stack, 'Endless', { definitionBody: sfn.DefinitionBody.fromChainable(loop.next(choice)) });
  const ask = new tasks.LambdaInvoke(stack, 'Ask', {
    lambdaFunction: padded,
    integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
    payload: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken, size: 1 }),
    taskTimeout: sfn.Timeout.duration(Duration.seconds(1)),
    retryOnServiceExceptions: false,
  });
  new sfn.StateMachine(stack, 'Asking', { definitionBody: sfn.DefinitionBody.fromChainable(ask) });
  const bus = new events.EventBus(stack, 'Bus');
  local.sender('Putter', [allow('events:PutEvents', bus.eventBusArn)]);
  await local.start();
});

afterAll(() => local.stop());

async function run(machine: string, name: string, input: unknown) {
  const { executions } = local.cloud;
  const execution = executions.start(executions.machine(machine).arn, name, input);
  await execution.over;
  return execution;
}

test('a state of more than 262,144 bytes fails the execution, whatever it catches; one of fewer does not', async () => {
  expect((await run('Padding', 'fits', { size: 260_000 })).status).toBe('SUCCEEDED');
  const exceeded = await run('Padding', 'exceeds', { size: 262_144 });
  expect([exceeded.status, exceeded.error?.name]).toEqual(['FAILED', 'States.DataLimitExceeded']);
});

test('a result of more than 262,144 bytes is caught by its name', async () => {
  const { status, output } = await run('Catching', 'caught', { size: 262_144 });
  expect([status, output]).toEqual([
    'SUCCEEDED',
    { Error: 'States.DataLimitExceeded', Cause: expect.stringContaining('allowed are 262144') },
  ]);
});

test.each([[0], [1], [99_999_999]])('a wait of %j seconds is one', async (seconds) => {
  const { status, output } = await run('Waiting', `waits-${seconds}`, { seconds });
  expect([status, output]).toEqual(['SUCCEEDED', { seconds }]);
});

test.each([[-1], [1.5], ['5'], [null], [[1]], [100_000_000], [undefined]])(
  'a wait of %j seconds fails the execution, whatever it catches',
  async (seconds) => {
    const { status, error } = await run('Waiting', `fails-${JSON.stringify(seconds)?.replace(/\W/g, '_')}`, {
      seconds,
    });
    expect([status, error?.name]).toEqual(['FAILED', 'States.Runtime']);
  },
);

test('an execution ends after 25,000 events', async () => {
  const { status, error } = await run('Endless', 'endless', {});
  expect([status, error?.message]).toEqual(['FAILED', expect.stringContaining('(25000)')]);
});

test('a task that runs out of time fails, and its token is refused from then on', async () => {
  const { error, tokens } = await run('Asking', 'asked', {});
  expect(error?.message).toMatch(/Ask took more than 1 s/);
  expect(() => local.cloud.executions.succeed(tokens[0], {})).toThrow(
    expect.objectContaining({ name: 'TaskTimedOut' }),
  );
});

test('a function that needs more than its memory is ended', async () => {
  const { arn } = local.cloud.deployment.one('AWS::Lambda::Function', 'Hungry');
  await expect(local.cloud.functions.invoke(arn, {})).rejects.toMatchObject({ name: 'Runtime.OutOfMemory' });
});

test('events of more than 256 KiB are refused', async () => {
  const put = (size: number) => {
    const EventBusName = local.cloud.deployment.one('AWS::Events::EventBus').ref;
    const Detail = JSON.stringify({ text: 'x'.repeat(size) });
    return local.send('Putter', 'eventbridge', 'PutEvents', {
      Entries: [{ EventBusName, Source: 'a', DetailType: 'b', Detail }],
    });
  };
  expect(await put(262_000)).toEqual({ status: 200 });
  expect(await put(262_144)).toMatchObject({ name: 'ValidationException', status: 400 });
});

test('a parameter of more than 4 KB is not deployed', async () => {
  const other = new LocalStack();
  new ssm.CfnParameter(other.stack, 'Large', { type: 'String', value: 'x'.repeat(4_097) });
  const assembly = other.app.synth().directory;
  await expect(LocalCloud.start({ assembly, service: local.service })).rejects.toThrow(/Large has 4097 bytes/);
  await other.stop();
});
