import { readAssembly } from './template/assembly';
import { Intrinsics, knownCondition, type StackLookup } from './template/intrinsics';
import { type Reference, referencesIn, soleReference } from './template/reference-text';
import type { TemplateResource, TemplateSource } from './template/template-source';

/** A resource of one of the indexed stacks. */
export interface IndexedResource {
  /** Unique in the app: `<source id>#<logical id>`. */
  readonly id: string;
  readonly logicalId: string;
  readonly type: string;
  /** The stack (or nested stack) it belongs to. */
  readonly source: TemplateSource;
  /** Construct path, where it is known. */
  readonly constructPath: string | undefined;
  /** Its properties as plain JSON: references are text, see template/reference-text.ts. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** As the template has it, unresolved. */
  readonly raw: TemplateResource;
}

/**
 * The final templates of an app, read once: resources by type and by name, with every reference resolved across nested
 * stacks, exports and stack outputs. Pure data; no CDK is needed to ask it.
 *
 * Conditions that only the deployment decides hold, unless the caller says otherwise.
 */
export class TemplateIndex {
  /** Reads a cloud assembly directory (`cdk.out`), nested stages included. */
  public static fromAssembly(directory: string): TemplateIndex {
    return new TemplateIndex(readAssembly(directory));
  }

  public readonly sources: readonly TemplateSource[];
  /** Every resource that exists where these conditions hold. */
  public readonly resources: readonly IndexedResource[];

  private readonly bySource = new Map<string, TemplateSource>();
  private readonly nested = new Map<string, TemplateSource>();
  private readonly types = new Map<string, IndexedResource[]>();
  private readonly ids = new Map<string, IndexedResource>();
  private readonly views = new Map<unknown, unknown>();
  private exportsByName?: Map<string, [TemplateSource, unknown][]>;
  private readonly lookup: StackLookup;

  constructor(
    sources: readonly TemplateSource[],
    holds: (source: TemplateSource, condition: string) => boolean = () => true,
  ) {
    this.sources = sources;
    for (const source of sources) {
      this.bySource.set(source.id, source);
      if (source.nestedIn) {
        this.nested.set(`${source.nestedIn.sourceId}#${source.nestedIn.logicalId}`, source);
      }
    }
    this.lookup = {
      source: (id) => this.bySource.get(id),
      nestedSource: (sourceId, logicalId) => this.nested.get(`${sourceId}#${logicalId}`),
      exported: (importer, name) => this.exported(importer, name),
      stackOutput: (importer, stackName, output, region) => this.stackOutput(importer, stackName, output, region),
      holds: (source, condition) => knownCondition(source, this.lookup, condition) ?? holds(source, condition),
    };
    const resources: IndexedResource[] = [];
    for (const source of sources) {
      const intrinsics = new Intrinsics(source, this.lookup);
      for (const [logicalId, raw] of Object.entries(source.template.Resources ?? {})) {
        if (raw.Condition === undefined || this.lookup.holds(source, raw.Condition)) {
          resources.push(new LazyResource(source, logicalId, raw, intrinsics));
        }
      }
    }
    this.resources = resources;
    for (const resource of resources) {
      const sameType = this.types.get(resource.type);
      if (sameType) {
        sameType.push(resource);
      } else {
        this.types.set(resource.type, [resource]);
      }
      this.ids.set(resource.id, resource);
    }
  }

  /** The resources of a CloudFormation type, in template order. */
  public ofType(...types: string[]): readonly IndexedResource[] {
    return types.length === 1 ? (this.types.get(types[0]) ?? []) : types.flatMap((type) => this.types.get(type) ?? []);
  }

  /** The types that occur. */
  public get resourceTypes(): string[] {
    return [...this.types.keys()];
  }

  /** The resource that a resolved text refers to and nothing else (`Ref`, or any attribute of it). */
  public target(text: unknown): IndexedResource | undefined {
    const reference = typeof text === 'string' ? soleReference(text) : undefined;
    return reference && this.at(reference);
  }

  /** The resources that a resolved text mentions. */
  public mentioned(text: string): IndexedResource[] {
    return referencesIn(text).flatMap((reference) => this.at(reference) ?? []);
  }

  /** The resource at a reference, if it is in the app. */
  public at({ sourceId, logicalId }: Reference): IndexedResource | undefined {
    return this.ids.get(`${sourceId}#${logicalId}`);
  }

  /** Resolves a raw value of a stack's template. */
  public resolve(source: TemplateSource, value: unknown): unknown {
    return new Intrinsics(source, this.lookup).resolve(value);
  }

  /** The nested stack that a resource of type `AWS::CloudFormation::Stack` deploys. */
  public nestedStack(resource: IndexedResource): TemplateSource | undefined {
    return this.nested.get(resource.id);
  }

  /** Something computed from the whole index, once. */
  public view<T>(build: (index: TemplateIndex) => T): T {
    if (!this.views.has(build)) {
      this.views.set(build, build(this));
    }
    return this.views.get(build) as T;
  }

  private exported(importer: TemplateSource, name: string): string | undefined {
    if (!this.exportsByName) {
      this.exportsByName = new Map();
      for (const source of this.sources) {
        const intrinsics = new Intrinsics(source, this.lookup);
        for (const output of Object.values(source.template.Outputs ?? {})) {
          if (output.Export) {
            const key = intrinsics.text(output.Export.Name);
            this.exportsByName.set(key, [...(this.exportsByName.get(key) ?? []), [source, output.Value]]);
          }
        }
      }
    }
    const candidates = (this.exportsByName.get(name) ?? []).filter(
      ([source]) => source.region === importer.region && source.account === importer.account,
    );
    // Two Stages may deploy the same export to environments known only at deployment; then the nearer one is meant.
    const [source, value] =
      candidates.find(([from]) => stageOf(from.id) === stageOf(importer.id)) ?? candidates[0] ?? [];
    return source && new Intrinsics(source, this.lookup, 1).text(value);
  }

  private stackOutput(
    importer: TemplateSource,
    stackName: string,
    output: string,
    region: string | undefined,
  ): string | undefined {
    // The stack is given by name, or by ARN when it is in another account.
    const name = /^arn:[^:]*:cloudformation:[^:]*:[^:]*:stack\/([^/]+)/.exec(stackName)?.[1] ?? stackName;
    const candidates = this.sources.filter(
      (source) =>
        source.stackName === name && source.template.Outputs?.[output] && (!region || source.region === region),
    );
    const source = candidates.find((from) => stageOf(from.id) === stageOf(importer.id)) ?? candidates[0];
    return source && new Intrinsics(source, this.lookup, 1).text(source.template.Outputs![output].Value);
  }
}

/** Resolves its properties when they are first asked for: most resources of an app concern no rule. */
class LazyResource implements IndexedResource {
  public readonly id: string;
  public readonly type: string;
  private resolved?: Readonly<Record<string, unknown>>;

  constructor(
    public readonly source: TemplateSource,
    public readonly logicalId: string,
    public readonly raw: TemplateResource,
    private readonly intrinsics: Intrinsics,
  ) {
    this.id = `${source.id}#${logicalId}`;
    this.type = raw.Type;
  }

  public get properties(): Readonly<Record<string, unknown>> {
    this.resolved ??= (this.intrinsics.resolve(this.raw.Properties ?? {}) ?? {}) as Record<string, unknown>;
    return this.resolved;
  }

  public get constructPath(): string | undefined {
    return this.source.constructPathOf(this.logicalId);
  }
}

function stageOf(sourceId: string): string {
  return sourceId.includes('/') ? sourceId.slice(0, sourceId.indexOf('/')) : '';
}
