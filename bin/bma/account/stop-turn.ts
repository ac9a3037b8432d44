import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Account } from './account';

/** Stops the execution of a turn; the settlement of its workflow does the rest. */
export async function stopTurn({ executions }: Account, executionArn: string, cause: string): Promise<void> {
  await executions.send(new StopExecutionCommand({ executionArn, error: 'Cancelled', cause }));
}
