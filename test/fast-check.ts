/**
 * Property tests with one seed, so that a run is repeated exactly. `FAST_CHECK_SEED=<integer>` tries other values; a failure
 * prints the seed and the path to the counterexample.
 */
import * as fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20261127) });

export default fc;
