/** Pages of items of any size: a page that is too large is requested in smaller pages, down to single items. */
import type { BodyReader } from './call';
import { AnswerTooLargeError, ProtocolError } from './errors';
import { WireFailure } from './http';
import { PageSkimmer } from './json-skim';
import { MAX_PAGE_SIZE } from './paging';
import type { Item, Page, PageQuery } from './types';

/** The service's default. */
const DEFAULT_PAGE_SIZE = 20;
/** Each smaller page costs another request and up to `maxResponseBytes` that are discarded, so there are few steps. */
const SHRINK = 4;
/** Of one item that is skipped; with a larger item, the list can't be continued. */
const MAX_SKIMMED_BYTES = 512 * 1024 * 1024;

export interface ItemPageCalls {
  /** One page, unchanged. */
  readonly whole: (query: PageQuery) => Promise<Page<Item>>;
  /** One page of which only ids and kinds are kept. */
  readonly skimmed: (query: PageQuery) => Promise<Page<Item>>;
}

/**
 * Reads the pages of one list. Remembers which size succeeded, so that a conversation of large items isn't requested in
 * pages that fail each time. A page can have fewer items than requested; `has_more` shows it, as usual.
 */
export class ItemPages {
  #size = MAX_PAGE_SIZE;

  constructor(private readonly calls: ItemPageCalls) {}

  async read(query: PageQuery): Promise<Page<Item>> {
    const asked = query.limit ?? DEFAULT_PAGE_SIZE;
    let limit = Math.min(asked, this.#size);
    for (;;) {
      try {
        const page = await this.calls.whole(limit === asked ? query : { ...query, limit });
        this.#size = Math.min(MAX_PAGE_SIZE, Math.max(this.#size, limit * 2));
        return page;
      } catch (error) {
        if (!(error instanceof AnswerTooLargeError)) throw error;
        if (limit === 1) {
          const outline = await this.calls.skimmed({ ...query, limit });
          // No item made the page large, so the list can't be continued.
          if (outline.data.length === 0) throw error;
          return outline;
        }
        this.#size = limit = Math.max(1, Math.floor(limit / SHRINK));
      }
    }
  }
}

/** A reader of a body that keeps only ids and kinds of a page of items. */
export const outlineOfItems: BodyReader<Page<Item>> = async (answer) => {
  const skimmer = new PageSkimmer();
  let size = 0;
  const reading = (async () => {
    for await (const chunk of answer.response) {
      size += (chunk as Buffer).length;
      if (size > MAX_SKIMMED_BYTES) throw new WireFailure('oversized', true);
      skimmer.feed(chunk as Buffer);
    }
  })();
  reading.catch(() => undefined);
  try {
    await Promise.race([reading, answer.stopped]);
  } finally {
    answer.release();
  }
  if (!answer.response.complete) throw new WireFailure('lost', true);
  const outline = skimmer.end();
  if (!outline) throw new ProtocolError('listItems was cut', { operation: 'listItems' });
  const { members, entries } = outline;
  const data = entries.map(({ members: { id, turn_id, type, role, phase, status }, bytes }) => ({
    id: typeof id === 'string' ? id : null,
    turn_id: typeof turn_id === 'string' ? turn_id : null,
    type: typeof type === 'string' ? type : 'unknown',
    role,
    phase,
    status,
    omittedBytes: bytes,
  })) as unknown as Item[];
  return {
    object: 'list',
    data,
    has_more: members['has_more'] === true,
    first_id: null,
    last_id: typeof members['last_id'] === 'string' ? members['last_id'] : null,
  };
};
