/**
 * The Managed Agents session client. The operator CLI adds `./credential-chain`; Lambda handlers import only this.
 * `runTurn` is for callers outside of a workflow: `bma-local --message`.
 */
export type { CallOptions } from './call';
export { SessionClient, type SessionClientOptions } from './client';
export {
  type Boundary,
  type ConversationMark,
  isFinalAnswer,
  type ItemNote,
  markConversation,
  messageText,
  type NewerNotes,
  notesSince,
} from './conversation';
export { type Credentials, type CredentialsProvider, environmentCredentials } from './credentials';
export { parseBinding, resolveSessionDefinition } from './definition';
export * from './errors';
export { type FailureKind, failureKind } from './failure-kind';
export { EventStream, type EventStreamOptions } from './event-stream';
export type { ClientLogger, LogFields } from './logger';
export {
  type ReconcileCreateInput,
  type ReconciledCreate,
  type ReconciledSubmit,
  reconcileCreate,
  reconcileSubmit,
  type ReconcileSubmitInput,
} from './reconcile';
export { type OwnTurn, ownTurn, type TurnDoubt } from './own-turn';
export type { RetryOptions } from './retry';
export { runTurn, type RunTurnOptions, type TurnOutcome } from './run-turn';
export type { Timing } from './timing';
export type * from './types';
