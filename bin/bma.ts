import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { CommandError, EXIT } from './bma/command';
import { program } from './bma/program';
import { printableLines } from '../local/message/printable-text';
import { terminalStyle } from './terminal-style';

/**
 * Runs the program `bma`, for operators of agents and checks of pull requests.
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
  // The SDK is part of the bundle, so its warning that later versions need a newer Node.js doesn't help the user.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  // Set but empty, as in many scripts: the SDK would use the empty text as a Region.
  if (process.env.AWS_REGION === '') delete process.env.AWS_REGION;
  let exitCode: number = EXIT.done;
  try {
    await program({ out, error, style, interactive }, (code) => (exitCode = code)).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (problem) {
    if (problem instanceof CommanderError) {
      // It has printed the help, the version, or the error.
      return problem.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    if (problem instanceof CommandError) {
      // It can quote the input of the user or a response of a service.
      error(`bma: ${printableLines(problem.message)}\n`);
      return problem.exitCode;
    }
    throw problem;
  }
}

/** The exit code of a program that SIGPIPE ends. */
const READER_IS_GONE = 141;

function outputFailed(problem: NodeJS.ErrnoException): void {
  if (problem.code === 'EPIPE') {
    // `bma … | head` closed the pipe. A command that has just written its result sets its exit code before this.
    setImmediate(() => process.exit(process.exitCode ?? READER_IS_GONE));
    return;
  }
  process.stderr.write(`bma: Standard output can't be written: ${problem.message}. Fix: free space, or redirect it.\n`);
  process.exit(EXIT.usage);
}

if (require.main === module) {
  process.stdout.on('error', outputFailed);
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
