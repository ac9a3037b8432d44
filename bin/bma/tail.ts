import { printable } from '../../local/message/printable-text';
import { ACCOUNT_CODES, addAccountOptions, inAccount, secondsOf, type AccountOptions } from './account-command';
import { EXIT, type Command } from './command';
import { clock } from './turn-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/tail/1';

interface Options extends AccountOptions {
  readonly interval: number;
  readonly for?: number;
}

/** `bma tail`: follows the turns of an agent live. */
export const tailCommand: Command<Options> = {
  name: 'tail',
  summary: 'follow all turns of an agent',
  description:
    'Prints the turns of an agent from now on: when each starts, the states that it enters, and its outcome. Stop it with Ctrl+C or --for.',
  exitCodes: ACCOUNT_CODES,
  define(command) {
    command
      .argument('<agent>', 'name of the agent')
      .option('--for <seconds>', 'stop after this time (default: run until Ctrl+C)', secondsOf('--for', 0))
      .option('--interval <seconds>', 'seconds between polls', secondsOf('--interval', 0.1), 5);
    addAccountOptions(command, 'print each event as one line of JSON');
  },
  async run([agent], options, { out, style }) {
    const until = options.for === undefined ? undefined : Date.now() + options.for * 1000;
    await inAccount(options, 'workflow.grants.readTurns(…)', async (account, { agentNamed, tailTurns }) =>
      tailTurns(account, await agentNamed(account, String(agent), options.stack), {
        intervalMs: options.interval * 1000,
        until,
        onEvent: (event) => {
          if (options.json) return out(`${JSON.stringify({ format: FORMAT, agent, ...event })}\n`);
          const { at, turn, kind, state, reason } = event;
          const isBad = kind === 'ended' && state !== 'Completed';
          const what = kind === 'started' ? 'started' : `${state}${reason === undefined ? '' : `: ${reason.code}`}`;
          out(
            `${style.faint(clock(at))}  ${style.name(turn)}  ${isBad ? style.bad(printable(what)) : printable(what)}\n`,
          );
        },
      }),
    );
    return EXIT.done;
  },
};
