/** The program `bma` in the process of the test. */
import { bma } from '../../bin/bma';
import { terminalStyle } from '../../bin/terminal-style';

/** The output and exit code of a command, with outputs that aren't terminals. */
export async function runInProcess(...args: string[]) {
  let [out, error] = ['', ''];
  const exit = await bma(
    args,
    (text) => (out += text),
    (text) => (error += text),
    terminalStyle({ isTTY: false }, {}),
    false,
  );
  return { exit, out, error };
}

/**
 * The same with another environment. It is the environment of the whole process until the command ends, so only one
 * command can run at a time.
 */
export async function runInEnvironment(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const before = process.env;
  process.env = environment;
  try {
    return await runInProcess(...args);
  } finally {
    process.env = before;
  }
}
