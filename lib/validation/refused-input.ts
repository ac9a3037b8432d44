import { Construct, type IConstruct } from 'constructs';

/** A refused input, the allowed values, and the fix. */
export interface RefusedInput {
  /** Name of the prop or method argument, for example `idleTimeout`. */
  readonly input: string;
  /** The refused value. Shown as JSON, cut at 120 characters. Omit it if the value may be a secret. */
  readonly value?: unknown;
  /** The allowed values, as a noun phrase: `60 to 28800 seconds`. */
  readonly allowed: string;
  /** The fix, as an imperative: `raise it to at least one minute`. */
  readonly fix: string;
}

/**
 * Thrown at construction when an input exceeds a documented limit. The message contains path, value, allowed values and
 * fix.
 */
export class InputError extends Error {
  constructor(where: IConstruct | string, refused: RefusedInput) {
    const path = typeof where === 'string' ? where : where.node.path || '(root)';
    const value = 'value' in refused ? ` ${show(refused.value)}` : '';
    super(`${path}: ${refused.input}${value} is not accepted. Allowed: ${refused.allowed}. Fix: ${refused.fix}.`);
    this.name = 'InputError';
  }
}

/** Throws an {@link InputError} unless `holds`. */
export function requireInput(holds: boolean, where: IConstruct | string, refused: RefusedInput): asserts holds {
  if (!holds) {
    throw new InputError(where, refused);
  }
}

function show(value: unknown): string {
  // JSON has no NaN and no Infinity and would print null.
  const isNumber = typeof value === 'number';
  const json = typeof value === 'string' ? `'${value}'` : isNumber ? String(value) : (jsonOf(value) ?? String(value));
  const text = json.replace(/\$\{Token\[[^\]]+\]\}/g, '<known at deployment>');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** A construct as its path, because it refers to itself through its tree. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, part: unknown) => (Construct.isConstruct(part) ? part.node.path : part));
  } catch {
    // Another circle, or a number that JSON doesn't have.
    return undefined;
  }
}
