import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Refusal } from '../server/refusal';
import { type ArchiveEntry, archiveEntries } from './archive-entries';
import { MAX_ENTRIES, tooLarge, tooMany } from './workspace';

export interface Unpacked {
  readonly files: number;
  readonly bytes: number;
  /** Symbolic links that point out of the archive, or could. */
  readonly leftOut: number;
}

interface Link {
  readonly parts: readonly string[];
  readonly target: string;
}

/** Longest path in an archive. Linux allows 4,096 bytes, including the directory before it. */
const MAX_PATH = 2_000;

/**
 * Unpacks a gzip-compressed tar archive into a new directory.
 *
 * Links are created last, after every file and directory, so nothing is written through a link. The image's `tar` is
 * not used because it cannot limit what it writes, Python's `tarfile` because its filters had vulnerabilities
 * (CVE-2025-4517 and others) and are missing in older Debians that may be the base image.
 */
export async function unpack(
  archive: string,
  target: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Unpacked> {
  const links: Link[] = [];
  let entries = 0;
  let files = 0;
  let bytes = 0;
  const take = async (entry: ArchiveEntry) => {
    entries += 1;
    bytes += entry.size;
    if (entries > MAX_ENTRIES) throw tooMany();
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    const parts = partsOf(entry.name);
    const place = path.join(target, ...parts);
    if (parts.length === 0) {
      if (entry.type !== 'directory') throw new Refusal('The archive holds an entry without a name.');
      return;
    }
    await mkdir(entry.type === 'directory' ? place : path.dirname(place), { recursive: true });
    if (entry.type === 'link') links.push({ parts, target: entry.target });
    if (entry.type === 'file') {
      files += 1;
      const mode = entry.executable ? 0o755 : 0o644;
      await pipeline(entry.content, createWriteStream(place, { flags: 'wx', mode }), { signal });
    }
  };
  await mkdir(target);
  try {
    await pipeline(
      createReadStream(archive),
      createGunzip(),
      async (parts: AsyncIterable<Buffer>) => {
        for await (const entry of archiveEntries(parts)) await take(entry);
      },
      { signal },
    );
  } catch (error) {
    throw refusal(error);
  }
  let leftOut = 0;
  for (const link of links) if (!(await made(link, target))) leftOut += 1;
  return { files, bytes, leftOut };
}

/** The parts of a name that stays inside. */
function partsOf(name: string): string[] {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0') || name.length > MAX_PATH) {
    throw new Refusal(
      'The archive holds a path that is absolute, leaves the archive or is too long. Nothing was unpacked.',
    );
  }
  return parts;
}

/**
 * Creates a link that cannot leave the archive: relative, up at most to the top of the archive, and never up again
 * after it went down. Its parent directories are real, because they were created before any link. So the upward part of
 * the path stays inside, and the downward part goes through directories of the archive or other such links.
 */
async function made({ parts, target }: Link, top: string): Promise<boolean> {
  const steps = target.split('/').filter((step) => step !== '' && step !== '.');
  const up = steps.findIndex((step) => step !== '..');
  const ups = up === -1 ? steps.length : up;
  if (target === '' || target.startsWith('/') || target.includes('\0')) return false;
  if (ups >= parts.length || steps.slice(ups).includes('..')) return false;
  return symlink(target, path.join(top, ...parts)).then(
    () => true,
    () => false,
  );
}

function refusal(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_')) return new Refusal('The archive is damaged or not compressed with gzip.');
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENAMETOOLONG') {
    return new Refusal('The archive holds two things at the same place, or a name that is too long.');
  }
  if (code === 'ENOSPC') return new Refusal('The workspace is full.');
  return error;
}
