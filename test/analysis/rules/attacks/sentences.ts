import * as fs from 'fs';
import * as path from 'path';
import { checkStacks } from '../../../../analysis/rules/check';
import type { ReportedFinding } from '../../../../analysis/rules/finding';
import { FAMILIES } from '../../../../analysis/rules/rule';
import { KINDS } from './kinds';
import { changed } from './pair';

/** What a finding says of an attack, and where. */
export interface Sentence {
  readonly kind: string;
  readonly attack: string;
  readonly finding: Pick<ReportedFinding, 'rule' | 'severity' | 'says' | 'data'> & {
    readonly at: string;
    readonly related: readonly string[];
  };
}

/** One sentence of each form that the rules have for the attacks, one a line. */
export const FILE = path.join(__dirname, 'sentences.jsonl');

const families = FAMILIES.filter((family) => family !== 'cost');

const known = new Map<string, readonly Sentence['finding'][]>();

/** What is said of an attack. */
export function sentencesOf(kind: string, attack: string): readonly Sentence['finding'][] {
  const key = `${kind}: ${attack}`;
  const pair = KINDS.find(([each]) => each === kind)?.[1].find(({ name }) => name === attack);
  const found = known.get(key) ?? (pair ? checkStacks({ stacks: changed(pair.attack), families }).map(summary) : []);
  known.set(key, found);
  return found;
}

const placeOf = ({ stack, logicalId, path: at }: ReportedFinding['location']) => `${stack}.${logicalId} ${at}`;

const summary = ({ rule, severity, says, location, related, data }: ReportedFinding): Sentence['finding'] => ({
  rule,
  severity,
  says,
  at: placeOf(location),
  related: related.map(placeOf),
  data,
});

/** A sentence without its names: ids, numbers, ARNs, actions. */
const formOf = (says: string) =>
  says.replace(/[^\s,()]*[0-9:./#*@$_{}][^\s,()]*|\b[A-Z][\w-]+/g, 'X').replace(/X(?:(?:, | and )X)+/g, 'X');

/** The first sentence of each form. */
export function distinctSentences(): Sentence[] {
  const found = new Map<string, Sentence>();
  for (const [kind, pairs] of KINDS) {
    for (const { name: attack } of pairs) {
      for (const finding of sentencesOf(kind, attack)) {
        const form = [finding.rule, finding.severity, formOf(finding.says)].join();
        if (!found.has(form)) found.set(form, { kind, attack, finding });
      }
    }
  }
  return [...found.values()];
}

export const readSentences = (): Sentence[] =>
  fs
    .readFileSync(FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sentence);

// node --import tsx test/analysis/rules/attacks/sentences.ts
if (require.main === module) {
  fs.writeFileSync(
    FILE,
    distinctSentences()
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(''),
  );
}
