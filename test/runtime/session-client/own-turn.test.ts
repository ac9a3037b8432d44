/**
 * Whose items are these? A service that loses items, ids and turn ids, cuts pages anywhere and lists in either order, against
 * two promises: no item of another turn is ever taken, and an item of the turn that is not taken is never passed over silently.
 */
import fc, { runs } from '../../fast-check';
import { type Item, markConversation, notesSince, ownTurn, type SessionClient } from '../../../runtime/session-client';
import type { NewerNotes } from '../../../runtime/session-client/conversation';
import { walkPages } from '../../../runtime/session-client/paging';

interface TestItem {
  readonly id: string | null;
  readonly turn_id: string | null;
  readonly type: string;
  readonly role?: string;
  /** Not of the service: whose it is. */
  readonly owner: string;
}

/** Chances in percent. */
const world = fc.record({
  earlierTurns: fc.integer({ min: 0, max: 50 }),
  ownItems: fc.integer({ min: 0, max: 6 }),
  foreignTurn: fc.boolean(),
  withoutId: fc.constantFrom(0, 0, 10, 100),
  withoutTurn: fc.constantFrom(0, 0, 10, 100),
  lost: fc.constantFrom(0, 0, 5, 50, 100),
  newestLost: fc.integer({ min: 0, max: 8 }),
  pageSize: fc.integer({ min: 1, max: 100 }),
  turned: fc.constantFrom(false, false, false, true),
  terminalHeard: fc.boolean(),
  chance: fc.infiniteStream(fc.integer({ min: 0, max: 99 })),
});

function clientOf(list: () => TestItem[], pageSize: number): SessionClient {
  const itemsPage = (_id: string, { limit = 20, after }: { limit?: number; after?: string } = {}) => {
    const all = list();
    const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const data = all.slice(start, start + Math.min(limit, pageSize));
    const has_more = start + data.length < all.length;
    return Promise.resolve({ data, has_more, first_id: null, last_id: data.at(-1)?.id ?? null });
  };
  const items = (id: string, query: object) => walkPages('listItems', query, (next) => itemsPage(id, next));
  return { itemsPage, items } as unknown as SessionClient;
}

test('no item of another turn is taken, and none of the own is passed over silently', async () => {
  const tried = runs(3_000);
  let taken = 0;
  let doubted = 0;
  await fc.assert(
    fc.asyncProperty(world, async (w) => {
      const percent = (p: number) => (w.chance.next().value as number) < p;
      let serial = 0;
      const item = (owner: string, more: object): TestItem => ({
        id: percent(w.withoutId) ? null : `item_${++serial}`,
        turn_id: percent(w.withoutTurn) ? null : owner,
        type: 'message',
        owner,
        // Equal contents would be the same item to anybody.
        ...{ content: [{ type: 'text', text: `${owner} ${++serial}` }] },
        ...more,
      });
      const turnOf = (owner: string, answers: number) => [
        item(owner, { role: 'user' }),
        ...Array.from({ length: answers }, () => item(owner, { role: 'assistant', phase: 'final_answer' })),
      ];
      const earlier = Array.from({ length: w.earlierTurns }, (_, n) => turnOf(`old${n}`, 1 + (n % 4))).flat();
      let items = earlier;
      const client = clientOf(() => (turned ? items : [...items].reverse()), w.pageSize);
      let turned = false;
      const mark = await markConversation(client, 's1');

      const own = turnOf('own', w.ownItems);
      const kept = earlier.filter((_entry, n) => n < earlier.length - w.newestLost && !percent(w.lost));
      // In a conversation that was empty, nothing can show in which order it is listed.
      const foreign = w.foreignTurn && !(w.turned && earlier.length === 0);
      items = [...kept, ...own, ...(foreign ? turnOf('foreign', 2) : [])];
      turned = w.turned;
      const listed: Item[] = [];
      const newer = await notesSince(client, 's1', mark, {}, (entry) => void listed.push(entry));
      const { notes, doubts } = ownTurn(newer, w.terminalHeard ? 'own' : undefined);

      const owners = new Set(notes.map(({ index }) => (listed[index] as unknown as TestItem).owner));
      owners.delete('own');
      expect([...owners]).toEqual([]);
      if (notes.length < own.length) expect(doubts).not.toEqual([]);
      taken += notes.length === own.length ? 1 : 0;
      doubted += notes.length < own.length ? 1 : 0;
      // A service that keeps to what it documents leaves no doubt, and nothing out.
      const orderly = w.withoutId === 0 && w.withoutTurn === 0 && w.lost === 0 && w.newestLost === 0 && !w.turned;
      if (orderly) expect([notes.length, doubts]).toEqual([own.length, []]);
    }),
    tried,
  );
  // The world is neither too kind nor too cruel to prove anything.
  expect(taken).toBeGreaterThan(tried.numRuns / 3);
  expect(doubted).toBeGreaterThan(tried.numRuns / 30);
});

describe('the items of the own turn', () => {
  /** Written `u:t1` (a user message of turn t1), `a:-` (an answer of no turn); in brackets when it was there before. */
  const notesOf = (text: string): NewerNotes['notes'] =>
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word, index) => {
        const [kind, turn] = word.replace(/[()]/g, '').split(':');
        return {
          key: word,
          index,
          type: 'message',
          kind: kind === 'u' ? 'user-message' : kind === 'a' ? 'final-answer' : 'other',
          turnId: turn === '-' ? null : turn,
          newer: !word.startsWith('('),
          ...(kind === 'large' ? { omittedBytes: 9 } : {}),
        };
      });
  const own = (text: string, more: Partial<NewerNotes> = {}, turnId?: string) => {
    const turn = ownTurn({ notes: notesOf(text), boundary: 'found', ...more }, turnId);
    return [turn.notes.map(({ key }) => key).join(' '), turn.turnId, ...turn.doubts];
  };

  test.each<[string, string, Partial<NewerNotes>, string | undefined, readonly (string | undefined)[]]>([
    ['are those of the first new message', '(u:t0) u:t1 a:t1', {}, undefined, ['u:t1 a:t1', 't1']],
    ['are not those of a later message', 'u:t1 a:t1 u:t2 a:t2', {}, undefined, ['u:t1 a:t1', 't1']],
    ['are of the turn that is known from elsewhere', 'u:t1 a:t1 u:t2 a:t2', {}, 't2', ['u:t2 a:t2', 't2']],
    ['may be of several messages', 'u:t1 u:t1 a:t1 u:t2', {}, undefined, ['u:t1 u:t1 a:t1', 't1']],
    ['without a turn may follow a second message of the turn', 'u:t1 u:t1 x:-', {}, undefined, ['u:t1 u:t1 x:-', 't1']],
    ['may come before their message', 'a:t1 u:t1', {}, undefined, ['a:t1 u:t1', 't1']],
    ['may be there without their message', 'a:t1 x:t1', {}, undefined, ['a:t1 x:t1', 't1']],
    ['are known by their place when they have no turn', 'u:- a:-', {}, undefined, ['u:- a:-', undefined]],
    ['without a turn go with those that have one', 'u:- a:t1 x:-', {}, undefined, ['u:- a:t1 x:-', 't1']],
    [
      'of a message without a turn end at the next one',
      'u:- a:- u:- a:-',
      {},
      undefined,
      ['u:- a:-', undefined, 'items-without-turn'],
    ],
    [
      'without a turn do not come before their message',
      'a:- u:- x:-',
      {},
      undefined,
      ['u:- x:-', undefined, 'items-without-turn'],
    ],
    ['are none', '', {}, undefined, ['', undefined]],
    ['are none of before', '(u:t0) (a:t0)', {}, undefined, ['', undefined]],
    [
      'without a turn are left out where another turn is among them',
      'u:t1 a:t2 x:-',
      {},
      undefined,
      ['u:t1', 't1', 'items-without-turn'],
    ],
    ['are in doubt when several turns came', 'a:t1 a:t2', {}, undefined, ['', undefined, 'several-turns']],
    [
      'are in doubt when only their place is known, and a turn follows',
      'u:- u:t2',
      {},
      undefined,
      ['u:-', undefined, 'several-turns'],
    ],
    ['may be too large', 'u:t1 large:t1', {}, undefined, ['u:t1 large:t1', 't1', 'item-too-large']],
    ['of others may be too large', 'u:t1 u:t2 large:t2', {}, undefined, ['u:t1', 't1']],
    [
      'may be more than were listed',
      'u:t1',
      { brokenOff: 'page-too-large' },
      undefined,
      ['u:t1', 't1', 'page-too-large'],
    ],
    [
      'are not those of the only new turn that was listed, when older items were not',
      'u:t2 a:t2',
      { boundary: 'lost', brokenOff: 'list-broken' },
      undefined,
      ['', undefined, 'list-broken', 'anchor-gone', 'several-turns'],
    ],
    [
      'are not those of the only new turn, when a message of no turn may be theirs',
      '(u:-) u:t2 a:t2',
      { boundary: 'lost' },
      undefined,
      ['', undefined, 'anchor-gone', 'items-without-turn', 'several-turns'],
    ],
    [
      'are doubtful when an earlier item is gone',
      'u:t1 a:-',
      { boundary: 'moved' },
      undefined,
      ['u:t1 a:-', 't1', 'anchor-gone'],
    ],
    [
      'without a place are those of the only new turn',
      'x:- u:t1 a:t1',
      { boundary: 'lost' },
      undefined,
      ['u:t1 a:t1', 't1', 'anchor-gone', 'items-without-turn'],
    ],
    [
      'without a place are those of the turn that is known',
      '(u:t1) (a:t1) (a:t0)',
      { boundary: 'out-of-order' },
      't1',
      ['(u:t1) (a:t1)', 't1', 'anchor-gone'],
    ],
    [
      "without a place and without a turn are nobody's",
      '(x:-)',
      { boundary: 'lost' },
      undefined,
      ['', undefined, 'anchor-gone', 'items-without-turn'],
    ],
    [
      'without a place are in doubt when several turns came',
      'u:t1 u:t2',
      { boundary: 'lost' },
      undefined,
      ['', undefined, 'anchor-gone', 'several-turns'],
    ],
  ])('%s', (_name, notes, more, turnId, expected) => {
    expect(own(notes, more, turnId)).toEqual(expected);
  });
});
