/** The step that stops running turns, with the SDK's client against a Step Functions whose lists are late. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { KillStepAnswer } from '../../../../lib/contracts/kill-switch';
import { LoopbackServer } from '../../../../local/stand-ins/loopback-server';
import { killStep } from '../../../../runtime/turn-handlers/kill-switch/kill-step';

const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:Turns';

/** Running executions, newest first, as the list shows them. */
let listed: string[];
let stopped: Set<string>;
/** How many lists still contain executions that were stopped. */
let late: number;
let states: SFNClient;

const server = new LoopbackServer(({ headers, body }) => {
  const input = JSON.parse(body.toString()) as Record<string, any>;
  if (!String(headers['x-amz-target']).endsWith('.StopExecution')) return { status: 200, body: page(input) };
  stopped.add(String(input.executionArn));
  return { status: 200, body: { stopDate: 1 } };
});

beforeAll(async () => {
  await server.start();
  states = new SFNClient({
    region: 'us-east-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
});
afterAll(async () => {
  states.destroy();
  await server.close();
});

/** Source: docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html: at most 1,000, default 100. */
function page({ maxResults = 100, nextToken = '0' }: Record<string, any>): object {
  if (nextToken === '0' && late-- <= 0) listed = listed.filter((arn) => !stopped.has(arn));
  const [first, end] = [Number(nextToken), Number(nextToken) + Math.min(1000, Number(maxResults))];
  return {
    executions: listed.slice(first, end).map((executionArn) => ({ executionArn })),
    ...(end < listed.length ? { nextToken: String(end) } : {}),
  };
}

function stopTurns(timeLeft = () => 600_000): Promise<KillStepAnswer> {
  const nothing = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  return killStep(
    {
      step: 'stop-turns',
      targets: [
        {
          agentName: 'reviewer',
          ledgerTable: 'ledger',
          turnMachineArn: MACHINE,
          settlementMachineArn: `${MACHINE}Settlement`,
          mappings: [],
          roles: [],
          endFunctionArn: '',
        },
      ],
      denyPolicyArn: '',
      engageMachineArn: `${MACHINE}Engage`,
      execution: { id: 'stop', startTime: '2026-11-28T12:00:00Z', input: { reason: 'test' } },
    },
    {
      states,
      dynamo: new DynamoDBClient(nothing),
      iam: new IAMClient(nothing),
      lambda: new LambdaClient(nothing),
      timeLeft,
    },
  );
}

test.each([
  [0, 3],
  [3, 3],
  [3, 250],
  [4, 2_300],
])('%d late lists, %d running turns: all are stopped', async (lateLists, running) => {
  listed = Array.from({ length: running }, (_, index) => `${MACHINE.replace('stateMachine', 'execution')}:${index}`);
  const all = [...listed];
  stopped = new Set();
  late = lateLists;

  const { report, again } = await stopTurns();

  expect(again).toBe(false);
  expect(all.filter((arn) => !stopped.has(arn))).toEqual([]);
  expect(report.turnsStopped).toBe(running);
});

test('when its time is up, it asks to be called again, and then stops the rest', async () => {
  listed = Array.from({ length: 150 }, (_, index) => `${MACHINE.replace('stateMachine', 'execution')}:${index}`);
  const all = [...listed];
  stopped = new Set();
  late = 0;
  // Each look at the clock takes a second.
  let left = 120_000;

  expect((await stopTurns(() => (left -= 1_000))).again).toBe(true);
  expect(stopped.size).toBeGreaterThan(50);
  expect((await stopTurns()).again).toBe(false);
  expect(all.filter((arn) => !stopped.has(arn))).toEqual([]);
});
