import type { ListedState } from './account/list-turns';
import { ACCOUNT_CODES, addAccountOptions, countOf, inAccount, type AccountOptions } from './account-command';
import { choice, EXIT, jsonText, type Command } from './command';
import { outcomeText } from './turn-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/turns/1';

const STATES: Readonly<Record<string, ListedState>> = {
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  rejected: 'Rejected',
  'timed-out': 'TimedOut',
  cancelled: 'Cancelled',
};

interface Options extends AccountOptions {
  readonly status?: string;
  readonly limit: number;
}

/** `bma turns`: the newest turns of an agent. */
export const turnsCommand: Command<Options> = {
  name: 'turns',
  summary: 'list the newest turns of an agent',
  description:
    'Lists the newest turns of an agent and their outcomes, newest first. Step Functions keeps executions for 90 days.',
  exitCodes: ACCOUNT_CODES,
  define(command) {
    command
      .argument('<agent>', 'name of the agent')
      .addOption(choice('--status <status>', 'only turns in this state', Object.keys(STATES)))
      .option('--limit <count>', 'number of turns, at most 1000', countOf('--limit', 1000), 20);
    addAccountOptions(command, 'print the turns as JSON');
  },
  async run([agent], options, { out, style }) {
    const turns = await inAccount(options, 'workflow.grants.readTurns(…)', async (account, { agentNamed, listTurns }) =>
      listTurns(account, await agentNamed(account, String(agent), options.stack), {
        state: options.status === undefined ? undefined : STATES[options.status],
        limit: options.limit,
      }),
    );
    if (options.json) {
      out(
        jsonText({
          format: FORMAT,
          agent,
          turns: turns.map(({ result, ...turn }) => ({ ...turn, reason: result?.reason, trigger: result?.trigger })),
        }),
      );
      return EXIT.done;
    }
    for (const turn of turns) {
      out(`${style.faint(turn.startedAt ?? '')}  ${style.name(turn.turn)}  ${outcomeText(turn, style)}\n`);
    }
    return EXIT.done;
  },
};
