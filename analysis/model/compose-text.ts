import type { Case, Hole, Reference, Text } from './text';

export const EMPTY: Text = [];

/** A text with more possible values than this is one hole. */
const MOST_CASES = 64;

/** A text of known characters. */
export function textOf(known: string): Text {
  return known === '' ? EMPTY : [known];
}

/** The characters of a text without holes. */
export function literalOf(text: Text): string | undefined {
  return text.length === 0 ? '' : text.length === 1 && typeof text[0] === 'string' ? text[0] : undefined;
}

/** The hole that a text consists of, if it is nothing else. */
export function soleHole(text: Text): Hole | undefined {
  return text.length === 1 && typeof text[0] !== 'string' ? text[0] : undefined;
}

export function holesOf(text: Text): Hole[] {
  return text.filter((part) => typeof part !== 'string');
}

/** Every reference in a text, also where the text is computed from it. */
export function referencesOf(text: Text): Reference[] {
  return holesOf(text).flatMap((hole) =>
    hole.kind === 'reference' ? [hole] : hole.from ? referencesOf(hole.from) : [],
  );
}

/** One text after the other. */
export function concat(...texts: Text[]): Text {
  const parts: (string | Hole)[] = [];
  for (const text of texts) {
    for (const part of text) {
      const last = parts.length - 1;
      if (typeof part !== 'string') {
        parts.push(part);
      } else if (typeof parts[last] === 'string') {
        parts[last] += part;
      } else if (part !== '') {
        parts.push(part);
      }
    }
  }
  return parts;
}

/** Texts with a delimiter between them. */
export function join(texts: readonly Text[], delimiter: string): Text {
  const between = textOf(delimiter);
  return concat(...texts.flatMap((text, at) => (at === 0 ? [text] : [between, text])));
}

/** Equal for equal texts: holes of one key have one value. */
export function textKey(text: Text): string {
  const known = literalOf(text);
  if (known !== undefined) {
    return known;
  }
  let key = '';
  for (const part of text) {
    key += typeof part === 'string' ? part : `\u0000${part.key}\u0001`;
  }
  return key;
}

/** One case per combination of the parts that can be met; undefined above 64. */
export function product(
  parts: readonly (readonly Case<Text | undefined>[])[],
  compose: (texts: readonly (Text | undefined)[]) => Text,
  whole: Case<unknown>,
): Case<Text>[] | undefined {
  if (parts.every((cases) => cases.length === 1)) {
    // The usual case, without a copy per part.
    let guard = whole.guard;
    let assumed: string | undefined;
    const texts = parts.map((cases) => {
      const each = cases[0];
      guard = guard.and(each.guard);
      assumed ||= each.assumed;
      return each.value;
    });
    return [{ value: compose(texts), guard, place: whole.place, assumed }];
  }
  let combinations: { texts: (Text | undefined)[]; guard: Case<Text>['guard']; assumed?: string }[] = [
    { texts: [], guard: whole.guard },
  ];
  for (const cases of parts) {
    combinations = combinations.flatMap(({ texts, guard, assumed }) =>
      cases.flatMap((each) => {
        const both = guard.and(each.guard);
        return both.possible()
          ? [{ texts: [...texts, each.value], guard: both, assumed: assumed ?? each.assumed }]
          : [];
      }),
    );
    if (combinations.length > MOST_CASES) {
      return undefined;
    }
  }
  return merged(
    combinations.map(({ texts, guard, assumed }) => ({ value: compose(texts), guard, place: whole.place, assumed })),
  );
}

/** Equal texts become one case. */
function merged(cases: readonly Case<Text>[]): Case<Text>[] {
  const byKey = new Map<string, Case<Text>>();
  for (const each of cases) {
    const key = textKey(each.value);
    const same = byKey.get(key);
    // A value that is also possible without an assumption isn't assumed.
    const assumed = same ? same.assumed && each.assumed : each.assumed;
    byKey.set(key, same ? { ...same, guard: same.guard.or(each.guard), assumed } : each);
  }
  return [...byKey.values()];
}
