import { at, entriesOf, isObject } from './json';

/**
 * The values that parameters must have for the template to be deployable: the keys of mappings without a default value
 * that some resource looks up unconditionally.
 */
export function mappedKeys(template: unknown): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  if (!isObject(at(template, 'Mappings'))) {
    return keys;
  }
  const pending: unknown[] = entriesOf(at(template, 'Resources')).flatMap(([, resource]) =>
    at(resource, 'Condition') === undefined ? [at(resource, 'Properties')] : [],
  );
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) {
      pending.push(...(value as unknown[]));
    }
    for (const [key, inner] of entriesOf(value)) {
      if (key === 'Fn::If') {
        continue;
      }
      if (key === 'Fn::FindInMap' && Array.isArray(inner) && inner.length === 3) {
        const [map, top] = inner as [unknown, unknown];
        const parameter = at(top, 'Ref');
        const entries = typeof map === 'string' ? at(template, 'Mappings', map) : undefined;
        if (typeof parameter === 'string' && isObject(entries)) {
          const own = Object.keys(entries);
          keys.set(parameter, keys.get(parameter)?.filter((each) => own.includes(each)) ?? own);
        }
      }
      pending.push(inner);
    }
  }
  return keys;
}
