import { createHash } from 'node:crypto';
import type { Ending, OpenSessionAnswer, OpenSessionPayload } from '../../../lib/contracts/step';
import type { SessionItem, TurnItem } from '../../../lib/contracts/turn-ledger';
import {
  type CallOptions,
  NotFoundError,
  parseBinding,
  type SessionClient,
  resolveSessionDefinition,
} from '../../session-client';
import { endingOf } from '../turn/failures';
import { TransientStepError } from '../turn/aws-errors';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import type { TextStore } from '../turn/text-store';
import { callsEnd } from '../turn/time-left';
import { createOnce } from './create-once';

export interface OpenSessionParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  readonly store: TextStore;
  /** How long the session of an ambiguous create is searched. */
  readonly settleMs: number;
  /** How long a session of a session key is kept without a turn. */
  readonly retentionSeconds: number;
}

/** How long after its deadline a turn may still hold its session: the time to cancel, collect and publish. */
const HOLD_MARGIN_MS = 30 * 60_000;
/**
 * Time between two attempts to open the session while an unfinished turn in it ends. The history of the longest turn
 * stays below its limit; a test counts it.
 */
export const BUSY_WAIT_SECONDS = 45;

/**
 * Can be repeated at any point: the claim belongs to this turn, an open session is found in the ledger, and an
 * interrupted create is searched before another session is created.
 *
 * @param functionEnd when the function must answer, milliseconds since the epoch
 */
export async function openSession(
  payload: OpenSessionPayload,
  parts: OpenSessionParts,
  functionEnd = Infinity,
): Promise<OpenSessionAnswer> {
  try {
    return await open(payload, parts, functionEnd);
  } catch (error) {
    return { status: 'ended', ending: endingOf(error) };
  }
}

async function open(
  { turn, binding }: OpenSessionPayload,
  parts: OpenSessionParts,
  functionEnd: number,
): Promise<OpenSessionAnswer> {
  const { client, ledger } = parts;
  const now = Date.now();
  const record = (await ledger.change(turn.turnPk, {
    UpdateExpression: 'SET deadlineAt = if_not_exists(deadlineAt, :deadline)',
    values: { deadline: now + turn.deadlineSeconds * 1000 },
  })) as unknown as TurnItem;
  if (record.stopped) return ended(STOPPED);
  const deadlineAt = record.deadlineAt ?? now;
  const limits: CallOptions = { deadlineAt: callsEnd(deadlineAt, functionEnd) };
  const held = (await ledger.change(turn.sessionPk, {
    UpdateExpression: 'SET heldBy = :me, heldUntil = :until',
    ConditionExpression: 'attribute_not_exists(heldBy) OR heldBy = :me OR heldUntil < :now',
    values: { me: turn.name, until: deadlineAt + HOLD_MARGIN_MS, now },
  })) as Partial<SessionItem> | undefined;
  if (held === undefined) return now > deadlineAt ? ended(SESSION_BUSY) : busy();

  const bindingSha256 = createHash('sha256').update(binding).digest('hex');
  const resumable = held.state === 'open' && held.bindingSha256 === bindingSha256 ? held.sessionId : undefined;
  const status = resumable === undefined ? 'gone' : await statusOf(client, resumable, limits);
  if (resumable !== undefined && status === 'in_progress' && record.state === 'registered') {
    // A turn that lost its claim left a running turn of the service. It is cancelled.
    log('open-session', 'left-over turn cancelled', { turn: turn.name, sessionId: resumable });
    await client.cancel(resumable, limits).catch(() => undefined);
    return now > deadlineAt ? ended(SESSION_BUSY) : busy();
  }

  const published = parseBinding(binding);
  const { sha256, bucket, key } = published;
  const definition = resolveSessionDefinition(published, await parts.store.read({ bucket, key }));
  const resume = resumable !== undefined && status !== 'gone' && status !== 'failed';
  const created = resume ? undefined : await createOnce(definition, turn, held, { ...parts, limits });
  const sessionId = resume ? resumable : created?.id;
  if (sessionId === undefined) return ended(CREATE_UNDECIDED);
  const opened = await ledger.change(turn.sessionPk, {
    UpdateExpression:
      'SET #state = :open, sessionId = :id, bindingSha256 = :binding, kind = :kind, deleteAfter = :later REMOVE createStartedAt',
    ConditionExpression: `heldBy = :me AND ${created ? 'createStartedAt = :claimed' : 'sessionId = :id'}`,
    values: {
      open: 'open',
      id: sessionId,
      binding: bindingSha256,
      kind: 'session',
      later: Math.floor(deadlineAt / 1000) + parts.retentionSeconds,
      me: turn.name,
      ...(created ? { claimed: created.claimedAt } : {}),
    },
  });
  if (opened === undefined) {
    // Another attempt of this step has opened a session, possibly this one. The repetition reads it from the ledger.
    const now = await ledger.session(turn.sessionPk);
    if (created && now.sessionId !== sessionId) await client.delete(sessionId, limits).catch(() => undefined);
    throw new TransientStepError('another attempt of this step has opened the session');
  }
  await ledger.change(turn.turnPk, {
    UpdateExpression: 'SET sessionId = :id, model = :model, definitionSha256 = :definition',
    values: { id: sessionId, model: definition.agent.model, definition: sha256 },
  });
  if (!resume && held.sessionId !== undefined && held.sessionId !== sessionId) {
    // Replaced, because its definition changed or it failed. If the deletion fails, only an unused session remains.
    await client.delete(held.sessionId, limits).catch(() => undefined);
  }
  log('open-session', resume ? 'resumed' : 'created', { turn: turn.name, sessionId });
  return { status: 'open', sessionId, resumed: resume };
}

async function statusOf(client: SessionClient, sessionId: string, limits: CallOptions): Promise<string> {
  try {
    return (await client.get(sessionId, limits)).status;
  } catch (error) {
    if (error instanceof NotFoundError) return 'gone';
    throw error;
  }
}

const SESSION_BUSY: Ending = {
  outcome: 'TimedOut',
  reason: { code: 'session-busy', message: 'Other turns worked in the session until the deadline' },
};
const STOPPED: Ending = { outcome: 'Cancelled', reason: { code: 'stopped', message: 'The execution was stopped' } };
const CREATE_UNDECIDED: Ending = {
  outcome: 'Failed',
  reason: { code: 'create-undecided', message: 'The service left open, several times, whether it created a session' },
};

function ended(ending: Ending): OpenSessionAnswer {
  return { status: 'ended', ending };
}

function busy(): OpenSessionAnswer {
  return { status: 'busy', waitSeconds: BUSY_WAIT_SECONDS };
}
