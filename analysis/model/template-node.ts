import { isObject, scalarText } from './json';
import { parseJsonText } from './json-text';
import type { Guard } from './guard';
import type { Node } from './node';
import type { Origin } from './origin';
import type { Settled } from './settled';
import { functionCall, type TemplateReader, textsOf, writtenText } from './template-reader';
import type { Case, Hole, Text, Unreadable } from './text';

/** Values of a template. What is below is resolved when it is asked for, once. */
export class TemplateNode implements Node {
  /** Made when it is needed: most values are scalars. */
  private children?: Map<string, Node[]>;
  private elements?: Node[];
  private parsed?: Node[];
  private cases?: Case<Text>[];

  constructor(private readonly settled: Settled) {}

  /** The values of a place; none where it is `AWS::NoValue`. */
  public static at(reader: TemplateReader, json: unknown, origin: Origin, guard: Guard): Node[] {
    return reader
      .settle(json, origin, guard)
      .filter(({ value }) => value.kind !== 'absent')
      .map((settled) => new TemplateNode(settled));
  }

  /** A text that is not written in the template as it is. */
  public static ofText(reader: TemplateReader, text: Case<Text>): TemplateNode {
    const origin = text.place as Origin;
    return new TemplateNode({ value: { kind: 'text', text: text.value }, guard: text.guard, origin, reader });
  }

  public get kind(): Node['kind'] {
    const { value } = this.settled;
    switch (value.kind) {
      case 'list':
        return 'list';
      case 'unreadable':
        return 'unreadable';
      case 'json':
        return Array.isArray(value.json) ? 'list' : isObject(value.json) ? 'object' : 'scalar';
      default:
        return 'scalar';
    }
  }

  public get guard(): Guard {
    return this.settled.guard;
  }

  public get place(): Origin {
    return this.settled.origin;
  }

  public get unreadable(): Unreadable | undefined {
    const { value } = this.settled;
    return value.kind === 'unreadable' ? value.hole.unreadable : undefined;
  }

  public at(...keys: string[]): Node[] {
    const [key, ...rest] = keys;
    if (key === undefined) {
      return [this];
    }
    let below = this.children?.get(key);
    if (!below) {
      below = this.below(key);
      if (below.length > 0) {
        this.children ??= new Map();
        this.children.set(key, below);
      }
    }
    return rest.length === 0 ? below : below.flatMap((node) => node.at(...rest));
  }

  public items(): Node[] {
    this.elements ??= this.readItems();
    return this.elements;
  }

  public texts(): Case<Text>[] {
    this.cases ??= textsOf(this.settled);
    return this.cases;
  }

  public listTexts(textOf: (node: Node) => Text): Case<Text>[] {
    const { value, guard, origin, assumed } = this.settled;
    if (value.kind !== 'json' || value.holes || !Array.isArray(value.json)) {
      return this.items().flatMap((node) => textsOrElse(node, textOf));
    }
    const cases: Case<Text>[] = [];
    (value.json as unknown[]).forEach((json, index) => {
      const place = origin.below(index);
      if (typeof json === 'string') {
        cases.push({ value: writtenText(json, place), guard, place, assumed });
      } else {
        this.child(json, place).forEach((node) => cases.push(...textsOrElse(node, textOf)));
      }
    });
    return cases;
  }

  public members(asked: (text: string, key: string) => boolean): [string, Node][] {
    const { value, origin } = this.settled;
    if (value.kind !== 'json' || value.holes || typeof value.json !== 'object' || value.json === null) {
      return this.kind === 'list' ? this.items().map((node) => ['', node]) : this.entries();
    }
    const members: [string, Node][] = [];
    const isList = Array.isArray(value.json);
    for (const [key, json] of Object.entries(value.json)) {
      const text = scalarText(json);
      if (text === undefined || asked(text, isList ? '' : key)) {
        const nodes = isList ? this.child(json, origin.below(Number(key))) : this.at(key);
        nodes.forEach((node) => members.push([isList ? '' : key, node]));
      }
    }
    return members;
  }

  public keys(): readonly string[] {
    const { value } = this.settled;
    return value.kind === 'json' && isObject(value.json) ? Object.keys(value.json) : this.entries().map(([key]) => key);
  }

  public entries(): [string, Node][] {
    const { value } = this.settled;
    if (value.kind === 'unreadable') {
      return [];
    }
    if (value.kind !== 'json' || !isObject(value.json)) {
      return this.json().flatMap((node) => node.entries());
    }
    // Keys may have holes, too, in JSON parsed from a text; they are given as they are printed there.
    return Object.keys(value.json).flatMap((key) => this.at(key).map((node): [string, Node] => [key, node]));
  }

  public json(): Node[] {
    this.parsed ??= this.readJson();
    return this.parsed;
  }

  /** The Boolean or number that a scalar is written as. */
  public get primitive(): boolean | number | undefined {
    const { value } = this.settled;
    const json = value.kind === 'json' ? value.json : undefined;
    return typeof json === 'boolean' || typeof json === 'number' ? json : undefined;
  }

  /** The value written as JSON. */
  public jsonTexts(): Case<Text>[] {
    const { value } = this.settled;
    return value.kind === 'json'
      ? textsOf({ ...this.settled, value: { kind: 'json string', json: value.json } })
      : this.texts();
  }

  private below(key: string): Node[] {
    const { value, origin } = this.settled;
    if (value.kind === 'unreadable') {
      return [this];
    }
    if (value.kind !== 'json' || !isObject(value.json)) {
      return this.json().flatMap((node) => node.at(key));
    }
    if (Object.hasOwn(value.json, key)) {
      return this.child(value.json[key], origin.below(key), key);
    }
    // A macro next to other keys adds keys of its own.
    return !value.holes && Object.hasOwn(value.json, 'Fn::Transform') ? this.macro(value.json['Fn::Transform']) : [];
  }

  private macro(argument: unknown): Node[] {
    const { origin, guard, reader } = this.settled;
    return TemplateNode.at(reader, { 'Fn::Transform': argument }, origin.below('Fn::Transform'), guard);
  }

  private child(json: unknown, origin: Origin, key?: string): Node[] {
    const { value, guard, reader, assumed } = this.settled;
    if (value.kind === 'json' && value.holes) {
      return json === null ? [] : [plain(this.settled, json, value.holes, origin)];
    }
    if (key === 'Fn::Transform') {
      return this.macro(json);
    }
    if (functionCall(json) || json === null) {
      return TemplateNode.at(reader, json, origin, guard);
    }
    return [new TemplateNode({ value: { kind: 'json', json }, guard, reader, origin, assumed })];
  }

  private readItems(): Node[] {
    const { value, origin } = this.settled;
    if (value.kind === 'json' && Array.isArray(value.json)) {
      return (value.json as unknown[]).flatMap((json, index) => this.child(json, origin.below(index)));
    }
    return value.kind === 'list'
      ? value.items.map((text) => new TemplateNode({ ...this.settled, value: { kind: 'text', text } }))
      : [this];
  }

  private readJson(): Node[] {
    const { value, origin, guard, reader } = this.settled;
    if (value.kind === 'json string') {
      return TemplateNode.at(reader, value.json, origin.below('Fn::ToJsonString'), guard);
    }
    return this.texts().flatMap(({ value: text }) => {
      const parsed = parseJsonText(text);
      return parsed ? [plain(this.settled, parsed.json, parsed.holes, origin)] : [];
    });
  }
}

function textsOrElse(node: Node, textOf: (node: Node) => Text): Case<Text>[] {
  const texts = node.texts();
  const { guard, place } = node;
  return texts.length === 0 && node.kind !== 'list' ? [{ value: textOf(node), guard, place }] : texts;
}

/** JSON that was parsed from a text: it has holes, but no functions. */
function plain(settled: Settled, json: unknown, holes: readonly Hole[], origin: Origin): Node {
  return new TemplateNode({ ...settled, value: { kind: 'json', json, holes }, origin });
}
