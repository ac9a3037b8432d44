/**
 * What a conversation has gained since it was marked. Lists are written as the service gives them, newest first: `a:t1` is item
 * `a` of turn `t1`, `b` one of no turn, and `*` an item without an id. Notes are given oldest first, `+` before what is new.
 */
import {
  AnswerTooLargeError,
  BrokenListError,
  type ConversationMark,
  type Item,
  markConversation,
  messageText,
  notesSince,
  ProtocolError,
  type SessionClient,
} from '../../../runtime/session-client';
import { isFinalAnswer, isUserMessage, itemKey } from '../../../runtime/session-client/conversation';

const itemsOf = (text: string): Item[] =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [id, turn = null] = word.split(':');
      return { id: id === '*' ? null : id, turn_id: turn, type: 'message' } as Item;
    });

/** A service that lists these items, and breaks off with an error. */
function serviceOf(items: readonly Item[], error?: Error) {
  const asked: unknown[] = [];
  let given = 0;
  const client = {
    items: async function* (...question: unknown[]) {
      asked.push(question);
      for (const item of items) yield await Promise.resolve((given++, item));
      if (error) throw error;
    },
  } as unknown as SessionClient;
  return { client, asked, given: () => given };
}

const word = (key: string, turnId: string | null) =>
  (key.startsWith('sha256:') ? '*' : key) + (turnId ? `:${turnId}` : '');

async function read(mark: ConversationMark, list: string, error?: Error) {
  const service = serviceOf(itemsOf(list), error);
  const { notes, boundary, brokenOff } = await notesSince(service.client, 's1', mark);
  return {
    text: notes.map(({ key, turnId, newer }) => `${newer ? '+' : ''}${word(key, turnId)}`).join(' '),
    boundary,
    given: service.given(),
    ...(brokenOff ? { brokenOff } : {}),
  };
}

describe('a mark', () => {
  test('holds what was there, newest first', async () => {
    const { client, asked } = serviceOf(itemsOf('* c:t2 b:t2 a:t1'));
    const mark = await markConversation(client, 's1', { timeoutMs: 5 });
    expect(mark).toEqual({
      newestItemId: 'c',
      empty: false,
      turnIds: new Set(['t2', 't1']),
      known: [expect.stringMatching(/^sha256:[0-9a-f]{32}$/), 'c', 'b', 'a'],
      whole: true,
    });
    expect(asked).toEqual([['s1', { order: 'desc' }, { timeoutMs: 5 }]]);
  });

  test('of an empty conversation says so', async () => {
    expect(await markConversation(serviceOf([]).client, 's1')).toEqual({
      empty: true,
      turnIds: new Set(),
      known: [],
      whole: true,
    });
  });

  test.each([
    [99, 99, true],
    [100, 100, false],
    [150, 100, false],
  ])('of %i items holds %i; the whole: %p', async (count, known, whole) => {
    const { client, given } = serviceOf(itemsOf(Array.from({ length: count }, (_, n) => `i${n}`).join(' ')));
    const mark = await markConversation(client, 's1');
    expect([mark.known?.length, mark.whole, mark.empty]).toEqual([known, whole, false]);
    expect(given()).toBe(known);
  });

  test.each([new AnswerTooLargeError('large'), new BrokenListError('broken')])(
    'of a list that cannot be continued is not the whole (%p)',
    async (error) => {
      expect(await markConversation(serviceOf(itemsOf('b a'), error).client, 's1')).toMatchObject({
        newestItemId: 'b',
        known: ['b', 'a'],
        whole: false,
      });
      expect(await markConversation(serviceOf([], error).client, 's1')).toMatchObject({ empty: false, whole: false });
    },
  );

  test('is not made of a list that fails', async () => {
    const error = new ProtocolError('odd');
    await expect(markConversation(serviceOf(itemsOf('b a'), error).client, 's1')).rejects.toBe(error);
  });
});

describe('of a conversation that is known as a whole', () => {
  const since = async (before: string, now: string, error?: Error) =>
    await read(await markConversation(serviceOf(itemsOf(before)).client, 's1'), now, error);

  test.each<[string, string, string, string, string]>([
    ['new items follow those of before', 'b a', 'd c b a', 'a b +c +d', 'found'],
    ['none is new', 'b a', 'b a', 'a b', 'found'],
    ['everything is new in one that was empty', '', 'b a', '+a +b', 'found'],
    ['nothing is new in one that stays empty', '', '', '', 'found'],
    ['the oldest may be listed first', 'b a', 'a b c d', 'a b +c +d', 'found'],
    ['the oldest may be listed first, after a single one', 'a', 'a b', 'a +b', 'found'],
    ['equal ones may be listed first', '* *', '* * b', '* * +b', 'found'],
    ['a single one may be the oldest', 'a', 'b a', 'a +b', 'found'],
    ['a single one may be in the middle', 'a', 'c a b', '+b a +c', 'found'],
    ['the order does not matter', 'c b a', 'c d a b', 'b a +d c', 'found'],
    ['the order does not matter where the oldest comes first', 'c b a', 'b d a c', 'b +d a c', 'found'],
    ['the newest may be gone', 'b a', 'c a', 'a +c', 'moved'],
    ['an older one may be gone', 'b a', 'c b', 'b +c', 'found'],
    ['an item of a turn of before is not new', 'a:t1', 'c:t2 b:t1 a:t1', 'a:t1 b:t1 +c:t2', 'found'],
    ['only a new turn is new where all is gone', 'b:t1 a', 'e:t2 d:t1 c', 'c d:t1 +e:t2', 'lost'],
    ['equal items without an id are counted', '* a *', '* * a *', '* a * +*', 'found'],
    ['an item without an id is known by its content', '*', 'b *', '* +b', 'found'],
    ['an item that is listed twice is one', 'a', 'c b c b a', 'a +b +c', 'found'],
  ])('%s', async (_name, before, now, text, boundary) => {
    expect(await since(before, now)).toMatchObject({ text, boundary });
  });

  test('a list that breaks off where all was empty leaves nothing that is surely new', async () => {
    expect(await since('', 'b:t1 a', new BrokenListError('broken'))).toMatchObject({
      text: 'a b:t1',
      boundary: 'lost',
      brokenOff: 'list-broken',
    });
  });
});

describe('of a longer conversation', () => {
  const mark = (known: string, turns = ''): ConversationMark => ({
    known: known.split(' '),
    whole: false,
    empty: false,
    turnIds: new Set(turns.split(' ')),
  });

  test.each<[string, string, string, string, string, number]>([
    ['new items end where two of before follow each other', 'c b a', 'e d c b a', 'c +d +e', 'found', 4],
    ['an item that comes up between those of before is not new', 'c b a', 'd c x b a', 'x c +d', 'found', 4],
    ['the newest may be gone', 'c b a', 'd b a', 'a b +d', 'moved', 3],
    ['the newest may be gone, and one older be missing', 'd c b a', 'e c x a', 'a x c +e', 'moved', 4],
    ['one alone does not show the order', 'c b a', 'd c', 'c d', 'out-of-order', 2],
    ['another order shows nothing', 'c b a', 'a b c d', 'd c b a', 'out-of-order', 4],
    ['another order of the first two shows nothing', 'c b a', 'd b c a', 'a c b d', 'out-of-order', 4],
    ['nothing of before shows nothing', 'c b a', 'e:t9 d', 'd e:t9', 'lost', 2],
    ['one that was the only one known is the end', 'c', 'd c b', '+d', 'found', 2],
    ['an item of a turn of before is not new', 'c b', 'e:t2 d:t1 c b', 'c d:t1 +e:t2', 'found', 4],
  ])('%s', async (_name, known, now, text, boundary, given) => {
    expect(await read(mark(known, 't1'), now)).toEqual({ text, boundary, given });
  });

  test('a mark of an older version holds the newest item only', async () => {
    const turnIds = new Set<string>();
    const at = (newestItemId: string) => ({ newestItemId, empty: false, turnIds });
    expect(await read(at('c'), 'd c b')).toEqual({ text: '+d', boundary: 'found', given: 2 });
    expect(await read(at('x'), 'd:t1')).toEqual({ text: 'd:t1', boundary: 'lost', given: 1 });
    expect(await read({ empty: true, turnIds }, 'a')).toEqual({ text: '+a', boundary: 'found', given: 1 });
    // Not empty, and none of its items had an id.
    expect(await read({ empty: false, turnIds }, 'a:t1')).toEqual({ text: 'a:t1', boundary: 'lost', given: 1 });
  });

  test.each<[Error, string]>([
    [new AnswerTooLargeError('large'), 'page-too-large'],
    [new BrokenListError('broken'), 'list-broken'],
  ])('a list that cannot be continued is an answer (%p)', async (error, brokenOff) => {
    expect(await read(mark('c b'), 'd', error)).toEqual({ text: 'd', boundary: 'lost', given: 1, brokenOff });
  });

  test('a list that fails is none', async () => {
    const error = new ProtocolError('odd');
    await expect(read(mark('c b'), 'd', error)).rejects.toBe(error);
  });
});

test('every item is handed on with its place, one after the other', async () => {
  const { client, asked } = serviceOf(itemsOf('c b a'));
  const taken: unknown[] = [];
  const take = async (item: Item, index: number) => {
    taken.push(`${item.id} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    taken.push(`${item.id} ${index}`);
  };
  const mark = { empty: true, turnIds: new Set<string>() };
  const { notes } = await notesSince(client, 's1', mark, { timeoutMs: 5 }, take);
  expect(taken).toEqual(['c begins', 'c 0', 'b begins', 'b 1', 'a begins', 'a 2']);
  expect(notes.map(({ key, index }) => [key, index])).toEqual([
    ['a', 2],
    ['b', 1],
    ['c', 0],
  ]);
  expect(asked).toEqual([['s1', { order: 'desc' }, { timeoutMs: 5 }]]);
});

describe('an item', () => {
  test.each<[object, object]>([
    [{ turn_id: 't1' }, { turnId: 't1', kind: 'other', type: 'message' }],
    [{ turn_id: '' }, { turnId: null }],
    [{ turn_id: 7 }, { turnId: null }],
    [{ role: 'user' }, { kind: 'user-message' }],
    [
      { role: 'user', type: 'reasoning' },
      { kind: 'other', type: 'reasoning' },
    ],
    [{ role: 'assistant' }, { kind: 'other' }],
    [{ role: 'assistant', phase: 'commentary' }, { kind: 'other' }],
    [{ role: 'assistant', phase: 'final_answer' }, { kind: 'final-answer' }],
    [{ role: 'assistant', phase: 'final_answer', type: 'reasoning' }, { kind: 'other' }],
    [{ role: 'user', phase: 'final_answer' }, { kind: 'user-message' }],
    [{ role: 'system', phase: 'final_answer' }, { kind: 'other' }],
    [{ omittedBytes: 7 }, { omittedBytes: 7 }],
  ])('%j is noted as %j', async (members, note) => {
    const item = { id: 'a', turn_id: null, type: 'message', ...members } as unknown as Item;
    const { notes } = await notesSince(serviceOf([item]).client, 's1', { empty: true, turnIds: new Set() });
    expect(notes).toMatchObject([{ key: 'a', newer: true, ...note }]);
    expect([isUserMessage(item), isFinalAnswer(item)]).toEqual([
      notes[0].kind === 'user-message',
      notes[0].kind === 'final-answer',
    ]);
  });

  test('is known by its id, and by its content where it has none', () => {
    const key = (members: object) => itemKey(members as Item);
    expect(key({ id: 'a', x: 1 })).toBe('a');
    for (const id of [null, '', 7, undefined]) expect(key({ id })).toMatch(/^sha256:[0-9a-f]{32}$/);
    expect(key({ id: null, x: 1 })).toBe(key({ id: null, x: 1 }));
    expect(key({ id: null, x: 1 })).not.toBe(key({ id: null, x: 2 }));
  });

  test.each<[unknown, string]>([
    [[{ text: 'a' }, { text: 'b' }], 'ab'],
    [[{ text: 'a' }, { refusal: 'no' }, { text: 7 }, { text: 'b' }], 'ab'],
    [[], ''],
    [undefined, ''],
  ])('with the content %j has the text %j', (content, text) => {
    expect(messageText({ content } as never)).toBe(text);
  });
});
