import { BrokenListError, ProtocolError, type Page, type PageQuery } from '../../../runtime/session-client';
import { pageFrom, walkPages } from '../../../runtime/session-client/paging';

interface Entry {
  readonly id?: string | null;
}
const entries = (...ids: (string | null)[]): Entry[] => ids.map((id) => ({ id }));

/** Walks a list of prepared pages; what was asked for, what came out, and how it ended. */
async function walk(pages: readonly Partial<Page<Entry>>[], query: PageQuery = {}) {
  const asked: PageQuery[] = [];
  const ids: unknown[] = [];
  let error: unknown;
  try {
    for await (const { id } of walkPages<Entry, PageQuery>('listItems', query, (next) => {
      const page = pages[asked.push(next) - 1] ?? { data: [] };
      return Promise.resolve({ object: 'list', has_more: false, first_id: null, last_id: null, data: [], ...page });
    })) {
      ids.push(id);
    }
  } catch (reason) {
    error = reason;
  }
  return { asked, ids, error };
}

describe('a walk over all pages', () => {
  test('asks for pages of 100 and goes on after the last id of each', async () => {
    const pages = [
      { data: entries('a', 'b'), has_more: true, last_id: 'b' },
      { data: entries('c'), has_more: true, last_id: 'c' },
      { data: entries('d') },
    ];
    expect(await walk(pages, { order: 'asc' })).toEqual({
      asked: [
        { limit: 100, order: 'asc' },
        { limit: 100, order: 'asc', after: 'b' },
        { limit: 100, order: 'asc', after: 'c' },
      ],
      ids: ['a', 'b', 'c', 'd'],
      error: undefined,
    });
  });

  test('asks as the caller says, and begins where the caller says', async () => {
    expect((await walk([{}], { limit: 7, after: 'x' })).asked).toEqual([{ limit: 7, after: 'x' }]);
  });

  test('of a page that ends without an id begins again after the last entry that has one, so that none is lost', async () => {
    const pages = [{ data: entries('a', null, 'b', null, ''), has_more: true }, { data: entries(null, 'c') }];
    const { asked, ids } = await walk(pages);
    expect(asked[1]).toEqual({ limit: 100, after: 'b' });
    expect(ids).toEqual(['a', null, 'b', null, 'c']);
  });

  test('gives the whole of the last page, with or without ids', async () => {
    expect((await walk([{ data: entries('a', null) }])).ids).toEqual(['a', null]);
  });

  test.each<[string, readonly Partial<Page<Entry>>[], PageQuery, unknown[]]>([
    ['without any id', [{ data: entries(null), has_more: true }], {}, []],
    ['without entries', [{ has_more: true }], {}, []],
    ['that ends where it began', [{ data: entries('x'), has_more: true, last_id: 'x' }], { after: 'x' }, ['x']],
    [
      'that leads back',
      [
        { data: entries('a'), has_more: true, last_id: 'a' },
        { data: entries('b'), has_more: true, last_id: 'b' },
        { data: entries('a'), has_more: true, last_id: 'a' },
      ],
      {},
      ['a', 'b', 'a'],
    ],
  ])('ends with an error at a page %s', async (_name, pages, query, ids) => {
    const walked = await walk(pages, query);
    expect(walked.error).toBeInstanceOf(BrokenListError);
    expect(walked.error).toMatchObject({ operation: 'listItems' });
    expect(walked.asked).toHaveLength(pages.length);
    expect(walked.ids).toEqual(ids);
  });
});

describe('a page', () => {
  const EMPTY = { object: 'list', data: [], has_more: false, first_id: null, last_id: null };
  test.each<[object, object]>([
    [{ data: [] }, EMPTY],
    [{ data: [], has_more: 'true', first_id: 7, last_id: {} }, EMPTY],
    [
      { data: [], has_more: true, first_id: 'f', last_id: 'l' },
      { ...EMPTY, has_more: true, first_id: 'f', last_id: 'l' },
    ],
    [{ data: [{ id: 'a' }, { id: 'b' }] }, { ...EMPTY, data: [{ id: 'a' }, { id: 'b' }], first_id: 'a', last_id: 'b' }],
    [{ data: [{ id: '' }, { id: 7 }] }, { ...EMPTY, data: [{ id: '' }, { id: 7 }] }],
    [{ data: [{}] }, { ...EMPTY, data: [{}] }],
  ])('%j has what the service said, or what its entries say', (value, page) => {
    expect(pageFrom('listItems', value)).toEqual(page);
  });

  test.each([null, 'page', [], {}, { data: {} }, { data: [null] }, { data: [{}, 'x'] }, { data: [[]] }])(
    '%j is none',
    (value) => {
      const read = () => pageFrom('listItems', value);
      expect(read).toThrow(ProtocolError);
      expect(read).toThrow(expect.objectContaining({ operation: 'listItems' }));
    },
  );
});
