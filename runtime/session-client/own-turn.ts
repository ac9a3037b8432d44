/** Which of the listed items are of the turn that this caller started. */
import type { NewerNotes } from './conversation';

type Note = NewerNotes['notes'][number];

/** Why the items of a turn may be more than what was found, or none of them. */
export type TurnDoubt =
  /** The newest item from before the message is gone or stands elsewhere. */
  | 'anchor-gone'
  /** Items of no turn were left out: they could be of another. */
  | 'items-without-turn'
  /** Turns that were not there before, and nothing tells which of them is this one. */
  | 'several-turns'
  /** The list could not be read to its end: what is older was not seen. */
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
 * The turn of the caller: it holds the session, so the oldest user message that was not there before is its own, whatever
 * the service has made of the text. What decides is the turn id of the items, then their place; where neither does, the
 * items are left out and the doubt is named. Nothing is ever taken from a turn that existed before.
 *
 * @param turnId known from elsewhere, such as the terminal event; absent: the items tell
 */
export function ownTurn({ notes, boundary, brokenOff }: NewerNotes, turnId?: string): OwnTurn {
  const doubts = new Set<TurnDoubt>(brokenOff ? [brokenOff] : []);
  if (boundary !== 'found') doubts.add('anchor-gone');
  const newer = notes.filter(({ newer }) => newer);
  const mine = newer.slice(ownStretch(newer).from, ownStretch(newer).to);
  const placed = boundary === 'found' || boundary === 'moved';
  // Without a place, the own message may be one of no turn, or among what was not seen where the list broke off.
  const isHidden =
    brokenOff !== undefined || notes.some(({ kind, turnId }) => kind === 'user-message' && turnId === null);
  const fromItems = () => (placed ? turnIdOf(newer, mine) : isHidden ? undefined : onlyTurnOf(newer));
  const id = turnId ?? fromItems();
  if (id === SEVERAL) {
    doubts.add('several-turns');
    return { notes: [], doubts: [...doubts] };
  }
  // Without a turn id only the place speaks, and only where it is sure.
  const byPlace = new Set<Note>(placed ? mine : []);
  const pure = mine.every((note) => note.turnId === null || note.turnId === id);
  const candidates = placed ? newer : notes;
  const own = candidates.filter((note) =>
    note.turnId === null ? pure && byPlace.has(note) : id !== undefined && note.turnId === id,
  );
  if (candidates.some((note) => note.turnId === null && !own.includes(note) && isDoubtful(note))) {
    doubts.add('items-without-turn');
  }
  // The turn is known by its place alone, and there are items of a turn that it could be.
  if (id === undefined && newer.some((note) => note.turnId !== null)) doubts.add('several-turns');
  if (own.some(({ omittedBytes }) => omittedBytes !== undefined)) doubts.add('item-too-large');
  return { notes: own, ...(id === undefined ? {} : { turnId: id }), doubts: [...doubts] };

  /** Where the place is not sure, an item from before the message is nobody's loss only if it is known as such. */
  function isDoubtful(note: Note): boolean {
    return note.newer || !placed;
  }
}

const SEVERAL = Symbol('several turns');

/** From the first new user message to the next one, unless that is of the same turn: one submit may hold several messages. */
function ownStretch(newer: readonly Note[]): { readonly from: number; readonly to: number } {
  const from = newer.findIndex(({ kind }) => kind === 'user-message');
  if (from < 0) return { from: 0, to: newer.length };
  const { turnId: own } = newer[from];
  const next = newer.findIndex(
    ({ kind, turnId }, at) => at > from && kind === 'user-message' && (own === null || turnId !== own),
  );
  return { from, to: next < 0 ? newer.length : next };
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
