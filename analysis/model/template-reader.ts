import type { Resource, Stack } from './assembly';
import { concat, literalOf, product, soleHole, textKey, textOf } from './compose-text';
import { withDynamicReferences } from './dynamic-reference';
import type { Guard } from './guard';
import { FUNCTIONS } from './intrinsics';
import { filledText } from './json-text';
import { jsonStringTexts } from './json-string';
import { at, isObject, scalarText } from './json';
import { Origin } from './origin';
import { Parameters } from './parameters';
import { PseudoParameters } from './pseudo-parameters';
import type { Settled, Value } from './settled';
import { StackConditions } from './stack-conditions';
import type { TemplateModel } from './template-model';
import type { Case, OpaqueHole, Text, UnreadableReason } from './text';

/** Above this depth of nested functions a template is not read: it refers to itself, or is made to exhaust readers. */
const MOST_NESTED = 200;

/** Reads the values of one stack's template. */
export class TemplateReader {
  public readonly conditions: StackConditions;
  private readonly parameters: Parameters;
  private readonly pseudo: PseudoParameters;
  private readonly references = new Map<string, Map<string | undefined, Value>>();
  private depth = 0;
  /** True while a text with too many cases is read again without the defaults of parameters. */
  private withoutDefaults = false;

  constructor(
    public readonly model: TemplateModel,
    public readonly stack: Stack,
  ) {
    this.parameters = new Parameters(this);
    this.pseudo = new PseudoParameters(this);
    this.conditions = new StackConditions(this);
  }

  public origin(key: string, resource?: Resource): Origin {
    return new Origin(this.stack, key, undefined, resource);
  }

  /** A section of the template: `Mappings`. */
  public section(name: string, ...keys: string[]): unknown {
    return at(this.stack.template, name, ...keys);
  }

  /** The possible values of a place, `AWS::NoValue` included. Impossible ones are left out. */
  public settle(json: unknown, origin: Origin, guard: Guard): Settled[] {
    if (json === null || json === undefined) {
      return [this.settled({ kind: 'absent' }, origin, guard)];
    }
    const call = functionCall(json);
    if (!call) {
      return [this.settled({ kind: 'json', json }, origin, guard)];
    }
    const [name, argument] = call;
    if (this.depth > MOST_NESTED) {
      return [this.unreadable('circular', origin, guard, `${name} is nested too deeply`)];
    }
    this.depth += 1;
    try {
      const compute = FUNCTIONS.get(name);
      if (!compute) {
        return [this.unreadable('unknown function', origin, guard, `${name} is not a function that can be computed`)];
      }
      // The cases of a function cover every deployment, so a call without any is malformed.
      const cases = compute(this, argument, origin, guard);
      return cases.length > 0 ? cases : this.malformed(name, origin, guard);
    } finally {
      this.depth -= 1;
    }
  }

  /** The possible texts of a place. Lists and objects have none; where nothing can be read, the text is a hole. */
  public texts(json: unknown, origin: Origin, guard: Guard): Case<Text>[] {
    if (typeof json === 'string') {
      return [{ value: writtenText(json, origin), guard, place: origin, assumed: undefined }];
    }
    return this.settle(json, origin, guard).flatMap((settled) => textsOf(settled));
  }

  /** The value of `Ref`. */
  public ref(name: string, origin: Origin, guard: Guard): Settled[] {
    const pseudo = this.pseudo.value(name);
    if (pseudo) {
      return [this.settled(pseudo, origin, guard)];
    }
    if (at(this.stack.template, 'Parameters', name) !== undefined) {
      return this.within(`parameter ${name}`, origin, guard, () =>
        this.parameters.cases(name, this.withoutDefaults).flatMap((each) => {
          const both = guard.and(each.guard);
          return both.possible() ? [{ ...each, guard: both }] : [];
        }),
      );
    }
    return [this.settled(this.reference(name, undefined, origin), origin, guard)];
  }

  /** The value of `Fn::GetAtt`. */
  public attribute(logicalId: string, attribute: string, origin: Origin, guard: Guard): Settled[] {
    if (attribute.startsWith('Outputs.') && at(this.stack.template, 'Resources', logicalId) !== undefined) {
      const output = attribute.slice('Outputs.'.length);
      const nested = this.model.nestedReader(this.stack, logicalId);
      if (nested && at(nested.stack.template, 'Outputs', output) !== undefined) {
        return this.within(`output ${logicalId}.${output}`, origin, guard, () => nested.output(output, guard));
      }
      if (!this.model.resource(`${this.stack.id}#${logicalId}`)?.type.startsWith('Custom::')) {
        const hint = `output ${output} of the nested stack ${logicalId} is not part of what is analyzed`;
        const printed = `\${${this.stack.id}#${logicalId}.${attribute}}`;
        const key = `${this.stack.id}#${logicalId}.${attribute}`;
        return [this.unreadable('outside the assembly', origin, guard, hint, { key, printed })];
      }
    }
    return [this.settled(this.reference(logicalId, attribute, origin), origin, guard)];
  }

  /** The value of an output of this stack. */
  public output(name: string, guard: Guard): Settled[] {
    const output = this.section('Outputs', name);
    const condition = at(output, 'Condition');
    const held = typeof condition === 'string' ? guard.and(this.conditions.guard(condition)) : guard;
    return held.possible() ? this.settle(at(output, 'Value'), this.origin(`Outputs.${name}.Value`), held) : [];
  }

  /** One case per combination of texts; without the defaults of parameters, or as one hole, when there are too many. */
  public combine(
    whole: Case<unknown> & { readonly place: Origin },
    parts: () => readonly (readonly Case<Text | undefined>[])[],
    compose: (texts: readonly (Text | undefined)[]) => Text,
  ): Settled[] {
    let cases = product(parts(), compose, whole);
    if (!cases && !this.withoutDefaults) {
      this.withoutDefaults = true;
      try {
        cases = product(parts(), compose, whole);
      } finally {
        this.withoutDefaults = false;
      }
    }
    if (!cases) {
      return [this.unreadable('too many cases', whole.place, whole.guard, 'the text has more than 64 possible values')];
    }
    return cases.map(({ value, guard, assumed }) => ({
      ...this.settled({ kind: 'text', text: value }, whole.place, guard),
      assumed,
    }));
  }

  /** As `combine`, for texts that were read before. */
  public combineTexts(
    whole: Case<Text>,
    parts: () => readonly (readonly Case<Text | undefined>[])[],
    compose: (texts: readonly (Text | undefined)[]) => Text,
  ): Case<Text>[] {
    const place = whole.place as Origin;
    return this.combine({ ...whole, place }, parts, compose).flatMap((settled) => textsOf(settled));
  }

  public settled(value: Value, origin: Origin, guard: Guard): Settled {
    return { value, guard, origin, reader: this, assumed: undefined };
  }

  /** A value that can't be read. With the same key it is the same value. */
  public unreadable(
    reason: UnreadableReason,
    origin: Origin,
    guard: Guard,
    hint: string,
    about: { readonly key?: string; readonly from?: Text; readonly printed?: string } = {},
  ): Settled {
    return this.settled({ kind: 'unreadable', hole: this.hole(reason, origin, hint, about) }, origin, guard);
  }

  /** The value of a call that is not as CloudFormation documents it. */
  public malformed(name: string, origin: Origin, guard: Guard): Settled[] {
    const hint = `${name} is malformed`;
    return [this.unreadable('malformed', origin, guard, hint, { printed: `\${${hint}}` })];
  }

  /** The hole of a value that can't be read. */
  public hole(
    reason: UnreadableReason,
    origin: Origin,
    hint: string,
    about: { readonly key?: string; readonly from?: Text; readonly printed?: string } = {},
  ): OpaqueHole {
    const key = about.key ?? `${this.stack.id}@${placeKey(origin)}`;
    return {
      kind: 'unreadable',
      key,
      excludes: '',
      from: about.from,
      printed: about.printed ?? `\${${reason}: ${hint.replace(/[{}*?#$]/g, '_')}}`,
      unreadable: this.model.unreadable(key, { origin, reason, hint }),
    };
  }

  /** A value of a function that isn't computed here, with the texts of its argument. Equal calls have equal values. */
  public derived(name: string, texts: readonly Text[], origin: Origin): OpaqueHole {
    const known = texts.every((text) => soleHole(text)?.kind === 'pseudo' || literalOf(text) !== undefined);
    const key = `${name} ${texts.map(textKey).join('\u0002')}`;
    const hint = `${name} is computed at deployment`;
    return {
      kind: known ? 'pseudo' : 'unreadable',
      key,
      excludes: '',
      from: concat(...texts),
      printed: `\${${name}}`,
      unreadable: known ? undefined : this.model.unreadable(key, { origin, reason: 'not computable', hint }),
    };
  }

  /** Reads something that may refer to itself. */
  public within(what: string, origin: Origin, guard: Guard, read: () => Settled[]): Settled[] {
    return this.model.once(`${this.stack.id} ${what}`, read, () => [
      this.unreadable('circular', origin, guard, `${what} refers to itself`),
    ]);
  }

  /** The value of a reference, made once for its ids. */
  private reference(logicalId: string, attribute: string | undefined, origin: Origin): Value {
    let ofResource = this.references.get(logicalId);
    if (!ofResource) {
      ofResource = new Map();
      this.references.set(logicalId, ofResource);
    }
    let value = ofResource.get(attribute);
    if (!value) {
      value = this.makeReference(logicalId, attribute, origin);
      // In a model of one deployment, the value may be asked for while a name that contains it is being read.
      if (value.kind === 'text' && !this.model.naming) {
        ofResource.set(attribute, value);
      }
    }
    return value;
  }

  private makeReference(logicalId: string, attribute: string | undefined, origin: Origin): Value {
    const id = `${this.stack.id}#${logicalId}`;
    const key = attribute === undefined ? id : `${id}.${attribute}`;
    if (!isObject(at(this.stack.template, 'Resources', logicalId))) {
      const hint = `${logicalId} is neither a resource nor a parameter of the template`;
      const hole = this.hole('unknown reference', origin, hint, { key, printed: `\${${key}}` });
      return { kind: 'unreadable', hole };
    }
    return {
      kind: 'text',
      text: this.model.deployedValue(id, attribute) ?? [this.model.reference(id, key, attribute)],
    };
  }
}

/** A text as a template has it. */
export function writtenText(written: string, origin: Origin): Text {
  return withDynamicReferences(textOf(written), origin);
}

/** The one text of a settled value, or the texts of JSON written as text. */
export function textsOf(settled: Settled): Case<Text>[] {
  const { value, guard, origin, assumed } = settled;
  const one = (text: Text): Case<Text>[] => [{ value: text, guard, place: origin, assumed }];
  switch (value.kind) {
    case 'text':
      return one(withDynamicReferences(value.text, origin));
    case 'unreadable':
    case 'unknown list':
      return one([value.hole]);
    case 'json string':
      return jsonStringTexts(settled);
    case 'json': {
      const text = scalarText(value.json);
      return text === undefined ? [] : one(value.holes ? filledText(text, value.holes) : writtenText(text, origin));
    }
    default:
      return [];
  }
}

/** A function call: an object with one key that is `Ref` or begins with `Fn::`. */
export function functionCall(json: unknown): [string, unknown] | undefined {
  if (!isObject(json)) {
    return undefined;
  }
  let name: string | undefined;
  for (const key in json) {
    if (name !== undefined) {
      return undefined; // More than one key.
    }
    name = key;
  }
  if (name === undefined) {
    return undefined;
  }
  const argument = json[name];
  return (name === 'Ref' && typeof argument === 'string') ||
    (name.startsWith('Fn::') && !name.startsWith('Fn::ForEach::'))
    ? [name, argument]
    : undefined;
}

function placeKey(origin: Origin): string {
  return origin.resource ? `${origin.resource.logicalId}.${origin.path}` : origin.path;
}
