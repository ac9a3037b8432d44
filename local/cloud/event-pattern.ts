/**
 * The semantics of EventBridge event patterns, for the operators that this library uses. Refuses unknown operators, so
 * that a new one is noticed.
 *
 * Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) {
    // A list in the event matches if one of its elements does.
    const values: unknown[] = Array.isArray(event) ? event : [event];
    return pattern.some((wanted) => values.some((value) => matchesValue(wanted, value)));
  }
  // An object in a list matches if one element of the list does. Below an absent member, all members are absent, too,
  // which `exists: false` of a leaf checks.
  const candidates: unknown[] = Array.isArray(event) ? event : [event ?? {}];
  return candidates.some(
    (candidate) =>
      typeof candidate === 'object' &&
      candidate !== null &&
      Object.entries(pattern as object).every(([member, inner]) =>
        member === '$or'
          ? (inner as unknown[]).some((alternative) => matches(alternative, candidate))
          : matches(inner, (candidate as Record<string, unknown>)[member]),
      ),
  );
}

function matchesValue(wanted: unknown, value: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) {
    return wanted === value;
  }
  const [[operator, operand], ...others] = Object.entries(wanted as Record<string, unknown>);
  if (others.length > 0) {
    throw new Error('one operator at a time');
  }
  switch (operator) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(operand as string);
    case 'suffix':
      return typeof value === 'string' && value.endsWith(operand as string);
    case 'wildcard':
      return typeof value === 'string' && wildcard(operand as string).test(value);
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === (operand as string).toLowerCase();
    case 'exists':
      return (value !== undefined) === operand;
    case 'anything-but':
      return value !== undefined && ![operand].flat().includes(value);
    case 'numeric':
      return typeof value === 'number' && numeric(operand as (string | number)[], value);
    default:
      throw new Error(`unknown operator ${operator}`);
  }
}

function wildcard(text: string): RegExp {
  const parts = text.match(/\\[\\*]|\*|[^\\*]+/g) ?? [];
  const source = parts.map((part) =>
    part === '*' ? '.*' : part.replace(/^\\(.)$/, '$1').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 's');
}

function numeric(operand: (string | number)[], value: number): boolean {
  const holds: Record<string, (limit: number) => boolean> = {
    '=': (limit) => value === limit,
    '>': (limit) => value > limit,
    '>=': (limit) => value >= limit,
    '<': (limit) => value < limit,
    '<=': (limit) => value <= limit,
  };
  for (let i = 0; i < operand.length; i += 2) {
    if (!holds[operand[i]](operand[i + 1] as number)) {
      return false;
    }
  }
  return true;
}
