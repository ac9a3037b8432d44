import { readSentences, sentencesOf } from './sentences';

// After a sentence has changed: node --import tsx test/analysis/rules/attacks/sentences.ts, and read the difference.
test.each(readSentences().map((each) => [each.finding.rule, each.attack, each] as const))(
  '%s says what sentences.jsonl has, where, and how severe it is: %s',
  (_rule, _attack, { kind, attack, finding }) => {
    expect(sentencesOf(kind, attack)).toContainEqual(finding);
  },
);
