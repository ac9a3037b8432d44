/** Reads the new items of a conversation since a known point: the basis of every reconciliation. */
import { createHash } from 'node:crypto';
import type { CallOptions } from './call';
import type { SessionClient } from './client';
import { AnswerTooLargeError, BrokenListError } from './errors';
import type { InputMessage, Item, MessageItem } from './types';

/** The items of a conversation at one time. Read it before a submit, so that newer items can be distinguished. */
export interface ConversationMark {
  /** The newest item that has an id. */
  readonly newestItemId?: string;
  readonly empty: boolean;
  /** Turns that existed before, as far as `known` shows them. */
  readonly turnIds: ReadonlySet<string>;
  /** The newest items, newest first, each by `itemKey`. @default the newest item */
  readonly known?: readonly string[];
  /** Whether `known` is the whole conversation. @default whether it was empty */
  readonly whole?: boolean;
}

/** An item by its id; one without an id, which the service allows, by its content. */
export function itemKey(item: Item): string {
  if (typeof item.id === 'string' && item.id !== '') return item.id;
  return `sha256:${createHash('sha256').update(JSON.stringify(item)).digest('hex').slice(0, 32)}`;
}

export async function markConversation(
  client: SessionClient,
  sessionId: string,
  options?: CallOptions,
): Promise<ConversationMark> {
  const items: Item[] = [];
  let whole = true;
  try {
    for await (const item of client.items(sessionId, { order: 'desc' }, options)) {
      whole = items.push(item) < KNOWN_ITEMS;
      if (!whole) break;
    }
  } catch (error) {
    if (brokenOffBy(error) === undefined) throw error;
    whole = false;
  }
  const newestItemId = items.find(({ id }) => id)?.id;
  return {
    ...(newestItemId ? { newestItemId } : {}),
    empty: items.length === 0 && whole,
    turnIds: new Set(items.flatMap((item) => (item.turn_id ? [item.turn_id] : []))),
    known: items.map(itemKey),
    whole,
  };
}

/** Newest items of a conversation that are remembered: a few kilobytes. */
const KNOWN_ITEMS = 100;

/** The stored members of a listed item: enough to find its turn, in constant memory. */
export interface ItemNote {
  readonly key: string;
  readonly turnId: string | null;
  readonly kind: 'user-message' | 'final-answer' | 'other';
  readonly type: string;
  /** Set when the item was too large to read; see `ItemBase.omittedBytes`. */
  readonly omittedBytes?: number;
}

/** How certain it is where the newer items begin. */
export type Boundary =
  /** The newest earlier item was found at its position, or all earlier items are known. */
  | 'found'
  /** It no longer exists; an older known item was found instead. */
  | 'moved'
  /** Earlier items are listed in another order than before. */
  | 'out-of-order'
  /** None of the earlier items exists any more. */
  | 'lost';

export interface NewerNotes {
  /** Everything that was listed, oldest first. `index` counts in the order in which the items were taken. */
  readonly notes: readonly (ItemNote & { readonly index: number; readonly newer: boolean })[];
  readonly boundary: Boundary;
  /** The service reported more items, but the list ended here: older items were not read. */
  readonly brokenOff?: 'page-too-large' | 'list-broken';
}

/**
 * Lists the conversation from its newest item back to the mark, page by page, and passes each item on. If the listing
 * can't be continued, this returns the items read so far instead of an error.
 */
export async function notesSince(
  client: SessionClient,
  sessionId: string,
  mark: ConversationMark,
  options: CallOptions = {},
  take: (item: Item, index: number) => void | Promise<void> = () => undefined,
): Promise<NewerNotes> {
  const known = mark.known ?? (mark.newestItemId ? [mark.newestItemId] : []);
  const whole = mark.whole ?? mark.empty;
  const rank = new Map(known.map((key, position) => [key, position]));
  const seen = new Set<string>();
  const listed: (ItemNote & { index: number; known: number | undefined })[] = [];
  let firstKnown: number | undefined;
  let knownSeen = 0;
  let ordered = true;
  let lastKnown: number | undefined;
  let brokenOff: NewerNotes['brokenOff'];
  try {
    for await (const item of client.items(sessionId, { order: 'desc' }, options)) {
      const key = itemKey(item);
      // A page that repeats the previous page. Items without an id can really be equal.
      if (item.id && seen.has(key)) continue;
      seen.add(key);
      const position = rank.get(key);
      if (position !== undefined) {
        firstKnown ??= position;
        ordered &&= position >= (lastKnown ?? 0);
        lastKnown = position;
        knownSeen += 1;
        // Stops after the newest earlier item, if an older one follows: then all following items existed before, too.
        // It reads to the end if the whole conversation is known, because the order of the list doesn't matter then,
        // and if the order changed.
        if (!whole && firstKnown === 0 && isOrdered()) break;
      }
      const index = listed.length;
      listed.push({ ...noteOf(item, key), index, known: position });
      await take(item, index);
    }
  } catch (error) {
    brokenOff = brokenOffBy(error);
    if (brokenOff === undefined) throw error;
  }
  const boundary = boundaryOf();
  const ascending = isAscending();
  const oldestFirst = ascending ? listed : listed.reverse();
  const isNew = newerThan();
  return {
    notes: oldestFirst.map(({ known: _known, ...note }, position) => ({ ...note, newer: isNew[position] })),
    boundary,
    ...(brokenOff ? { brokenOff } : {}),
  };

  function boundaryOf(): Boundary {
    // The mark of an empty conversation is the end of the list.
    if (known.length === 0) return whole && brokenOff === undefined ? 'found' : 'lost';
    if (firstKnown === undefined) return 'lost';
    if (whole) return seen.has(known[0]) ? 'found' : 'moved';
    if (!isOrdered()) return 'out-of-order';
    return firstKnown === 0 ? 'found' : 'moved';
  }

  /** Whether the earlier items are listed in the same order as before; this needs two of them. */
  function isOrdered(): boolean {
    return ordered && (knownSeen > 1 || known.length === 1);
  }

  /** Whether the service listed the oldest first, although the newest were requested. */
  function isAscending(): boolean {
    if (!whole || firstKnown === undefined || lastKnown === undefined) return false;
    if (firstKnown !== lastKnown) return firstKnown > lastKnown;
    return listed[0].known !== undefined && listed.at(-1)?.known === undefined;
  }

  function newerThan(): boolean[] {
    if (boundary === 'lost' && known.length > 0) {
      // Only a turn that didn't exist before can be identified, and only if all earlier turns are known.
      return oldestFirst.map(({ turnId }) => whole && turnId !== null && !mark.turnIds.has(turnId));
    }
    if (boundary === 'lost' || boundary === 'out-of-order') return oldestFirst.map(() => false);
    if (whole) {
      // Equal items without an id are counted, oldest first: one more than before is a new one.
      const left = new Map<string, number>();
      for (const key of known) left.set(key, (left.get(key) ?? 0) + 1);
      return oldestFirst.map(({ key, turnId }) => {
        const count = left.get(key) ?? 0;
        left.set(key, count - 1);
        return count <= 0 && !isOldTurn(turnId);
      });
    }
    const last = oldestFirst.map(({ known: position }) => position !== undefined).lastIndexOf(true);
    return oldestFirst.map(({ turnId }, position) => position > last && !isOldTurn(turnId));
  }

  function isOldTurn(turnId: string | null): boolean {
    return turnId !== null && mark.turnIds.has(turnId);
  }
}

function brokenOffBy(error: unknown): NewerNotes['brokenOff'] {
  if (error instanceof AnswerTooLargeError) return 'page-too-large';
  return error instanceof BrokenListError ? 'list-broken' : undefined;
}

function noteOf(item: Item, key: string): ItemNote {
  return {
    key,
    turnId: typeof item.turn_id === 'string' && item.turn_id !== '' ? item.turn_id : null,
    kind: isUserMessage(item) ? 'user-message' : isFinalAnswer(item) ? 'final-answer' : 'other',
    type: item.type,
    omittedBytes: item.omittedBytes,
  };
}

/** The text of a message as it was sent or read back. */
export function messageText(message: InputMessage | MessageItem): string {
  // Absent in an item that was too large to be read.
  const content: readonly object[] = Array.isArray(message.content) ? message.content : [];
  return content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : '')).join('');
}

export function isUserMessage(item: Item): item is MessageItem {
  return item.type === 'message' && item.role === 'user';
}

export function isFinalAnswer(item: Item): item is MessageItem {
  return item.type === 'message' && item.role === 'assistant' && item.phase === 'final_answer';
}

/** A submitted message in its long form. */
export function toMessages(message: string | InputMessage[]): InputMessage[] {
  return typeof message === 'string' ? [{ role: 'user', content: [{ type: 'input_text', text: message }] }] : message;
}
