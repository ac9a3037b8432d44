/** The code of commands that call an account. Loaded lazily, because other commands don't need the AWS clients. */
export { openAccount } from './account';
export { commandErrorOf } from './call-failure';
export { giveBack, queuesOf, sendAgain, takeLetters, waitingEvents } from './dead-letters';
export { readStatus } from './agent-status';
export { agentNamed, findAgents, knownAgents } from './find-agents';
export { findKillSwitches } from './find-kill-switches';
export { followTurn } from './follow-turn';
export { listTurns } from './list-turns';
export { runKillSwitch } from './run-kill-switch';
export { startTurn } from './start-turn';
export { stopTurn } from './stop-turn';
export { tailTurns } from './tail-turns';
export { readEvidence } from './turn-evidence';
export { findTurn } from './turn-state';
