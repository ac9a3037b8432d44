import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { Token } from 'aws-cdk-lib/core';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { requireInput } from '../validation/input-error';
import { GuardrailAction, UNMASKED_ACTIONS } from './guardrail-action';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Contextual grounding: whether an answer is supported by a given source. Runs only on the output, and only if the call
 * contains a source and a query, which AWS documents for summaries, paraphrases and question answering.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
 */
export class GuardrailGrounding {
  static {
    checkInputsOf(this, 'GuardrailGrounding');
  }

  /**
   * The answer must be supported by the source.
   *
   * @param threshold lowest score that passes, 0 to 0.99
   * @param action BLOCK (default) or DETECT
   * @throws InputError when the threshold is out of range or the action is another one.
   */
  public static grounded(threshold: number, action: GuardrailAction = GuardrailAction.BLOCK): GuardrailGrounding {
    return new GuardrailGrounding('GROUNDING', threshold, action);
  }

  /**
   * The answer must be relevant to the query.
   *
   * @param threshold lowest score that passes, 0 to 0.99
   * @param action BLOCK (default) or DETECT
   * @throws InputError when the threshold is out of range or the action is another one.
   */
  public static relevant(threshold: number, action: GuardrailAction = GuardrailAction.BLOCK): GuardrailGrounding {
    return new GuardrailGrounding('RELEVANCE', threshold, action);
  }

  private constructor(
    /** Kind of check, as the service names it. */
    public readonly kind: string,
    private readonly threshold: number,
    private readonly action: GuardrailAction,
  ) {
    const where = `GuardrailGrounding ${kind}`;
    const { min, max } = GUARDRAIL_LIMITS.groundingThreshold;
    requireInput(Token.isUnresolved(threshold) || (threshold >= min && threshold <= max), where, {
      input: 'threshold',
      value: threshold,
      allowed: `a number from ${min} to ${max}`,
      fix: 'choose a score in this range; 1 would block everything',
    });
    requireInput(UNMASKED_ACTIONS.includes(action) && action !== GuardrailAction.OFF, where, {
      input: 'action',
      value: action.name,
      allowed: 'block, detect',
      fix: 'choose one of these, or leave the check out',
    });
  }

  /** @internal */
  public _render(): CfnGuardrail.ContextualGroundingFilterConfigProperty {
    return { type: this.kind, threshold: this.threshold, action: this.action._cfn, enabled: true };
  }
}
