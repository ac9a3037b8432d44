import { readFileSync } from 'node:fs';
import { readmeOf, WITH_README, withCostBlock } from '../../scripts/cost-block';
import { assemblyOf } from './synthesized';

// Another figure here? `node --import tsx scripts/cost-doc.ts` writes it.
test.each(WITH_README)('the README of $name has the cost that its templates have', (example) => {
  expect(withCostBlock(example, assemblyOf(example.name))).toBe(readFileSync(readmeOf(example), 'utf8'));
});
