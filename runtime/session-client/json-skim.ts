/**
 * Reads a page that is too large to hold: only what is needed to continue the list, and ids and kinds of its entries.
 */

const MAX_CAPTURED = 512;
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

export interface SkimmedPage {
  /** Short members of the page itself. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Short members of each entry of `data`, and the bytes of the entry. */
  readonly entries: readonly { readonly members: Readonly<Record<string, unknown>>; readonly bytes: number }[];
}

/**
 * Reads the JSON text of `{"data": [{…}, …], …}` in chunks. It keeps strings, numbers and literals directly in the page
 * and directly in an entry, each up to 512 bytes. Memory does not grow with the size of an entry.
 */
export class PageSkimmer {
  readonly #page: Record<string, unknown> = {};
  readonly #entries: { members: Record<string, unknown>; bytes: number }[] = [];
  #depth = 0;
  /** Names of the members that are open, by depth. */
  readonly #names: (string | undefined)[] = [];
  #inText = false;
  #escaped = false;
  /** The value or name being read; undefined when it is too long or of no interest. */
  #captured: number[] | undefined = [];
  #offset = 0;
  #entryAt = 0;
  #began = false;

  feed(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      if (this.#inText && this.#captured === undefined && !this.#escaped) {
        // Inside a long string: continues at its next special character.
        const mark = nextMark(chunk, at);
        if (mark < 0) break;
        at = mark;
      }
      this.#take(chunk[at], this.#offset + at);
    }
    this.#offset += chunk.length;
  }

  /** @returns undefined if the text isn't a complete page */
  end(): SkimmedPage | undefined {
    if (!this.#began || this.#depth !== 0 || this.#inText) return undefined;
    return { members: this.#page, entries: this.#entries };
  }

  #take(byte: number, offset: number): void {
    if (this.#inText) {
      this.#capture(byte);
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inText = false;
      return;
    }
    switch (byte) {
      case QUOTE:
        this.#inText = true;
        this.#captured = this.#isOfInterest() ? [] : undefined;
        return this.#capture(byte);
      case COLON:
        this.#names[this.#depth] = this.#value() as string | undefined;
        this.#captured = [];
        return;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (this.#isEntry(this.#depth) && byte === OPEN_OBJECT) {
          this.#entryAt = offset;
          this.#entries.push({ members: {}, bytes: 0 });
        }
        this.#began = true;
        this.#depth += 1;
        this.#names[this.#depth] = undefined;
        this.#captured = [];
        return;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        this.#keep();
        this.#depth -= 1;
        if (this.#isEntry(this.#depth) && byte === CLOSE_OBJECT) {
          const entry = this.#entries.at(-1);
          if (entry) entry.bytes = offset + 1 - this.#entryAt;
        }
        return;
      case COMMA:
        return this.#keep();
      default:
        if (byte > 0x20) this.#capture(byte);
    }
  }

  /** Inside `data`, where its entries are. */
  #isEntry(depth: number): boolean {
    return depth === 2 && this.#names[1] === 'data';
  }

  #isOfInterest(): boolean {
    return this.#depth === 1 || (this.#depth === 3 && this.#names[1] === 'data');
  }

  #capture(byte: number): void {
    if (this.#captured === undefined) return;
    if (this.#captured.length < MAX_CAPTURED) this.#captured.push(byte);
    else this.#captured = undefined;
  }

  #keep(): void {
    const name = this.#names[this.#depth];
    const value = this.#isOfInterest() ? this.#value() : undefined;
    this.#captured = [];
    if (name === undefined || value === undefined) return;
    if (this.#depth === 1) this.#page[name] = value;
    else if (this.#entries.length > 0) this.#entries.at(-1)!.members[name] = value;
  }

  #value(): unknown {
    if (!this.#captured?.length) return undefined;
    try {
      return JSON.parse(Buffer.from(this.#captured).toString('utf8'));
    } catch {
      return undefined;
    }
  }
}

function nextMark(chunk: Uint8Array, from: number): number {
  const quote = chunk.indexOf(QUOTE, from);
  const backslash = chunk.subarray(from, quote < 0 ? chunk.length : quote).indexOf(BACKSLASH);
  return backslash < 0 ? quote : from + backslash;
}
