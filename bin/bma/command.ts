import { Option, type Command as ParsedCommand } from 'commander';
import type { TerminalStyle } from '../terminal-style';

/** Where a command writes. */
export interface Terminal {
  /** Standard output: what was asked for, and nothing else. */
  readonly out: (text: string) => void;
  /** Standard error: progress and warnings. */
  readonly error: (text: string) => void;
  /** Styles of standard output; none when it isn't a terminal. */
  readonly style: TerminalStyle;
  /** True when standard error is a terminal: progress is for people only. */
  readonly interactive: boolean;
}

/** One command of the program: a file that exports one, and an entry in `commands.ts`. */
export interface Command<Options extends object = object> {
  readonly name: string;
  /** One line for `bma --help`. */
  readonly summary: string;
  /** What the command does, for its own help. A getter where it names what only the libraries of `run` know. */
  readonly description: string;
  /** What its exit codes mean, besides 0 (done), 2 and 70 (`EXIT`). 1 always means that the result needs attention. */
  readonly exitCodes: Readonly<Record<number, string>>;
  /** Adds arguments and options. Throws nothing; option values are checked by parsers such as `choice`. */
  define(command: ParsedCommand): void;
  /** Does it; returns the exit code. Load large libraries here: they are no cost for other commands. */
  run(
    args: readonly (string | readonly string[] | undefined)[],
    options: Options,
    terminal: Terminal,
  ): number | Promise<number>;
}

/** Exit codes that every command shares. */
export const EXIT = { done: 0, attention: 1, usage: 2, bug: 70 } as const;

/** What ends a command in a way that its help explains: said in one message, without a stack. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** A mistake of the caller, or input that can't be read. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(EXIT.usage, message);
  }
}

/**
 * An option that must be one of a few.
 *
 * @param flags `--name <value>`
 * @param isRepeatable true when it may be given several times; its value is a list then
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

/** The format that was asked for. */
export function formatOf<Format extends string>(
  { format, json }: FormatOptions<Format>,
  formats: readonly Format[],
): Format {
  if (json && format !== undefined && format !== 'json') {
    throw new UsageError(`--json and --format ${format} contradict each other. Fix: give one of them.`);
  }
  return json ? ('json' as Format) : (format ?? formats[0]);
}

/** Data for programs: JSON with two spaces, and a line break at its end. */
export function jsonText(data: unknown): string {
  return `${JSON.stringify(data, undefined, 2)}\n`;
}

/** Collects the values of an option that may be repeated. */
export const collected = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
