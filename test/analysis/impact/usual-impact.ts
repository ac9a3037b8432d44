import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { EffectKind } from '../../../analysis/impact/effect';
import { impactOf, type Impact } from '../../../analysis/impact/impact';
import { readDirectory } from '../../../analysis/model/read-directory';
import { TemplateModel } from '../../../analysis/model/template-model';
import { synthesize, unchanged, USUAL_CHANGES } from './usual-changes';

/** The effect of a usual change, one word per column of docs/updates.md. */
export interface UsualImpact {
  readonly change: string;
  readonly runtime: string;
  readonly files: string;
  readonly conversations: string;
  readonly turns: string;
  readonly deployment: string;
  readonly also: readonly string[];
}

/**
 * Synthesizes usual changes and compares. Assets are staged once, in one directory.
 *
 * @param only all when left out
 */
export function usualImpacts(only?: readonly string[]): UsualImpact[] {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'usual-'));
  try {
    const read = (change: Parameters<typeof synthesize>[0]) =>
      new TemplateModel(readDirectory(synthesize(change, outdir)));
    const usual = read(unchanged);
    // Files are read lazily, so each pair is compared before the next one is written.
    return USUAL_CHANGES.filter(({ change }) => !only || only.includes(change)).map(({ change, to, from }) => {
      const before = from ? read(from) : usual;
      return inWords(change, impactOf(before, read(to)));
    });
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

const COLUMNS: readonly EffectKind[] = [
  'session-storage-wiped',
  'sessions-not-resumed',
  'conversations-restart',
  'turns-stopped',
];

function inWords(change: string, { stacks, effects }: Impact): UsualImpact {
  const found = (kind: EffectKind) => effects.find((effect) => effect.kind === kind);
  const runtimes = stacks
    .flatMap(({ changes }) => changes)
    .filter(({ type }) => type === 'AWS::BedrockAgentCore::Runtime')
    .map(({ action }) => action);
  const fails = [...new Set(effects.filter(({ level }) => level === 'blocks').map(({ kind }) => kind))];
  const others = effects.filter(({ kind, level }) => level !== 'blocks' && !COLUMNS.includes(kind));
  const kinds = [...new Set(others.map(({ kind }) => kind))].sort();
  return {
    change,
    runtime: [...new Set(runtimes)].sort().join(', ') || 'unchanged',
    files: { loses: 'wiped', unknown: 'not documented', none: 'kept' }[
      (found('session-storage-wiped')?.level ?? 'none') as 'loses' | 'unknown' | 'none'
    ],
    conversations: (found('conversations-restart') ?? found('sessions-not-resumed')) ? 'start again' : 'continue',
    turns: found('turns-stopped') ? 'stopped' : 'continue',
    deployment: fails.length > 0 ? `fails: ${fails.join(', ')}` : 'succeeds',
    also: kinds.map((kind) => `${others.filter((other) => other.kind === kind).length} ${kind}`),
  };
}
