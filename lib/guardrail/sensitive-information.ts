import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { GuardrailAction, renderedDirections, type GuardrailDirections } from './guardrail-action';
import type { GuardrailEntity } from './sensitive-entity';
import { checkInputsOf } from '../validation/checked-inputs';

const ACTIONS = [GuardrailAction.BLOCK, GuardrailAction.MASK, GuardrailAction.DETECT, GuardrailAction.OFF];

/**
 * What a guardrail does with one kind of sensitive information, by default in both directions.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html
 */
export class GuardrailSensitiveInformation {
  static {
    checkInputsOf(this, 'GuardrailSensitiveInformation');
  }

  /** The whole text is replaced by the guardrail's message. */
  public static block(entity: GuardrailEntity): GuardrailSensitiveInformation {
    return GuardrailSensitiveInformation.perDirection(entity, {});
  }

  /** The finding is replaced by its kind; the rest of the text stays. */
  public static mask(entity: GuardrailEntity): GuardrailSensitiveInformation {
    return GuardrailSensitiveInformation.perDirection(entity, {
      input: GuardrailAction.MASK,
      output: GuardrailAction.MASK,
    });
  }

  /** The text stays; the finding is in the assessment of the call. */
  public static detect(entity: GuardrailEntity): GuardrailSensitiveInformation {
    return GuardrailSensitiveInformation.perDirection(entity, {
      input: GuardrailAction.DETECT,
      output: GuardrailAction.DETECT,
    });
  }

  /**
   * Different actions for input and output.
   *
   * @throws InputError when it is off in both.
   */
  public static perDirection(entity: GuardrailEntity, directions: GuardrailDirections): GuardrailSensitiveInformation {
    return new GuardrailSensitiveInformation(entity, directions);
  }

  private readonly actions: { readonly action: string } & ReturnType<typeof renderedDirections>;

  private constructor(
    /** The kind of sensitive information. */
    public readonly entity: GuardrailEntity,
    directions: GuardrailDirections,
  ) {
    const rendered = renderedDirections(`GuardrailSensitiveInformation ${entity.entityName}`, directions, ACTIONS);
    // The service requires a common action; the actions per direction decide.
    this.actions = { action: rendered.outputAction ?? rendered.inputAction ?? 'BLOCK', ...rendered };
  }

  /** @internal */
  public get _isRegex(): boolean {
    return this.entity._regex !== undefined;
  }

  /** @internal */
  public _renderEntity(): CfnGuardrail.PiiEntityConfigProperty {
    return { type: this.entity.entityName, ...this.actions };
  }

  /** @internal */
  public _renderRegex(): CfnGuardrail.RegexConfigProperty {
    const { name, pattern, description } = this.entity._regex!;
    return { name, pattern, ...(description === undefined ? {} : { description }), ...this.actions };
  }
}
