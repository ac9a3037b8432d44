// Writes docs/permission-coverage.md from runs of all examples: node --import tsx scripts/permission-coverage-doc.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXAMPLES } from '../examples';
import { type Grant, grantsOf } from '../test/permissions/coverage';
import { runEveryPath, VARIANT_NAMES } from '../test/permissions/every-path';
import { COVERAGE_PAGE, coveragePage } from '../test/permissions/page';

async function write(): Promise<void> {
  const grants: Grant[] = [];
  // As in a run of the tests: for the assemblies of the examples.
  const shared = mkdtempSync(path.join(tmpdir(), 'permission-coverage-'));
  process.env.SHARED_FOLDER = shared;
  for (const { name } of EXAMPLES) grants.push(...grantsOf(await runEveryPath(name)));
  writeFileSync(COVERAGE_PAGE, coveragePage(grants, VARIANT_NAMES));
  rmSync(shared, { recursive: true });
}

void write().then(() => process.exit(0));
