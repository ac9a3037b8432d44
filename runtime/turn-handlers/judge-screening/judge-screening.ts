import type { JudgeScreeningPayload, ScreenedPart } from '../../../lib/contracts/step';
import type { TextPart } from '../../../lib/contracts/turn';
import type { TextStore } from '../turn/text-store';

/**
 * A text is masked only if every finding was anonymized and the guardrail returned the masked text. Every other
 * intervention blocks it. The original text is never passed on. The response comes through Step Functions, which
 * capitalizes the members of SDK responses.
 */
export async function judgeScreening(
  { turn, stage, index, part, answer }: JudgeScreeningPayload,
  store: TextStore,
): Promise<ScreenedPart> {
  const found = findings(member(answer, 'assessments'));
  const names = [...new Set(found.map(({ name }) => name))];
  const outputs = member(answer, 'outputs');
  const masked = Array.isArray(outputs) ? outputs.map((output) => member(output, 'text')).join('') : '';
  const onlyMasked = found.length > 0 && found.every(({ action }) => action === 'ANONYMIZED' || action === 'NONE');
  if (!onlyMasked || masked === '' || !found.some(({ action }) => action === 'ANONYMIZED')) {
    return { part: { text: '[blocked]' }, verdict: { action: 'BLOCKED', findings: briefly(names) } };
  }
  // A mask can be longer than what it replaces, and the state has a limit.
  const grown = jsonBytes({ text: masked }) > Math.max(jsonBytes(part), SMALL_BYTES);
  const kept: TextPart = part.s3 || grown ? await keepInS3(store, turn.name, stage, index, masked) : { text: masked };
  return { part: kept, verdict: { action: 'MASKED', findings: briefly(names) } };
}

/** A masked part of up to this size always stays in the state: it is smaller than the reference to an object. */
const SMALL_BYTES = 200;
/** The state contains the verdicts on up to a hundred parts, twice. */
const MOST_FINDINGS = 5;
const LONGEST_FINDING = 80;

function briefly(names: readonly string[]): string[] {
  const shown = names.map((name) => name.slice(0, LONGEST_FINDING));
  if (shown.length <= MOST_FINDINGS) return shown;
  return [...shown.slice(0, MOST_FINDINGS - 1), `and ${names.length - MOST_FINDINGS + 1} more`];
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

async function keepInS3(store: TextStore, turn: string, stage: string, index: number, text: string): Promise<TextPart> {
  const key = `turns/${turn}/masked-${stage}/${String(index).padStart(3, '0')}.txt`;
  await store.write(key, text, 'text/plain; charset=utf-8');
  return { s3: { bucket: store.bucket, key } };
}

interface Finding {
  readonly name: string;
  readonly action: string;
}

/** Every object with an `action` below an assessment, named by its policy and the recognized type; never the match. */
function findings(assessments: unknown): Finding[] {
  const found: Finding[] = [];
  const walk = (value: unknown, policy: string): void => {
    if (Array.isArray(value)) return value.forEach((entry) => walk(entry, policy));
    if (typeof value !== 'object' || value === null) return;
    const action = member(value, 'action');
    if (typeof action === 'string') {
      const kind = [member(value, 'name'), member(value, 'type')].find((name) => typeof name === 'string') ?? 'match';
      found.push({ name: `${policy}:${kind.slice(0, 100)}`, action: action.toUpperCase() });
      return;
    }
    for (const [key, entry] of Object.entries(value)) walk(entry, policy || key.charAt(0).toLowerCase() + key.slice(1));
  };
  if (Array.isArray(assessments)) assessments.forEach((assessment) => walk(assessment, ''));
  return found;
}

/** A member with either capitalization. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Record<string, unknown>;
  return record[name.charAt(0).toUpperCase() + name.slice(1)] ?? record[name];
}
