/**
 * Mutation testing of one folder with Stryker: changes the code in small ways and counts which changes the tests notice.
 *
 *   npm run test:mutation -- analysis/policy [share] [seed]
 *   npm run test:mutation -- analysis/policy/actions.ts
 *   npm run test:mutation -- 'analysis/rules/ma-*.ts' [share] [seed]
 *
 * A share below 1 mutates windows of ten lines, chosen at random by the seed: a whole folder takes an hour of processor time
 * or more. Which mutants survived is printed; reports/mutation/<folder>.json has all of them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const WINDOW = 10;
const FOLDERS = ['analysis/policy', 'analysis/rules', 'runtime/session-client'];
const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const [target, share = '1', seed = '1'] = process.argv.slice(2);
const folder = FOLDERS.find((name) => target === name || path.posix.dirname(target ?? '') === name);
const files = folder
  ? readdirSync(path.join(root, folder))
      .filter((name) => name.endsWith('.ts') && name !== 'types.ts')
      .map((name) => `${folder}/${name}`)
      .filter((name) => target === folder || path.posix.matchesGlob(name, target))
      .sort()
  : [];
if (files.length === 0 || !(Number(share) > 0 && Number(share) <= 1) || !/^\d+$/.test(seed)) {
  console.error(
    `Usage: npm run test:mutation -- FOLDER|FILE [SHARE above 0, at most 1] [SEED]\nFOLDER is one of ${FOLDERS.join(', ')}; FILE is in one of them, and can be a pattern: 'analysis/rules/ma-*.ts'`,
  );
  process.exit(2);
}
if (!existsSync(path.join(here, 'node_modules'))) {
  execFileSync('npm', ['ci', '--prefix', here, '--no-audit', '--no-fund'], { stdio: 'inherit' });
}

let state = Number(seed);
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const windows = files.flatMap((file) => {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n').length;
  if (share === '1') return [file];
  return Array.from(
    { length: Math.ceil(lines / WINDOW) },
    (_, at) => `${file}:${at * WINDOW + 1}-${(at + 1) * WINDOW}`,
  );
});
const chosen = windows.filter(() => share === '1' || random() < Number(share));
console.log(
  `${target}: ${chosen.length} of ${windows.length} ${share === '1' ? 'files' : `windows of ${WINDOW} lines, seed ${seed}`}`,
);

const report = target.replaceAll('/', '-').replace('*', '').replace(/\.ts$/, '');
const { status } = spawnSync(
  process.execPath,
  [
    path.join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js'),
    'run',
    path.join(here, 'stryker.config.mjs'),
    '--mutate',
    chosen.join(','),
    '--tempDirName',
    `.stryker-tmp/${report}`,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MUTATED_FOLDER: folder,
      MUTATED_REPORT: `reports/mutation/${report}.json`,
      EVERY_RUN: 'true',
    },
  },
);
process.exit(status ?? 1);
