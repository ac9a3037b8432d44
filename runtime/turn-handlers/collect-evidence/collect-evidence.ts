import { createHash } from 'node:crypto';
import type { CollectEvidenceAnswer, CollectEvidencePayload } from '../../../lib/contracts/step';
import type { TextPart, TurnItem } from '../../../lib/contracts/turn';
import { type Item, itemsSince, type SessionClient } from '../../session-client';
import { isFinalAnswer, markOf } from '../check-turn/check-turn';
import { isDefinite, TransientStepError } from '../turn/failures';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';
import type { TextStore } from '../turn/text-store';
import { splitText } from './split-text';

export interface CollectEvidenceParts {
  readonly client: SessionClient;
  readonly ledger: Ledger;
  readonly store: TextStore;
  readonly guardrail: { readonly arn: string; readonly version: string };
}

/**
 * Bytes of a final answer, as JSON, up to which it travels in the state and in the outcome event itself. The state holds
 * it up to four times beside the prompt, and an execution whose state outgrows 256 KiB cannot be caught.
 */
const INLINE_BYTES = 16_384;

/**
 * `turns/<name>/items.jsonl`: every item of the turn as the service returned it. `manifest.json`: who, what, with which
 * model and definition, judged how, and the SHA-256 of the items. The outcome with the verdicts on the output follows
 * as `outcome.json`, which names the manifest's SHA-256.
 */
export async function collectEvidence(
  { turn, ending, verdicts, approval }: CollectEvidencePayload,
  parts: CollectEvidenceParts,
): Promise<CollectEvidenceAnswer> {
  const { ledger, store, guardrail } = parts;
  const record = await ledger.turn(turn.turnPk);
  const folder = `turns/${turn.name}`;
  const { items, complete } = await itemsOf(record, parts.client);
  const answer = items.filter(isFinalAnswer).map(textOf).join('\n\n');
  const output = ending.outcome === 'Completed' ? await outputParts(answer, folder, store) : [];
  const stored = await store.write(
    `${folder}/items.jsonl`,
    items.map((item) => `${JSON.stringify(item)}\n`).join(''),
    'application/jsonl',
  );
  const manifest = {
    ...turn.detail,
    format: 'cdk-bedrock-managed-agents/turn-evidence/1',
    ...ending,
    ...(approval ? { approval } : {}),
    session: record.sessionId === undefined ? null : { id: record.sessionId, turnId: record.turnId || null },
    model: record.model ?? null,
    sessionDefinitionSha256: record.definitionSha256 ?? null,
    guardrail: { ...guardrail, input: verdicts ?? null },
    // Only the live stream carries usage, and only if the workflow listened at that moment.
    terminalEvent: record.terminal === undefined ? null : (JSON.parse(record.terminal) as unknown),
    items: { ...stored, count: items.length, complete },
    output: output.map((part) => (part.s3 ? part : { sha256: sha256(part.text ?? '') })),
    collectedAt: new Date().toISOString(),
  };
  const written = await store.write(
    `${folder}/manifest.json`,
    JSON.stringify(manifest, undefined, 2),
    'application/json',
  );
  log('collect-evidence', 'written', { turn: turn.name, items: items.length, complete });
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

/** Items since the submit. What the service does not give any more is said, not passed over: `complete` is false. */
async function itemsOf(
  record: Partial<TurnItem>,
  client: SessionClient,
): Promise<{ items: Item[]; complete: boolean }> {
  const begun = record.state === 'submitting' || record.state === 'submitted';
  if (record.sessionId === undefined || !begun) return { items: [], complete: true };
  try {
    const { items, anchored } = await itemsSince(client, record.sessionId, markOf(record));
    return { items, complete: anchored };
  } catch (error) {
    if (!isDefinite(error)) throw new TransientStepError(`items: ${(error as Error).name}`, { cause: error });
    log('collect-evidence', 'items not readable', { sessionId: record.sessionId, error: (error as Error).name });
    return { items: [], complete: false };
  }
}

function textOf(item: Item): string {
  if (item.type !== 'message') return '';
  return item.content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : '')).join('');
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
