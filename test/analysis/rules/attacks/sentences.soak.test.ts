import { readSentences, type Sentence, sentencesOf } from './sentences';

const byAttack = new Map<string, Sentence[]>();
for (const each of readSentences()) {
  const key = `${each.kind}: ${each.attack}`;
  byAttack.set(key, [...(byAttack.get(key) ?? []), each]);
}

// After a sentence has changed: node --import tsx test/analysis/rules/attacks/sentences.ts, and read the difference.
test.each(
  [...byAttack.values()].map((all) => {
    const findings = all.map(({ finding }) => finding);
    return [[...new Set(findings.map(({ rule }) => rule))].join(' '), all[0].attack, all[0].kind, findings] as const;
  }),
)('%s: what sentences.jsonl has is said, where, and how severe it is: %s', (_rules, attack, kind, findings) => {
  expect(sentencesOf(kind, attack)).toEqual(expect.arrayContaining(findings));
});
