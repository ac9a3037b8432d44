/** Pages of a list, and the iteration over all of them. */
import { BrokenListError, ProtocolError, type Operation } from './errors';
import type { Page, PageQuery } from './types';

/** The service's maximum. The iteration requests it, to make fewer requests. */
export const MAX_PAGE_SIZE = 100;

/** Reads all pages in order, one request at a time, and stops with an error if a broken cursor would loop. */
export async function* walkPages<T, Q extends PageQuery>(
  operation: Operation,
  query: Q,
  fetchPage: (query: Q) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>(query.after === undefined ? [] : [query.after]);
  let next: Q = { limit: MAX_PAGE_SIZE, ...query };
  for (;;) {
    const page = await fetchPage(next);
    if (!page.has_more) return yield* page.data;
    // If the last entry of a page has no id, the next page begins after the last entry with one.
    const entries = page.last_id === null ? page.data.slice(0, page.data.map(hasId).lastIndexOf(true) + 1) : page.data;
    yield* entries;
    const cursor = page.last_id ?? idOf(entries.at(-1));
    if (cursor === null || seen.has(cursor)) {
      throw new BrokenListError(`${operation} has more pages but no new cursor: the list is incomplete`, { operation });
    }
    seen.add(cursor);
    next = { ...next, after: cursor };
  }
}

/** Checks the members that the iteration needs; entries are passed on unchanged. */
export function pageFrom<T>(operation: Operation, value: unknown): Page<T> {
  const page = value as Partial<Page<T>> | null;
  if (page === null || !Array.isArray(page.data) || !page.data.every(isRecord)) {
    throw new ProtocolError(`${operation} was not answered with a page`, { operation });
  }
  return {
    object: 'list',
    data: page.data,
    has_more: page.has_more === true,
    first_id: typeof page.first_id === 'string' ? page.first_id : idOf(page.data[0]),
    last_id: typeof page.last_id === 'string' ? page.last_id : idOf(page.data.at(-1)),
  };
}

function idOf(entry: unknown): string | null {
  const id = (entry as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}

const hasId = (entry: unknown): boolean => idOf(entry) !== null;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
