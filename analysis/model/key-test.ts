/** More different keys than templates have; what is beyond them is tested again. */
const MOST_KEYS = 10_000;

/**
 * A test of keys that remembers its answers: the same few hundred names of properties come again and again, and a look at a
 * map costs less than a regular expression.
 */
export function keyTest(pattern: RegExp): (key: string) => boolean {
  return rememberedTest((key) => pattern.test(key));
}

/** The same of a test that is more than one expression. */
export function rememberedTest(test: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>();
  return (key) => {
    let answer = known.get(key);
    if (answer === undefined) {
      answer = test(key);
      if (known.size < MOST_KEYS) {
        known.set(key, answer);
      }
    }
    return answer;
  };
}
