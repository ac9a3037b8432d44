import { concat, join, literalOf, textOf } from './compose-text';
import { imported, stackOutput } from './cross-stack';
import { findInMap } from './find-in-map';
import type { Guard } from './guard';
import { at, isObject, scalarText } from './json';
import type { Origin } from './origin';
import type { Settled } from './settled';
import { splitText } from './split-text';
import { functionCall, type TemplateReader, textsOf } from './template-reader';
import type { Case, Text } from './text';

/** Computes a function at a place. The result has one entry per possible value. */
export type Intrinsic = (reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard) => Settled[];

/** The intrinsic functions of CloudFormation. A malformed call is a value that can't be read. */
export const FUNCTIONS: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['Ref', (reader, argument, origin, guard) => reader.ref(String(argument), origin, guard)],
  ['Fn::GetAtt', getAtt],
  ['Fn::If', choose],
  ['Fn::Join', joined],
  ['Fn::Sub', substituted],
  ['Fn::Select', selected],
  ['Fn::Split', split],
  ['Fn::FindInMap', findInMap],
  ['Fn::ImportValue', imported],
  ['Fn::GetStackOutput', stackOutput],
  ['Fn::ToJsonString', (reader, json, origin, guard) => [reader.settled({ kind: 'json string', json }, origin, guard)]],
  ['Fn::Length', length],
  ['Fn::GetAZs', zones],
  ['Fn::Base64', base64],
  ['Fn::Cidr', (reader, argument, origin, guard) => unknownList(reader, 'Fn::Cidr', argument, origin, guard)],
  ['Fn::Transform', transform],
]);

function getAtt(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    return dot > 0
      ? reader.attribute(argument.slice(0, dot), argument.slice(dot + 1), origin, guard)
      : reader.malformed('Fn::GetAtt', origin, guard);
  }
  const [resource, ...rest] = Array.isArray(argument) ? (argument as unknown[]) : [];
  if (typeof resource !== 'string' || rest.length === 0) {
    return reader.malformed('Fn::GetAtt', origin, guard);
  }
  // The attribute may be a parameter.
  const attribute = rest.length === 1 ? rest[0] : rest.join('.');
  return reader.texts(attribute, origin.below(1), guard).flatMap((name) => {
    const literal = literalOf(name.value);
    return literal === undefined
      ? [textValue(reader, [reader.derived('Fn::GetAtt', [textOf(resource), name.value], origin)], origin, name.guard)]
      : reader.attribute(resource, literal, origin, name.guard);
  });
}

function choose(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
    return reader.malformed('Fn::If', origin, guard);
  }
  const holds = reader.conditions.guard(argument[0]);
  return [holds, holds.not()].flatMap((branch, index) => {
    const both = guard.and(branch);
    const below = origin.below('Fn::If').below(index + 1);
    return both.possible() ? reader.settle(argument[index + 1], below, both) : [];
  });
}

function joined(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const [delimiter, list] = Array.isArray(argument) ? (argument as unknown[]) : [];
  if (typeof delimiter !== 'string' || list === undefined) {
    return reader.malformed('Fn::Join', origin, guard);
  }
  const place = origin.below('Fn::Join').below(1);
  return reader.settle(list, place, guard).flatMap(({ value, guard: held, origin: from, reader: owner, assumed }) => {
    switch (value.kind) {
      case 'json': {
        if (!Array.isArray(value.json)) break;
        const known = joinedAtOnce(owner, value.json as unknown[], delimiter, from, held);
        if (known) {
          return [{ ...textValue(owner, known, origin, held), assumed }];
        }
        return owner.combine(
          { value: undefined, guard: held, place: origin, assumed },
          () => (value.json as unknown[]).map((item, index) => elementTexts(owner, item, from.below(index), held)),
          (texts) =>
            join(
              texts.filter((text) => text !== undefined),
              delimiter,
            ),
        );
      }
      case 'list':
        return [{ ...textValue(reader, join(value.items, delimiter), origin, held), assumed }];
      case 'unknown list':
        return [textValue(reader, [reader.derived(`Fn::Join ${delimiter}`, [[value.hole]], origin)], origin, held)];
      case 'unreadable':
        return [textValue(reader, [value.hole], origin, held)];
    }
    return reader.malformed('Fn::Join', origin, held);
  });
}

/** The usual case: texts and references that have one value each. Undefined for any other list. */
function joinedAtOnce(
  reader: TemplateReader,
  items: readonly unknown[],
  delimiter: string,
  place: Origin,
  guard: Guard,
): Text | undefined {
  const texts: Text[] = [];
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (typeof item === 'string') {
      texts.push(textOf(item));
      continue;
    }
    const name = functionCall(item)?.[0];
    const settled = name === 'Ref' || name === 'Fn::GetAtt' ? reader.settle(item, place.below(at), guard) : [];
    const only = settled[0];
    if (
      settled.length !== 1 ||
      only.value.kind !== 'text' ||
      only.guard !== guard ||
      only.assumed !== undefined ||
      only.value.text.some((part) => typeof part === 'string' && part.includes('{{'))
    ) {
      return undefined;
    }
    texts.push(only.value.text);
  }
  return join(texts, delimiter);
}

/** The texts of an element of a list; undefined if there is no such element. */
function elementTexts(reader: TemplateReader, json: unknown, origin: Origin, guard: Guard): Case<Text | undefined>[] {
  if (typeof json === 'string') {
    return [{ value: textOf(json), guard, place: origin, assumed: undefined }];
  }
  return reader.settle(json, origin, guard).flatMap((settled): Case<Text | undefined>[] => {
    if (settled.value.kind === 'absent') {
      return [{ value: undefined, guard: settled.guard, place: origin, assumed: undefined }];
    }
    const texts = textsOf(settled);
    const hint = 'a list or an object is put into a text';
    return texts.length > 0
      ? texts
      : [{ value: [reader.hole('malformed', origin, hint)], guard: settled.guard, place: origin }];
  });
}

function substituted(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const [pattern, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  if (typeof pattern !== 'string' || (variables !== undefined && !isObject(variables))) {
    return reader.malformed('Fn::Sub', origin, guard);
  }
  const place = origin.below('Fn::Sub');
  const part = (written: string): Case<Text | undefined>[] => {
    const [, literal, name] = /^\$\{(!?)([^}]+)\}$/.exec(written) ?? [];
    if (name === undefined || literal) {
      return [{ value: textOf(literal ? `\${${name}}` : written), guard, place: origin }];
    }
    if (isObject(variables) && Object.hasOwn(variables, name)) {
      return elementTexts(reader, variables[name], place.below(1).below(name), guard);
    }
    return elementTexts(reader, name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name }, place, guard);
  };
  const pieces = pattern.split(/(\$\{[^}]+\})/).filter((piece) => piece !== '');
  return reader.combine(
    { value: undefined, guard, place: origin },
    () => pieces.map(part),
    (texts) => concat(...texts.map((text) => text ?? [])),
  );
}

function split(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const [delimiter, source] = Array.isArray(argument) ? (argument as unknown[]) : [];
  if (typeof delimiter !== 'string' || source === undefined) {
    return reader.malformed('Fn::Split', origin, guard);
  }
  return reader.texts(source, origin.below('Fn::Split').below(1), guard).map((each) => {
    // Written as an ARN, a reference can be split into its parts.
    const items = splitText(delimiter, each.value) ?? splitText(delimiter, reader.model.canonical(each.value));
    const value = items
      ? ({ kind: 'list', items } as const)
      : ({ kind: 'unknown list', hole: reader.derived(`Fn::Split ${delimiter}`, [each.value], origin) } as const);
    return { ...reader.settled(value, origin, each.guard), assumed: each.assumed };
  });
}

function selected(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const [position, list] = Array.isArray(argument) ? (argument as unknown[]) : [];
  const below = origin.below('Fn::Select');
  return reader.texts(position, below.below(0), guard).flatMap((index) => {
    const at0 = Number(literalOf(index.value) ?? NaN);
    return reader.settle(list, below.below(1), index.guard).flatMap((settled): Settled[] => {
      const { value, origin: from, reader: owner } = settled;
      const one = (text: Text): Settled[] => [
        { ...textValue(reader, text, origin, settled.guard), assumed: settled.assumed },
      ];
      const computed = (...texts: Text[]) => one([reader.derived('Fn::Select', [index.value, ...texts], origin)]);
      if (value.kind === 'json' && Array.isArray(value.json)) {
        const items = value.json as unknown[];
        if (Number.isInteger(at0) && at0 >= 0 && at0 < items.length) {
          return owner.settle(items[at0], from.below(at0), settled.guard);
        }
        return Number.isNaN(at0)
          ? items.flatMap((item, each) => owner.settle(item, from.below(each), settled.guard))
          : reader.malformed('Fn::Select', origin, settled.guard);
      }
      if (value.kind === 'list') {
        const item = value.items[at0];
        return item ? one(item) : computed(...value.items);
      }
      const [text] = textsOf(settled);
      return text ? computed(text.value) : reader.malformed('Fn::Select', origin, settled.guard);
    });
  });
}

function length(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  return reader.settle(argument, origin.below('Fn::Length'), guard).map((settled) => {
    const { value } = settled;
    const known =
      value.kind === 'json' && Array.isArray(value.json) ? value.json : value.kind === 'list' ? value.items : undefined;
    return known && !known.some((item) => isObject(item))
      ? textValue(reader, textOf(String(known.length)), origin, settled.guard)
      : textValue(
          reader,
          [
            reader.derived(
              'Fn::Length',
              textsOf(settled).map((each) => each.value),
              origin,
            ),
          ],
          origin,
          settled.guard,
        );
  });
}

function zones(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  return reader.texts(argument, origin.below('Fn::GetAZs'), guard).map(({ value, guard: held }) => {
    const region = literalOf(value) === '' ? reader.stack.region : value;
    return reader.settled({ kind: 'unknown list', hole: reader.derived('Fn::GetAZs', [region], origin) }, origin, held);
  });
}

function base64(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  return reader.texts(argument, origin.below('Fn::Base64'), guard).map(({ value, guard: held }) => {
    const known = literalOf(value);
    const text: Text =
      known === undefined
        ? [reader.derived('Fn::Base64', [value], origin)]
        : textOf(Buffer.from(known, 'utf8').toString('base64'));
    return textValue(reader, text, origin, held);
  });
}

function unknownList(reader: TemplateReader, name: string, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const parts = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  const texts = parts.map((part, index) => reader.texts(part, origin.below(name).below(index), guard));
  const hole = reader.derived(
    name,
    texts.map((cases) => cases[0]?.value ?? []),
    origin,
  );
  return [reader.settled({ kind: 'unknown list', hole }, origin, guard)];
}

function transform(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const name = scalarText(at(argument, 'Name')) ?? 'a macro';
  return [reader.unreadable('transform', origin, guard, `${name} writes this part of the template at deployment`)];
}

function textValue(reader: TemplateReader, text: Text, origin: Origin, guard: Guard): Settled {
  return reader.settled({ kind: 'text', text }, origin, guard);
}
