/** The program `bma` in the process of the test. */
import { bma } from '../../bin/bma';

/** What a command prints and ends with, where neither output is a terminal. */
export async function runInProcess(...args: string[]) {
  let [out, error] = ['', ''];
  const exit = await bma(
    args,
    (text) => (out += text),
    (text) => (error += text),
  );
  return { exit, out, error };
}
