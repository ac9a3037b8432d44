import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AttachRolePolicyCommand, DetachRolePolicyCommand, type IAMClient } from '@aws-sdk/client-iam';
import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { paginateListExecutions, type SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import {
  STOP_KEY,
  type KillReport,
  type KillStep,
  type KillStepAnswer,
  type KillStepPayload,
  type KillTarget,
} from '../../../lib/contracts/kill-switch';
import { SLOTS_KEY } from '../../../lib/contracts/turn-ledger';
import { counted, newReport } from './kill-report';

export interface KillParts {
  readonly dynamo: DynamoDBClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly states: SFNClient;
  /** Milliseconds until the function is ended. */
  readonly timeLeft: () => number;
}

/** Time that is reserved for the response, so that a step is repeated before Lambda ends it. */
const RESERVE_MS = 20_000;
/** A stopped turn is settled in about six minutes; it is checked every half minute. */
const MAX_SETTLEMENT_CHECKS = 40;
/** How often sessions are deleted while the service still lists some. */
const MAX_DELETION_ROUNDS = 10;
/** It is checked every two seconds. A trigger that is disabled slowly doesn't keep agents running. */
const MAX_TRIGGER_CHECKS = 15;

interface StepPayload extends KillStepPayload {
  readonly report: KillReport;
}
type Step = (payload: StepPayload, parts: KillParts) => Promise<KillStepAnswer>;

/** Every step can be repeated, and can follow an interrupted one. */
const STEPS: Readonly<Record<KillStep, Step>> = {
  // This comes first, so that a concurrent release reverts its later changes.
  'record-stop': forEachTarget(async ({ ledgerTable }, { report: { stop } }, { dynamo }) => {
    await dynamo.send(
      new UpdateItemCommand({
        TableName: ledgerTable,
        Key: { pk: { S: STOP_KEY } },
        // The stop that began it stays visible: an alarm may engage again and again.
        UpdateExpression:
          'SET #id = :id, #at = :at, #reason = :reason, firstId = if_not_exists(firstId, :id), ' +
          'firstAt = if_not_exists(firstAt, :at), firstReason = if_not_exists(firstReason, :reason)',
        ExpressionAttributeNames: { '#id': 'id', '#at': 'at', '#reason': 'reason' },
        ExpressionAttributeValues: { ':id': { S: stop.id }, ':at': { S: stop.at }, ':reason': { S: stop.reason } },
      }),
    );
  }),
  // Triggers are disabled before turns are refused: otherwise, events that are still read from the queue would be
  // refused instead of waiting.
  'disable-triggers': async ({ targets, report }, { lambda }) => {
    const all = targets.flatMap(({ mappings }) => mappings);
    const slow = await setEnabled(all, false, lambda);
    const again = slow.length > 0 && report.triggerChecks + 1 < MAX_TRIGGER_CHECKS;
    const known = slow.length > 0 && !again ? [...report.unproven, slowTriggers(slow)] : report.unproven;
    return counted({ ...report, unproven: known }, { triggerChecks: 1 }, again);
  },
  'refuse-turns': forEachTarget(async ({ ledgerTable }, _, { dynamo }) => {
    await dynamo.send(
      new UpdateItemCommand({
        TableName: ledgerTable,
        Key: { pk: { S: STOP_KEY } },
        UpdateExpression: 'SET refusesSince = if_not_exists(refusesSince, :now)',
        ExpressionAttributeValues: { ':now': { S: new Date().toISOString() } },
      }),
    );
  }),
  'deny-roles': forEachTarget(({ roles }, { denyPolicyArn }, { iam }) => deny(roles, denyPolicyArn, iam)),
  'stop-turns': async ({ targets, report }, { states, timeLeft }) => {
    let count = 0;
    for (const { turnMachineArn } of targets) {
      const stopped = new Set<string>();
      for (;;) {
        const running = await runningExecutions(turnMachineArn, states);
        // The list is eventually consistent: it may still contain a stopped execution.
        const rest = running.filter((arn) => !stopped.has(arn));
        if (rest.length === 0) break;
        for (const executionArn of rest) {
          if (timeLeft() < RESERVE_MS) return counted(report, { turnsStopped: count }, true);
          const cause = `The kill switch was engaged: ${report.stop.reason}`;
          await states.send(new StopExecutionCommand({ executionArn, error: 'AgentStopped', cause }));
          stopped.add(executionArn);
          count += 1;
        }
      }
    }
    return counted(report, { turnsStopped: count }, false);
  },
  'check-settlements': async ({ targets, report }, { states, dynamo }) => {
    let left = 0;
    for (const { settlementMachineArn, ledgerTable } of targets) {
      const settling = await runningExecutions(settlementMachineArn, states);
      // A settlement starts some time after the stop, and releases the slot at its end.
      left += Math.max(settling.length, await slotHolders(ledgerTable, dynamo));
    }
    // Evidence that couldn't be stored doesn't prevent the deletion of a session.
    return counted(
      { ...report, left },
      { settlementChecks: 1 },
      left > 0 && report.settlementChecks + 1 < MAX_SETTLEMENT_CHECKS,
    );
  },
  'count-cancelled': ({ report, ended = [] }) => {
    const sessionsCancelled = ended.reduce((sum, { changed }) => sum + changed, 0);
    return Promise.resolve(counted(report, { sessionsCancelled }, false));
  },
  'count-deleted': ({ report, ended = [] }) => {
    const sessionsDeleted = ended.reduce((sum, { changed }) => sum + changed, 0);
    const left = ended.reduce((sum, each) => sum + each.left, 0);
    // The last round is the first one that finds nothing to delete.
    const again = (sessionsDeleted > 0 || left > 0) && report.deletionRounds + 1 < MAX_DELETION_ROUNDS;
    return Promise.resolve(counted({ ...report, left }, { sessionsDeleted, deletionRounds: 1 }, again));
  },
  // Repeats what a concurrent release may have reverted.
  'confirm-stop': async ({ targets, denyPolicyArn, report }, parts) => {
    await stopAgain(targets, denyPolicyArn, parts);
    return { report, again: false };
  },
  'check-release': async ({ targets, engageMachineArn, report }, { states, dynamo }) => {
    const [running] = await runningExecutions(engageMachineArn, states);
    if (running !== undefined) {
      throw named(
        'StillEngaging',
        `${running} is still stopping agents. Wait for its end, or stop it, then release again.`,
      );
    }
    const releases: Record<string, string> = {};
    for (const { ledgerTable } of targets) releases[ledgerTable] = (await lastStop(ledgerTable, dynamo)) ?? '';
    return { report: { ...report, releases }, again: false };
  },
  'allow-roles': release(async ({ roles }, { denyPolicyArn }, { iam }) => {
    for (const RoleName of roles) {
      const command = new DetachRolePolicyCommand({ RoleName, PolicyArn: denyPolicyArn });
      await iam.send(command).catch((error: Error) => {
        if (error.name !== 'NoSuchEntityException') throw error;
      });
    }
  }),
  'accept-turns': release(async ({ ledgerTable }, { report: { releases = {} } }, { dynamo }) => {
    const command = new DeleteItemCommand({
      TableName: ledgerTable,
      Key: { pk: { S: STOP_KEY } },
      ConditionExpression: 'attribute_not_exists(pk) OR #id = :released',
      ExpressionAttributeNames: { '#id': 'id' },
      ExpressionAttributeValues: { ':released': { S: releases[ledgerTable] } },
    });
    await dynamo.send(command).catch((error: unknown) => {
      // The next check finds the newer stop.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }),
  'enable-triggers': release(async ({ mappings }, _, { lambda }) => {
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

/**
 * A step that reverts a part of a stop. Engaging first records the stop, and then changes roles and triggers. If no
 * newer stop is recorded after a change here, the changes of engaging come later. If one is recorded, the change here
 * is reverted.
 */
function release(change: (target: KillTarget, payload: StepPayload, parts: KillParts) => Promise<void>): Step {
  return async (payload, parts) => {
    const { targets, denyPolicyArn, report } = payload;
    const engagedAgain = async () => {
      for (const { ledgerTable } of targets) {
        const stop = await lastStop(ledgerTable, parts.dynamo);
        if (stop !== undefined && stop !== report.releases?.[ledgerTable]) return true;
      }
      return false;
    };
    if (!(await engagedAgain())) {
      for (const target of targets) await change(target, payload, parts);
      if (!(await engagedAgain())) return { report, again: false };
    }
    await stopAgain(targets, denyPolicyArn, parts);
    throw named('EngagedAgain', 'The kill switch was engaged after this release began. The agents stay stopped.');
  };
}

async function stopAgain(
  targets: readonly KillTarget[],
  denyPolicyArn: string,
  { lambda, iam }: KillParts,
): Promise<void> {
  for (const { roles } of targets) await deny(roles, denyPolicyArn, iam);
  for (const { mappings } of targets) await setEnabled(mappings, false, lambda);
}

async function deny(roles: readonly string[], PolicyArn: string, iam: IAMClient): Promise<void> {
  for (const RoleName of roles) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
}

/** @returns mappings whose change is still under way */
async function setEnabled(mappings: readonly string[], enabled: boolean, lambda: LambdaClient): Promise<string[]> {
  const changing: string[] = [];
  for (const UUID of mappings) {
    const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (State === (enabled ? 'Enabled' : 'Disabled')) continue;
    changing.push(UUID);
    if (State === (enabled ? 'Enabling' : 'Disabling')) continue;
    // If another change of a mapping is in progress, the call fails with ResourceInUseException, and the state machine
    // repeats the step.
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: enabled }));
  }
  return changing;
}

/**
 * All pages: the first one can consist of executions that were stopped a moment ago, in front of others that run.
 */
async function runningExecutions(stateMachineArn: string, client: SFNClient): Promise<string[]> {
  const running: string[] = [];
  const pages = paginateListExecutions({ client, pageSize: 1000 }, { stateMachineArn, statusFilter: 'RUNNING' });
  for await (const { executions = [] } of pages) running.push(...executions.map(({ executionArn }) => executionArn!));
  return running;
}

async function slotHolders(TableName: string, dynamo: DynamoDBClient): Promise<number> {
  const command = new GetItemCommand({ TableName, Key: { pk: { S: SLOTS_KEY } }, ConsistentRead: true });
  return (await dynamo.send(command)).Item?.holders?.SS?.length ?? 0;
}

/** Id of the newest recorded stop. */
async function lastStop(TableName: string, dynamo: DynamoDBClient): Promise<string | undefined> {
  const command = new GetItemCommand({ TableName, Key: { pk: { S: STOP_KEY } }, ConsistentRead: true });
  return (await dynamo.send(command)).Item?.id.S;
}

const slowTriggers = (mappings: readonly string[]) =>
  `Triggers: ${mappings.join(', ')} (event source mappings) were not disabled in time. Events that they still took were refused as agent-stopped and do not wait.`;

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
