import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Assembly, FileReader } from './assembly';
import { at, entriesOf } from './json';
import { type Artifact, artifactsOf, readJson } from './manifest';
import { assemblyOf, nestedStack, type StackData } from './read-stacks';

/**
 * Reads a cloud assembly directory (`cdk.out`), with nested assemblies and nested stacks.
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
  return artifactsOf(directory).flatMap(readStack);
}

function readStack(artifact: Artifact): StackData[] {
  const { id, directory, text } = artifact;
  const file = text('properties', 'templateFile');
  if (text('type') !== 'aws:cloudformation:stack' || file === undefined) {
    return [];
  }
  // aws://<account>/<Region>, either of which may be `unknown-…`.
  const [account, region] = (text('environment') ?? '').replace('aws://', '').split('/');
  const known = (part: string | undefined) => (part && !part.startsWith('unknown') ? part : undefined);
  let paths: ReadonlyMap<string, string> | undefined;
  const templatePath = path.join(directory, file);
  const root: StackData = {
    id: text('displayName') ?? id,
    stackName: text('properties', 'stackName') ?? id,
    account: known(account),
    region: known(region),
    template: readJson(templatePath),
    templatePath,
    constructPathOf: (logicalId) => (paths ??= constructPaths(artifact)).get(logicalId),
  };
  return [root, ...nestedIn(directory, root)];
}

function nestedIn(directory: string, parent: StackData): StackData[] {
  return entriesOf(at(parent.template, 'Resources')).flatMap(([logicalId, resource]) => {
    const file = at(resource, 'Type') === 'AWS::CloudFormation::Stack' ? nestedFile(directory, resource) : undefined;
    if (file === undefined) {
      return [];
    }
    const templatePath = path.join(directory, file);
    const child = nestedStack(parent, logicalId, templatePath, readJson(templatePath));
    return [child, ...nestedIn(directory, child)];
  });
}

/** The template file of a nested stack, from the metadata for the CDK CLI or else from the asset hash in the URL. */
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
function constructPaths(artifact: Artifact): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const [constructPath, entries] of artifact.metadata()) {
    for (const entry of entries) {
      const logicalId = at(entry, 'data');
      if (at(entry, 'type') === 'aws:cdk:logicalId' && typeof logicalId === 'string' && !paths.has(logicalId)) {
        paths.set(logicalId, constructPath);
      }
    }
  }
  return paths;
}

function textAt(value: unknown, ...keys: string[]): string | undefined {
  const found = at(value, ...keys);
  return typeof found === 'string' ? found : undefined;
}
