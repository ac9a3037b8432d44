/** The resources that a cloud assembly deploys, with every reference resolved, and its assets. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Resource } from '../../analysis/model/assembly';
import { literalOf } from '../../analysis/model/compose-text';
import { concreteValue } from '../../analysis/model/concrete-value';
import type { TemplateModel } from '../../analysis/model/template-model';
import { nameOf, type Place, readDeployed } from '../iam/deployed-templates';

/** Resolved when they are read, so unused properties may be unknown. */
export type Properties = Readonly<Record<string, unknown>>;

export interface DeployedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  readonly arn: string;
  /** The value of Ref, which is the name for most resources. */
  readonly ref: string;
  /** @throws Error when a property is read that is known only at deployment */
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
  public readonly model: TemplateModel;
  public readonly assets: readonly PublishedAsset[];
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
    /** The same templates, when they were read before. */
    model?: TemplateModel,
  ) {
    this.model = model ?? readDeployed(assembly, place, stacks);
    const assets = this.model.assembly.stacks.flatMap(({ templatePath }) => this.assetsOf(templatePath ?? ''));
    this.assets = [...new Map(assets.map((asset) => [`${asset.bucket}/${asset.key}`, asset])).values()];
  }

  /** Every resource of a type. @throws Error when two have one ARN: logical ids must not repeat between the stacks */
  public all(type: string): readonly DeployedResource[] {
    const known = this.byType.get(type);
    if (known !== undefined) return known;
    const found = this.model.ofType(type).map((resource) => this.deployed(resource));
    // Custom resources have no ARN.
    const twice = found.find(({ arn }, index) => arn !== '' && found.findIndex((other) => other.arn === arn) !== index);
    if (twice !== undefined) throw new Error(`Two stacks have a ${type} "${twice.logicalId}": run them one by one`);
    this.byType.set(type, found);
    return found;
  }

  /** The only resource of a type whose logical id contains `part`. @throws Error that names the resources */
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

  private deployed(resource: Resource): DeployedResource {
    const { type, logicalId, stack } = resource;
    const known = (attribute: string | undefined) =>
      literalOf(this.model.deployedValue(resource.id, attribute) ?? []) ?? '';
    const [arn] = this.model.arn(resource).map(({ value }) => literalOf(value));
    return {
      type,
      logicalId,
      stackName: nameOf(stack),
      arn: arn ?? known('Arn'),
      ref: known(undefined),
      properties: lazyProperties(resource),
    };
  }

  private assetsOf(template: string): PublishedAsset[] {
    const manifest = template.replace(/\.template\.json$/, '.assets.json');
    if (manifest === template || !existsSync(manifest)) return [];
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

  /** A string of an asset manifest, whose placeholders are pseudo parameters. */
  private filled(text: string): string {
    const { accountId, region, partition } = this.place;
    const values: Readonly<Record<string, string>> = { AccountId: accountId, Region: region, Partition: partition };
    return text.replace(/\$\{AWS::(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
  }
}

function lazyProperties(resource: Resource): Properties {
  const { raw, properties } = resource;
  const lazy = {};
  for (const key of Object.keys(raw.Properties ?? {})) {
    let value: unknown;
    let read = false;
    Object.defineProperty(lazy, key, {
      enumerable: true,
      get: () => {
        if (!read) value = concreteValue(properties.at(key));
        read = true;
        return value;
      },
    });
  }
  return lazy;
}
