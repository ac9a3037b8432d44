import type { Resource } from '../model/assembly';
import { literalOf, referencesOf, soleHole } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Node } from '../model/node';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Hole, Text } from '../model/text';

/** Attributes that stand for the resource itself, as policies name it. Others are named with the resource. */
const OWN = /^(Arn|.*Arn|Id|.*Id|@name)$/;

/** An app with readable names of its resources. */
export function appOf(model: TemplateModel): App {
  return model.view(readApp);
}

function readApp(model: TemplateModel): App {
  return new App(model);
}

/** Writes values of templates for people: references become `${<name>}`. */
export class App {
  private readonly names: ReadonlyMap<string, string>;
  private readonly sorted = new Map<string, readonly Resource[]>();
  private readonly texts = new WeakMap<Text, string>();

  constructor(public readonly model: TemplateModel) {
    this.names = readableNames(model.resources);
  }

  /** The resources of the given types, ordered by id. */
  public items(...types: string[]): readonly Resource[] {
    const key = types.join();
    const known = this.sorted.get(key) ?? sortedBy(this.model.ofType(...types), ({ id }) => id);
    this.sorted.set(key, known);
    return known;
  }

  /** The construct path of a resource where it is known, else its id. Unique in the app. */
  public nameOf({ id }: Pick<Resource, 'id'>): string {
    return this.names.get(id) ?? id;
  }

  public text(text: Text): string {
    const known = literalOf(text);
    if (known !== undefined) {
      return known;
    }
    let shown = this.texts.get(text);
    if (shown === undefined) {
      shown = text.map((part) => (typeof part === 'string' ? part : this.hole(part))).join('');
      this.texts.set(text, shown);
    }
    return shown;
  }

  /** All possible values of a property, as text; empty if it is absent. Objects and lists are JSON. */
  public said(nodes: readonly Node[]): string {
    return [...new Set(nodes.flatMap((node) => this.saidBy(node)))].join(' or ');
  }

  /** The texts of a property or of the elements of a list. */
  public list(nodes: readonly Node[]): string[] {
    return nodes.flatMap((node) => node.items()).flatMap((node) => this.saidBy(node));
  }

  /** The largest number that a property can be. */
  public number(nodes: readonly Node[]): number | undefined {
    const numbers = nodes
      .flatMap((node) => node.texts())
      .map(({ value }) => literalOf(value))
      .filter((text) => text !== undefined && text.trim() !== '')
      .map(Number)
      .filter(Number.isFinite);
    return numbers.length > 0 ? Math.max(...numbers) : undefined;
  }

  /** True when a property is `true` in every case that it is given in. */
  public isTrue(nodes: readonly Node[]): boolean {
    const texts = nodes.flatMap((node) => node.texts());
    return texts.length > 0 && texts.every(({ value }) => literalOf(value) === 'true');
  }

  /** The resources that a property is a reference to, or names by its ARN. */
  public targets(nodes: readonly Node[]): Resource[] {
    const found = nodes
      .flatMap((node) => node.items())
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => this.target(value) ?? []);
    return [...new Set(found)];
  }

  /** The resource that a text is a reference to, or that it names. */
  public target(text: Text): Resource | undefined {
    const hole = soleHole(text);
    if (hole) {
      return hole.kind === 'reference' ? this.model.resource(hole.resource) : undefined;
    }
    return this.model.named(text)[0]?.resource;
  }

  /** Every resource that a value mentions, whatever its form. */
  public mentioned(nodes: readonly Node[]): Resource[] {
    const found = new Set<Resource>();
    const visit = (node: Node): void => {
      if (node.kind === 'object') {
        node.entries().forEach(([, value]) => visit(value));
      } else if (node.kind === 'list') {
        node.items().forEach(visit);
      } else {
        for (const { value } of node.texts()) {
          for (const { resource } of referencesOf(value)) {
            const target = this.model.resource(resource);
            if (target) {
              found.add(target);
            }
          }
        }
      }
    };
    nodes.forEach(visit);
    return [...found];
  }

  private saidBy(node: Node): string[] {
    return node.kind === 'object' || node.kind === 'list'
      ? [JSON.stringify(this.json(node))]
      : node.texts().map(({ value }) => this.text(value));
  }

  private json(node: Node): unknown {
    switch (node.kind) {
      case 'object':
        return Object.fromEntries(node.entries().map(([key, value]) => [key, this.json(value)]));
      case 'list':
        return node.items().map((item) => this.json(item));
      default:
        return this.said([node]);
    }
  }

  private hole(hole: Hole): string {
    const resource = hole.kind === 'reference' ? this.model.resource(hole.resource) : undefined;
    if (!resource || hole.kind !== 'reference') {
      return printed([hole]);
    }
    const { attribute } = hole;
    const name = this.nameOf(resource);
    return attribute === undefined || OWN.test(attribute) ? `\${${name}}` : `\${${name}.${attribute}}`;
  }
}

/** The case that a guard holds in, for a row that only some deployments have. */
export function whenOf(guard: Guard): { readonly when?: string } {
  const when = guard.example();
  return when === undefined ? {} : { when };
}

/** Construct paths without uninformative endings; the id if a path is missing, shared or ambiguous. */
function readableNames(resources: readonly Resource[]): Map<string, string> {
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
    paths.map(([{ id, stack, logicalId }, name]) => [
      id,
      name !== undefined && count.get(name) === 1 ? name : `${stack.id.replace(/[*?{}$#]/g, '_')}#${logicalId}`,
    ]),
  );
}

/** Texts in the order of their code units, the same on every machine. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort();
}

/** Elements in the order of a text that is made of each; of those with the same text the last one. */
export function distinctBy<T>(elements: Iterable<T>, key: (element: T) => string): T[] {
  const distinct = new Map([...elements].map((element) => [key(element), element]));
  return [...distinct.keys()].sort().map((text) => distinct.get(text)!);
}

/** Elements in the order of a text that is made of each. */
export function sortedBy<T>(elements: Iterable<T>, key: (element: T) => string): T[] {
  return [...elements]
    .map((element) => [key(element), element] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, element]) => element);
}
