import { concat, join, textOf } from './compose-text';
import type { Guard } from './guard';
import { entriesOf, isObject } from './json';
import type { Origin } from './origin';
import type { Settled } from './settled';
import { type TemplateReader, textsOf } from './template-reader';
import type { Case, Text } from './text';

/** JSON that is nested more deeply isn't written: such templates are made to exhaust their readers. */
const MOST_NESTED = 500;

/** The texts that `Fn::ToJsonString` writes. */
export function jsonStringTexts(settled: Settled): Case<Text>[] {
  const { value, guard, origin, reader } = settled;
  if (value.kind !== 'json string') {
    return [];
  }
  // Every function in the value is one part of the text; what is between them is known.
  const parts: { json: unknown; origin: Origin }[] = [];
  const pieces: (string | number)[] = [];
  if (!collect(value.json, origin.below('Fn::ToJsonString'), parts, pieces)) {
    const hole = reader.hole('malformed', origin, `the JSON is nested more than ${MOST_NESTED} times`);
    return [{ value: [hole], guard, place: origin }];
  }
  return reader
    .combine(
      { value: undefined, guard, place: origin },
      () => parts.map((part) => partTexts(reader, part.json, part.origin, guard)),
      (texts) =>
        concat(
          ...pieces.map((piece) => (typeof piece === 'string' ? textOf(piece) : (texts[piece] ?? textOf('null')))),
        ),
    )
    .flatMap((each) => textsOf(each));
}

/** False when the value is nested too deeply to be written. */
function collect(
  json: unknown,
  origin: Origin,
  parts: { json: unknown; origin: Origin }[],
  pieces: (string | number)[],
  depth = 0,
): boolean {
  if (depth > MOST_NESTED) {
    return false;
  }
  const below = (inner: unknown, key: string | number) => collect(inner, origin.below(key), parts, pieces, depth + 1);
  if (Array.isArray(json)) {
    const written = json.every((item, index) => {
      pieces.push(index === 0 ? '[' : ',');
      return below(item, index);
    });
    pieces.push(json.length === 0 ? '[]' : ']');
    return written;
  }
  if (!isObject(json)) {
    pieces.push(JSON.stringify(json) ?? 'null');
    return true;
  }
  if (isCall(json)) {
    pieces.push(parts.length);
    parts.push({ json, origin });
    return true;
  }
  const entries = entriesOf(json);
  const written = entries.every(([key, inner], index) => {
    pieces.push(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    return below(inner, key);
  });
  pieces.push(entries.length === 0 ? '{}' : '}');
  return written;
}

function isCall(json: object): boolean {
  const keys = Object.keys(json);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0].startsWith('Fn::'));
}

/** The JSON of what a function returns. An absent value is written as null. */
function partTexts(reader: TemplateReader, json: unknown, origin: Origin, guard: Guard): Case<Text | undefined>[] {
  return reader.settle(json, origin, guard).flatMap((settled): Case<Text | undefined>[] => {
    const { value, guard: held } = settled;
    const one = (text: Text | undefined): Case<Text | undefined>[] => [{ value: text, guard: held, place: origin }];
    switch (value.kind) {
      case 'absent':
        return one(undefined);
      case 'list':
        return one(concat(textOf('['), join(value.items.map(quoted), ','), textOf(']')));
      case 'json':
        return typeof value.json === 'object'
          ? jsonStringTexts({ ...settled, value: { kind: 'json string', json: value.json } })
          : one(textOf(JSON.stringify(value.json)));
      default:
        return textsOf(settled).map((each) => ({ ...each, value: quoted(each.value) }));
    }
  });
}

function quoted(text: Text): Text {
  const escaped = text.map((part) => (typeof part === 'string' ? JSON.stringify(part).slice(1, -1) : part));
  return concat(textOf('"'), escaped, textOf('"'));
}
