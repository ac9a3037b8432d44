import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { requireInput } from '../validation/input-error';
import { GuardrailAction } from './guardrail-action';
import { checkInputsOf } from '../validation/checked-inputs';

/** The strength of a content filter: a stronger filter acts on findings of lower confidence. */
export class GuardrailStrength {
  static {
    checkInputsOf(this, 'GuardrailStrength');
  }

  /** Acts on nothing. */
  public static readonly NONE = new GuardrailStrength('NONE');
  /** Acts on findings of high confidence. */
  public static readonly LOW = new GuardrailStrength('LOW');
  /** Acts on findings of medium and high confidence. */
  public static readonly MEDIUM = new GuardrailStrength('MEDIUM');
  /** Acts on findings of low, medium and high confidence. */
  public static readonly HIGH = new GuardrailStrength('HIGH');

  private constructor(
    /** Name of the strength. */
    public readonly strengthName: string,
  ) {}
}

/**
 * A content filter of a guardrail. A guardrail has at most one per category.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters.html
 */
export class GuardrailContentFilter {
  static {
    checkInputsOf(this, 'GuardrailContentFilter');
  }

  /** Hate. `output` is as strong as `input` unless given. */
  public static hate(input: GuardrailStrength, output?: GuardrailStrength): GuardrailContentFilter {
    return new GuardrailContentFilter('HATE', input, output ?? input);
  }

  /** Insults. `output` is as strong as `input` unless given. */
  public static insults(input: GuardrailStrength, output?: GuardrailStrength): GuardrailContentFilter {
    return new GuardrailContentFilter('INSULTS', input, output ?? input);
  }

  /** Sexual content. `output` is as strong as `input` unless given. */
  public static sexual(input: GuardrailStrength, output?: GuardrailStrength): GuardrailContentFilter {
    return new GuardrailContentFilter('SEXUAL', input, output ?? input);
  }

  /** Violence. `output` is as strong as `input` unless given. */
  public static violence(input: GuardrailStrength, output?: GuardrailStrength): GuardrailContentFilter {
    return new GuardrailContentFilter('VIOLENCE', input, output ?? input);
  }

  /** Misconduct: help with crimes, fraud or intrusion. `output` is as strong as `input` unless given. */
  public static misconduct(input: GuardrailStrength, output?: GuardrailStrength): GuardrailContentFilter {
    return new GuardrailContentFilter('MISCONDUCT', input, output ?? input);
  }

  /**
   * Prompt attacks: jailbreaks, prompt injection and, in the STANDARD tier, prompt leakage. Works on the input only;
   * the service requires the output strength NONE, which is set automatically.
   */
  public static promptAttack(input: GuardrailStrength): GuardrailContentFilter {
    return new GuardrailContentFilter('PROMPT_ATTACK', input, GuardrailStrength.NONE);
  }

  private constructor(
    /** Category, as the service names it. */
    public readonly category: string,
    private readonly input: GuardrailStrength,
    private readonly output: GuardrailStrength,
    private readonly action: GuardrailAction = GuardrailAction.BLOCK,
  ) {
    requireInput(
      input !== GuardrailStrength.NONE || output !== GuardrailStrength.NONE,
      `GuardrailContentFilter ${category}`,
      {
        input: 'strength',
        value: 'NONE',
        allowed: 'a strength other than NONE in at least one direction',
        fix: 'leave the filter out instead',
      },
    );
  }

  /** The same filter in detect mode: the assessment reports what it would block. Use it to test a filter. */
  public detectOnly(): GuardrailContentFilter {
    return new GuardrailContentFilter(this.category, this.input, this.output, GuardrailAction.DETECT);
  }

  /** @internal */
  public _render(): CfnGuardrail.ContentFilterConfigProperty {
    return {
      type: this.category,
      inputStrength: this.input.strengthName,
      ...(this.input === GuardrailStrength.NONE ? {} : { inputAction: this.action._cfn }),
      outputStrength: this.output.strengthName,
      ...(this.output === GuardrailStrength.NONE ? {} : { outputAction: this.action._cfn }),
    };
  }
}
