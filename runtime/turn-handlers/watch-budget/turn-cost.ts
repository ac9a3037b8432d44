import type { BudgetedWorkflow } from '../../../lib/contracts/budget';
import type { TurnItem } from '../../../lib/contracts/turn-ledger';

/** US dollars, and whether the live stream reported them. */
export interface TurnCost {
  readonly usd: number;
  readonly basis: 'reported' | 'maximum' | 'nothing-sent';
}

/**
 * The cost of an ended turn, by its record in the ledger. A turn has one message, and a second one if the answer was
 * requested again; each counts as reported or with the maximum.
 */
export function turnCost(record: Partial<TurnItem>, workflow: BudgetedWorkflow): TurnCost {
  const costs = [
    messageCost(record.state === 'submitting' || record.state === 'submitted', record.terminal, workflow),
    messageCost(record.requestState !== undefined, record.requestTerminal, workflow),
  ];
  const sent = costs.filter((cost) => cost !== undefined);
  if (sent.length === 0) return { usd: 0, basis: 'nothing-sent' };
  return {
    usd: sent.reduce((sum, { usd }) => sum + usd, 0),
    basis: sent.every(({ basis }) => basis === 'reported') ? 'reported' : 'maximum',
  };
}

function messageCost(sent: boolean, terminal: string | undefined, workflow: BudgetedWorkflow): TurnCost | undefined {
  if (!sent) return undefined;
  const usd = terminal === undefined ? undefined : reportedUsd(terminal, workflow);
  return usd === undefined ? { usd: workflow.maxTurnUsd, basis: 'maximum' } : { usd, basis: 'reported' };
}

/** A value that isn't a number counts as not reported: usage in another form must not count as zero. */
function reportedUsd(terminal: string, { prices }: BudgetedWorkflow): number | undefined {
  const { usage } = JSON.parse(terminal) as { usage?: Record<string, unknown> };
  const input = tokens(usage?.['input_tokens']);
  const output = tokens(usage?.['output_tokens']);
  if (input === undefined || output === undefined) return undefined;
  const details = usage?.['input_tokens_details'] as Record<string, unknown> | null | undefined;
  const cached = Math.min(input, tokens(details?.['cached_tokens']) ?? 0);
  return ((input - cached) * prices.input + cached * prices.cachedInput + output * prices.output) / 1e6;
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
