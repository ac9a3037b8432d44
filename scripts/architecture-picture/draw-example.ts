import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { readDirectory } from '../../analysis/model/read-directory';
import { TemplateModel } from '../../analysis/model/template-model';
import { statementsOf } from '../../analysis/statement/build';
import type { Example } from '../../examples';
import { TemplateIndex } from '../../lib/security/template-index';
import { pictureFacts } from './agent-facts';
import { pictureSvg } from './picture-page';

/** Synthesizes an example as `npx cdk synth` does, without knowing the account, and draws its templates. */
export function drawExample({ name, add }: Example, outdir: string): string {
  const { context } = JSON.parse(readFileSync(path.join(__dirname, '../../cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const app = new App({ outdir, context });
  add(app, { region: 'us-east-1' });
  const { directory } = app.synth();
  return pictureSvg(
    name,
    pictureFacts(TemplateIndex.fromAssembly(directory), statementsOf(new TemplateModel(readDirectory(directory)))),
  );
}
