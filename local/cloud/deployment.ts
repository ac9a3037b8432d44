/** What a cloud assembly would have deployed: its resources with every reference resolved, and its assets. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Place } from '../iam/intrinsics';
import { readTemplates, SynthesizedStacks } from '../iam/synthesized-stacks';

export type Properties = Readonly<Record<string, unknown>>;

export interface DeployedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  readonly arn: string;
  /** What a Ref of the resource is, which for most is its name. */
  readonly ref: string;
  readonly properties: Properties;
}

/** A file or directory that the CDK would have published. */
export interface PublishedAsset {
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly packaging: 'file' | 'zip';
}

interface AssetManifest {
  readonly files?: Record<
    string,
    {
      readonly source: { readonly path?: string; readonly packaging?: 'file' | 'zip' };
      readonly destinations: Record<string, { readonly bucketName: string; readonly objectKey: string }>;
    }
  >;
}

export class Deployment {
  public readonly assets: readonly PublishedAsset[];
  private readonly stacks: SynthesizedStacks;
  private readonly byType = new Map<string, DeployedResource[]>();

  /**
   * @param assembly directory of the cloud assembly (`cdk.out`)
   * @param stacks names of the stacks that are deployed; default all
   * @throws Error when there is no such stack
   */
  public constructor(
    assembly: string,
    public readonly place: Place,
    stacks?: readonly string[],
  ) {
    const templates = readTemplates(assembly, stacks);
    this.stacks = new SynthesizedStacks(templates, place);
    const assets = templates.flatMap(({ file }) => this.assetsOf(file));
    this.assets = [...new Map(assets.map((asset) => [`${asset.bucket}/${asset.key}`, asset])).values()];
  }

  /** Every resource of a type. @throws Error when two have one ARN: logical ids must not repeat between the stacks */
  public all(type: string): readonly DeployedResource[] {
    const known = this.byType.get(type);
    if (known !== undefined) return known;
    const found = this.stacks.all.flatMap(({ stack, resolver }) =>
      Object.entries(stack.template.Resources ?? {})
        .filter(([, { Type }]) => Type === type)
        .map(([logicalId, { Properties = {} }]) => ({
          type,
          logicalId,
          stackName: stack.stackName,
          arn: resolver.arn(logicalId),
          ref: resolver.text({ Ref: logicalId }),
          properties: resolver.resolve(Properties) as Properties,
        })),
    );
    const twice = found.find(({ arn }, index) => found.findIndex((other) => other.arn === arn) !== index);
    if (twice !== undefined) throw new Error(`Two stacks have a ${type} "${twice.logicalId}": run them one by one`);
    this.byType.set(type, found);
    return found;
  }

  /** The only resource of a type whose logical id holds `part`. @throws Error that names what there is */
  public one(type: string, part = ''): DeployedResource {
    const found = this.all(type).filter(({ logicalId }) => logicalId.includes(part));
    if (found.length !== 1) {
      const ids = this.all(type).map(({ logicalId }) => logicalId);
      throw new Error(
        `${found.length} resources of type ${type} hold "${part}" in their id; there are: ${ids.join(', ')}`,
      );
    }
    return found[0];
  }

  private assetsOf(template: string): PublishedAsset[] {
    const manifest = template.replace(/\.template\.json$/, '.assets.json');
    if (!existsSync(manifest)) return [];
    const { files = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as AssetManifest;
    return Object.values(files).flatMap(({ source, destinations }) =>
      source.path === undefined || source.path.endsWith('.template.json')
        ? []
        : Object.values(destinations).map(({ bucketName, objectKey }) => ({
            bucket: this.filled(bucketName),
            key: this.filled(objectKey),
            path: path.resolve(path.dirname(template), source.path!),
            packaging: source.packaging ?? ('file' as const),
          })),
    );
  }

  private filled(text: string): string {
    return this.stacks.all[0].resolver.text({ 'Fn::Sub': text });
  }
}
