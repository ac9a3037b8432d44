// Draws examples/<name>/architecture.svg of every example from its synthesized templates:
//   node --import tsx scripts/architecture-picture.ts            writes the pictures
//   node --import tsx scripts/architecture-picture.ts --check    fails when a committed picture is another
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { pictureSvg } from '../analysis/drawing/picture';
import { readDirectory } from '../analysis/model/read-directory';
import { TemplateModel } from '../analysis/model/template-model';
import { statementsOf } from '../analysis/statement/build';
import { EXAMPLES, type Example } from '../examples';

/** Synthesizes an example as `npx cdk synth` does, without knowing the account, and draws its templates. */
function drawExample({ name, add }: Example, outdir: string): string {
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ outdir, context });
  add(app, { region: 'us-east-1' });
  const model = new TemplateModel(readDirectory(app.synth().directory));
  const stacks = model.assembly.stacks.map(({ id }) => id).sort();
  return pictureSvg(statementsOf(model), {
    title: `Architecture of ${name}`,
    subtitle: `drawn from the synthesized templates of ${stacks.join(' and ')}`,
    width: 960,
    id: 'picture',
    shownIn: 'file',
  });
}

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
