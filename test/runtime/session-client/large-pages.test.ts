/** Pages of items that are larger than the client holds: asked for in smaller pages, and an item too large alone is outlined. */
import { PassThrough, Readable } from 'node:stream';
import fc, { runs } from '../../fast-check';
import { AnswerTooLargeError, type Item, type Page, type PageQuery } from '../../../runtime/session-client';
import { WireFailure, type WireAnswer } from '../../../runtime/session-client/http';
import { ItemPages, outlineOfItems } from '../../../runtime/session-client/item-pages';
import { PageSkimmer, type SkimmedPage } from '../../../runtime/session-client/json-skim';
import { clientOf, cut, json, LoopbackService } from './loopback-service';

type Members = Record<string, unknown>;

/** The longest text, number or literal that an outline keeps, in bytes of its JSON. */
const KEPT_BYTES = 512;

function skimmed(chunks: readonly Uint8Array[]): SkimmedPage | undefined {
  const skimmer = new PageSkimmer();
  for (const chunk of chunks) skimmer.feed(chunk);
  return skimmer.end();
}

/** What JSON.parse says that an outline keeps. */
function kept(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).filter(
      ([name, value]) =>
        (typeof value !== 'object' || value === null) &&
        [name, value].every((part) => Buffer.byteLength(JSON.stringify(part)) <= KEPT_BYTES),
    ),
  );
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '"',
    '\\',
    '\\"',
    'a\\\\',
    '{"id":"x"}',
    '],[',
    '😀',
    'x'.repeat(510),
    'x'.repeat(511),
    '\\'.repeat(300),
  ),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.constantFrom(null, true, false, -1.5e-7),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('id', 'data', 'a"b', 'n'.repeat(600)), tie('any'), { maxKeys: 3 }),
  ),
})).any;
const members = fc.dictionary(fc.constantFrom('id', 'type', 'data', 'a"b', 'é', 'n'.repeat(600)), value, {
  maxKeys: 4,
});
const page = fc.record({
  before: fc.dictionary(fc.constantFrom('object', 'other', 'has_more'), value, { maxKeys: 3 }),
  entries: fc.array(members, { maxLength: 3 }),
  after: fc.dictionary(fc.constantFrom('last_id', 'error', 'x\\y'), value, { maxKeys: 3 }),
  indent: fc.constantFrom(0, 2),
  cuts: fc.array(fc.nat(), { maxLength: 8 }),
});

function render({
  before,
  entries,
  after,
  indent,
}: {
  before: object;
  entries: Members[];
  after: object;
  indent: number;
}) {
  const own = (part: object) =>
    Object.entries(part).map(([name, member]) => `${JSON.stringify(name)}: ${JSON.stringify(member, null, indent)}`);
  const data = entries.map((entry) => JSON.stringify(entry, null, indent));
  return { data, wire: `{${[...own(before), `"data" :[ ${data.join(' ,\n')}]`, ...own(after)].join(',')} }\n` };
}

function cutAt(whole: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => whole.slice(start, places[index] ?? whole.length));
}

describe('the outline of a page', () => {
  test('holds the short members of the page and of each entry, as JSON.parse reads them', () => {
    fc.assert(
      fc.property(page, (input) => {
        const { data, wire } = render(input);
        expect(skimmed(cutAt(Buffer.from(wire), input.cuts))).toStrictEqual({
          members: kept({ ...input.before, ...input.after }),
          entries: input.entries.map((entry, n) => ({ members: kept(entry), bytes: Buffer.byteLength(data[n]) })),
        });
      }),
      runs(3_000),
    );
  });

  test('of a text that is not all there is not given', () => {
    fc.assert(
      fc.property(page, fc.nat(), (input, at) => {
        const whole = Buffer.from(render(input).wire.trim());
        expect(skimmed([whole.subarray(0, at % whole.length)])).toBeUndefined();
      }),
      runs(3_000),
    );
  });

  test.each(['', '5', 'true', '"a page"', '"a pa'])('of %j, which is not a page, is not given', (wire) => {
    expect(skimmed([Buffer.from(wire)])).toBeUndefined();
  });

  test.each(['["x",1]', '{"data":[["a":1]]}', '{"data":["a":1]}', '[{"a":1}]', '{"a":1,,:2}'])(
    'of %s has no entries',
    (wire) => {
      expect(skimmed([Buffer.from(wire)])?.entries).toEqual([]);
    },
  );

  test('of a list has no members', () => {
    expect(skimmed([Buffer.from('["x",1]')])).toStrictEqual({ members: {}, entries: [] });
  });

  test('has no entries for a page without data', () => {
    const wire = '{"error":{"data":[{"id":"x"}]},"items":[{"id":"y"}],"data":["z",[{"id":"z"}]]}';
    expect(skimmed([Buffer.from(wire)])).toEqual({ members: {}, entries: [] });
  });
});

describe('a page that is too large', () => {
  const tooLarge = () => new AnswerTooLargeError('too large');
  const pageOf = (ids: readonly string[]): Page<Item> =>
    ({ object: 'list', data: ids.map((id) => ({ id })), has_more: true, first_id: null, last_id: null }) as never;

  /** A service that answers pages of at most `most` items. */
  function pagesOf(most: () => number, outline: Page<Item> = pageOf(['outline'])) {
    const asked: PageQuery[] = [];
    const outlined: PageQuery[] = [];
    const pages = new ItemPages({
      whole: (query) => {
        asked.push(query);
        return (query.limit ?? 20) > most() ? Promise.reject(tooLarge()) : Promise.resolve(pageOf(['whole']));
      },
      skimmed: (query) => Promise.resolve((outlined.push(query), outline)),
    });
    return { pages, asked, outlined };
  }
  const limits = (queries: readonly PageQuery[]) => queries.map(({ limit }) => limit);

  test('is asked for in smaller ones, from the same place and in the same order', async () => {
    const { pages, asked } = pagesOf(() => 6);
    const query = { limit: 100, order: 'asc', after: 'item_7' } as const;
    expect(await pages.read(query)).toEqual(pageOf(['whole']));
    expect(asked).toEqual([query, { ...query, limit: 25 }, { ...query, limit: 6 }]);
  });

  test('makes the next pages small at once, and they grow again', async () => {
    let most = 6;
    const { pages, asked } = pagesOf(() => most);
    await pages.read({ limit: 100 });
    most = 100;
    asked.length = 0;
    for (let reads = 0; reads < 6; reads++) await pages.read({ limit: 100 });
    expect(limits(asked)).toEqual([12, 24, 48, 96, 100, 100]);
    await pages.read({ limit: 3 });
    await pages.read({ limit: 100 });
    expect(limits(asked).slice(-2)).toEqual([3, 100]);
  });

  test('without a limit is one of 20 items, the default of the service', async () => {
    const { pages, asked } = pagesOf(() => 5);
    await pages.read({});
    expect(limits(asked)).toEqual([undefined, 5]);
  });

  test('of a single item is outlined', async () => {
    const { pages, asked, outlined } = pagesOf(() => 0);
    expect(await pages.read({ limit: 3, after: 'a' })).toEqual(pageOf(['outline']));
    expect(limits(asked)).toEqual([3, 1]);
    expect(outlined).toEqual([{ limit: 1, after: 'a' }]);
  });

  test('is an error when not even one item makes it large', async () => {
    const { pages } = pagesOf(() => 0, pageOf([]));
    await expect(pages.read({ limit: 1 })).rejects.toBeInstanceOf(AnswerTooLargeError);
  });

  test('is not what another error means', async () => {
    const broken = new Error('broken');
    const outlined = jest.fn();
    const pages = new ItemPages({ whole: () => Promise.reject(broken), skimmed: outlined });
    await expect(pages.read({ limit: 1 })).rejects.toBe(broken);
    expect(outlined).not.toHaveBeenCalled();
  });
});

describe('an item that is too large', () => {
  let service: LoopbackService;
  beforeAll(async () => (service = await new LoopbackService().start()));
  afterAll(() => service.stop());
  const options = { maxResponseBytes: 1_000 };
  const ITEM = {
    id: 'i1',
    turn_id: 't1',
    type: 'message',
    role: 'assistant',
    phase: 'final_answer',
    status: 'completed',
  };
  const content = [{ type: 'output_text', text: 'x'.repeat(5_000) }];

  test('is listed without its content, with its size, and the list goes on after it', async () => {
    const item = { ...ITEM, content };
    service.next((response, { target }) =>
      json(response, 200, {
        object: 'list',
        data: [target.includes('after=i1') ? { id: 'i2' } : item],
        has_more: !target.includes('after=i1'),
        last_id: target.includes('after=i1') ? 'i2' : 'i1',
      }),
    );
    const client = clientOf(service.origin, options);
    const items: Item[] = [];
    for await (const entry of client.items('s1')) items.push(entry);
    expect(items).toEqual([{ ...ITEM, omittedBytes: Buffer.byteLength(JSON.stringify(item)) }, { id: 'i2' }]);
    client.close();
  });

  test.each<[string, object, object]>([
    [
      'ids and a type that are not texts',
      { id: 7, turn_id: {}, type: null },
      { id: null, turn_id: null, type: 'unknown' },
    ],
    ['no members at all', {}, { id: null, turn_id: null, type: 'unknown' }],
  ])('with %s is listed as one of which nothing is known', async (_name, members, expected) => {
    service.next((response) => json(response, 200, { data: [{ ...members, content }], has_more: 'yes', last_id: 3 }));
    const client = clientOf(service.origin, options);
    const { data, ...rest } = await client.itemsPage('s1', { limit: 1 });
    expect(data).toEqual([{ ...expected, omittedBytes: expect.any(Number) as number }]);
    expect(rest).toEqual({ object: 'list', has_more: false, first_id: null, last_id: null });
    client.close();
  });

  test('of which the connection breaks is a lost connection, not a short list', async () => {
    service.next((response) => {
      response.writeHead(200, { 'content-length': '9000' }).write(JSON.stringify({ data: [{ ...ITEM, content }] }));
      setImmediate(() => cut(response));
    });
    const client = clientOf(service.origin, { ...options, retry: { maxAttempts: 1 } });
    await expect(client.itemsPage('s1', { limit: 1 })).rejects.toMatchObject({ name: 'ConnectionLostError' });
    client.close();
  });

  /** An answer whose body is these chunks. */
  function answerOf(body: Iterable<Buffer> | AsyncIterable<Buffer>, stopped = new Promise<never>(() => undefined)) {
    const release = jest.fn();
    const response = Object.assign(Readable.from(body), { complete: true });
    return { release, answer: { response, stopped, release } as unknown as WireAnswer };
  }

  test('above 512 MiB ends the list: the rest of the answer is not read', async () => {
    const filler = Buffer.alloc(16 * 1024 * 1024, 'x');
    let chunks = 0;
    const body = function* () {
      yield Buffer.from('{"data":[{"id":"i1","content":"');
      for (; chunks < 100; chunks++) yield filler;
    };
    const { answer, release } = answerOf(body());
    const error: unknown = await outlineOfItems(answer, 0).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WireFailure);
    expect(error).toMatchObject({ kind: 'oversized', sent: true });
    expect(chunks).toBeLessThan(60);
    expect(release).toHaveBeenCalledTimes(1);
  });

  test('whose JSON stops halfway in a complete answer is a broken answer', async () => {
    const { answer } = answerOf([Buffer.from('{"data":[{"id":"i1"')]);
    await expect(outlineOfItems(answer, 0)).rejects.toMatchObject({ name: 'ProtocolError', operation: 'listItems' });
  });

  test('that an abort stops is not waited for', async () => {
    const { answer, release } = answerOf(new PassThrough(), Promise.reject(new WireFailure('aborted', true)));
    await expect(outlineOfItems(answer, 0)).rejects.toMatchObject({ kind: 'aborted' });
    expect(release).toHaveBeenCalledTimes(1);
  });
});
