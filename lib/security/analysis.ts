import * as path from 'path';

/**
 * Loads the template analysis: when it is first asked, because most programs that import the library never ask. From
 * TypeScript sources (tests, tsx) these are used, so that a bundle of yesterday answers no question of today.
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
