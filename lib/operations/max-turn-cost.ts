import type { ModelListPrice } from '../agent';

const INPUT_TOKENS = 4_000_000;
const OUTPUT_TOKENS = 100_000;

/** Default of the maximum cost of a turn, in US dollars: ten times the turn of the cost estimate, at this price. */
export function maxTurnUsd({ input, output }: ModelListPrice): number {
  return (INPUT_TOKENS * input + OUTPUT_TOKENS * output) / 1e6;
}
