// Writes docs/verified.md, and the questions and permissions of docs/probe.md: node --import tsx scripts/probe-doc.ts
// With --check it writes nothing, and fails when a page is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { keptReports, PROBE_PAGE, VERIFIED_PAGE, verifiedPage, withQuestions } from './probe-pages';

const read = (page: string) => readFileSync(page, 'utf8');

async function main(): Promise<void> {
  for (const [page, text] of [
    [VERIFIED_PAGE, verifiedPage(keptReports())],
    [PROBE_PAGE, withQuestions(read(PROBE_PAGE))],
  ]) {
    const fresh = await format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
    if (!process.argv.includes('--check')) writeFileSync(page, fresh);
    else if (read(page) !== fresh) {
      console.error(`${page} is stale. Fix: npm run docgen, and commit it with the probe or the report.`);
      process.exitCode = 1;
    }
  }
}

void main();
