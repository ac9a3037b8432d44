import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  type DescribeExecutionOutput,
  type ExecutionListItem,
} from '@aws-sdk/client-sfn';
import type { TurnOutcome, TurnResult } from '../../../lib/contracts/turn';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError } from '../command';
import type { Account } from './account';
import { findAgents, knownAgents, type FoundAgent } from './find-agents';

/** `state` of an execution that succeeded without the result of a turn as its output. */
export const UNREADABLE_RESULT = 'the output of the execution is not the result of a turn';

/** A turn, from its execution. */
export interface TurnState {
  readonly turn: string;
  readonly executionArn: string;
  readonly agent: string;
  /**
   * The outcome. For an execution that was stopped, timed out or failed: the outcome that the settlement publishes.
   * `Unknown` when the output of the execution can't be read, see {@link UNREADABLE_RESULT}.
   */
  readonly state: 'Running' | 'Unknown' | TurnOutcome;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Whether the settlement of the workflow publishes the outcome, not the execution itself. */
  readonly settled?: true;
  /** For a turn whose execution succeeded. */
  readonly result?: TurnResult;
}

/** A turn and its agent. */
export interface FoundTurn {
  readonly agent: FoundAgent;
  readonly turn: TurnState;
}

const OF_STATUS: Readonly<Record<string, TurnOutcome>> = {
  ABORTED: 'Cancelled',
  TIMED_OUT: 'TimedOut',
  FAILED: 'Failed',
  PENDING_REDRIVE: 'Failed',
};

export const executionArn = (agent: FoundAgent, name: string): string =>
  `${agent.turns.replace(':stateMachine:', ':execution:')}:${name}`;

export async function describeTurn({ executions }: Account, agent: FoundAgent, arn: string): Promise<TurnState> {
  const execution = await executions.send(new DescribeExecutionCommand({ executionArn: arn }));
  if (execution.executionArn === undefined || execution.status === undefined) {
    throw new CommandError(
      ACCOUNT_EXIT.noAnswer,
      `The response to DescribeExecution for ${arn} has no ARN or no status. Fix: check the proxy and AWS_ENDPOINT_URL, and repeat the command.`,
    );
  }
  return turnState(agent, execution);
}

/** @param execution from a list, which has no output, or from a description */
export function turnState(
  { agent }: FoundAgent,
  execution: Partial<ExecutionListItem> & Pick<DescribeExecutionOutput, 'output'>,
): TurnState {
  const { name = '', executionArn: arn = '', status = 'RUNNING', startDate, stopDate, output } = execution;
  const result = output === undefined ? undefined : resultOf(output);
  const common = {
    turn: name,
    executionArn: arn,
    agent,
    startedAt: startDate?.toISOString(),
    ...(stopDate === undefined ? {} : { endedAt: stopDate.toISOString() }),
  };
  if (status === 'RUNNING') return { ...common, state: 'Running' };
  if (status === 'SUCCEEDED') return { ...common, state: result?.outcome ?? 'Unknown', result };
  return { ...common, state: OF_STATUS[status] ?? 'Failed', settled: true };
}

const OUTCOMES: readonly unknown[] = [
  'Completed',
  'Failed',
  'Rejected',
  'TimedOut',
  'Cancelled',
] satisfies TurnOutcome[];

/** Undefined for an output that isn't the result of a turn: the state machine was changed, or is another one. */
function resultOf(output: string): TurnResult | undefined {
  try {
    const result = JSON.parse(output) as Partial<TurnResult> | null;
    return OUTCOMES.includes(result?.outcome) ? (result as TurnResult) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The turn with a name or execution ARN.
 *
 * @throws CommandError when no agent has it
 */
export async function findTurn(
  account: Account,
  turn: string,
  { agent: name, stack }: { readonly agent?: string; readonly stack?: string },
): Promise<FoundTurn> {
  const all = await findAgents(account, stack);
  const asked = all.agents.filter((each) => name === undefined || each.agent === name);
  if (asked.length === 0) {
    const which = name === undefined ? 'There is no agent.' : `There is no agent '${name}'.`;
    throw new CommandError(ACCOUNT_EXIT.notFound, `${which} ${knownAgents(all)}`);
  }
  let denied: unknown;
  for (const agent of asked) {
    const arn = turn.startsWith('arn:') ? turn : executionArn(agent, turn);
    if (!arn.startsWith(executionArn(agent, ''))) continue;
    try {
      return { agent, turn: await describeTurn(account, agent, arn) };
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) continue;
      // The caller may be able to read the turns of only some agents.
      if ((error as Error).name !== 'AccessDeniedException') throw error;
      denied ??= error;
    }
  }
  if (denied !== undefined) throw denied as Error;
  throw new CommandError(
    ACCOUNT_EXIT.notFound,
    `${asked.map((each) => each.agent).join(', ')} has no turn ${turn}. Step Functions keeps executions for 90 days. Fix: run bma turns AGENT for the names of turns.`,
  );
}
