import type { ParseArgsConfig } from 'node:util';

export type Options = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** One command of the program. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Does it; returns the exit code. */
  run(positionals: readonly string[], options: Options, out: (text: string) => void): number | Promise<number>;
}

/** What ends a command in a way that its usage explains: said in one message, without a stack. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** A mistake of the caller. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(2, message);
  }
}

/** The value of an option that must be one of a few. */
export function oneOf<T extends string>(options: Options, name: string, allowed: readonly T[], fallback: T): T {
  const value = options[name] ?? fallback;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new UsageError(`--${name} is '${String(value)}'. Allowed: ${allowed.join(', ')}.`);
  }
  return found;
}
