import { killSwitchCommand } from './kill-switch-command';

/** `bma release`: lets stopped agents run again. */
export const releaseCommand = killSwitchCommand('release', {
  summary: 'let stopped agents run again',
  description:
    'Releases the kill switch of an agent and follows it. Events that waited start their turns then, once. Refused while the kill switch is being engaged.',
});
