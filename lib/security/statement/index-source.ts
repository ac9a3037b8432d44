import * as fs from 'fs';
import * as path from 'path';
import type { DeclarationRecord } from '../../contracts/declarations';
import { declarations } from '../model/declared';
import { knownCondition, type StackLookup } from '../template/intrinsics';
import { referencesIn } from '../template/reference-text';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { sorted, sortedBy, type Item, type Source } from './source';

/** Attributes that stand for the resource itself: what a policy names. Others are named with the resource. */
const OWN = /^(Arn|.*Arn|Id|.*Id)$/;

interface IndexedItem extends Item {
  readonly resource: IndexedResource;
}

/** An app as the template index has read it, with names that people can read. */
export class IndexSource implements Source {
  public readonly undecided: readonly string[];
  private readonly items_: readonly IndexedItem[];
  private readonly types = new Map<string, IndexedItem[]>();
  private readonly byId: ReadonlyMap<string, IndexedItem>;
  private readonly byName: ReadonlyMap<string, IndexedItem>;
  private readonly texts = new Map<string, string>();
  private readonly targets = new Map<string, Item | undefined>();
  private readonly views = new Map<unknown, unknown>();

  constructor(private readonly index: TemplateIndex) {
    const names = readableNames(index.resources);
    this.items_ = sortedBy(
      index.resources.map((resource) => itemOf(resource, names.get(resource.id)!)),
      ({ key }) => key,
    );
    for (const item of this.items_) {
      const sameType = this.types.get(item.type);
      if (sameType) {
        sameType.push(item);
      } else {
        this.types.set(item.type, [item]);
      }
    }
    this.byId = new Map(this.items_.map((item) => [item.key, item]));
    this.byName = new Map(this.items_.map((item) => [item.name, item]));
    this.undecided = undecidedConditions(index);
  }

  public items(type: string): readonly Item[] {
    return this.types.get(type) ?? [];
  }

  public all(): readonly Item[] {
    return this.items_;
  }

  public text(value: unknown): string {
    if (value === undefined || value === null) {
      return '';
    }
    const raw = typeof value === 'string' ? value : JSON.stringify(value);
    if (!raw.includes('${')) {
      return raw;
    }
    let shown = this.texts.get(raw);
    if (shown === undefined) {
      shown = raw.replace(/\$\{[^}]*\}/g, (reference) => this.shown(reference));
      this.texts.set(raw, shown);
    }
    return shown;
  }

  public target(value: unknown): Item | undefined {
    if (typeof value !== 'string' || !value.startsWith('${')) {
      return undefined;
    }
    if (!this.targets.has(value)) {
      const target = this.index.target(value);
      this.targets.set(value, target && this.byId.get(target.id));
    }
    return this.targets.get(value);
  }

  public mentioned(value: unknown): readonly Item[] {
    if (value === undefined || value === null) {
      return [];
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.includes('#') ? this.index.mentioned(text).map(({ id }) => this.byId.get(id)!) : [];
  }

  public declarations(stack: string): readonly DeclarationRecord[] {
    return declarations(this.index)
      .filter(({ source }) => source.id === stack)
      .map(({ record }) => record);
  }

  public view<T>(build: (source: Source) => T): T {
    if (!this.views.has(build)) {
      this.views.set(build, build(this));
    }
    return this.views.get(build) as T;
  }

  public named(text: string): Item | undefined {
    for (const [, name] of text.matchAll(/\$\{([^}]*)\}/g)) {
      const item = this.byName.get(name) ?? this.byName.get(name.replace(/\.[^./]*$/, ''));
      if (item) {
        return item;
      }
    }
    return undefined;
  }

  public file(of: Item, name: string): string | undefined {
    const { templatePath } = (of as IndexedItem).resource.source;
    // The name comes from a template: only a plain name, so that nothing outside the assembly can be read.
    if (templatePath === undefined || !/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)?$/.test(name)) {
      return undefined;
    }
    const file = path.join(path.dirname(templatePath), name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
  }

  private shown(text: string): string {
    const [reference] = referencesIn(text);
    const item = reference && this.byId.get(`${reference.sourceId}#${reference.logicalId}`);
    if (!item) {
      return text;
    }
    const { attribute } = reference;
    return attribute === undefined || OWN.test(attribute) ? `\${${item.name}}` : `\${${item.name}.${attribute}}`;
  }
}

function itemOf(resource: IndexedResource, name: string): IndexedItem {
  const { id, logicalId, type, source } = resource;
  return {
    key: id,
    name,
    stack: source.id,
    region: source.region ?? '${AWS::Region}',
    account: source.account ?? '',
    logicalId,
    type,
    resource,
    get properties() {
      return resource.properties;
    },
  };
}

/** Construct paths without the ending that says nothing; the id where a path is missing, shared or could be misread. */
function readableNames(resources: readonly IndexedResource[]): Map<string, string> {
  const count = new Map<string, number>();
  const paths = resources.map((resource) => {
    const name = resource.constructPath?.replace(/\/(Resource|Default)$/, '');
    // Wildcards and braces in a name would be read as such in a pattern or a reference.
    const usable = name !== undefined && name !== '' && !/[*?{}$#]/.test(name) ? name : undefined;
    if (usable !== undefined) {
      count.set(usable, (count.get(usable) ?? 0) + 1);
    }
    return [resource, usable] as const;
  });
  return new Map(
    paths.map(([{ id, source, logicalId }, name]) => [
      id,
      name !== undefined && count.get(name) === 1 ? name : `${source.id.replace(/[*?{}$#]/g, '_')}#${logicalId}`,
    ]),
  );
}

function undecidedConditions(index: TemplateIndex): string[] {
  // Conditions are asked about one by one; what they compare is resolved without other stacks.
  const lookup: StackLookup = {
    source: () => undefined,
    nestedSource: () => undefined,
    exported: () => undefined,
    stackOutput: () => undefined,
    holds: () => true,
  };
  return sorted(
    index.sources.flatMap((source) =>
      Object.keys(source.template.Conditions ?? {})
        .filter((condition) => condition !== 'CDKMetadataAvailable')
        .filter((condition) => knownCondition(source, lookup, condition) === undefined)
        .map((condition) => `${source.id}: ${condition}`),
    ),
  );
}
