import * as fs from 'node:fs';
import * as path from 'node:path';
import { at, entriesOf, isObject } from './json';

/** An artifact of a cloud assembly. */
export interface Artifact {
  readonly id: string;
  /** The directory whose manifest has it. */
  readonly directory: string;
  /** A text of the artifact by its path of keys. */
  readonly text: (...keys: string[]) => string | undefined;
  /** What the CDK records of its constructs, by construct path. */
  readonly metadata: () => readonly (readonly [constructPath: string, entries: readonly unknown[]])[];
}

/**
 * The artifacts of a cloud assembly (`cdk.out`), including those of nested assemblies.
 *
 * The assembly classes of aws-cdk-lib are not used: they read no nested stacks, refuse assemblies of a newer schema,
 * and would be most of the bundle of the analysis.
 *
 * @throws Error when the directory has no `manifest.json`
 */
export function artifactsOf(directory: string): Artifact[] {
  const manifest = path.join(directory, 'manifest.json');
  if (!fs.existsSync(manifest)) {
    throw new Error(
      `${directory} has no manifest.json, so it isn't a cloud assembly. Fix: give the directory that "cdk synth" writes (cdk.out).`,
    );
  }
  return entriesOf(at(readJson(manifest), 'artifacts')).flatMap(([id, artifact]) => {
    const text = (...keys: string[]) => {
      const found = at(artifact, ...keys);
      return typeof found === 'string' ? found : undefined;
    };
    const nested = text('properties', 'directoryName');
    if (text('type') === 'cdk:cloud-assembly' && nested !== undefined) {
      return artifactsOf(path.join(directory, nested));
    }
    const metadata = () => {
      const file = text('properties', 'additionalMetadataFile') ?? text('additionalMetadataFile');
      const written = at(artifact, 'metadata') ?? (file === undefined ? {} : readJson(path.join(directory, file)));
      return entriesOf(written).map(
        ([constructPath, entries]) =>
          [constructPath.replace(/^\//, ''), Array.isArray(entries) ? (entries as unknown[]) : []] as const,
      );
    };
    return [{ id, directory, text, metadata }];
  });
}

/**
 * A file with a JSON object; anything else counts as an empty one.
 *
 * @throws Error with the file when it isn't JSON or can't be read
 */
export function readJson(file: string): unknown {
  try {
    const json = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
    return isObject(json) ? json : {};
  } catch (error) {
    const problem = error instanceof SyntaxError ? "isn't JSON" : "can't be read";
    throw new Error(`${file} ${problem}: ${(error as Error).message}. Fix: synthesize again (cdk synth).`, {
      cause: error,
    });
  }
}
