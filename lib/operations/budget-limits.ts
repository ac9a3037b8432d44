import type { IConstruct } from 'constructs';
import { ManagedAgent, type ModelListPrice } from '../agent';
import type { BudgetedWorkflow, BudgetPeriod } from '../contracts/budget';
import { requireInput } from '../validation/input-error';
import type { TurnWorkflow } from '../workflow/turn-workflow';
import type { AgentBudgetProps } from './agent-budget';

type BudgetLimits = Readonly<Record<BudgetPeriod, number>>;

/** The limits in US dollars; omitted ones are derived from the monthly limit. */
export function budgetLimits(scope: IConstruct, props: AgentBudgetProps): BudgetLimits {
  // The month is checked first: an error must name a given value.
  const month = positive(scope, 'monthlyLimitUsd', props.monthlyLimitUsd);
  const limits = {
    hour: positive(scope, 'hourlyLimitUsd', props.hourlyLimitUsd ?? month / 10),
    day: positive(scope, 'dailyLimitUsd', props.dailyLimitUsd ?? month / 4),
    month,
  };
  requireOrder(scope, limits);
  return limits;
}

/** A limit above that of a longer period would never be reached. */
function requireOrder(scope: IConstruct, { hour, day, month }: BudgetLimits): void {
  for (const [input, value, longer, limit] of [
    ['dailyLimitUsd', day, 'monthlyLimitUsd', month],
    ['hourlyLimitUsd', hour, 'dailyLimitUsd', day],
  ] as const) {
    requireInput(value <= limit, scope, {
      input,
      value,
      allowed: `at most ${longer} (${limit} US dollars)`,
      fix: `lower ${input}, or raise ${longer}`,
    });
  }
}

/** The settings for counting the turns of a workflow. */
export function budgetedWorkflow(
  scope: IConstruct,
  { agent, ledger }: TurnWorkflow,
  props: AgentBudgetProps,
  hourlyLimitUsd: number,
): BudgetedWorkflow {
  const listPrice = agent instanceof ManagedAgent ? agent.model.listPrice : undefined;
  const price = props.tokenPrice ?? listPrice;
  requireInput(price !== undefined, scope, {
    input: 'tokenPrice',
    value: undefined,
    allowed: `a price, because the model of ${agent.agentName} has none in the catalogue of this library`,
    fix: 'pass the price that you pay: { input, output, cachedInput } in US dollars per million tokens',
  });
  const { input, output, cachedInput = input } = price;
  const maxTurn = positive(scope, 'maxTurnUsd', props.maxTurnUsd ?? maxTurnUsd(price));
  requireInput(maxTurn <= hourlyLimitUsd, scope, {
    input: 'hourlyLimitUsd',
    value: hourlyLimitUsd,
    allowed: `at least ${maxTurn} US dollars, which one turn of ${agent.agentName} counts while it runs`,
    fix: 'raise hourlyLimitUsd (a tenth of monthlyLimitUsd unless you set it), or lower maxTurnUsd',
  });
  return {
    agentName: agent.agentName,
    ledgerTable: ledger.tableName,
    prices: { input, output, cachedInput },
    maxTurnUsd: maxTurn,
  };
}

function positive(scope: IConstruct, input: string, usd: number): number {
  requireInput(Number.isFinite(usd) && usd > 0, scope, {
    input,
    value: usd,
    allowed: 'US dollars, more than 0',
    fix: 'pass a positive number, for example 400',
  });
  return usd;
}

const INPUT_TOKENS = 4_000_000;
const OUTPUT_TOKENS = 100_000;

/** Default of the maximum cost of a turn, in US dollars: ten times the turn of the cost estimate, at this price. */
export function maxTurnUsd({ input, output }: ModelListPrice): number {
  return (INPUT_TOKENS * input + OUTPUT_TOKENS * output) / 1e6;
}
