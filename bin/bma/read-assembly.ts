import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Assembly, Stack } from '../../analysis/model/assembly';
import { literalOf } from '../../analysis/model/compose-text';
import { at } from '../../analysis/model/json';
import { readJson } from '../../analysis/model/manifest';
import { readDirectory } from '../../analysis/model/read-directory';
import { TemplateModel } from '../../analysis/model/template-model';
import { UsageError } from './command';

/** Reads the templates of a cloud assembly. */
export function readAssembly(directory: string): TemplateModel {
  if (!fs.existsSync(path.join(directory, 'manifest.json'))) {
    throw new UsageError(
      `${directory} isn't a cloud assembly: it has no manifest.json. Fix: run 'cdk synth', or give the directory that it wrote.`,
    );
  }
  try {
    if (at(readJson(path.join(directory, 'manifest.json')), 'version') === undefined) {
      throw new Error('its manifest.json has no version, so cdk synth did not write it. Fix: run cdk synth again.');
    }
    return new TemplateModel(readDirectory(directory));
  } catch (problem) {
    throw new UsageError(`${directory} can't be read: ${(problem as Error).message}`);
  }
}

/** The Region of the app, if it sets one. */
export const regionOf = ({ stacks }: Assembly): string | undefined =>
  stacks.map(({ region }) => literalOf(region)).find((region) => region !== undefined);

/**
 * The stacks of an app that are deployed to a Region.
 *
 * @param names only these stacks with their nested stacks: the id of a stack, or its name in the account
 */
export function stacksIn({ stacks }: Assembly, region: string, names?: readonly string[]): readonly Stack[] {
  return stacks.filter(
    ({ id, name, ...stack }) =>
      (literalOf(stack.region) ?? region) === region &&
      (names === undefined ||
        names.some((each) => id === each || id.startsWith(`${each}/`) || literalOf(name ?? []) === each)),
  );
}
