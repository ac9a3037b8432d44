import { randomUUID } from 'node:crypto';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { KillReport } from '../../../lib/contracts/kill-switch';
import type { Account } from './account';
import { type EnteredState, keepLooking, statesSince } from './turn-history';

export interface KillSwitchRun {
  readonly executionArn: string;
  readonly status: string;
  /** For an execution that succeeded. */
  readonly report?: KillReport;
  /** For an execution that failed: name and message of the error. */
  readonly problem?: string;
}

/**
 * Starts a state machine of a kill switch, and follows it to its end. A repeated call doesn't start it twice, because
 * the execution has a name.
 */
export async function runKillSwitch(
  account: Account,
  stateMachineArn: string,
  reason: string,
  options: { readonly intervalMs: number; readonly onState: (state: EnteredState) => void },
): Promise<KillSwitchRun> {
  const { executions } = account;
  const { executionArn = '' } = await executions.send(
    new StartExecutionCommand({ stateMachineArn, name: `bma-${randomUUID()}`, input: JSON.stringify({ reason }) }),
  );
  let ended: KillSwitchRun | undefined;
  let last = 0;
  await keepLooking(options.intervalMs, async () => {
    const { status = '', output, error, cause } = await executions.send(new DescribeExecutionCommand({ executionArn }));
    const fresh = await statesSince(account, executionArn, last);
    last = fresh.last;
    fresh.states.forEach(options.onState);
    if (status === 'RUNNING') return false;
    ended = {
      executionArn,
      status,
      ...(output === undefined ? {} : reportOf(output)),
      ...(error === undefined ? {} : { problem: `${error}: ${messageOf(cause)}` }),
    };
    return true;
  });
  return ended!;
}

/** A state machine that isn't a kill switch ends without the report, which must not count as a stop. */
function reportOf(output: string): Pick<KillSwitchRun, 'report' | 'problem'> & { readonly status?: string } {
  const isReport = (value: unknown): value is KillReport => {
    const { agents, unproven, left } = (value ?? {}) as Partial<{ [Key in keyof KillReport]: unknown }>;
    return Array.isArray(agents) && Array.isArray(unproven) && typeof left === 'number';
  };
  try {
    const report: unknown = JSON.parse(output);
    if (isReport(report)) return { report };
  } catch {
    // Reported below.
  }
  return { status: 'UNKNOWN', problem: 'its output is not the report of a kill switch.' };
}

/** The cause of a failed function is JSON with `errorMessage`. */
function messageOf(cause = ''): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
