import { ACCOUNT_CODES, addAccountOptions, inAccount, type AccountOptions } from './account-command';
import { EXIT, jsonText, type Command } from './command';
import { printable } from '../printable-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/agents/1';

/** `bma agents`: lists the deployed agents. */
export const agentsCommand: Command<AccountOptions> = {
  name: 'agents',
  summary: 'list the deployed agents',
  description:
    'Lists the agents in the account and Region that have a TurnWorkflow, with their stacks and triggers. Reads the outputs of the stacks.',
  exitCodes: ACCOUNT_CODES,
  define: (command) => addAccountOptions(command, 'print the agents as JSON'),
  async run(_args, options, { out, error, style }) {
    const needs =
      'cloudformation:DescribeStacks and cloudformation:ListStacks, or --stack with workflow.grants.readTurns(…)';
    const { agents, unread, hint } = await inAccount(options, needs, async (account, { findAgents, knownAgents }) => {
      const found = await findAgents(account, options.stack);
      return { ...found, hint: knownAgents(found) };
    });
    for (const { stack, output } of unread) {
      error(`bma: the output ${stack}/${output} can't be read: another version of the library wrote it.\n`);
    }
    if (options.json) {
      out(jsonText({ format: FORMAT, agents: agents.map(({ format: _format, ...agent }) => agent) }));
      return EXIT.done;
    }
    if (agents.length === 0) error(`bma: ${hint}\n`);
    for (const { agent, stack, triggers } of agents) {
      const starts = triggers.map(({ id }) => id).join(', ') || 'none';
      out(`${style.name(printable(agent))}  ${style.faint(`stack ${stack}, triggers: ${printable(starts)}`)}\n`);
    }
    return EXIT.done;
  },
};
