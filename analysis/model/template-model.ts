import type { Assembly, Resource, Stack } from './assembly';
import { concat, literalOf, referencesOf, textKey, textOf } from './compose-text';
import { Exports } from './cross-stack';
import { DecisionDiagrams } from './decision-diagram';
import type { Naming } from './deployed';
import { type Guard, TRUE } from './guard';
import { excludedBy } from './name-forms';
import { at, entriesOf, isObject } from './json';
import { addTo } from './list-map';
import { type Expanded, expandLoops, hasLoops } from './loops';
import type { Model, Named } from './model';
import { NameIndex } from './name-index';
import type { Node } from './node';
import { Origin } from './origin';
import { printed } from './printed-text';
import { ResourceNames } from './resource-names';
import { TemplateNode } from './template-node';
import { TemplateReader } from './template-reader';
import { mayBeMissing, TemplateResource } from './template-resource';
import type { Hole, Reference, Text, Unreadable } from './text';
import { unreadableParts } from './unreadable-parts';

/** A value that can't be read, with the subjects of the questions that found it. */
export interface Unread {
  readonly unreadable: Unreadable;
  readonly subjects: ReadonlySet<string>;
}

/** Reads the templates of an assembly. Values are resolved when they are asked for. */
export class TemplateModel implements Model {
  public readonly readers: readonly TemplateReader[];
  public readonly resources: readonly Resource[];
  public readonly diagrams = new DecisionDiagrams();
  /** Parts of the templates that can't be read: macros, modules, loops over unknown lists, conditions that are too large. */
  public readonly unreadableParts: Unreadable[] = [];

  private readonly byStack = new Map<string, TemplateReader>();
  private readonly byId = new Map<string, Resource>();
  private readonly byType = new Map<string, Resource[]>();
  private readonly nested = new Map<string, TemplateReader>();
  private readonly references = new Map<string, Reference>();
  private readonly canonicalReferences = new Map<string, Text>();
  private readonly unreadables = new Map<string, Unreadable>();
  private readonly met = new Map<Unreadable, Set<string>>();
  private readonly open = new Set<string>();
  private readonly mentions = new Map<string, readonly Resource[]>();
  private readonly views = new Map<unknown, unknown>();
  private readonly names: ResourceNames;
  private exported?: Exports;
  private nameIndex?: NameIndex;

  /** @param naming set for a model of one deployment: everything that the deployment decides is known */
  constructor(
    public readonly assembly: Assembly,
    public readonly naming?: Naming,
  ) {
    this.names = new ResourceNames((resource) => this.stackNamePrefix(resource.stack), naming);
    this.names.canonical = (text) => this.canonical(text);
    this.readers = this.readersOf(assembly.stacks);
    if (assembly.stacks.some(({ template }) => hasLoops(template))) {
      // A loop may run over an export or an output of another stack, so every stack had to have a reader.
      const written = assembly.stacks.map((stack) => this.withoutLoops(stack));
      this.exported = undefined;
      this.canonicalReferences.clear();
      this.readers = this.readersOf(written);
    }
    this.resources = this.readers
      .flatMap((reader) =>
        entriesOf(reader.section('Resources')).flatMap(([logicalId, raw]) => {
          const type = at(raw, 'Type');
          if (!isObject(raw) || typeof type !== 'string') {
            return [];
          }
          const resource = new TemplateResource(reader, logicalId, type, raw);
          this.byId.set(resource.id, resource);
          return [resource];
        }),
      )
      .filter((resource) => !mayBeMissing(resource) || resource.guard.possible());
    for (const resource of this.resources) {
      addTo(this.byType, resource.type, resource);
    }
    this.unreadableParts.push(...unreadableParts(this));
  }

  public ofType(...types: string[]): readonly Resource[] {
    return types.length === 1
      ? (this.byType.get(types[0]) ?? [])
      : types.flatMap((type) => this.byType.get(type) ?? []);
  }

  public get resourceTypes(): string[] {
    return [...this.byType.keys()];
  }

  public resource(id: string): Resource | undefined {
    return this.byId.get(id);
  }

  public reader(stack: Stack): TemplateReader {
    return this.byStack.get(stack.id)!;
  }

  /** Values of any part of a template: an output, the metadata. */
  public nodes(stack: Stack, section: string, ...keys: string[]): Node[] {
    const reader = this.reader(stack);
    const origin = keys.reduce((place, key) => place.below(key), reader.origin(section));
    return TemplateNode.at(reader, reader.section(section, ...keys), origin, TRUE);
  }

  public canonical(text: Text): Text {
    const first = text[0];
    if (text.length === 1) {
      return typeof first === 'string' ? text : this.canonicalHole(first, text);
    }
    if (!text.some((part) => typeof part !== 'string' && part.kind === 'reference')) {
      return text;
    }
    return concat(...text.map((part): Text => (typeof part === 'string' ? [part] : this.canonicalHole(part, [part]))));
  }

  public arn(resource: Resource) {
    return this.names.arn(resource);
  }

  public name(resource: Resource) {
    return this.names.name(resource);
  }

  public named(text: Text, ...types: string[]): readonly Named[] {
    return this.index().named(this.canonical(text), types);
  }

  public mentioned(text: Text): readonly Resource[] {
    const only = literalOf(text);
    if (only !== undefined && !only.includes('arn:') && !only.includes('https://')) {
      return []; // Most texts of a template don't name a resource.
    }
    // Many readers ask about equal texts, which name the same resources.
    const key = textKey(text);
    let mentioned = this.mentions.get(key);
    if (!mentioned) {
      const found = new Set<Resource>();
      for (const { resource: id } of referencesOf(text)) {
        const resource = this.byId.get(id);
        if (resource) {
          found.add(resource);
        }
      }
      this.index()
        .named(this.canonical(text), [])
        .forEach(({ resource }) => found.add(resource));
      mentioned = [...found];
      this.mentions.set(key, mentioned);
    }
    return mentioned;
  }

  /** The nested stack that a resource of type `AWS::CloudFormation::Stack` deploys. */
  public nestedStack(resource: Resource): Stack | undefined {
    return this.nested.get(resource.id)?.stack;
  }

  public ask(subject: string, ...met: (Unreadable | Hole | Text | undefined)[]): void {
    for (const each of met.flatMap((one) => unreadablesOf(one))) {
      const subjects = this.met.get(each) ?? new Set();
      subjects.add(subject);
      this.met.set(each, subjects);
    }
  }

  /** The values that questions found and that can't be read, once per origin. */
  public unread(): readonly Unread[] {
    return [...this.met].map(([unreadable, subjects]) => ({ unreadable, subjects }));
  }

  public view<T>(build: (model: TemplateModel) => T): T {
    if (!this.views.has(build)) {
      this.views.set(build, build(this));
    }
    return this.views.get(build) as T;
  }

  // For the readers of the stacks.

  public mayExport(name: Text): boolean {
    return this.exports().mayHave(name);
  }

  public exports(): Exports {
    this.exported ??= new Exports(this.readers);
    return this.exported;
  }

  public nestedReader(stack: Stack, logicalId: string): TemplateReader | undefined {
    return this.nested.get(`${stack.id}#${logicalId}`);
  }

  /** The resource that deploys a nested stack. */
  public parentOf(stack: Stack): { readonly reader: TemplateReader; readonly resource: TemplateResource } | undefined {
    const reader = stack.nestedIn && this.byStack.get(stack.nestedIn.stack);
    const resource = reader && this.byId.get(`${reader.stack.id}#${stack.nestedIn.logicalId}`);
    return reader && resource instanceof TemplateResource ? { reader, resource } : undefined;
  }

  public reference(resource: string, key: string, attribute: string | undefined): Reference {
    let reference = this.references.get(key);
    if (!reference) {
      const type = this.byId.get(resource)?.type ?? '';
      reference = { kind: 'reference', key, resource, attribute, excludes: excludedBy(type, attribute) };
      this.references.set(key, reference);
    }
    return reference;
  }

  /** The value of a reference in the deployment of this model; undefined if it isn't known. */
  public deployedValue(id: string, attribute: string | undefined): Text | undefined {
    const resource = this.byId.get(id);
    if (!this.naming || !resource) {
      return undefined;
    }
    const reference: Reference = { kind: 'reference', key: id, resource: id, attribute, excludes: '' };
    const known = this.names.resolved(resource, reference);
    const named = known ? undefined : this.naming.valueOf(resource, attribute);
    return known ?? (named === undefined ? undefined : textOf(named));
  }

  /** The one object for an unreadable thing. */
  public unreadable(key: string, unreadable: Unreadable): Unreadable {
    const known = this.unreadables.get(key);
    if (!known) {
      this.unreadables.set(key, unreadable);
    }
    return known ?? unreadable;
  }

  /** When a hole has a value. */
  public isValue(hole: Hole, value: string): Guard {
    const label = hole.kind === 'parameter' ? hole.key.slice(hole.key.indexOf('#') + 1) : printed([hole]);
    return this.diagrams.is(this.diagrams.variable(hole.key, label), value);
  }

  public comparison(left: Text, right: Text): string {
    return `${printed(left)} = ${printed(right)}`;
  }

  /** The conditions of a stack became too large to be decided. */
  public undecided(stack: Stack): void {
    const origin = new Origin(stack, 'Conditions');
    const hint = 'the conditions of the stack are too large to be decided';
    const part = this.unreadable(`${stack.id} conditions`, { origin, reason: 'too many conditions', hint });
    if (!this.unreadableParts.includes(part)) {
      this.unreadableParts.push(part);
    }
  }

  /** Reads something that may refer to itself: `circular` gives the value of a second reading within the first one. */
  public once<T>(key: string, read: () => T, circular: () => T): T {
    if (this.open.has(key)) {
      return circular();
    }
    this.open.add(key);
    try {
      return read();
    } finally {
      this.open.delete(key);
    }
  }

  private index(): NameIndex {
    this.nameIndex ??= new NameIndex(this.resources, (id) => this.byId.get(id), this.names);
    return this.nameIndex;
  }

  /** @param text the hole as a text */
  private canonicalHole(hole: Hole, text: Text): Text {
    if (hole.kind !== 'reference') {
      return text;
    }
    let known = this.canonicalReferences.get(hole.key);
    if (!known) {
      const resource = this.byId.get(hole.resource);
      known = (resource && this.names.resolved(resource, hole)) ?? [hole];
      this.canonicalReferences.set(hole.key, known);
    }
    return known;
  }

  private stackNamePrefix(stack: Stack): string | undefined {
    const known = stack.name && literalOf(stack.name);
    if (known !== undefined) {
      return known;
    }
    const parent = stack.nestedIn && this.byStack.get(stack.nestedIn.stack);
    const above = parent && this.stackNamePrefix(parent.stack);
    return above && `${above}-${stack.nestedIn.logicalId}-`;
  }

  private readersOf(stacks: readonly Stack[]): TemplateReader[] {
    return stacks.map((stack) => {
      const reader = new TemplateReader(this, stack);
      this.byStack.set(stack.id, reader);
      if (stack.nestedIn) {
        this.nested.set(`${stack.nestedIn.stack}#${stack.nestedIn.logicalId}`, reader);
      }
      return reader;
    });
  }

  private expanded(stack: Stack): Expanded {
    try {
      return expandLoops(stack.template, new TemplateReader(this, stack));
    } catch (error) {
      if (error instanceof RangeError) {
        // The template is nested more deeply than any template that people write.
        return { template: {}, unread: [{ path: '', name: 'in the template' }] };
      }
      throw error;
    }
  }

  private withoutLoops(stack: Stack): Stack {
    if (!hasLoops(stack.template)) {
      return stack;
    }
    const { template, unread } = this.expanded(stack);
    for (const { path, name } of unread) {
      const hint = `the loop ${name} runs over values that are known at deployment only`;
      this.unreadableParts.push(
        this.unreadable(`${stack.id}@${path}`, { origin: new Origin(stack, path), reason: 'not computable', hint }),
      );
    }
    return { ...stack, template: template as Stack['template'], constructPathOf: (id) => stack.constructPathOf(id) };
  }
}

/** What can't be read in a text, a hole, or what can't be read itself. */
function unreadablesOf(met: Unreadable | Hole | Text | undefined): Unreadable[] {
  if (met === undefined) {
    return [];
  }
  if ('reason' in met) {
    return [met];
  }
  const holes = Array.isArray(met) ? (met as Text).filter((part) => typeof part !== 'string') : [met as Hole];
  return holes.flatMap((hole) => (hole.kind !== 'reference' && hole.unreadable ? [hole.unreadable] : []));
}
