/**
 * Property tests with one seed, so that a run is repeated exactly. `FAST_CHECK_SEED=<integer>` tries other values; a failure
 * prints the seed and the path to the counterexample.
 */
import * as fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20261127) });

/**
 * How many values a property is tried with: all of them in `npm run test:soak`, which sets EVERY_RUN, and some in `npm test`.
 *
 * @param some by default a tenth
 */
export function runs(all: number, some = Math.ceil(all / 10)): { readonly numRuns: number } {
  return { numRuns: process.env.EVERY_RUN ? all : some };
}

export default fc;
