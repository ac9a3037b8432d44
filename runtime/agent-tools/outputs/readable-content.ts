import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { Refusal } from '../server/refusal';

/** Bytes that a file may have once everything compressed in it is unpacked. */
const MAX_UNPACKED = 256 * 1024 * 1024;
const MAX_DEPTH = 4;

const unreadable = (why: string) =>
  new Refusal(`The file cannot be searched for credentials, so it is not published: ${why}.`);

/**
 * Every part of a file that a search can read: the bytes themselves, and what is compressed in them (gzip, ZIP, the text
 * of a PNG, the streams of a PDF), also inside each other. What cannot be unpacked is refused.
 */
export function* readableParts(content: Buffer): Generator<Buffer> {
  const budget = { left: MAX_UNPACKED };
  yield* parts(content, 0, budget);
}

function* parts(content: Buffer, depth: number, budget: { left: number }): Generator<Buffer> {
  budget.left -= content.length;
  if (budget.left < 0) throw unreadable(`unpacked it has more than ${MAX_UNPACKED} bytes`);
  yield content;
  const kind = KINDS.find(({ begins }) => content.subarray(0, begins.length).equals(begins));
  if (!kind) return;
  if (depth === MAX_DEPTH) throw unreadable(`more than ${MAX_DEPTH} archives lie inside each other`);
  for (const inner of kind.unpack(content, budget)) yield* parts(inner, depth + 1, budget);
}

const KINDS: readonly {
  readonly begins: Buffer;
  readonly unpack: (content: Buffer, budget: { readonly left: number }) => Iterable<Buffer>;
}[] = [
  { begins: Buffer.from([0x1f, 0x8b]), unpack: (content, { left }) => [unpacked(gunzipSync, content, left)] },
  { begins: Buffer.from('PK\x03\x04', 'latin1'), unpack: zipEntries },
  { begins: Buffer.from('\x89PNG\r\n', 'latin1'), unpack: pngTexts },
  { begins: Buffer.from('%PDF-', 'latin1'), unpack: pdfStreams },
  ...['BZh', '\xfd7zXZ\0', '7z\xbc\xaf', 'Rar!', '\x28\xb5\x2f\xfd', '\x04\x22\x4d\x18'].map((begins) => ({
    begins: Buffer.from(begins, 'latin1'),
    unpack: (): never => {
      throw unreadable('it holds an archive of a kind that is not unpacked here. Use gzip or ZIP');
    },
  })),
];

function unpacked(
  method: (bytes: Buffer, options: { maxOutputLength: number }) => Buffer,
  bytes: Buffer,
  left: number,
): Buffer {
  try {
    return method(bytes, { maxOutputLength: Math.max(1, left) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw unreadable(`unpacked it has more than ${MAX_UNPACKED} bytes`);
    }
    throw unreadable('it is damaged');
  }
}

/** Reads the directory at the end, as programs that open the archive do. Format: APPNOTE.TXT of PKWARE, 4.3. */
function* zipEntries(content: Buffer, budget: { readonly left: number }): Generator<Buffer> {
  const end = content.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end === -1 || end + 22 > content.length) throw unreadable('the ZIP archive is damaged');
  const count = content.readUInt16LE(end + 10);
  let at = content.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffffffff) throw unreadable('it is a ZIP archive in the 64-bit form');
  for (let entry = 0; entry < count; entry += 1) {
    if (at + 46 > content.length || content.readUInt32LE(at) !== 0x02014b50) {
      throw unreadable('the ZIP archive is damaged');
    }
    const [flags, method] = [content.readUInt16LE(at + 8), content.readUInt16LE(at + 10)];
    const size = content.readUInt32LE(at + 20);
    const local = content.readUInt32LE(at + 42);
    if ((flags & 1) !== 0) throw unreadable('an entry of the ZIP archive is encrypted');
    if (local + 30 > content.length) throw unreadable('the ZIP archive is damaged');
    const begin = local + 30 + content.readUInt16LE(local + 26) + content.readUInt16LE(local + 28);
    const bytes = content.subarray(begin, begin + size);
    if (bytes.length !== size) throw unreadable('the ZIP archive is damaged');
    if (method === 0) yield bytes;
    else if (method === 8) yield unpacked(inflateRawSync, bytes, budget.left);
    else throw unreadable('an entry of the ZIP archive is compressed in a way that is not unpacked here');
    at += 46 + content.readUInt16LE(at + 28) + content.readUInt16LE(at + 30) + content.readUInt16LE(at + 32);
  }
}

/** Compressed text of a picture (zTXt, iTXt). What the pixels show is not read. Format: www.w3.org/TR/png, 11.3.3. */
function* pngTexts(content: Buffer, budget: { readonly left: number }): Generator<Buffer> {
  for (let at = 8; at + 12 <= content.length;) {
    const length = content.readUInt32BE(at);
    const type = content.toString('latin1', at + 4, at + 8);
    const data = content.subarray(at + 8, at + 8 + length);
    if (type === 'zTXt' || type === 'iTXt') {
      // The zlib stream begins somewhere behind the keyword: its first byte is 0x78.
      const zlib = data.indexOf(0x78, data.indexOf(0) + 1);
      if (zlib !== -1 && (type === 'zTXt' || data[data.indexOf(0) + 1] === 1)) {
        yield unpacked(inflateSync, data.subarray(zlib), budget.left);
      }
    }
    at += 12 + length;
  }
}

/** Compressed streams of a document. How its fonts draw the text is not read. Format: ISO 32000-1, 7.3.8. */
function* pdfStreams(content: Buffer, budget: { readonly left: number }): Generator<Buffer> {
  if (content.includes('/Encrypt')) throw unreadable('it is encrypted');
  for (let at = content.indexOf('stream'); at !== -1; at = content.indexOf('stream', at + 6)) {
    if (content.toString('latin1', at - 3, at) === 'end') continue;
    const begin = at + 6 + (content[at + 6] === 0x0d ? 2 : 1);
    const end = content.indexOf('endstream', begin);
    if (end === -1) return;
    if (content[begin] === 0x78) yield unpacked(inflateSync, content.subarray(begin, end), budget.left);
  }
}
