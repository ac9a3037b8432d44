/** One line of an estimate: a number of priced units. */
export interface CostLine {
  /** `network`, `keys`, `logs and trail`, `storage`, `workflow`, `model` or `compute`. */
  readonly group: string;
  /** The unit. */
  readonly unit: string;
  /** How many units. */
  readonly quantity: number;
  /**
   * US dollars: per month in an idle line, per turn in the line of a turn.
   *
   * @default - the price isn't documented; the line isn't included in a sum
   */
  readonly usd?: number;
  /** The page where AWS publishes the price. */
  readonly page: string;
  /** Where the figure was read, because scripts render the price tables of AWS. */
  readonly readIn: string;
  /** The day on which it was read, `YYYY-MM-DD`. */
  readonly readOn: string;
}

/** The cost of one turn of an agent. */
export interface TurnCostEstimate {
  /** Name of the agent's Runtime. */
  readonly agentName: string;
  /**
   * The model.
   *
   * @default - not known from the templates; its tokens aren't included in a sum
   */
  readonly modelId?: string;
  /** US dollars per turn, without lines whose price isn't documented. */
  readonly usd: number;
  /** Lines of the cost. */
  readonly lines: CostLine[];
}
