import * as fs from 'node:fs';
import * as path from 'node:path';
import { at, entriesOf } from '../../../analysis/model/json';
import { artifactsOf, readJson } from '../../../analysis/model/manifest';

/** The bootstrap resources that a stack needs. */
export interface Bootstrap {
  /** Name of the parameter with the version. */
  readonly parameter: string;
  readonly version: number;
  /** ARN of the role that the deploying principal assumes. */
  readonly deployRole?: string;
  /** ARN of the role of CloudFormation. */
  readonly executionRole?: string;
}

/** An image that `cdk deploy` builds and pushes. */
export interface BuiltImage {
  readonly tag: string;
  readonly platform?: string;
  /** Version of Codex that the build installs, if its directory is the one of this library. */
  readonly codex?: string;
}

/** Reads the requirements of a deployment from the manifests of a cloud assembly. */
export function readManifests(
  directory: string,
  place: { readonly accountId: string; readonly region: string },
): { readonly bootstraps: readonly Bootstrap[]; readonly builtImages: readonly BuiltImage[] } {
  const artifacts = artifactsOf(directory);
  const filled = (arn: string | undefined) =>
    arn
      ?.replaceAll('${AWS::Partition}', 'aws')
      .replaceAll('${AWS::AccountId}', place.accountId)
      .replaceAll('${AWS::Region}', place.region);
  const bootstraps = new Map<string, Bootstrap>();
  for (const { text, number } of artifacts.map((each) => ({ ...each, number: numberIn(each.directory, each.id) }))) {
    const parameter = text('properties', 'bootstrapStackVersionSsmParameter');
    const version = number('properties', 'requiresBootstrapStackVersion');
    if (text('type') !== 'aws:cloudformation:stack' || parameter === undefined || version === undefined) continue;
    const known = bootstraps.get(parameter);
    bootstraps.set(parameter, {
      parameter,
      version: Math.max(version, known?.version ?? 0),
      deployRole: filled(text('properties', 'assumeRoleArn')),
      executionRole: filled(text('properties', 'cloudFormationExecutionRoleArn')),
    });
  }
  const builtImages = [...new Set(artifacts.map((each) => each.directory))].flatMap(imagesIn);
  return { bootstraps: [...bootstraps.values()], builtImages };
}

/** Numbers of an artifact; `artifactsOf` reads only strings. */
function numberIn(directory: string, id: string) {
  const artifact = at(readJson(path.join(directory, 'manifest.json')), 'artifacts', id);
  return (...keys: string[]): number | undefined => {
    const found = at(artifact, ...keys);
    return typeof found === 'number' ? found : undefined;
  };
}

function imagesIn(directory: string): BuiltImage[] {
  const manifests = fs.readdirSync(directory).filter((name) => name.endsWith('.assets.json'));
  return manifests.flatMap((name) =>
    entriesOf(at(readJson(path.join(directory, name)), 'dockerImages')).map(([hash, image]) => {
      const source = at(image, 'source', 'directory');
      const [, destination] = entriesOf(at(image, 'destinations'))[0] ?? [];
      const tag = at(destination, 'imageTag');
      const platform = at(image, 'source', 'platform');
      return {
        tag: typeof tag === 'string' ? tag : hash,
        ...(typeof platform === 'string' ? { platform } : {}),
        codex: typeof source === 'string' ? codexOf(path.join(directory, source)) : undefined,
      };
    }),
  );
}

/** The version of Codex that an image directory of this library pins. */
function codexOf(directory: string): string | undefined {
  const file = path.join(directory, 'package.json');
  const version = fs.existsSync(file) ? at(readJson(file), 'dependencies', '@openai/codex') : undefined;
  return typeof version === 'string' ? version : undefined;
}
