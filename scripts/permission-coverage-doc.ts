// Writes docs/permission-coverage.md from runs of all examples: node --import tsx scripts/permission-coverage-doc.ts
import { writeFileSync } from 'node:fs';
import { EXAMPLES } from '../examples';
import { type Grant, grantsOf } from '../test/permissions/coverage';
import { runEveryPath, VARIANT_NAMES } from '../test/permissions/every-path';
import { COVERAGE_PAGE, coveragePage } from '../test/permissions/page';

async function write(): Promise<void> {
  const grants: Grant[] = [];
  for (const { name } of EXAMPLES) grants.push(...grantsOf(await runEveryPath(name)));
  writeFileSync(COVERAGE_PAGE, coveragePage(grants, VARIANT_NAMES));
}

void write().then(() => process.exit(0));
