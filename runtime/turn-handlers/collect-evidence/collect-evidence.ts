import { createHash } from 'node:crypto';
import type { CollectEvidenceAnswer, CollectEvidencePayload } from '../../../lib/contracts/step';
import type { TextPart } from '../../../lib/contracts/turn';
import type { Item, SessionClient } from '../../session-client';
import { ANSWERS_APART } from '../turn/final-answer';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import { newestMessage, recordOf, type SentMessage } from '../turn/sent-message';
import type { StoredObject, TextStore } from '../turn/text-store';
import { writeLarge } from './large-object';
import { splitText } from './split-text';
import { type TurnItems, turnItems } from './turn-items';

export interface CollectEvidenceParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  readonly store: TextStore;
  readonly guardrail: { readonly arn: string; readonly version: string };
  /** How long the answer of a completed turn may take to become visible. Milliseconds. @default 0 */
  readonly settleMs?: number;
}

/**
 * Largest final answer, in bytes of JSON, in the state and in the outcome event. The state contains it up to four times
 * in addition to the prompt, and an execution whose state exceeds 256 KiB can't be caught.
 */
const INLINE_BYTES = 16_384;
/** Time limit for reading the service without another limit. */
const READ_MS = 240_000;
/** Entries of `items.omitted` in the manifest; `items.omittedCount` counts all. */
const MOST_OMITTED = 100;

/**
 * `turns/<name>/items.jsonl`: every item of the turn as the service returned it. `manifest.json`: agent, trigger,
 * model, definition, verdicts of the guardrail, and the SHA-256 of the items. The outcome with the verdicts on the
 * output follows as `outcome.json`, which names the manifest's SHA-256.
 *
 * Items that may belong to another turn are omitted. The manifest lists everything that is omitted or could not be read
 * (`items.complete`, `items.incomplete`, `items.omitted`).
 *
 * @param readUntil when reading the service must be over, milliseconds since the epoch
 */
export async function collectEvidence(
  { turn, ending, verdicts, approval }: CollectEvidencePayload,
  parts: CollectEvidenceParts,
  readUntil = Date.now() + READ_MS,
): Promise<CollectEvidenceAnswer> {
  const { ledger, store, guardrail, client, settleMs = 0 } = parts;
  const record = await ledger.turn(turn.turnPk);
  const folder = `turns/${turn.name}`;
  const completed = ending.outcome === 'Completed';
  const messages: SentMessage[] = newestMessage(record) === 'prompt' ? ['prompt'] : ['prompt', 'answer-request'];
  const read: TurnItems[] = [];
  let output: readonly TextPart[];
  let stored: StoredItems;
  try {
    for (const message of messages) {
      read.push(await turnItems(recordOf(record, message), client, completed, { readUntil, settleMs }));
    }
    // The answer to the last message: a second answer replaces the first.
    output = completed ? await outputParts(await answerOf(read[read.length - 1]), folder, store) : [];
    stored = await storeItems(read, `${folder}/items.jsonl`, store);
  } finally {
    for (const { spool } of read) await spool.close();
  }
  const [items, asked] = read;
  const manifest = {
    ...turn.detail,
    format: 'cdk-bedrock-managed-agents/turn-evidence/1',
    ...ending,
    ...(approval ? { approval } : {}),
    session:
      record.sessionId === undefined ? null : { id: record.sessionId, turnId: record.turnId || items.turnId || null },
    model: record.model ?? null,
    sessionDefinitionSha256: record.definitionSha256 ?? null,
    guardrail: { ...guardrail, input: verdicts ?? null },
    // Only the live stream contains usage, and only if the workflow read it at that moment.
    terminalEvent: record.terminal === undefined ? null : (JSON.parse(record.terminal) as unknown),
    // The second turn of the service, when the agent was asked for its answer again.
    ...(asked === undefined
      ? {}
      : {
          answerRequest: {
            turnId: record.requestTurnId || asked.turnId || null,
            terminalEvent:
              record.requestTerminal === undefined ? null : (JSON.parse(record.requestTerminal) as unknown),
          },
        }),
    items: stored,
    output: output.map((part) => (part.s3 ? part : { sha256: sha256(part.text ?? '') })),
    collectedAt: new Date().toISOString(),
  };
  const written = await store.write(
    `${folder}/manifest.json`,
    JSON.stringify(manifest, undefined, 2),
    'application/json',
  );
  log('collect-evidence', 'written', { turn: turn.name, items: stored.count, complete: stored.complete });
  return {
    detail: {
      evidence: { bucket: store.bucket, manifestKey: written.key, manifestSha256: written.sha256 },
      ...(record.sessionId === undefined ? {} : { sessionId: record.sessionId }),
      ...(approval ? { approval } : {}),
    },
    output,
    outcomeKey: `${folder}/outcome.json`,
  };
}

interface StoredItems extends StoredObject {
  readonly count: number;
  /** Whether these are all items of the turn, with all of their content. */
  readonly complete: boolean;
  /** Why not. */
  readonly incomplete?: TurnItems['missing'];
  /** Items of which only ids and kinds are stored, and their sizes. */
  readonly omitted?: readonly { readonly id: string; readonly type: string; readonly bytes: number }[];
  readonly omittedCount?: number;
}

async function storeItems(read: readonly TurnItems[], key: string, store: TextStore): Promise<StoredItems> {
  const kept = read.flatMap(({ notes, spool }) =>
    notes.filter(({ index }) => spool.has(index)).map((note) => ({ ...note, spool })),
  );
  const lines = async function* () {
    for (const { index, spool } of kept) yield await spool.line(index);
  };
  const stored = await writeLarge(store, key, lines(), 'application/jsonl');
  const omitted = kept.flatMap(({ key: id, type, omittedBytes }) =>
    omittedBytes === undefined ? [] : [{ id, type, bytes: omittedBytes }],
  );
  const missing = [...new Set(read.flatMap((items) => items.missing))];
  return {
    ...stored,
    count: kept.length,
    complete: missing.length === 0,
    ...(missing.length ? { incomplete: missing } : {}),
    ...(omitted.length ? { omitted: omitted.slice(0, MOST_OMITTED), omittedCount: omitted.length } : {}),
  };
}

/** The text of the final answer, or of all of them. */
async function answerOf({ notes, spool }: TurnItems): Promise<string> {
  const texts: string[] = [];
  for (const { index, kind, omittedBytes } of notes) {
    if (kind !== 'final-answer') continue;
    if (omittedBytes !== undefined) {
      texts.push(`[An answer of ${omittedBytes} bytes is too large to be read; the session holds it.]`);
    } else if (spool.has(index)) {
      texts.push(textOf(JSON.parse((await spool.line(index)).toString('utf8')) as Item));
    }
  }
  return texts.join(ANSWERS_APART);
}

function textOf(item: Item): string {
  if (item.type !== 'message' || !Array.isArray(item.content)) return '';
  return item.content
    .map((part) => (part && 'text' in part && typeof part.text === 'string' ? part.text : ''))
    .join('');
}

async function outputParts(answer: string, folder: string, store: TextStore): Promise<TextPart[]> {
  const texts = splitText(answer);
  if (Buffer.byteLength(JSON.stringify(answer)) <= INLINE_BYTES) return texts.map((text) => ({ text }));
  const parts: TextPart[] = [];
  for (const [index, text] of texts.entries()) {
    const { key } = await store.write(
      `${folder}/output/${String(index).padStart(3, '0')}.txt`,
      text,
      'text/plain; charset=utf-8',
    );
    parts.push({ s3: { bucket: store.bucket, key } });
  }
  return parts;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
