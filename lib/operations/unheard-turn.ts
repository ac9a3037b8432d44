import type { ModelListPrice } from '../agent';

const INPUT_TOKENS = 4_000_000;
const OUTPUT_TOKENS = 100_000;

/** US dollars that are counted for a turn without reported usage: ten times the turn of the cost estimate, at this price. */
export function unheardTurnUsd({ input, output }: ModelListPrice): number {
  return (INPUT_TOKENS * input + OUTPUT_TOKENS * output) / 1e6;
}
