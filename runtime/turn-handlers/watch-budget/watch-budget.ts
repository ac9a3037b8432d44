import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import {
  BUDGET_KEY,
  type BudgetedWorkflow,
  type BudgetPeriod,
  type BudgetSettings,
  type BudgetStep,
} from '../../../lib/contracts/budget';
import { turnEventType, type TurnEventDetail } from '../../../lib/contracts/turn';
import { turnLedgerKey, type TurnItem } from '../../../lib/contracts/turn-ledger';
import { log } from '../turn/log';
import { type Spending, type Spent } from './spending';
import { turnCost } from './turn-cost';

export interface BudgetParts {
  readonly settings: BudgetSettings;
  readonly spending: Spending;
  readonly dynamo: DynamoDBClient;
  readonly topics: SNSClient;
  readonly states: SFNClient;
  readonly now?: () => Date;
}

export interface TurnEvent {
  /** When it was sent, ISO 8601. */
  readonly time?: string;
  readonly 'detail-type': string;
  readonly detail: TurnEventDetail;
}

const PERIODS: readonly BudgetPeriod[] = ['hour', 'day', 'month'];

/** Counts one event of a turn, then takes the steps whose share of a limit is reached. Safe to repeat. */
export async function watchBudget(event: TurnEvent, parts: BudgetParts): Promise<void> {
  const { settings, spending } = parts;
  const now = (parts.now ?? (() => new Date()))();
  const { agentName, turn } = event.detail;
  const workflow = settings.workflows.find((each) => each.agentName === agentName);
  if (workflow === undefined) throw new Error(`The budget ${settings.name} does not watch the agent ${agentName}`);
  const name = `${agentName}#${turn.name}`;
  const sent = sentAt(event, now);
  if (event['detail-type'] === turnEventType('Started')) {
    await spending.reserve(name, workflow.maxTurnUsd, sent);
  } else if (event.detail.outcome !== undefined) {
    const cost = turnCost(await recordOf(turn.name, workflow, parts.dynamo), workflow);
    await spending.settle(name, cost, sent);
    log('watch-budget', 'counted', { turn: turn.name, basis: cost.basis });
  } else {
    return;
  }
  await takeSteps(parts, now);
}

/** An event can wait in its queue for days, so the time of its count isn't the time of the turn. */
function sentAt({ time }: TurnEvent, now: Date): Date {
  const sent = Date.parse(time ?? '');
  return sent <= now.getTime() ? new Date(sent) : now;
}

async function recordOf(turn: string, { ledgerTable }: BudgetedWorkflow, dynamo: DynamoDBClient) {
  const { Item = {} } = await dynamo.send(
    new GetItemCommand({ TableName: ledgerTable, Key: { pk: { S: turnLedgerKey(turn) } }, ConsistentRead: true }),
  );
  const texts = Object.entries(Item).map(([name, { S }]) => [name, S]);
  return Object.fromEntries(texts) as Partial<TurnItem>;
}

async function takeSteps(parts: BudgetParts, now: Date): Promise<void> {
  const { settings, spending } = parts;
  const spent = await spending.spent(now);
  const failures: unknown[] = [];
  for (const period of PERIODS) {
    const limit = settings.limitsUsd[period];
    if (limit === undefined) continue;
    const { reported, maximum, running } = spent[period];
    const percent = (100 * (reported + maximum + running)) / limit;
    for (const [index, step] of settings.steps.entries()) {
      const id = `${period}#${startOf(period, now)}#${index}`;
      if (percent < step.percent) continue;
      // Only messages are claimed: refusing turns or stopping agents twice is harmless, and must not wait for the claim
      // of a watcher that was lost. Its event comes back after the claim has expired, so no message is skipped.
      const isMine = step.topicArn === undefined ? !(await spending.isTaken(id, now)) : await spending.claim(id, now);
      if (!isMine) continue;
      try {
        await take(step, period, describe(settings, period, limit, spent[period]), parts, now);
        await spending.take(id, now);
        log('watch-budget', 'step taken', { period, percent: step.percent });
      } catch (error) {
        // A topic that takes no message must not keep the next step from stopping the agents.
        log('watch-budget', 'step failed', { period, percent: step.percent, error: (error as Error).name });
        failures.push(error);
        // A claim that stays expires.
        await spending.giveBack(id, now).catch(() => undefined);
      }
    }
  }
  // The event returns to its queue, and the steps that failed are taken with it.
  if (failures.length > 0) throw failures[0];
}

async function take(
  step: BudgetStep,
  period: BudgetPeriod,
  message: string,
  { settings, dynamo, topics, states }: BudgetParts,
  now: Date,
): Promise<void> {
  if (step.topicArn !== undefined) {
    const Subject = `${settings.name}: ${step.percent} % of the ${period}`.slice(0, 100);
    await topics.send(new PublishCommand({ TopicArn: step.topicArn, Subject, Message: message }));
  }
  if (step.refuse) {
    const until = endOf(period, now);
    // One ledger that can't be written doesn't keep the other agents running.
    const refusals = settings.workflows.map(({ ledgerTable }) => refuseTurns(ledgerTable, until, message, dynamo));
    const failed = (await Promise.allSettled(refusals)).find((refusal) => refusal.status === 'rejected');
    if (failed) throw failed.reason;
  }
  if (step.engageMachineArn !== undefined) {
    const input = JSON.stringify({ reason: message.slice(0, 500) });
    await states.send(new StartExecutionCommand({ stateMachineArn: step.engageMachineArn, input }));
  }
}

async function refuseTurns(table: string, until: string, reason: string, dynamo: DynamoDBClient): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: table,
    Key: { pk: { S: BUDGET_KEY } },
    // A refusal for a longer period isn't shortened.
    UpdateExpression: 'SET #until = :until, reason = :reason',
    ConditionExpression: 'attribute_not_exists(#until) OR #until < :until',
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':until': { S: until }, ':reason': { S: reason } },
  });
  await dynamo.send(command).catch((error: Error) => {
    if (error.name !== 'ConditionalCheckFailedException') throw error;
  });
}

function describe({ name }: BudgetSettings, period: BudgetPeriod, limit: number, spent: Spent): string {
  const usd = (value: number) => `$${value.toFixed(2)}`;
  const { reported, maximum, running } = spent;
  return (
    `${name}: ${usd(reported + maximum + running)} of ${usd(limit)} in this ${period}. ` +
    `Reported by the service: ${usd(reported)}. Turns whose usage was not reported, as a maximum: ${usd(maximum)}. ` +
    `Turns that still run, as a maximum: ${usd(running)}. Tokens at list prices, without compute.`
  );
}

/** The period as a text that sorts by time. */
function startOf(period: BudgetPeriod, now: Date): string {
  return now.toISOString().slice(0, { hour: 13, day: 10, month: 7 }[period]);
}

function endOf(period: BudgetPeriod, now: Date): string {
  const [year, month, day, hour] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), now.getUTCHours()];
  const ends = {
    hour: Date.UTC(year, month, day, hour + 1),
    day: Date.UTC(year, month, day + 1),
    month: Date.UTC(year, month + 1, 1),
  };
  return new Date(ends[period]).toISOString();
}
