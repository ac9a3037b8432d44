/** Cursor paging as the API reference describes it: limit 1 to 100 (20), order desc, `after` the last id seen. */
import { badRequest } from '../http/api-error';

export interface PageAnswer<T> {
  readonly object: 'list';
  readonly data: T[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** `all` is oldest first. */
export function page<T extends { readonly id: string | null }>(
  all: readonly T[],
  query: URLSearchParams,
): PageAnswer<T> {
  const limitText = query.get('limit') ?? '20';
  const limit = Number(limitText);
  if (!/^\d{1,3}$/.test(limitText) || limit < 1 || limit > 100) {
    throw badRequest(
      `limit must be a whole number from 1 to 100, not ${JSON.stringify(limitText.slice(0, 20))}`,
      'limit',
    );
  }
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw badRequest('order must be asc or desc', 'order');
  const ordered = order === 'asc' ? all : [...all].reverse();
  const after = query.get('after');
  let start = 0;
  if (after !== null) {
    start = ordered.findIndex((entry) => entry.id === after) + 1;
    // A cursor without an entry, which isn't documented: starting over silently would read everything twice.
    if (start === 0) throw badRequest('after names no entry of this list', 'after');
  }
  const data = ordered.slice(start, start + limit);
  return {
    object: 'list',
    data,
    has_more: start + limit < ordered.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
