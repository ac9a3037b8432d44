import * as path from 'path';

/**
 * Loads the template analysis on first use, because most programs that import the library never need it. When running
 * from TypeScript sources (tests, tsx), it loads the sources, so that an outdated bundle isn't used.
 *
 * @returns the exports of `analysis/index.ts`; the caller names the part that it uses
 */
export function loadAnalysis<T>(): T {
  const file = __filename.endsWith('.ts')
    ? path.join(__dirname, '..', '..', 'analysis', 'index.ts')
    : path.join(__dirname, '..', '..', 'assets', 'analysis', 'index.js');
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(file) as T;
}
