// Writes the figures of every example into its README: node --import tsx scripts/cost-doc.ts
import { writeFileSync } from 'node:fs';
import { readmeOf, WITH_README, withCostBlock } from './cost-block';

for (const example of WITH_README) {
  writeFileSync(readmeOf(example), withCostBlock(example));
}
