import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Assembly, FileReader } from './assembly';
import { at, entriesOf, isObject } from './json';
import { assemblyOf, type StackData } from './read-stacks';

/**
 * Reads a cloud assembly directory (`cdk.out`), with nested assemblies and nested stacks.
 *
 * The assembly classes of aws-cdk-lib are not used: they read no nested stacks, refuse assemblies of a newer schema, and
 * would be most of this bundle.
 *
 * @throws Error when the directory has no `manifest.json`
 */
export function readDirectory(directory: string): Assembly {
  return assemblyOf(directoryStacks(directory), filesIn(directory));
}

/** The files below a directory. */
export function filesIn(directory: string): FileReader {
  return {
    read: (file) => {
      const full = path.resolve(directory, file);
      const inside = full.startsWith(path.resolve(directory) + path.sep);
      return inside && fs.existsSync(full) && fs.statSync(full).isFile() ? fs.readFileSync(full, 'utf8') : undefined;
    },
  };
}

/** The stacks of a cloud assembly directory as plain data. */
export function directoryStacks(directory: string): StackData[] {
  const manifest = path.join(directory, 'manifest.json');
  if (!fs.existsSync(manifest)) {
    throw new Error(
      `${directory} has no manifest.json, so it isn't a cloud assembly. Fix: give the directory that "cdk synth" writes (cdk.out).`,
    );
  }
  return entriesOf(at(readJson(manifest), 'artifacts')).flatMap(([id, artifact]) => {
    const nested = at(artifact, 'properties', 'directoryName');
    if (at(artifact, 'type') === 'cdk:cloud-assembly' && typeof nested === 'string') {
      return directoryStacks(path.join(directory, nested));
    }
    const file = at(artifact, 'properties', 'templateFile');
    return at(artifact, 'type') === 'aws:cloudformation:stack' && typeof file === 'string'
      ? readStack(directory, id, artifact, file)
      : [];
  });
}

function readStack(directory: string, id: string, artifact: unknown, file: string): StackData[] {
  // aws://<account>/<Region>, either of which may be `unknown-…`.
  const [account, region] = (textAt(artifact, 'environment') ?? '').replace('aws://', '').split('/');
  const known = (part: string | undefined) => (part && !part.startsWith('unknown') ? part : undefined);
  let paths: ReadonlyMap<string, string> | undefined;
  const templatePath = path.join(directory, file);
  const root: StackData = {
    id: textAt(artifact, 'displayName') ?? id,
    stackName: textAt(artifact, 'properties', 'stackName') ?? id,
    account: known(account),
    region: known(region),
    template: readJson(templatePath),
    templatePath,
    constructPathOf: (logicalId) => (paths ??= constructPaths(directory, artifact)).get(logicalId),
  };
  return [root, ...nestedIn(directory, root)];
}

function nestedIn(directory: string, parent: StackData): StackData[] {
  return entriesOf(at(parent.template, 'Resources')).flatMap(([logicalId, resource]) => {
    const file = at(resource, 'Type') === 'AWS::CloudFormation::Stack' ? nestedFile(directory, resource) : undefined;
    if (file === undefined) {
      return [];
    }
    const child: StackData = {
      id: `${parent.id}/${logicalId}`,
      account: parent.account,
      region: parent.region,
      template: readJson(path.join(directory, file)),
      templatePath: path.join(directory, file),
      nestedIn: { sourceId: parent.id, logicalId },
    };
    return [child, ...nestedIn(directory, child)];
  });
}

/** The template of a nested stack: by the metadata that the CDK CLI asks for, else by the asset hash in the URL. */
function nestedFile(directory: string, resource: unknown): string | undefined {
  const recorded = textAt(resource, 'Metadata', 'aws:asset:path');
  const url = JSON.stringify(at(resource, 'Properties', 'TemplateURL') ?? '');
  const file = recorded ?? fileOfAsset(directory, /([0-9a-f]{64})\.json/.exec(url)?.[1]);
  return file !== undefined && fs.existsSync(path.join(directory, file)) ? file : undefined;
}

function fileOfAsset(directory: string, hash: string | undefined): string | undefined {
  if (hash === undefined) {
    return undefined;
  }
  for (const manifest of fs.readdirSync(directory).filter((name) => name.endsWith('.assets.json'))) {
    const found = textAt(readJson(path.join(directory, manifest)), 'files', hash, 'source', 'path');
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Construct paths by logical id, as the assembly records them for a stack. */
function constructPaths(directory: string, artifact: unknown): ReadonlyMap<string, string> {
  const file = textAt(artifact, 'properties', 'additionalMetadataFile') ?? textAt(artifact, 'additionalMetadataFile');
  const metadata = at(artifact, 'metadata') ?? (file === undefined ? {} : readJson(path.join(directory, file)));
  const paths = new Map<string, string>();
  for (const [constructPath, entries] of entriesOf(metadata)) {
    for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
      const logicalId = at(entry, 'data');
      if (at(entry, 'type') === 'aws:cdk:logicalId' && typeof logicalId === 'string' && !paths.has(logicalId)) {
        paths.set(logicalId, constructPath.replace(/^\//, ''));
      }
    }
  }
  return paths;
}

function textAt(value: unknown, ...keys: string[]): string | undefined {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}

/** @throws Error with the file when it isn't JSON */
function readJson(file: string): unknown {
  try {
    const json = JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
    return isObject(json) ? json : {};
  } catch (error) {
    throw new Error(`${file} isn't JSON: ${(error as Error).message}. Fix: synthesize again (cdk synth).`, {
      cause: error,
    });
  }
}
