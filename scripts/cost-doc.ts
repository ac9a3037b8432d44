// Writes the figures of every example into its README: node --import tsx scripts/cost-doc.ts
import { writeFileSync } from 'node:fs';
import { EXAMPLES } from '../examples';
import { readmeOf, withCostBlock } from './cost-block';

for (const example of EXAMPLES) {
  writeFileSync(readmeOf(example), withCostBlock(example));
}
