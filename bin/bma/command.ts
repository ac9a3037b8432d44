import { Option, type Command as ParsedCommand } from 'commander';
import type { TerminalStyle } from '../terminal-style';

/** Where a command writes. */
export interface Terminal {
  /** Standard output: only the result. */
  readonly out: (text: string) => void;
  /** Standard error: progress and warnings. */
  readonly error: (text: string) => void;
  /** Styles of standard output; none if it isn't a terminal. */
  readonly style: TerminalStyle;
  /** Whether standard error is a terminal: progress is only for people. */
  readonly interactive: boolean;
}

/** One command of the program: a file that exports one, and an entry in `commands.ts`. */
export interface Command<Options extends object = object> {
  readonly name: string;
  /** One line for `bma --help`. */
  readonly summary: string;
  /** The description of the command, for its help. A getter if it needs the libraries of `run`. */
  readonly description: string;
  /**
   * The meaning of its exit codes, in addition to 0 (done), 2 and 70 (`EXIT`). 1 always means that the result needs
   * attention.
   */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** Adds arguments and options. Doesn't throw; parsers such as `choice` check option values. */
  define(command: ParsedCommand): void;
  /** Runs the command; returns the exit code. Load large libraries in it, so that other commands don't load them. */
  run(
    args: readonly (string | readonly string[] | undefined)[],
    options: Options,
    terminal: Terminal,
  ): number | Promise<number>;
}

/** Exit codes of every command. */
export const EXIT = { done: 0, attention: 1, usage: 2, bug: 70 } as const;

/** Ends a command with an exit code that its help explains, and one message without a stack trace. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** Wrong usage, input that can't be read, or output that can't be written. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(EXIT.usage, message);
  }
}

/**
 * An option with a list of allowed values.
 *
 * @param flags `--name <value>`
 * @param isRepeatable true if it can be repeated; its value is then a list
 */
export function choice(flags: string, description: string, allowed: readonly string[], isRepeatable = false): Option {
  const name = flags.split(' ')[0];
  return new Option(flags, description).choices(allowed).argParser((value: string, before: unknown) => {
    if (!allowed.includes(value)) {
      throw new UsageError(`${name} is '${value}'. Allowed: ${allowed.join(', ')}.`);
    }
    return isRepeatable ? [...((before ?? []) as string[]), value] : value;
  });
}

/** Options of a command that prints data. */
export interface FormatOptions<Format extends string> {
  readonly format?: Format;
  readonly json?: boolean;
}

/**
 * The options `--format` and `--json` of a command that prints data.
 *
 * @param formats the first is the default; `json` must be one of them
 */
export function addFormats(command: ParsedCommand, formats: readonly string[]): void {
  command
    .addOption(choice('--format <format>', `what to print (default: ${formats[0]})`, formats))
    .option('--json', 'the same as --format json');
}

/** The requested format. */
export function formatOf<Format extends string>(
  { format, json }: FormatOptions<Format>,
  formats: readonly Format[],
): Format {
  if (json && format !== undefined && format !== 'json') {
    throw new UsageError(`--json and --format ${format} contradict each other. Fix: give one of them.`);
  }
  return json ? ('json' as Format) : (format ?? formats[0]);
}

/** Data for programs: JSON with an indentation of two spaces, and a line break at its end. */
export function jsonText(data: unknown): string {
  return `${JSON.stringify(data, undefined, 2)}\n`;
}

/**
 * Refuses options that exclude each other, because a command that ignores one of them does something else than it was
 * asked for.
 *
 * @param given whether each option was given, by its name with `--`
 */
export function requireAtMostOne(given: Readonly<Record<string, boolean>>): void {
  const [one, other] = Object.keys(given).filter((name) => given[name]);
  if (other !== undefined) {
    throw new UsageError(`${one} and ${other} contradict each other. Fix: give one of them.`);
  }
}

/** Collects the values of an option that can be repeated. */
export const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
