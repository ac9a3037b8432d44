import { cpSync, existsSync, mkdtempSync, renameSync } from 'node:fs';
import path from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { exampleNamed } from '../../examples';
import { withStagedAssets } from '../staged-assets';

/**
 * The cloud assembly of an example with its assets, for one account and Region. The first suite of a run that asks for it
 * synthesizes it; it belongs to all of them, so none may change it.
 */
export function assemblyOf(example: string): string {
  const directory = path.join(process.env.SHARED_FOLDER!, example);
  if (existsSync(directory)) return directory;
  const own = mkdtempSync(`${directory}-`);
  withStagedAssets(() => {
    const app = new App({ outdir: own });
    exampleNamed(example).add(app, { account: '111122223333', region: 'us-east-1' });
    app.synth();
  });
  try {
    renameSync(own, directory);
  } catch (error) {
    // Another suite was faster.
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/** A copy of the assembly, to change. */
export function copyOfAssembly(example: string, to: string): string {
  cpSync(assemblyOf(example), to, { recursive: true });
  return to;
}
