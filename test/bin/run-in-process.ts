/** The program `bma` in the process of the test. */
import { bma } from '../../bin/bma';
import { terminalStyle } from '../../bin/terminal-style';

/** What a command prints and ends with, where neither output is a terminal. */
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

/** The same with another environment, which is that of the whole process until the command ends: one command at a time. */
export async function runInEnvironment(environment: NodeJS.ProcessEnv, ...args: string[]) {
  const before = process.env;
  process.env = environment;
  try {
    return await runInProcess(...args);
  } finally {
    process.env = before;
  }
}
