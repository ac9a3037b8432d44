import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { CommandError, EXIT } from './bma/command';
import { program } from './bma/program';
import { printableLines } from './printable-text';
import { terminalStyle } from './terminal-style';

/**
 * Runs the program `bma`: what an operator and a pull-request check need of an agent.
 *
 * @param style of standard output
 * @param interactive whether standard error is a terminal
 * @returns its exit code
 */
export async function bma(
  args: readonly string[],
  out: (text: string) => void,
  error: (text: string) => void,
  style = terminalStyle(process.stdout),
  interactive = process.stderr.isTTY === true,
): Promise<number> {
  // The SDK is part of the bundle: its warning that later versions need a newer Node.js is of no use to who runs it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  // Set and empty, as many scripts leave it: the SDK would take it for the name of a Region.
  if (process.env.AWS_REGION === '') delete process.env.AWS_REGION;
  let exitCode: number = EXIT.done;
  try {
    await program({ out, error, style, interactive }, (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (problem) {
    if (problem instanceof CommanderError) {
      // It has printed the help, the version, or what is wrong.
      return problem.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    if (problem instanceof CommandError) {
      // It can quote what somebody typed, or what a service answered.
      error(`bma: ${printableLines(problem.message)}\n`);
      return problem.exitCode;
    }
    throw problem;
  }
}

/** `bma … | head` closes the pipe before everything is written: not an error. */
function endsWithItsReader(problem: NodeJS.ErrnoException): void {
  if (problem.code !== 'EPIPE') throw problem;
  process.exit();
}

if (require.main === module) {
  process.stdout.on('error', endsWithItsReader);
  bma(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ).then(
    (exitCode) => (process.exitCode = exitCode),
    (problem: unknown) => {
      process.stderr.write(`${printableLines(inspect(problem))}\n`);
      process.exitCode = EXIT.bug;
    },
  );
}
