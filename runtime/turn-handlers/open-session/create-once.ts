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
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import type { OpenSessionParts } from './open-session';

/** With the limits for calls to the service. */
type BoundedParts = OpenSessionParts & { readonly limits: CallOptions };

/** Number of creates with an unknown result, after which the turn fails. */
const MOST_CREATES = 5;
const MOST_POLLS = 5;

/**
 * A session for one conversation. The session is created without a message, so a create with an unknown result starts
 * no work. Sessions of one definition without a message are equal; the owner record, written once per session, assigns
 * one to this conversation. So after an ambiguous create, any new, empty session of the definition without an owner can
 * be claimed. If there is none, another is created. At worst, an idle session remains, never a second turn.
 *
 * @returns undefined if the result was unknown too often
 */
export async function createOnce(
  definition: SessionDefinition,
  turn: PreparedTurn,
  held: Partial<SessionItem>,
  parts: BoundedParts,
): Promise<string | undefined> {
  // Set by an earlier attempt of this step that didn't complete.
  let openSince = held.state === 'creating' ? held.createStartedAt : undefined;
  for (let creates = 0; creates < MOST_CREATES;) {
    if (openSince !== undefined) {
      const found = await adopt(definition, turn, openSince, parts);
      if (found !== undefined) return found;
      openSince = undefined;
      continue;
    }
    creates += 1;
    await parts.ledger.change(turn.sessionPk, {
      UpdateExpression: 'SET #state = :creating, createStartedAt = :now',
      ConditionExpression: 'heldBy = :me',
      values: { creating: 'creating', now: Date.now(), me: turn.name },
    });
    try {
      const { id } = await parts.client.create(definition, parts.limits);
      if (await claimSession(parts.ledger, id, turn)) return id;
      // Another turn was faster after its own ambiguous create.
    } catch (error) {
      if (!(error instanceof AmbiguousRequestError)) throw error;
      log('open-session', 'ambiguous create', { turn: turn.name });
      openSince = error.startedAt;
    }
  }
  return openSince === undefined ? undefined : await adopt(definition, turn, openSince, parts);
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
