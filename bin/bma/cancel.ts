import { ACCOUNT_CODES, addAccountOptions, inAccount, type AccountOptions } from './account-command';
import { CommandError, EXIT, jsonText, UsageError, type Command } from './command';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/cancel/1';

/** The turn has already ended; the same code as in `bma approve`. */
const OVER = 7;

/** Longest cause that is sent. Step Functions accepts more. */
const MAX_REASON = 500;

interface Options extends AccountOptions {
  readonly agent?: string;
  readonly reason?: string;
}

/** `bma cancel`: stops a turn. */
export const cancelCommand: Command<Options> = {
  name: 'cancel',
  summary: 'cancel a running turn',
  description:
    'Stops the execution of a turn. The settlement of the workflow then cancels the turn in the service, collects the evidence, releases the slot and publishes the outcome. This takes up to about six minutes.',
  exitCodes: { ...ACCOUNT_CODES, [OVER]: 'the turn has already ended' },
  define(command) {
    command
      .argument('<turn>', 'name of the turn, or ARN of its execution')
      .option('--agent <name>', 'agent of the turn (default: all agents are searched)')
      .option('--reason <text>', `recorded in the execution, at most ${MAX_REASON} characters`, (reason: string) => {
        if (reason.length > MAX_REASON) {
          throw new UsageError(`--reason has ${reason.length} characters. Allowed: ${MAX_REASON}.`);
        }
        return reason;
      });
    addAccountOptions(command, 'print the stopped turn as JSON');
  },
  async run([name], options, { out }) {
    const needs = 'workflow.grants.stopTurns(…) to stop turns, and workflow.grants.readTurns(…) to find them';
    return await inAccount(options, needs, async (account, { findTurn, stopTurn }) => {
      const { turn } = await findTurn(account, String(name), options);
      if (turn.state !== 'Running') {
        throw new CommandError(
          OVER,
          `${turn.turn} has already ended: ${turn.state} at ${turn.endedAt ?? 'an unknown time'}.`,
        );
      }
      const { executionArn } = turn;
      await stopTurn(account, executionArn, options.reason ?? 'bma cancel');
      out(
        options.json
          ? jsonText({ format: FORMAT, turn: turn.turn, executionArn, agent: turn.agent })
          : `${turn.turn} is stopped. The settlement cancels it in the service and publishes the outcome within about six minutes.\n`,
      );
      return EXIT.done;
    });
  },
};
