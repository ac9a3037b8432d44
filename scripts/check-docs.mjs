// docs/RULES.md must be what the rules say, the table of kinds of inputs what the types say, the pictures of the examples
// what their templates say, docs/probe.md and docs/verified.md what the probes and their reports say, every link to a file must lead to one, also from the README that the package has, files that
// docs/architecture.md names must exist, and every README snippet must compile.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brokenLinks } from './markdown-links.mjs';
import { missingFiles } from './named-files.mjs';

const work = mkdtempSync(path.join(tmpdir(), 'check-docs-'));
try {
  const rules = path.join(work, 'RULES.md');
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/rules-doc.ts', rules], { stdio: 'inherit' });
  if (readFileSync(rules, 'utf8') !== readFileSync('docs/RULES.md', 'utf8')) {
    console.error('docs/RULES.md is stale. Fix: npm run docgen, and commit it with the rule.');
    process.exitCode = 1;
  }
  const kinds = path.join(work, 'input-kinds.ts');
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/input-kinds.ts', kinds], { stdio: 'inherit' });
  if (readFileSync(kinds, 'utf8') !== readFileSync('lib/validation/input-kinds.ts', 'utf8')) {
    console.error('lib/validation/input-kinds.ts is stale. Fix: npm run kinds, and commit it with the change.');
    process.exitCode = 1;
  }
  for (const script of ['scripts/architecture-picture.ts', 'scripts/probe-doc.ts']) {
    try {
      execFileSync(process.execPath, ['--import', 'tsx', script, '--check'], { stdio: 'inherit' });
    } catch {
      process.exitCode = 1; // It has said which picture or page is stale.
    }
  }
  for (const broken of [...brokenLinks(), ...missingFiles()]) {
    console.error(broken);
    process.exitCode = 1;
  }
  execFileSync(
    'npx',
    [
      'jsii-rosetta',
      'extract',
      '--fail',
      '--compile',
      '--output',
      path.join(work, '.jsii.tabl.json'),
      '--cache',
      path.join(work, 'cache.json'),
    ],
    { stdio: 'inherit' },
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
