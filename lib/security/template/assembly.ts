import * as fs from 'fs';
import * as path from 'path';
import { nestedPlaces } from './nested-templates';
import type { Template, TemplateSource } from './template-source';

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

interface Artifact {
  readonly type: string;
  readonly environment?: string;
  readonly displayName?: string;
  readonly metadata?: Metadata;
  readonly properties?: {
    readonly templateFile?: string;
    readonly stackName?: string;
    readonly directoryName?: string;
    readonly additionalMetadataFile?: string;
  };
  readonly additionalMetadataFile?: string;
}

type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly data?: unknown }[]>>;

/** Reads the stacks of a cloud assembly directory (`cdk.out`), with nested assemblies and nested stacks. */
export function readAssembly(directory: string): TemplateSource[] {
  const manifest = readJson<Manifest>(path.join(directory, 'manifest.json'));
  return Object.entries(manifest.artifacts ?? {}).flatMap(([id, artifact]) => {
    const { templateFile, directoryName } = artifact.properties ?? {};
    if (artifact.type === 'cdk:cloud-assembly' && directoryName) {
      return readAssembly(path.join(directory, directoryName));
    }
    return artifact.type === 'aws:cloudformation:stack' && templateFile
      ? readStack(directory, id, artifact, templateFile)
      : [];
  });
}

function readStack(directory: string, id: string, artifact: Artifact, templateFile: string): TemplateSource[] {
  // aws://<account>/<Region>, either of which may be `unknown-…`.
  const [account, region] = (artifact.environment ?? '').replace('aws://', '').split('/');
  const known = (part: string | undefined) => (part && !part.startsWith('unknown') ? part : undefined);
  const paths = constructPaths(directory, artifact);
  const template = readJson<Template>(path.join(directory, templateFile));
  const root: TemplateSource = {
    id: artifact.displayName ?? id,
    stackName: artifact.properties?.stackName ?? id,
    account: known(account),
    region: known(region),
    template,
    templatePath: path.join(directory, templateFile),
    constructPathOf: (logicalId) => pathInTemplate(template, logicalId) ?? paths.get(logicalId),
  };
  return [root, ...readNested(directory, root)];
}

function readNested(directory: string, parent: TemplateSource): TemplateSource[] {
  return nestedPlaces(directory, parent.template).flatMap(({ logicalId, file }) => {
    const template = readJson<Template>(path.join(directory, file));
    const child: TemplateSource = {
      id: `${parent.id}/${logicalId}`,
      account: parent.account,
      region: parent.region,
      template,
      templatePath: path.join(directory, file),
      nestedIn: { sourceId: parent.id, logicalId },
      constructPathOf: (nestedLogicalId) => pathInTemplate(template, nestedLogicalId),
    };
    return [child, ...readNested(directory, child)];
  });
}

/** Construct paths by logical id, as the assembly records them for a stack. */
function constructPaths(directory: string, artifact: Artifact): Map<string, string> {
  const file = artifact.properties?.additionalMetadataFile ?? artifact.additionalMetadataFile;
  const metadata = artifact.metadata ?? (file ? readJson<Metadata>(path.join(directory, file)) : {});
  const paths = new Map<string, string>();
  for (const [constructPath, entries] of Object.entries(metadata)) {
    for (const { type, data } of entries) {
      if (type === 'aws:cdk:logicalId' && !paths.has(String(data))) {
        paths.set(String(data), constructPath.replace(/^\//, ''));
      }
    }
  }
  return paths;
}

/** The construct path that the CDK CLI has written into the template. */
function pathInTemplate(template: Template, logicalId: string): string | undefined {
  const written = template.Resources?.[logicalId]?.Metadata?.['aws:cdk:path'];
  return typeof written === 'string' ? written : undefined;
}

function readJson<T>(file: string): T {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as T;
}
