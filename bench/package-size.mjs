// What npm installs: npm run build && node --import tsx bench/package-size.mjs
import { execFileSync } from 'node:child_process';
import { bytes, report } from './report.ts';

const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const [{ size, unpackedSize, entryCount, files }] = JSON.parse(output);
const folder = (start) => files.filter(({ path }) => path.startsWith(start)).reduce((sum, each) => sum + each.size, 0);
report([
  {
    id: 'package-size',
    columns: ['', 'size', 'target'],
    rows: [
      ['package, compressed', bytes(size), '≤ 5,000,000 B'],
      ['package, unpacked', bytes(unpackedSize), ''],
      ['of it, `assets/`', bytes(folder('assets/')), ''],
      ['of it, `build/`', bytes(folder('build/')), ''],
    ],
    of: `${entryCount} files.`,
  },
]);
