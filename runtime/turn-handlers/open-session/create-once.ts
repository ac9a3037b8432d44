import type { SessionDefinition } from '../../../lib/contracts/session';
import type { PreparedTurn } from '../../../lib/contracts/step';
import { ownerLedgerKey, type SessionItem } from '../../../lib/contracts/turn-ledger';
import {
  AmbiguousRequestError,
  type CallOptions,
  NotFoundError,
  reconcileCreate,
  type SessionClient,
} from '../../session-client';
import { TransientStepError } from '../turn/aws-errors';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import { nextClaim } from '../turn/next-claim';
import type { OpenSessionParts } from './open-session';

/** With the limits for calls to the service. */
type BoundedParts = OpenSessionParts & { readonly limits: CallOptions };

/** Number of creates with an unknown result, after which the turn fails. */
const MOST_CREATES = 5;
const MOST_POLLS = 5;

/** A session that was created or found, and the claim of the create. */
export interface CreatedSession {
  readonly id: string;
  /** `createStartedAt` of the conversation. If it changes, the session doesn't belong to the conversation. */
  readonly claimedAt: number;
}

/**
 * A session for one conversation. The session is created without a message, so a create with an unknown result starts
 * no work. Sessions of one definition without a message are equal; the owner record, written once per session, assigns
 * one to this conversation. So after an ambiguous create, any new, empty session of the definition without an owner can
 * be claimed. If there is none, another is created. At worst, an idle session remains, never a second turn.
 *
 * Only one attempt of the step creates a session at a time: an attempt that the state machine has lost can still run.
 *
 * @returns undefined if the result was unknown too often
 * @throws TransientStepError if another attempt or another turn has claimed the create
 */
export async function createOnce(
  definition: SessionDefinition,
  turn: PreparedTurn,
  held: Partial<SessionItem>,
  parts: BoundedParts,
): Promise<CreatedSession | undefined> {
  let { createStartedAt: claimedAt } = held;
  // Set by an earlier attempt of this step that didn't complete.
  let openSince = held.state === 'creating' ? claimedAt : undefined;
  for (let creates = 0; creates < MOST_CREATES;) {
    if (openSince !== undefined && claimedAt !== undefined) {
      const found = await adopt(definition, turn, openSince, parts);
      if (found !== undefined) return { id: found, claimedAt };
      openSince = undefined;
      continue;
    }
    creates += 1;
    claimedAt = await claimCreate(turn, claimedAt, parts.ledger);
    try {
      const { id } = await parts.client.create(definition, parts.limits);
      if (await claimSession(parts.ledger, id, turn)) return { id, claimedAt };
      // Another turn was faster after its own ambiguous create.
    } catch (error) {
      if (!(error instanceof AmbiguousRequestError)) throw error;
      log('open-session', 'ambiguous create', { turn: turn.name });
      openSince = error.startedAt;
    }
  }
  if (openSince === undefined || claimedAt === undefined) return undefined;
  const id = await adopt(definition, turn, openSince, parts);
  return id === undefined ? undefined : { id, claimedAt };
}

/** @returns when the create was claimed, milliseconds since the epoch; never the same twice */
async function claimCreate(turn: PreparedTurn, last: number | undefined, ledger: Ledger): Promise<number> {
  const { at, condition, values } = nextClaim('createStartedAt', last);
  const claimed = await ledger.change(turn.sessionPk, {
    UpdateExpression: 'SET #state = :creating, createStartedAt = :now',
    ConditionExpression: `heldBy = :me AND ${condition}`,
    values: { ...values, creating: 'creating', me: turn.name },
  });
  if (claimed === undefined) throw new TransientStepError('another attempt of this step creates the session');
  return at;
}

async function adopt(
  definition: SessionDefinition,
  turn: PreparedTurn,
  startedAt: number,
  { client, ledger, settleMs, limits }: BoundedParts,
): Promise<string | undefined> {
  const known = new Set<string>();
  for (let polls = 0; polls < MOST_POLLS; polls++) {
    const result = await reconcileCreate(client, {
      request: definition,
      startedAt,
      identifiedBy: 'sole-creator',
      known,
      settleMs,
      ...limits,
    });
    if (result.outcome === 'not-found') return undefined;
    const candidates = result.outcome === 'found' ? [result.session.id] : result.candidates;
    for (const id of candidates) {
      // The ledger is read first: most new sessions belong to other turns, and this needs no call of the service.
      const free = !(await ledger.isOwnedByAnother(ownerLedgerKey(id), turn.sessionPk));
      if (free && (await isUnused(client, id, limits)) && (await claimSession(ledger, id, turn))) return id;
      known.add(id);
    }
    if (candidates.length === 0) return undefined;
  }
  return undefined;
}

async function isUnused(client: SessionClient, sessionId: string, limits: CallOptions): Promise<boolean> {
  try {
    const { status } = await client.get(sessionId, limits);
    return status === 'idle' && (await client.itemsPage(sessionId, { limit: 1 }, limits)).data.length === 0;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/** @returns whether the session belongs to this conversation */
async function claimSession(ledger: Ledger, sessionId: string, turn: PreparedTurn): Promise<boolean> {
  const owned = await ledger.change(ownerLedgerKey(sessionId), {
    UpdateExpression: 'SET ownedBy = :conversation, expiresAt = :expires',
    ConditionExpression: 'attribute_not_exists(pk) OR ownedBy = :conversation',
    values: { conversation: turn.sessionPk, expires: Number(turn.expiresAt) },
  });
  return owned !== undefined;
}
