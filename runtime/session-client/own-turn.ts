/** Finds the listed items of the turn that this caller started. */
import type { NewerNotes } from './conversation';

type Note = NewerNotes['notes'][number];

/** Why a turn may have more items than were found, or why none were found. */
export type TurnDoubt =
  /** The newest item before the message no longer exists or is at another position. */
  | 'anchor-gone'
  /** Items without a turn were omitted: they could belong to another turn. */
  | 'items-without-turn'
  /** There are several new turns, and it is unknown which of them is this one. */
  | 'several-turns'
  /** The list could not be read to its end: older items were not read. */
  | 'page-too-large'
  | 'list-broken'
  /** Items that are too large to be read; their ids and sizes are known. */
  | 'item-too-large';

export interface OwnTurn {
  /** Oldest first. */
  readonly notes: readonly Note[];
  readonly turnId?: string;
  /** Empty: these are all items of the turn that the service lists. */
  readonly doubts: readonly TurnDoubt[];
}

/**
 * The turn of the caller: it holds the session, so the oldest new user message belongs to it, even if the service
 * changed the text. The turn id of the items decides, then their position. If neither does, the items are omitted and
 * the reason is returned. Items of an earlier turn are never included.
 *
 * @param turnId known from another source, such as the terminal event; if absent, the items are used
 */
export function ownTurn({ notes, boundary, brokenOff }: NewerNotes, turnId?: string): OwnTurn {
  const doubts = new Set<TurnDoubt>(brokenOff ? [brokenOff] : []);
  if (boundary !== 'found') doubts.add('anchor-gone');
  const newer = notes.filter(({ newer }) => newer);
  const mine = ownStretch(newer);
  const placed = boundary === 'found' || boundary === 'moved';
  // Without a position, the turn's message may be one without a turn id, or one of the items that were not read.
  const isHidden =
    brokenOff !== undefined || notes.some(({ kind, turnId }) => kind === 'user-message' && turnId === null);
  const fromItems = () => (placed ? turnIdOf(newer, mine) : isHidden ? undefined : onlyTurnOf(newer));
  const id = turnId ?? fromItems();
  if (id === SEVERAL) {
    doubts.add('several-turns');
    return { notes: [], doubts: [...doubts] };
  }
  // Without a turn id, only the position decides, and only if it is certain.
  const byPlace = new Set<Note>(placed ? mine : []);
  const pure = mine.every((note) => note.turnId === null || note.turnId === id);
  const candidates = placed ? newer : notes;
  const own = candidates.filter((note) => (note.turnId === null ? pure && byPlace.has(note) : note.turnId === id));
  if (candidates.some((note) => note.turnId === null && !own.includes(note))) doubts.add('items-without-turn');
  // The turn is known only by its position, and there are items of a turn that it could be.
  if (id === undefined && newer.some((note) => note.turnId !== null)) doubts.add('several-turns');
  if (own.some(({ omittedBytes }) => omittedBytes !== undefined)) doubts.add('item-too-large');
  return { notes: own, ...(id === undefined ? {} : { turnId: id }), doubts: [...doubts] };
}

const SEVERAL = Symbol('several turns');

/** From the first new user message to the next one, unless that is of the same turn: one submit may hold several messages. */
function ownStretch(newer: readonly Note[]): readonly Note[] {
  const from = newer.findIndex(({ kind }) => kind === 'user-message');
  if (from < 0) return newer;
  const { turnId: own } = newer[from];
  const next = newer.findIndex(
    ({ kind, turnId }, at) => at > from && kind === 'user-message' && (own === null || turnId !== own),
  );
  return newer.slice(from, next < 0 ? undefined : next);
}

function turnIdOf(newer: readonly Note[], mine: readonly Note[]): string | undefined | typeof SEVERAL {
  const first = newer.find(({ kind }) => kind === 'user-message');
  if (first?.turnId) return first.turnId;
  return onlyTurnOf(mine);
}

function onlyTurnOf(notes: readonly Note[]): string | undefined | typeof SEVERAL {
  const ids = new Set(notes.flatMap(({ turnId }) => (turnId === null ? [] : [turnId])));
  return ids.size > 1 ? SEVERAL : [...ids][0];
}
