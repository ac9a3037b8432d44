import type { IConstruct } from 'constructs';

/** What a refused input was, what would be accepted, and how to repair it. */
export interface RefusedInput {
  /** Name of the prop or method argument as the user wrote it, for example `idleTimeout`. */
  readonly input: string;
  /** The refused value. Shown as JSON, cut at 120 characters. Leave out when the value may be a secret. */
  readonly value?: unknown;
  /** What is allowed, as a noun phrase: `60 to 28800 seconds`. */
  readonly allowed: string;
  /** The repair, as an imperative: `Raise it to at least one minute`. */
  readonly fix: string;
}

/** Thrown at construction when an input breaks a documented limit. The message carries path, value, allowed and fix. */
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
  // JSON has no NaN and no Infinity: it would say null.
  const isNumber = typeof value === 'number';
  const json =
    typeof value === 'string' ? `'${value}'` : isNumber ? String(value) : (JSON.stringify(value) ?? String(value));
  const text = json.replace(/\$\{Token\[[^\]]+\]\}/g, '<known at deployment>');
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
