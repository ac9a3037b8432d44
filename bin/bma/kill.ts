import { EXIT } from './command';
import { killSwitchCommand } from './kill-switch-command';

/** `bma kill`: engages kill switches. */
export const killCommand = killSwitchCommand('kill', {
  summary: 'stop an agent, or all agents that have a kill switch',
  description:
    'Engages the kill switch of an agent and follows it: events of triggers wait, new turns are refused, the roles of the agent are denied everything, running turns are stopped, sessions are deleted. Stopping the command does not interrupt it. It can be repeated safely.',
  exitCodes: { [EXIT.attention]: 'something is left: repeat the command' },
});
