/**
 * Usage of an agent. Templates don't contain it, so every figure of a turn depends on these assumptions, which are printed with
 * it. The defaults are round numbers of this library, not measurements: measure some of your turns and set your own values.
 */
export interface CostAssumptions {
  /**
   * Turns per month, of each agent.
   *
   * @default 0 - the total contains only the idle cost; the cost of one turn is always shown
   */
  readonly turnsPerMonth?: number;

  /**
   * Input tokens of one turn, over all its calls of the model: each call sends the conversation again.
   *
   * @default 400000
   */
  readonly inputTokensPerTurn?: number;

  /**
   * Part of the input tokens that is read from the prompt cache, 0 to 1. AWS doesn't document the part that Bedrock
   * Managed Agents reaches.
   *
   * @default 0 - none, which gives the highest cost
   */
  readonly cachedShare?: number;

  /**
   * Part of the input tokens that were not read from the prompt cache and are written to it, 0 to 1, at 1.25 times their
   * price. Whether Bedrock Managed Agents writes any is not documented.
   *
   * @default 0
   */
  readonly cacheWriteShare?: number;

  /**
   * Part of all tokens that belong to requests of more than 272,000 input tokens, 0 to 1: input costs twice as much there,
   * output one and a half times as much.
   *
   * @default 0
   */
  readonly longRequestShare?: number;

  /**
   * Output tokens of one turn, reasoning included.
   *
   * @default 10000
   */
  readonly outputTokensPerTurn?: number;

  /**
   * Minutes from the message to the final answer.
   *
   * @default 10
   */
  readonly minutesPerTurn?: number;

  /**
   * vCPUs in use, on average over the turn. Waiting for the model uses none; AWS mentions 30 to 70 % waiting.
   *
   * @default 0.5
   */
  readonly averageVcpu?: number;

  /**
   * GB of memory of the environment, from its start until it is stopped after the idle timeout of the Runtime.
   *
   * @default 2
   */
  readonly memoryGigabytes?: number;

  /**
   * Characters of the prompt, and as many of the final answer, that the guardrail screens.
   *
   * @default 4000
   */
  readonly screenedCharacters?: number;

  /**
   * Seconds that each function of the workflow runs, except the one that listens to the turn: its time is in the template.
   *
   * @default 1
   */
  readonly functionSeconds?: number;

  /**
   * MB that one turn writes to log groups.
   *
   * @default 2
   */
  readonly logMegabytesPerTurn?: number;

  /**
   * MB that one turn stores in buckets: evidence and results.
   *
   * @default 1
   */
  readonly storedMegabytesPerTurn?: number;

  /**
   * Calls of KMS caused by one turn.
   *
   * @default 200
   */
  readonly keyRequestsPerTurn?: number;

  /**
   * Data events of one turn that a trail records, if it selects data events.
   *
   * @default 200
   */
  readonly dataEventsPerTurn?: number;

  /**
   * Months for which logs and results are kept, where the template sets no end.
   *
   * @default 12
   */
  readonly monthsKept?: number;

  /**
   * GB of the image of each Runtime.
   *
   * @default 1
   */
  readonly imageGigabytes?: number;
}
