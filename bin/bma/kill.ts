import { EXIT } from './command';
import { killSwitchCommand } from './kill-switch-command';

/** `bma kill`: engages kill switches. */
export const killCommand = killSwitchCommand('kill', {
  summary: 'stop an agent, or all agents that have a kill switch',
  description:
    'Engages the kill switch of an agent and follows it: events of triggers wait, new turns are refused, the roles of the agent are denied every action, running turns are stopped, and sessions are deleted. Stopping the command does not stop the kill switch. You can repeat the command safely.',
  exitCodes: { [EXIT.attention]: 'not everything is stopped and deleted yet: repeat the command' },
});
