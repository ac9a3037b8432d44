import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AttachRolePolicyCommand, DetachRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { ListExecutionsCommand, type SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import {
  STOP_KEY,
  type KillReport,
  type KillStep,
  type KillStepAnswer,
  type KillStepPayload,
  type KillTarget,
} from '../../../lib/contracts/kill-switch';
import { counted, newReport } from './kill-report';

export interface KillParts {
  readonly dynamo: DynamoDBClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly states: SFNClient;
  /** Milliseconds until the function is ended. */
  readonly timeLeft: () => number;
}

/** Time that is kept for an answer, so that a step is repeated instead of being ended. */
const RESERVE_MS = 20_000;
/** A stopped turn is settled in about six minutes; a look follows every half minute. */
const MOST_LOOKS = 40;
/** How often sessions are deleted while the service still lists some. */
const MOST_ROUNDS = 10;

interface StepPayload extends KillStepPayload {
  readonly report: KillReport;
}
type Step = (payload: StepPayload, parts: KillParts) => Promise<KillStepAnswer>;

/** Every step may be repeated, and may follow one that was interrupted anywhere. */
const STEPS: Readonly<Record<KillStep, Step>> = {
  mark: forEachTarget(async ({ ledgerTable }, { report: { stop } }, { dynamo }) => {
    const Item = { pk: { S: STOP_KEY }, id: { S: stop.id }, at: { S: stop.at }, reason: { S: stop.reason } };
    await dynamo.send(new PutItemCommand({ TableName: ledgerTable, Item }));
  }),
  park: forEachTarget(({ mappings }, _, { lambda }) => setEnabled(mappings, false, lambda)),
  deny: forEachTarget(async ({ roles }, { denyPolicyArn }, { iam }) => {
    for (const RoleName of roles) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: denyPolicyArn }));
  }),
  'stop-turns': async ({ targets, report }, { states, timeLeft }) => {
    let stopped = 0;
    for (const { turnMachineArn } of targets) {
      for (let running; (running = await runningExecutions(turnMachineArn, states)).length > 0;) {
        for (const executionArn of running) {
          if (timeLeft() < RESERVE_MS) return counted(report, { turnsStopped: stopped }, true);
          const cause = `The kill switch was engaged: ${report.stop.reason}`;
          await states.send(new StopExecutionCommand({ executionArn, error: 'AgentStopped', cause }));
          stopped += 1;
        }
      }
    }
    return counted(report, { turnsStopped: stopped }, false);
  },
  'look-at-settlements': async ({ targets, report }, { states }) => {
    let left = 0;
    for (const { settlementMachineArn } of targets) {
      left += (await runningExecutions(settlementMachineArn, states)).length;
    }
    // Evidence that still could not be stored does not keep a session alive.
    return counted({ ...report, left }, { looks: 1 }, left > 0 && report.looks + 1 < MOST_LOOKS);
  },
  'count-cancelled': ({ report, ended = [] }) => {
    const sessionsCancelled = ended.reduce((sum, { changed }) => sum + changed, 0);
    return Promise.resolve(counted(report, { sessionsCancelled }, false));
  },
  'count-deleted': ({ report, ended = [] }) => {
    const sessionsDeleted = ended.reduce((sum, { changed }) => sum + changed, 0);
    const left = ended.reduce((sum, each) => sum + each.left, 0);
    // A round that finds nothing to delete is the last one.
    const again = (sessionsDeleted > 0 || left > 0) && report.rounds + 1 < MOST_ROUNDS;
    return Promise.resolve(counted({ ...report, left }, { sessionsDeleted, rounds: 1 }, again));
  },
  'check-release': async ({ engageMachineArn, report }, { states }) => {
    const [running] = await runningExecutions(engageMachineArn, states);
    if (running !== undefined) {
      throw named(
        'StillEngaging',
        `${running} is still stopping agents. Wait for its end, or stop it, then release again.`,
      );
    }
    return { report, again: false };
  },
  allow: forEachTarget(async ({ roles }, { denyPolicyArn }, { iam }) => {
    for (const RoleName of roles) {
      const command = new DetachRolePolicyCommand({ RoleName, PolicyArn: denyPolicyArn });
      await iam.send(command).catch((error: Error) => {
        if (error.name !== 'NoSuchEntityException') throw error;
      });
    }
  }),
  unmark: forEachTarget(async ({ ledgerTable }, { report: { stop } }, { dynamo }) => {
    // Times of one form are compared as texts. A stop that came after this release stays.
    const command = new DeleteItemCommand({
      TableName: ledgerTable,
      Key: { pk: { S: STOP_KEY } },
      ConditionExpression: 'attribute_not_exists(pk) OR #at < :at',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':at': { S: stop.at } },
    });
    await dynamo.send(command).catch((error: unknown) => {
      throw error instanceof ConditionalCheckFailedException ? engagedAgain() : error;
    });
  }),
  unpark: forEachTarget(async ({ mappings, ledgerTable }, _, { lambda, dynamo }) => {
    const { Item } = await dynamo.send(
      new GetItemCommand({ TableName: ledgerTable, Key: { pk: { S: STOP_KEY } }, ConsistentRead: true }),
    );
    if (Item !== undefined) throw engagedAgain();
    await setEnabled(mappings, true, lambda);
  }),
};

/** Runs one step of engaging or releasing. */
export function killStep(payload: KillStepPayload, parts: KillParts): Promise<KillStepAnswer> {
  return STEPS[payload.step]({ ...payload, report: payload.report ?? newReport(payload) }, parts);
}

function forEachTarget(change: (target: KillTarget, payload: StepPayload, parts: KillParts) => Promise<void>): Step {
  return async (payload, parts) => {
    for (const target of payload.targets) await change(target, payload, parts);
    return { report: payload.report, again: false };
  };
}

async function setEnabled(mappings: readonly string[], enabled: boolean, lambda: LambdaClient): Promise<void> {
  for (const UUID of mappings) {
    const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (State === (enabled ? 'Enabled' : 'Disabled')) continue;
    // A mapping that is just changing answers ResourceInUseException: the state machine repeats the step.
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
  }
}

async function runningExecutions(stateMachineArn: string, states: SFNClient): Promise<string[]> {
  const { executions } = await states.send(
    new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 100 }),
  );
  return (executions ?? []).map(({ executionArn }) => executionArn!);
}

function engagedAgain(): Error {
  return named('EngagedAgain', 'The kill switch was engaged after this release began. Nothing more was released.');
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
