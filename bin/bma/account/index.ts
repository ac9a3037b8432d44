/** Everything that commands do in an account. Loaded when one of them runs: no other command needs the clients of AWS. */
export { openAccount } from './account';
export { commandErrorOf } from './call-failure';
export { giveBack, queuesOf, sendAgain, takeLetters, waitingEvents } from './dead-letters';
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
