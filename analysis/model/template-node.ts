import { literalOf } from './compose-text';
import { isObject, type Json, scalarText } from './json';
import { parseJsonText } from './json-text';
import type { Guard } from './guard';
import type { Node } from './node';
import type { Origin } from './origin';
import type { Settled, Value } from './settled';
import { functionCall, type TemplateReader, textsOf, writtenText } from './template-reader';
import type { Case, Text, Unreadable } from './text';

/** A value of a template. The values below it are resolved once, when they are asked for. */
export class TemplateNode implements Node, Settled {
  /** Made when it is needed: most values are scalars. */
  private children?: Map<string, Node[]>;
  private elements?: Node[];
  private parsed?: Node[];
  private cases?: Case<Text>[];

  public readonly kind: Node['kind'];

  /** The node is also the settled value, which saves one object for each value of a template. */
  constructor(
    public readonly value: Value,
    public readonly guard: Guard,
    public readonly origin: Origin,
    public readonly reader: TemplateReader,
    public readonly assumed: string | undefined,
  ) {
    this.kind = kindOf(value);
  }

  /** The values of a place; none where it is `AWS::NoValue`. */
  public static at(reader: TemplateReader, json: unknown, origin: Origin, guard: Guard): Node[] {
    const nodes: Node[] = [];
    for (const settled of reader.settle(json, origin, guard)) {
      if (settled.value.kind !== 'absent') {
        nodes.push(new TemplateNode(settled.value, settled.guard, settled.origin, settled.reader, settled.assumed));
      }
    }
    return nodes;
  }

  /** A text that isn't written in the template literally. */
  public static ofText(reader: TemplateReader, text: Case<Text>): TemplateNode {
    const origin = text.place as Origin;
    return new TemplateNode({ kind: 'text', text: text.value }, text.guard, origin, reader, undefined);
  }

  public get place(): Origin {
    return this.origin;
  }

  public get unreadable(): Unreadable | undefined {
    const { value } = this;
    return value.kind === 'unreadable' ? value.hole.unreadable : undefined;
  }

  public at(...keys: string[]): Node[] {
    if (keys.length === 1) {
      return this.child(keys[0]);
    }
    return keys.reduce<Node[]>((nodes, key) => nodes.flatMap((node) => node.at(key)), [this]);
  }

  public items(): Node[] {
    this.elements ??= this.readItems();
    return this.elements;
  }

  public texts(): Case<Text>[] {
    if (this.cases) {
      return this.cases;
    }
    const cases = textsOf(this);
    // Literal texts, the most frequent values, are made again each time instead of being kept.
    const isAsItIs =
      cases.length === 1 &&
      ((this.value.kind === 'text' && cases[0].value === this.value.text) || literalOf(cases[0].value) !== undefined);
    if (!isAsItIs) {
      this.cases = cases;
    }
    return cases;
  }

  public listTexts(textOf: (node: Node) => Text): Case<Text>[] {
    const { value, guard, origin, assumed } = this;
    if (value.kind !== 'json' || value.holes || !Array.isArray(value.json)) {
      return this.items().flatMap((node) => textsOrElse(node, textOf));
    }
    const cases: Case<Text>[] = [];
    (value.json as unknown[]).forEach((json, index) => {
      const place = origin.below(index);
      if (typeof json === 'string') {
        cases.push({ value: writtenText(json, place), guard, place, assumed });
      } else {
        this.made(json, place).forEach((node) => cases.push(...textsOrElse(node, textOf)));
      }
    });
    return cases;
  }

  public eachMember(asked: (text: string, key: string) => boolean, visit: (key: string, value: Node) => void): void {
    const { value } = this;
    if (value.kind !== 'json' || value.holes || typeof value.json !== 'object' || value.json === null) {
      if (this.kind === 'list') {
        this.items().forEach((node) => visit('', node));
      } else {
        this.entries().forEach(([key, node]) => visit(key, node));
      }
    } else if (Array.isArray(value.json)) {
      this.eachItem(value.json as unknown[], asked, visit);
    } else {
      const json = value.json as Json;
      for (const key of Object.keys(json)) {
        const text = scalarText(json[key]);
        if (text === undefined || asked(text, key)) {
          this.child(key).forEach((node) => visit(key, node));
        }
      }
    }
  }

  private eachItem(
    items: readonly unknown[],
    asked: (text: string, key: string) => boolean,
    visit: (key: string, value: Node) => void,
  ): void {
    // Lists of other things than texts are asked for several times, so they are read once and kept.
    if (this.elements || items.some((item) => scalarText(item) === undefined)) {
      this.items().forEach((node) => visit('', node));
      return;
    }
    items.forEach((item, index) => {
      if (asked(scalarText(item)!, '')) {
        this.made(item, this.origin.below(index)).forEach((node) => visit('', node));
      }
    });
  }

  public keys(): readonly string[] {
    const { value } = this;
    return value.kind === 'json' && isObject(value.json) ? Object.keys(value.json) : this.entries().map(([key]) => key);
  }

  public entries(): [string, Node][] {
    const { value, kind } = this;
    if (kind === 'unreadable') {
      return [];
    }
    if (kind !== 'object' || value.kind !== 'json') {
      return this.json().flatMap((node) => node.entries());
    }
    // Keys in JSON that is parsed from a text may have holes, which are printed.
    const pairs: [string, Node][] = [];
    for (const key of Object.keys(value.json as Json)) {
      for (const node of this.child(key)) {
        pairs.push([key, node]);
      }
    }
    return pairs;
  }

  public json(): Node[] {
    this.parsed ??= this.readJson();
    return this.parsed;
  }

  /** The Boolean or number that a scalar is written as. */
  public get primitive(): boolean | number | undefined {
    const { value } = this;
    const json = value.kind === 'json' ? value.json : undefined;
    return typeof json === 'boolean' || typeof json === 'number' ? json : undefined;
  }

  /** The value written as JSON. */
  public jsonTexts(): Case<Text>[] {
    const { value } = this;
    return value.kind === 'json' ? textsOf(this.with({ kind: 'json string', json: value.json })) : this.texts();
  }

  /** The same place with another value. */
  public with(value: Value, origin = this.origin): TemplateNode {
    return new TemplateNode(value, this.guard, origin, this.reader, this.assumed);
  }

  /** The values below a key, read once. */
  private child(key: string): Node[] {
    let below = this.children?.get(key);
    if (!below) {
      below = this.below(key);
      if (below.length > 0) {
        this.children ??= new Map();
        this.children.set(key, below);
      }
    }
    return below;
  }

  private below(key: string): Node[] {
    const { value, kind } = this;
    if (kind === 'unreadable') {
      return [this];
    }
    if (kind !== 'object' || value.kind !== 'json') {
      return this.json().flatMap((node) => node.at(key));
    }
    const json = value.json as Json;
    if (Object.hasOwn(json, key)) {
      return this.made(json[key], this.origin.below(key), key);
    }
    // A macro next to other keys adds keys of its own.
    return !value.holes && Object.hasOwn(json, 'Fn::Transform') ? this.macro(json['Fn::Transform']) : [];
  }

  private macro(argument: unknown): Node[] {
    const { origin, guard, reader } = this;
    return TemplateNode.at(reader, { 'Fn::Transform': argument }, origin.below('Fn::Transform'), guard);
  }

  private made(json: unknown, origin: Origin, key?: string): Node[] {
    const { value, guard, reader, assumed } = this;
    if (value.kind === 'json' && value.holes) {
      return json === null ? [] : [this.with({ kind: 'json', json, holes: value.holes }, origin)];
    }
    if (key === 'Fn::Transform') {
      return this.macro(json);
    }
    if (typeof json === 'object' && (json === null || functionCall(json))) {
      return TemplateNode.at(reader, json, origin, guard);
    }
    return [new TemplateNode({ kind: 'json', json }, guard, origin, reader, assumed)];
  }

  private readItems(): Node[] {
    const { value, origin } = this;
    if (value.kind === 'json' && Array.isArray(value.json)) {
      return (value.json as unknown[]).flatMap((json, index) => this.made(json, origin.below(index)));
    }
    return value.kind === 'list' ? value.items.map((text) => this.with({ kind: 'text', text })) : [this];
  }

  private readJson(): Node[] {
    const { value, origin, guard, reader } = this;
    if (value.kind === 'json string') {
      return TemplateNode.at(reader, value.json, origin.below('Fn::ToJsonString'), guard);
    }
    return this.texts().flatMap(({ value: text }) => {
      const parsed = parseJsonText(text);
      // JSON that was parsed from a text has holes, but no functions.
      return parsed ? [this.with({ kind: 'json', json: parsed.json, holes: parsed.holes })] : [];
    });
  }
}

function kindOf(value: Value): Node['kind'] {
  switch (value.kind) {
    case 'json':
      return typeof value.json !== 'object' || value.json === null
        ? 'scalar'
        : Array.isArray(value.json)
          ? 'list'
          : 'object';
    case 'list':
    case 'unreadable':
      return value.kind;
    default:
      return 'scalar';
  }
}

function textsOrElse(node: Node, textOf: (node: Node) => Text): Case<Text>[] {
  const texts = node.texts();
  const { guard, place } = node;
  return texts.length === 0 && node.kind !== 'list' ? [{ value: textOf(node), guard, place }] : texts;
}
