/** The items of a turn: read once, written to the evidence one by one, none kept in memory. */
import type { TurnItem } from '../../../lib/contracts/turn-ledger';
import {
  failureKind,
  type Item,
  notesSince,
  type OwnTurn,
  ownTurn,
  type SessionClient,
  SessionClientError,
  type TurnDoubt,
} from '../../session-client';
import { TransientStepError } from '../turn/failures';
import { log } from '../turn/log';
import { markOf } from '../turn/mark';
import { Spool } from './spool';

/** Why the evidence may lack items of the turn. The manifest contains it. */
export type MissingReason =
  | TurnDoubt
  /** The service refused to list them: the session or the permission no longer exists. */
  | 'session-not-readable'
  /** More than a function can store: the newest are stored, including the final answer. */
  | 'evidence-too-large';

export interface TurnItems {
  /** Oldest first; those without a line in the spool are counted as missing. */
  readonly notes: OwnTurn['notes'];
  readonly turnId?: string;
  readonly missing: readonly MissingReason[];
  readonly spool: Spool;
}

export interface TurnItemsLimits {
  /** When reading must be over, milliseconds since the epoch. */
  readonly readUntil: number;
  /**
   * How long a completed turn without a final answer is read again: AWS doesn't document how soon an item is visible.
   */
  readonly settleMs: number;
}

/** Waits between two reads of a completed turn without an answer. */
const POLL_WAITS_MS = [500, 1_000, 2_000, 4_000];

/** @throws TransientStepError when the service cannot be read now */
export async function turnItems(
  record: Partial<TurnItem>,
  client: SessionClient,
  completed: boolean,
  { readUntil, settleMs }: TurnItemsLimits,
): Promise<TurnItems> {
  const begun = record.state === 'submitting' || record.state === 'submitted';
  if (record.sessionId === undefined || !begun) return { notes: [], missing: [], spool: await Spool.open() };
  let left = completed ? settleMs : 0;
  for (let polls = 0; ; polls++) {
    const items = await readOnce(record, record.sessionId, client, readUntil);
    const answered = items.notes.some(({ kind }) => kind === 'final-answer');
    const wait = Math.min(left, POLL_WAITS_MS[polls] ?? POLL_WAITS_MS[POLL_WAITS_MS.length - 1]);
    if (answered || wait <= 0 || Date.now() + wait >= readUntil) return items;
    await items.spool.close();
    left -= wait;
    await client.timing.sleep(wait);
  }
}

async function readOnce(
  record: Partial<TurnItem>,
  sessionId: string,
  client: SessionClient,
  deadlineAt: number,
): Promise<TurnItems> {
  const spool = await Spool.open();
  let full = false;
  const keep = async (item: Item, index: number) => {
    full ||= !(await spool.add(index, `${JSON.stringify(item)}\n`));
  };
  try {
    const newer = await notesSince(client, sessionId, markOf(record), { deadlineAt }, keep);
    const own = ownTurn(newer, record.turnId || undefined);
    const missing: MissingReason[] = [...own.doubts, ...(full ? (['evidence-too-large'] as const) : [])];
    return { notes: own.notes, ...(own.turnId ? { turnId: own.turnId } : {}), missing, spool };
  } catch (error) {
    await spool.close();
    if (failureKind(error) === 'passing') throw new TransientStepError(`items: ${(error as Error).name}`);
    if (!(error instanceof SessionClientError)) throw error;
    log('collect-evidence', 'items not readable', { sessionId, error: error.name });
    return { notes: [], missing: ['session-not-readable'], spool: await Spool.open() };
  }
}
