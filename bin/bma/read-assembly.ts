import * as fs from 'node:fs';
import * as path from 'node:path';
import { at } from '../../analysis/model/json';
import { readJson } from '../../analysis/model/manifest';
import { readDirectory } from '../../analysis/model/read-directory';
import { TemplateModel } from '../../analysis/model/template-model';
import { UsageError } from './command';

/** Reads the templates of a cloud assembly. */
export function readAssembly(directory: string): TemplateModel {
  if (!fs.existsSync(path.join(directory, 'manifest.json'))) {
    throw new UsageError(`${directory} isn't a cloud assembly: it has no manifest.json. Run 'cdk synth' first.`);
  }
  try {
    if (at(readJson(path.join(directory, 'manifest.json')), 'version') === undefined) {
      throw new Error(
        'its manifest.json has no version, so it is not one that cdk synth wrote. Fix: synthesize again.',
      );
    }
    return new TemplateModel(readDirectory(directory));
  } catch (problem) {
    throw new UsageError(`${directory} can't be read: ${(problem as Error).message}`);
  }
}
