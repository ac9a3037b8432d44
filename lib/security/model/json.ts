/** A member of untyped JSON along a path; undefined where there is none. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      inner !== null && typeof inner === 'object' ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

/** A member as text; undefined when it is something else. */
export function textAt(value: unknown, ...path: (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** A member as a list: itself, a single value as a list of one, or nothing. */
export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path);
  return found === undefined || found === null ? [] : Array.isArray(found) ? (found as unknown[]) : [found];
}

/** A whole number, also when it is written as text. */
export function numberAt(value: unknown, ...path: (string | number)[]): number | undefined {
  const found = at(value, ...path);
  const number = typeof found === 'number' ? found : typeof found === 'string' && found !== '' ? Number(found) : NaN;
  return Number.isFinite(number) ? number : undefined;
}
