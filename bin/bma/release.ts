import { killSwitchCommand } from './kill-switch-command';

/** `bma release`: lets stopped agents run again. */
export const releaseCommand = killSwitchCommand('release', {
  summary: 'let stopped agents run again',
  description:
    'Releases the kill switch of an agent and follows it. Each waiting event then starts its turn. The command is refused while the kill switch is being engaged.',
});
