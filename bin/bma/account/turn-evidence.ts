import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { GetObjectCommand, NoSuchKey } from '@aws-sdk/client-s3';
import type { TurnOutcome, TurnReason } from '../../../lib/contracts/turn';
import type { Account } from './account';
import type { FoundTurn } from './turn-state';

/** One file of the evidence, compared with its hash in another record. */
export interface CheckedFile {
  readonly key: string;
  readonly status: 'matches' | 'differs' | 'missing';
  readonly sha256?: string;
  readonly expectedSha256: string;
  /** The source of the expected hash. `outcome.json` is in the same bucket; the output of the execution isn't. */
  readonly expectedBy: 'execution' | 'outcome.json' | 'manifest.json';
}

export interface TurnEvidenceRecord {
  readonly files: readonly CheckedFile[];
  /** The outcome of the turn in the evidence. */
  readonly outcome?: TurnOutcome;
  readonly reason?: TurnReason;
  /** Whether the evidence has all items of the turn; undefined without a manifest. */
  readonly complete?: boolean;
}

interface Manifest {
  readonly items?: { readonly key: string; readonly sha256: string; readonly complete?: boolean };
}

/** `outcome.json`: the detail of the outcome event, and the output. */
interface OutcomeFile {
  readonly detail?: {
    readonly outcome?: TurnOutcome;
    readonly reason?: TurnReason;
    readonly evidence?: { readonly manifestSha256?: string };
  };
}

/**
 * Reads the evidence of a turn and compares each file with its recorded hash.
 *
 * @param onLine called with every line of the transcript, before it is known whether the file matches
 * @returns undefined if nothing was collected, or nothing yet
 */
export async function readEvidence(
  { objects }: Account,
  { agent, turn }: FoundTurn,
  onLine: (line: string) => void,
): Promise<TurnEvidenceRecord | undefined> {
  if (turn.result !== undefined && turn.result.evidence === undefined) return undefined;
  const folder = `turns/${turn.turn}`;
  let denied: unknown;
  const read = async (key: string): Promise<Readable | undefined> => {
    try {
      const { Body } = await objects.send(new GetObjectCommand({ Bucket: agent.evidence, Key: key }));
      return Body as Readable;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      // Without s3:ListBucket, S3 returns this for a missing object, too.
      if ((error as Error).name !== 'AccessDenied') throw error;
      denied = error;
      return undefined;
    }
  };
  const text = async (key: string): Promise<string | undefined> => {
    const body = await read(key);
    return body === undefined ? undefined : Buffer.concat(await body.toArray()).toString('utf8');
  };

  const outcome = parsed<OutcomeFile>(await text(`${folder}/outcome.json`))?.detail;
  const manifestText = await text(`${folder}/manifest.json`);
  const recorded = turn.result?.evidence?.manifestSha256;
  const expected = recorded ?? outcome?.evidence?.manifestSha256;
  if (manifestText === undefined && outcome === undefined && denied !== undefined && turn.state !== 'Running') {
    throw denied as Error;
  }
  if (manifestText === undefined && expected === undefined) return undefined;
  const files: CheckedFile[] = [];
  if (expected !== undefined) {
    const sha256 = manifestText === undefined ? undefined : hashOf(manifestText);
    const expectedBy = recorded === undefined ? 'outcome.json' : 'execution';
    files.push(checked(`${folder}/manifest.json`, sha256, expected, expectedBy));
  }
  const manifest = parsed<Manifest>(manifestText);
  if (manifest?.items !== undefined) {
    const { sha256: itemsSha256 } = manifest.items;
    // The key is derived from the folder, so that a manipulated manifest can't refer to another object.
    const key = `${folder}/items.jsonl`;
    const body = await read(key);
    const sha256 = body === undefined ? undefined : await linesOf(body, onLine);
    files.push(checked(key, sha256, itemsSha256, 'manifest.json'));
  }
  const { outcome: how, reason } = outcome ?? {};
  return { files, outcome: how, reason, complete: manifest?.items?.complete };
}

function checked(
  key: string,
  sha256: string | undefined,
  expectedSha256: string,
  expectedBy: CheckedFile['expectedBy'],
): CheckedFile {
  const status = sha256 === undefined ? 'missing' : sha256 === expectedSha256 ? 'matches' : 'differs';
  return { key, status, sha256, expectedSha256, expectedBy };
}

/** Reads a file once, line by line, because it may be larger than the memory. @returns its hash */
async function linesOf(body: Readable, onLine: (line: string) => void): Promise<string> {
  const hash = createHash('sha256');
  async function* chunks() {
    for await (const chunk of body) {
      hash.update(chunk as Buffer);
      yield chunk as Buffer;
    }
  }
  for await (const line of createInterface({ input: Readable.from(chunks()), crlfDelay: Infinity })) {
    if (line !== '') onLine(line);
  }
  return hash.digest('hex');
}

const hashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** A manipulated file may not be JSON; its hash doesn't match. */
function parsed<T>(text: string | undefined): T | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}
