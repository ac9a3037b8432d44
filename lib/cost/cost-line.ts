/** One line of an estimate: a priced thing, counted. */
export interface CostLine {
  /** `network`, `keys`, `logs and trail`, `storage`, `workflow`, `model` or `compute`. */
  readonly group: string;
  /** What one unit is. */
  readonly unit: string;
  /** How many units. */
  readonly quantity: number;
  /**
   * US dollars: per month in an idle line, per turn in the line of a turn.
   *
   * @default - the price is not documented; the line is in no sum
   */
  readonly usd?: number;
  /** The page where AWS publishes the price. */
  readonly page: string;
  /** Where the figure was read, because AWS renders its price tables by script. */
  readonly readIn: string;
  /** The day on which it was read, `YYYY-MM-DD`. */
  readonly readOn: string;
}

/** What one turn of an agent costs. */
export interface TurnCostEstimate {
  /** Name of the agent's Runtime. */
  readonly agentName: string;
  /**
   * The model.
   *
   * @default - not known from the templates; its tokens are in no sum
   */
  readonly modelId?: string;
  /** US dollars per turn, without the lines whose price is not documented. */
  readonly usd: number;
  /** Lines of the cost. */
  readonly lines: CostLine[];
}
