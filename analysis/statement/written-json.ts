import { entriesOf, isObject } from '../model/json';

/**
 * A value of a template as it is written, with the names of the resources that its functions refer to.
 *
 * @param said the value in words, as JSON: `App.said`, which writes numbers and Booleans as texts
 */
export function writtenJson(raw: unknown, said: string): string {
  if (raw !== undefined && !hasFunctions(raw)) {
    return JSON.stringify(raw);
  }
  try {
    return JSON.stringify(withLiterals(raw, JSON.parse(said)));
  } catch {
    // Several possible values, or none.
    return said;
  }
}

function hasFunctions(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(hasFunctions);
  }
  return (
    isObject(value) &&
    entriesOf(value).some(([key, member]) => key === 'Ref' || key.startsWith('Fn::') || hasFunctions(member))
  );
}

function withLiterals(raw: unknown, said: unknown): unknown {
  if (Array.isArray(raw) && Array.isArray(said) && raw.length === said.length) {
    return raw.map((element, index) => withLiterals(element, said[index]));
  }
  if (isObject(raw) && isObject(said)) {
    const written = new Map(entriesOf(raw));
    return Object.fromEntries(entriesOf(said).map(([key, value]) => [key, withLiterals(written.get(key), value)]));
  }
  return typeof raw === 'number' || typeof raw === 'boolean' ? raw : said;
}
