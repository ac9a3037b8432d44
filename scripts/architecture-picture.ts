// Draws examples/<name>/architecture.svg of every example from its synthesized templates:
//   node --import tsx scripts/architecture-picture.ts            writes the pictures
//   node --import tsx scripts/architecture-picture.ts --check    fails when a committed picture is another
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EXAMPLES } from '../examples';
import { drawExample } from './architecture-picture/draw-example';

const check = process.argv.includes('--check');
const work = mkdtempSync(path.join(tmpdir(), 'pictures-'));
try {
  for (const example of EXAMPLES) {
    const file = path.join('examples', example.name, 'architecture.svg');
    const picture = drawExample(example, path.join(work, example.name));
    if (!check) {
      writeFileSync(file, picture);
    } else if (!existsSync(file) || readFileSync(file, 'utf8') !== picture) {
      console.error(`${file} is stale. Fix: npm run docgen, and commit it with the change.`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
