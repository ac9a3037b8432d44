import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * The generation of models that evaluates content filters, prompt attacks and denied topics.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tiers.html
 */
export class GuardrailTier {
  static {
    checkInputsOf(this, 'GuardrailTier');
  }

  /**
   * English, French and Spanish; no prompt-leakage detection; no support for code. Evaluated only in the guardrail's
   * Region.
   */
  public static readonly CLASSIC = new GuardrailTier('CLASSIC', GUARDRAIL_LIMITS.topicDefinitionLength.CLASSIC);
  /**
   * Many languages, prompt leakage, and code (comments, names, string literals). Needs a guardrail profile: the text may be
   * evaluated in another Region of the same geography.
   */
  public static readonly STANDARD = new GuardrailTier('STANDARD', GUARDRAIL_LIMITS.topicDefinitionLength.STANDARD);

  private constructor(
    /** Name of the tier. */
    public readonly tierName: string,
    /** Longest definition of a denied topic, in characters. */
    public readonly maxTopicDefinitionLength: number,
  ) {}
}
