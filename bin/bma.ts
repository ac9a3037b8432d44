import { CommanderError } from 'commander';
import { CommandError, EXIT } from './bma/command';
import { program } from './bma/program';
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
      error(`bma: ${problem.message}\n`);
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
      console.error(problem);
      process.exitCode = EXIT.bug;
    },
  );
}
