import { literalOf } from './compose-text';
import { TRUE } from './guard';
import { entriesOf, isObject } from './json';
import type { TemplateReader } from './template-reader';
import { textsOf } from './template-reader';

const LOOP = 'Fn::ForEach::';

/** A template with its loops written out. */
export interface Expanded {
  readonly template: unknown;
  /** Loops that can't be expanded: path and what they loop over. */
  readonly unread: readonly { readonly path: string; readonly name: string }[];
}

/** True when a template has loops. CloudFormation allows them only with the transform `AWS::LanguageExtensions`. */
export function hasLoops(template: unknown): boolean {
  const sections = entriesOf(template).map(([, section]) => section);
  if (!isObject(template) || !Object.hasOwn(template, 'Transform')) {
    return sections.some((section) => isObject(section) && Object.keys(section).some((key) => key.startsWith(LOOP)));
  }
  const pending = sections;
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (Array.isArray(value)) {
      pending.push(...(value as unknown[]));
    }
    for (const [key, inner] of entriesOf(value)) {
      if (key.startsWith(LOOP)) {
        return true;
      }
      pending.push(inner);
    }
  }
  return false;
}

/**
 * Writes out every `Fn::ForEach` whose list is known: literal values, pseudo parameters, and parameters that have one
 * possible value. Loops over anything else are written out once, with open values, and reported.
 */
export function expandLoops(template: unknown, reader: TemplateReader): Expanded {
  const unread: { path: string; name: string }[] = [];

  const expand = (json: unknown, path: string, values: ReadonlyMap<string, string>): unknown => {
    if (typeof json === 'string') {
      return filled(json, values);
    }
    if (Array.isArray(json)) {
      return json.map((item, index) => expand(item, `${path}[${index}]`, values));
    }
    if (!isObject(json)) {
      return json;
    }
    const written = new Map<string, unknown>();
    for (const [key, inner] of entriesOf(json)) {
      if (!key.startsWith(LOOP)) {
        const named = key === 'Ref' && typeof inner === 'string' ? values.get(inner) : undefined;
        if (named !== undefined && Object.keys(json).length === 1) {
          return named;
        }
        written.set(filled(key, values), expand(inner, `${path}.${key}`, values));
        continue;
      }
      for (const [name, each] of entriesOf(looped(inner, `${path}.${key}`, key, values))) {
        written.set(name, each);
      }
    }
    return Object.fromEntries(written);
  };

  const looped = (loop: unknown, path: string, key: string, values: ReadonlyMap<string, string>): unknown => {
    const [identifier, collection, body] = Array.isArray(loop) ? (loop as unknown[]) : [];
    const items = itemsOf(expand(collection, path, values), reader);
    const readable = typeof identifier === 'string' && isObject(body);
    if (!readable || !items?.certain) {
      unread.push({ path: path.replace(/^\./, ''), name: key.slice(LOOP.length) });
    }
    if (!readable) {
      return {};
    }
    if (!items) {
      return expand(body, path, values); // The body is written out once: it has the form of every iteration.
    }
    return Object.fromEntries(
      items.values.flatMap((item) => entriesOf(expand(body, path, new Map([...values, [identifier, item]])))),
    );
  };

  return { template: expand(template, '', new Map()), unread };
}

/** The values of a list. For a parameter these are its default, which is one possible deployment, and `certain` is false. */
function itemsOf(collection: unknown, reader: TemplateReader): { values: string[]; certain: boolean } | undefined {
  const values: string[] = [];
  let certain = true;
  for (const item of Array.isArray(collection) ? (collection as unknown[]) : [collection]) {
    const cases = reader.settle(item, reader.origin('Fn::ForEach'), TRUE);
    const settled = cases.length === 1 ? cases[0] : cases.find(({ assumed }) => assumed !== undefined);
    certain &&= cases.length === 1;
    const texts =
      settled?.value.kind === 'list' ? settled.value.items : settled ? textsOf(settled).map(({ value }) => value) : [];
    const literals = texts.map(literalOf);
    if (texts.length === 0 || literals.some((literal) => literal === undefined)) {
      return undefined;
    }
    values.push(...(literals as string[]));
  }
  return { values, certain };
}

/** `${Identifier}`, and `&{Identifier}` for logical ids, where only letters and digits are allowed. */
function filled(text: string, values: ReadonlyMap<string, string>): string {
  if (values.size === 0 || !/[$&]\{/.test(text)) {
    return text;
  }
  return text.replace(/([$&])\{([A-Za-z0-9]+)\}/g, (whole, sign: string, name: string) => {
    const value = values.get(name);
    return value === undefined ? whole : sign === '&' ? value.replace(/[^A-Za-z0-9]/g, '') : value;
  });
}
