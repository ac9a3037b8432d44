/** The contract between AgentBudget (lib/operations), its function (runtime/turn-handlers) and the admission of turns. */

/** Item of a ledger: new turns are refused because a budget is used up. */
export const BUDGET_KEY = 'budget';

/** Why turns are refused, and for how long. */
export interface BudgetRefusal {
  /** ISO 8601, UTC: the end of the period whose limit was reached. */
  readonly until: string;
  readonly reason: string;
}

/** Prices in US dollars per million tokens. */
export interface TokenPrices {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

/** One workflow that a budget watches. */
export interface BudgetedWorkflow {
  readonly agentName: string;
  readonly ledgerTable: string;
  readonly prices: TokenPrices;
  /** Maximum cost, which is counted for each running turn and for a turn without reported usage. */
  readonly maxTurnUsd: number;
}

export type BudgetPeriod = 'hour' | 'day' | 'month';

/** What happens when a share of a limit is used. Exactly one of `topicArn`, `refuse`, `engageMachineArn` is set. */
export interface BudgetStep {
  readonly percent: number;
  readonly topicArn?: string;
  readonly refuse?: true;
  readonly engageMachineArn?: string;
}

/** The settings of the function, as JSON in one variable. */
export interface BudgetSettings {
  readonly name: string;
  readonly table: string;
  readonly workflows: readonly BudgetedWorkflow[];
  readonly limitsUsd: Readonly<Partial<Record<BudgetPeriod, number>>>;
  readonly steps: readonly BudgetStep[];
}
