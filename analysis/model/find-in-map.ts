import { literalOf, textOf } from './compose-text';
import { FALSE, type Guard, TRUE } from './guard';
import { at, entriesOf, isObject } from './json';
import type { Origin } from './origin';
import type { Settled } from './settled';
import type { TemplateReader } from './template-reader';
import type { Case, Text } from './text';

/** `Fn::FindInMap`: an unknown key gives one case per entry, under the guard that the key is that entry. */
export function findInMap(reader: TemplateReader, argument: unknown, origin: Origin, guard: Guard): Settled[] {
  const [map, top, second, options] = Array.isArray(argument) ? (argument as unknown[]) : [];
  if (map === undefined || top === undefined || second === undefined) {
    return reader.malformed('Fn::FindInMap', origin, guard);
  }
  const place = origin.below('Fn::FindInMap');
  const mappings = reader.section('Mappings');
  const found: Settled[] = [];
  let covered: Guard = FALSE;
  const names = reader.texts(map, place.below(0), TRUE);
  const tops = reader.texts(top, place.below(1), TRUE);
  const seconds = reader.texts(second, place.below(2), TRUE);
  for (const [name, entries] of matching(reader, mappings, names)) {
    for (const [key, inner] of matching(reader, entries.json, tops)) {
      for (const [lower, { json, guard: when }] of matching(reader, inner.json, seconds)) {
        const held = entries.guard.and(inner.guard).and(when);
        const both = guard.and(held);
        covered = covered.or(held);
        if (both.possible()) {
          const from = reader.origin(`Mappings.${name}.${key}.${lower}`);
          found.push(...mapped(reader, json, from, both));
        }
      }
    }
  }
  const preset = at(options, 'DefaultValue');
  const otherwise = guard.and(covered.not());
  if (preset !== undefined && otherwise.possible()) {
    found.push(...reader.settle(preset, place.below(3).below('DefaultValue'), otherwise));
  }
  // Without a default, a key that is not in the map can't be deployed.
  return found.length > 0 ? found : reader.malformed('Fn::FindInMap', origin, guard);
}

/** The entries of an object that a key can be, with when it is. */
function matching(
  reader: TemplateReader,
  entries: unknown,
  keys: readonly Case<Text>[],
): [string, { readonly json: unknown; readonly guard: Guard }][] {
  return keys.flatMap(({ value, guard }) => {
    const literal = literalOf(value);
    const candidates =
      literal === undefined
        ? entriesOf(entries)
        : isObject(entries) && Object.hasOwn(entries, literal)
          ? [[literal, entries[literal]] as [string, unknown]]
          : [];
    return candidates.flatMap(([key, json]): [string, { json: unknown; guard: Guard }][] => {
      const held = guard.and(reader.conditions.equal(value, textOf(key)));
      return held.possible() ? [[key, { json, guard: held }]] : [];
    });
  });
}

function mapped(reader: TemplateReader, json: unknown, origin: Origin, guard: Guard): Settled[] {
  return json === null ? [] : [reader.settled({ kind: 'json', json }, origin, guard)];
}
