// Writes the matrix of usual changes into docs/updates.md: node --import tsx scripts/updates-doc.ts
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { usualImpacts } from '../test/analysis/impact/usual-impact';
import { UPDATES_PAGE, withMatrix } from './updates-block';

void resolveConfig(UPDATES_PAGE)
  .then((style) => format(withMatrix(usualImpacts()), { ...style, parser: 'markdown' }))
  .then((text) => writeFileSync(UPDATES_PAGE, text));
