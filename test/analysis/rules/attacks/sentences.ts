import * as fs from 'fs';
import * as path from 'path';
import type { ReportedFinding } from '../../../../analysis/rules/finding';
import { KINDS } from './kinds';
import { everything } from './reported';

/** The sentence and the place of a finding about an attack. */
export interface Sentence {
  readonly kind: string;
  readonly attack: string;
  readonly finding: Pick<ReportedFinding, 'rule' | 'severity' | 'says' | 'data'> & {
    readonly at: string;
    readonly related: readonly string[];
  };
}

/** One finding of each form that the rules have for the attacks, one a line. */
export const FILE = path.join(__dirname, 'sentences.jsonl');

/** The findings about an attack. */
export function sentencesOf(kind: string, attack: string): readonly Sentence['finding'][] {
  const pair = KINDS.find(([each]) => each === kind)?.[1].find(({ name }) => name === attack);
  return pair ? everything(pair.attack).map(summary) : [];
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

/** The form of a finding: its sentence without names, the kind of place, and what it has for programs. */
const shapeOf = ({ rule, severity, says, at, related, data }: Sentence['finding']) =>
  [rule, severity, formOf(says), at.replace(/^\S+|\d+/g, ''), related.length, Object.keys(data)].join();

/** The first finding of each form. */
function distinctSentences(): Sentence[] {
  const found = new Map<string, Sentence>();
  for (const [kind, pairs] of KINDS) {
    for (const { name: attack } of pairs) {
      for (const finding of sentencesOf(kind, attack)) {
        const form = shapeOf(finding);
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
