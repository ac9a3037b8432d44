import { Refusal } from '../server/refusal';

/** An entry of a tar archive. The content of a file has to be read before the next entry is requested. */
export interface ArchiveEntry {
  readonly type: 'file' | 'directory' | 'link';
  /** As the archive says it: unchecked. */
  readonly name: string;
  /** Of a link: what it points to, unchecked. */
  readonly target: string;
  readonly size: number;
  readonly executable: boolean;
  readonly content: () => AsyncGenerator<Buffer>;
}

const BLOCK = 512;
/** Long names and other notes, for one entry and in all. */
const MAX_NOTE = 65_536;
const MAX_NOTES = 16 * 1024 * 1024;

const broken = (what: string) => new Refusal(`The archive is not one that can be unpacked: ${what}.`);

/**
 * Reads the entries of a tar archive: POSIX (ustar, pax) with the long names of GNU. Anything but files, directories and
 * symbolic links is refused. Format: pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html.
 */
export async function* archiveEntries(parts: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const source = new ByteSource(parts);
  let notes: Record<string, string> = {};
  let noteBytes = 0;
  for (;;) {
    const header = await source.block();
    if (header === undefined || header.every((byte) => byte === 0)) return;
    requireChecksum(header);
    const type = String.fromCharCode(header[156] || 0x30);
    const size = notes['size'] === undefined ? octal(header, 124, 12) : decimal(notes['size']);
    if ('xgLK'.includes(type)) {
      noteBytes += size;
      if (size > MAX_NOTE || noteBytes > MAX_NOTES) throw broken('its notes are too long');
      const note = Buffer.concat(await all(source.content(size)));
      // Notes for the whole archive (g) hold nothing that is needed here; git writes the commit into one.
      if (type === 'x') notes = { ...notes, ...paxRecords(note) };
      if (type === 'L') notes = { ...notes, path: text(note) };
      if (type === 'K') notes = { ...notes, linkpath: text(note) };
      continue;
    }
    const kind = ({ '0': 'file', '5': 'directory', '2': 'link' } as const)[type];
    if (kind === undefined) throw broken('it holds something that is no file, directory or symbolic link');
    const content = source.content(kind === 'file' ? size : 0);
    yield {
      type: kind,
      name: notes['path'] ?? ustarName(header),
      target: notes['linkpath'] ?? text(header.subarray(157, 257)),
      size: kind === 'file' ? size : 0,
      executable: (octal(header, 100, 8) & 0o100) !== 0,
      content: () => content,
    };
    await all(content); // Content that the reader didn't consume.
    notes = {};
  }
}

/** Bytes in the pieces that are asked for. */
class ByteSource {
  private readonly parts: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  public constructor(parts: AsyncIterable<Buffer>) {
    this.parts = parts[Symbol.asyncIterator]();
  }

  /** The next block, or undefined at the end of the archive. */
  public async block(): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    let missing = BLOCK;
    while (missing > 0) {
      const piece = await this.piece(missing);
      if (piece === undefined) {
        if (missing === BLOCK) return undefined;
        throw broken('it is cut off');
      }
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  /** The bytes of one entry, without the padding of its last block. */
  public async *content(size: number): AsyncGenerator<Buffer> {
    let missing = size;
    let filling = (BLOCK - (size % BLOCK)) % BLOCK;
    while (missing > 0 || filling > 0) {
      const piece = await this.piece(missing > 0 ? missing : filling);
      if (piece === undefined) throw broken('it is cut off');
      if (missing > 0) {
        missing -= piece.length;
        yield piece;
      } else {
        filling -= piece.length;
      }
    }
  }

  private async piece(most: number): Promise<Buffer | undefined> {
    while (this.rest.length === 0) {
      const next = await this.parts.next();
      if (next.done) return undefined;
      this.rest = next.value;
    }
    const piece = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(piece.length);
    return piece;
  }
}

async function all(parts: AsyncGenerator<Buffer>): Promise<Buffer[]> {
  const read: Buffer[] = [];
  for await (const part of parts) read.push(part);
  return read;
}

function requireChecksum(header: Buffer): void {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (sum !== octal(header, 148, 8)) throw broken('it is damaged or no tar archive');
}

/** The bytes before the first zero byte. */
function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

function ustarName(header: Buffer): string {
  const name = text(header.subarray(0, 100));
  const isPosix = header.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? text(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function octal(header: Buffer, start: number, length: number): number {
  const digits = header.toString('latin1', start, start + length).replace(/[\0 ]+$|^ +/g, '');
  // Sizes from 8 GiB on have another form, and are too large anyway.
  if (!/^[0-7]*$/.test(digits)) throw broken('a number in it is malformed');
  return Number.parseInt(digits || '0', 8);
}

function decimal(digits: string): number {
  if (!/^\d{1,15}$/.test(digits)) throw broken('a number in it is malformed');
  return Number(digits);
}

/** Records of the form `LENGTH KEY=VALUE\n`, the length in bytes and of the whole record. */
function paxRecords(note: Buffer): Record<string, string> {
  const records: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let at = 0; at < note.length;) {
    const space = note.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(note.toString('latin1', at, space));
    const equals = note.indexOf(0x3d, space);
    const end = at + length;
    if (!Number.isInteger(length) || end > note.length || equals === -1 || equals >= end || end <= space) {
      throw broken('a note in it is malformed');
    }
    records[note.toString('utf8', space + 1, equals)] = note.toString('utf8', equals + 1, end - 1);
    at = end;
  }
  return records;
}
