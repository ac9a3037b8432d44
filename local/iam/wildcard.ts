/** IAM wildcards: `*` is any run of characters, `?` is exactly one. */
const cache = new Map<string, RegExp>();

function compile(pattern: string, ignoreCase: boolean): RegExp {
  const id = `${ignoreCase ? 'i' : 's'}${pattern}`;
  const known = cache.get(id);
  if (known !== undefined) return known;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const compiled = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
  if (cache.size > 5000) cache.clear();
  cache.set(id, compiled);
  return compiled;
}

export const matchesWildcard = (pattern: string, value: string, ignoreCase = false): boolean =>
  compile(pattern, ignoreCase).test(value);

/** An ARN matches segment by segment: a wildcard never crosses one of the first five colons. */
export function matchesArn(pattern: string, value: string): boolean {
  const split = (arn: string): string[] => {
    const parts = arn.split(':');
    return parts.length < 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  if (pattern === '*') return true;
  const [patterns, values] = [split(pattern), split(value)];
  return patterns.length === values.length && patterns.every((part, i) => matchesWildcard(part, values[i]));
}
