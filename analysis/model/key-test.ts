/** More different keys than templates have. Keys beyond this number are tested each time. */
const MOST_KEYS = 10_000;

/**
 * A test of keys that keeps its results. Templates repeat a few hundred property names, and a map lookup costs less
 * than a regular expression.
 */
export function keyTest(pattern: RegExp): (key: string) => boolean {
  return rememberedTest((key) => pattern.test(key));
}

/** Keeps the results of a test that is more than one expression. */
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
