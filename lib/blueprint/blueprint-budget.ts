import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AgentModel, ModelListPrice } from '../agent';
import { AgentBudget } from '../operations/agent-budget';
import { AgentBudgetAction } from '../operations/agent-budget-action';
import { maxTurnUsd } from '../operations/budget-limits';
import { checkInputsOf } from '../validation/checked-inputs';
import { requireInput } from '../validation/input-error';
import type { TurnWorkflow } from '../workflow';

/** Options of the budget of a blueprint. */
export interface BlueprintBudgetOptions {
  /**
   * Limit of the token cost of turns per calendar month (UTC), in US dollars. The daily limit is a quarter, and the hourly limit a tenth.
   *
   * @default - twenty times the maximum cost of one turn in each slot (`maxConcurrency`): 4 million input and 100,000 output
   * tokens at the price of the model. The hourly limit is then twice that cost. A running turn counts with its maximum, so turns
   * in all slots use half of the hourly limit; the other half covers ten usual turns in each slot.
   */
  readonly monthlyLimitUsd?: number;

  /**
   * Price of the tokens.
   *
   * @default - the list price of the model
   */
  readonly tokenPrice?: ModelListPrice;
}

/**
 * The budget that notifies people if a blueprint spends more than usual: an `AgentBudget` with messages at 80 and at
 * 100 percent of the limits per hour, day and month. It doesn't refuse turns. To refuse turns, add your own
 * `AgentBudget`.
 */
export class BlueprintBudget {
  static {
    checkInputsOf(this, 'BlueprintBudget');
  }

  /**
   * A budget that notifies a topic.
   *
   * @param topic gets the messages
   */
  public static notify(topic: ITopic, options: BlueprintBudgetOptions = {}): BlueprintBudget {
    return new BlueprintBudget(topic, options);
  }

  /** No budget. */
  public static none(): BlueprintBudget {
    return new BlueprintBudget();
  }

  private constructor(
    private readonly topic?: ITopic,
    private readonly options: BlueprintBudgetOptions = {},
  ) {}

  /**
   * Creates the budget, if there is one.
   *
   * @throws InputError when the price of the model is not known
   * @internal
   */
  public _bind(scope: Construct, workflow: TurnWorkflow, model: AgentModel, slots: number): AgentBudget | undefined {
    if (this.topic === undefined) return undefined;
    const price = this.options.tokenPrice ?? model.listPrice;
    requireInput(price !== undefined, scope, {
      input: 'budget',
      value: model.modelId,
      allowed: 'a model whose list price this library knows, or a price',
      fix: 'pass budget: BlueprintBudget.notify(topic, { tokenPrice: { input, output } }), or BlueprintBudget.none()',
    });
    return new AgentBudget(scope, 'Budget', {
      workflows: [workflow],
      monthlyLimitUsd: this.options.monthlyLimitUsd ?? 20 * slots * maxTurnUsd(price),
      tokenPrice: price,
      actions: [80, 100].map((percent) => AgentBudgetAction.notify(percent, this.topic!)),
    });
  }
}
