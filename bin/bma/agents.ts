import type { AgentStatus, StopCause } from './account/agent-status';
import { ACCOUNT_CODES, addAccountOptions, inAccount, type AccountOptions } from './account-command';
import { EXIT, jsonText, type Command } from './command';
import { printable } from '../../local/message/printable-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/agents/1';

/** `bma agents`: lists the deployed agents. */
export const agentsCommand: Command<AccountOptions> = {
  name: 'agents',
  summary: 'list the deployed agents, and why they are stopped',
  description:
    'Lists the agents in the account and Region that have a TurnWorkflow, with their stacks and triggers, and says whether they accept new turns: since when and why they are stopped, or until when a budget refuses turns. Reads the outputs of the stacks and the ledgers.',
  exitCodes: ACCOUNT_CODES,
  define: (command) => addAccountOptions(command, 'print the agents as JSON'),
  async run(_args, options, { out, error, style }) {
    const needs =
      'cloudformation:DescribeStacks and cloudformation:ListStacks, or --stack with workflow.grants.readTurns(…)';
    const { agents, unread, hint } = await inAccount(
      options,
      needs,
      async (account, { findAgents, knownAgents, readStatus }) => {
        const found = await findAgents(account, options.stack);
        const agents = await Promise.all(
          found.agents.map(async (agent) => ({ ...agent, status: await readStatus(account, agent) })),
        );
        return { ...found, agents, hint: knownAgents(found) };
      },
    );
    for (const { stack, output } of unread) {
      error(`bma: the output ${stack}/${output} can't be read: another version of the library wrote it.\n`);
    }
    if (options.json) {
      out(jsonText({ format: FORMAT, agents: agents.map(({ format: _format, ...agent }) => agent) }));
      return EXIT.done;
    }
    if (agents.length === 0) error(`bma: ${hint}\n`);
    for (const { agent, stack, triggers, status } of agents) {
      const starts = triggers.map(({ id }) => id).join(', ') || 'none';
      out(`${style.name(printable(agent))}  ${style.faint(`stack ${stack}, triggers: ${printable(starts)}`)}\n`);
      for (const line of statusLines(status)) out(`  ${printable(line)}\n`);
    }
    return EXIT.done;
  },
};

function statusLines(status: AgentStatus): string[] {
  switch (status.state) {
    case 'accepting':
      return [];
    case 'refusing':
      return [`refuses new turns until ${status.until}: ${status.reason}`];
    case 'not known':
      return [`not known whether it is stopped: ${status.why}`];
    case 'stopping':
    case 'stopped': {
      const { since, cause, again } = status;
      const state =
        since === undefined
          ? 'is being stopped: the stop is recorded, but new turns are not refused yet'
          : `stopped: refuses new turns since ${since}`;
      return [state, `engaged ${causeText(cause)}`, ...(again === undefined ? [] : [`again ${causeText(again)}`])];
    }
  }
}

const causeText = ({ at, reason, execution }: StopCause): string => `at ${at}: ${reason} (execution ${execution})`;
