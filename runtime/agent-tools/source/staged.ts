import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { STAGED_WORKSPACE } from '../../../lib/contracts/tool';
import { fitting } from '../server/output-limit';
import { Refusal } from '../server/refusal';
import { download } from './download';
import { unpack } from './unpack';
import { inFreshDirectory, kindOf, placeIn, tooLarge } from './workspace';

export interface StagedContext {
  readonly workspace: string;
  readonly maxBytes: number;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly bucketOwner: string;
  /** Ends in a slash. */
  readonly prefix: string;
}

interface StagedFile {
  readonly key: string;
  readonly path: string;
  readonly bytes: number;
}

const MAX_OBJECTS = 1_000;

/** Downloads the staged files of a turn to `staged/<turn>/` in the workspace, and replaces what was there before. */
export async function fetchStaged(context: StagedContext, turn: string, signal: AbortSignal): Promise<object> {
  const found = await stagedFiles(context, turn, signal);
  const archived = found.some((file) => file.path === STAGED_WORKSPACE.archive);
  const clash = archived && found.some((file) => file.path.split('/')[0] === STAGED_WORKSPACE.unpacked);
  if (clash) throw new Refusal(`An object stands where ${STAGED_WORKSPACE.archive} is unpacked.`);
  const place = await placeIn(context.workspace, `${STAGED_WORKSPACE.directory}/${turn}`);
  return inFreshDirectory(context.workspace, async (fresh) => {
    const directory = path.join(fresh, turn);
    await mkdir(directory);
    let left = context.maxBytes;
    let archiveBytes = 0;
    for (const { key, path: relative } of found) {
      const file = path.join(directory, relative);
      await mkdir(path.dirname(file), { recursive: true });
      const bytes = await download(context.s3, { ...context, key }, file, left, signal);
      left -= bytes;
      if (relative === STAGED_WORKSPACE.archive) archiveBytes = bytes;
    }
    // The archive itself is deleted.
    const unpacked = archived ? await unpackedSource(directory, left + archiveBytes, signal) : undefined;
    if ((await kindOf(place)) !== 'nothing') await rm(place, { recursive: true });
    await rename(directory, place);
    const files = found
      .filter((file) => file.path !== STAGED_WORKSPACE.archive)
      .map(({ path: name, bytes }) => ({ name, bytes }));
    const { fit, left: unnamed } = fitting(files);
    return {
      directory: `${STAGED_WORKSPACE.directory}/${turn}`,
      files: fit,
      ...(unnamed > 0 ? { files_not_named_here: unnamed } : {}),
      ...(unpacked ? { source: unpacked } : {}),
    };
  });
}

async function unpackedSource(directory: string, maxBytes: number, signal: AbortSignal): Promise<object> {
  const archive = path.join(directory, STAGED_WORKSPACE.archive);
  const { files, bytes, leftOut } = await unpack(
    archive,
    path.join(directory, STAGED_WORKSPACE.unpacked),
    maxBytes,
    signal,
  );
  await rm(archive);
  return { directory: STAGED_WORKSPACE.unpacked, files, bytes, ...(leftOut > 0 ? { links_left_out: leftOut } : {}) };
}

async function stagedFiles(context: StagedContext, turn: string, signal: AbortSignal): Promise<StagedFile[]> {
  const prefix = `${context.prefix}${turn}/`;
  const input = { Bucket: context.bucket, Prefix: prefix, ExpectedBucketOwner: context.bucketOwner };
  const found: StagedFile[] = [];
  let bytes = 0;
  // The paginator takes no signal; a page takes at most the attempts of one request.
  for await (const { Contents = [] } of paginateListObjectsV2({ client: context.s3 }, input)) {
    signal.throwIfAborted();
    for (const { Key = '', Size = 0 } of Contents) {
      if (Key.endsWith('/') && Size === 0) continue; // Consoles create such objects to show a directory.
      found.push({ key: Key, path: checkedPath(Key.slice(prefix.length)), bytes: Size });
      bytes += Size;
      if (found.length > MAX_OBJECTS) throw new Refusal(`More than ${MAX_OBJECTS} objects were staged for this turn.`);
      if (bytes > context.maxBytes) throw tooLarge(context.maxBytes);
    }
  }
  if (found.length === 0) throw new Refusal(`Nothing was staged for turn '${turn}'.`);
  return found;
}

/** Object keys can contain any character; only plain names become files. */
function checkedPath(relative: string): string {
  if (!relative.split('/').every((part) => /^(?!\.{1,2}$)[A-Za-z0-9_. ()+=@-]{1,200}$/.test(part))) {
    throw new Refusal('The name of a staged object is not one that can be a file of the workspace.');
  }
  return relative;
}
