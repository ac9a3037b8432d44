import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { requireInput } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';
import type { AgentKillSwitch } from './agent-kill-switch';

/**
 * What happens when a share of a limit is used up: once in each hour, day or month whose limit is reached.
 *
 * @experimental
 */
export class AgentBudgetAction {
  static {
    checkInputsOf(this, 'AgentBudgetAction');
  }

  /**
   * Sends a message.
   *
   * @param percent share of the limit, 1 to 1000
   * @param topic gets the message, which shows the reported part of the sum and the part that is a maximum
   * @throws InputError when the share is out of range
   */
  public static notify(percent: number, topic: ITopic): AgentBudgetAction {
    return new AgentBudgetAction(percent, topic);
  }

  /**
   * Refuses new turns until the period is over: each ends with the outcome Cancelled and the code `budget-used-up`. Running
   * turns continue.
   *
   * @param percent share of the limit, 1 to 1000
   * @throws InputError when the share is out of range
   */
  public static refuseTurns(percent: number): AgentBudgetAction {
    return new AgentBudgetAction(percent, undefined, true);
  }

  /**
   * Stops the agents. They run again when a person releases the kill switch.
   *
   * @param percent share of the limit, 1 to 1000
   * @throws InputError when the share is out of range
   */
  public static engage(percent: number, killSwitch: AgentKillSwitch): AgentBudgetAction {
    return new AgentBudgetAction(percent, undefined, undefined, killSwitch);
  }

  private constructor(
    /** @internal */
    public readonly _percent: number,
    /** @internal */
    public readonly _topic?: ITopic,
    /** @internal */
    public readonly _refuse?: true,
    /** @internal */
    public readonly _killSwitch?: AgentKillSwitch,
  ) {
    requireInput(percentIsAllowed(_percent), 'AgentBudgetAction', {
      input: 'percent',
      value: _percent,
      allowed: '1 to 1000',
      fix: 'pass the share of the limit in percent, for example 80',
    });
  }
}

function percentIsAllowed(percent: number): boolean {
  return Number.isFinite(percent) && percent >= 1 && percent <= 1000;
}
