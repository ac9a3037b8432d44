import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FileReader } from '../../analysis/model/assembly';
import {
  acknowledgementsIn,
  readAcknowledgements,
  type Acknowledgement,
} from '../../analysis/model/read-acknowledgements';
import { directoryStacks, filesIn } from '../../analysis/model/read-directory';
import type { StackData } from '../../analysis/model/read-stacks';
import { templateStacks, type Environment } from '../../analysis/model/read-template-files';
import { UsageError } from './command';

/** The templates that `bma check` checks, as one app. */
export interface CheckInputs {
  readonly stacks: readonly StackData[];
  readonly files: FileReader;
  readonly acknowledgements: readonly Acknowledgement[];
}

/**
 * Reads template files and cloud assembly directories.
 *
 * @param environment where the stacks of template files will be deployed
 * @throws UsageError that names every file that can't be read
 */
export function readCheckInputs(places: readonly string[], environment: Environment): CheckInputs {
  const problems: string[] = [];
  const attempt = <T>(read: () => T[]): T[] => {
    try {
      return read();
    } catch (problem) {
      problems.push((problem as Error).message);
      return [];
    }
  };
  const given = [...new Set(places)];
  const directories = given.filter(isDirectory);
  const files = given.filter((place) => !directories.includes(place));
  // Each file is read separately first, so that the error lists all unreadable files.
  files.forEach((file) => attempt(() => templateStacks([file])));
  const ofFiles = problems.length > 0 ? [] : attempt(() => templateStacks(files, environment));
  const stacks = [...directories.flatMap((directory) => attempt(() => stacksOf(directory))), ...ofFiles];
  const acknowledgements = [
    ...directories.flatMap((directory) => attempt(() => readAcknowledgements(directory))),
    ...ofFiles.flatMap(acknowledgementsIn),
  ];
  const twice = stacks.find(({ id }, index) => stacks.findIndex((each) => each.id === id) !== index);
  if (twice) {
    problems.push(`Two of the inputs have a stack ${twice.id}. Fix: check them one after the other.`);
  }
  if (problems.length > 0) {
    throw new UsageError([...new Set(problems)].join('\n'));
  }
  const readers = [...directories, ...files.map((file) => path.dirname(file))].map(filesIn);
  return {
    stacks,
    files: { read: (file) => readers.map((reader) => reader.read(file)).find((text) => text !== undefined) },
    acknowledgements,
  };
}

/** @throws Error for a directory without a stack, whose check would be a success that says nothing */
function stacksOf(directory: string): StackData[] {
  const stacks = directoryStacks(directory);
  if (stacks.length === 0) {
    throw new Error(`${directory} holds no stack. Fix: give the directory that "cdk synth" writes (cdk.out).`);
  }
  return stacks;
}

/** A path that can't be read at all counts as a file, whose reading then says why. */
function isDirectory(place: string): boolean {
  try {
    return fs.statSync(place).isDirectory();
  } catch {
    return false;
  }
}
