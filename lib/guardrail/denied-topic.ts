import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { Token } from 'aws-cdk-lib/core';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { requireInput, requirePattern } from '../validation/input-error';
import { renderedDirections, UNMASKED_ACTIONS, type GuardrailDirections } from './guardrail-action';
import type { GuardrailTier } from './guardrail-tier';
import { requireLength } from './length';
import { checkInputsOf } from '../validation/checked-inputs';

/** A topic that a guardrail denies. */
export interface GuardrailTopicOptions extends GuardrailDirections {
  /** Name of the topic: 1 to 100 letters, digits, spaces and `- _ ! ? .`, unique in the guardrail. */
  readonly name: string;
  /** Definition of the topic, as a statement: 1 to 200 characters in the CLASSIC tier, 1 to 1000 in STANDARD. */
  readonly definition: string;
  /**
   * Examples of the topic: at most 5, each 1 to 100 characters.
   *
   * @default - none
   */
  readonly examples?: string[];
}

/**
 * A denied topic of a guardrail.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-denied-topics.html
 */
export class GuardrailTopic {
  static {
    checkInputsOf(this, 'GuardrailTopic');
  }

  /**
   * Denies a topic.
   *
   * @throws InputError when name, definition or examples break a limit of the service, or an action is MASK.
   */
  public static deny(props: GuardrailTopicOptions): GuardrailTopic {
    return new GuardrailTopic(props);
  }

  /** Name of the topic. */
  public readonly topicName: string;
  private readonly config: CfnGuardrail.TopicConfigProperty;

  private constructor(props: GuardrailTopicOptions) {
    const where = `GuardrailTopic '${props.name}'`;
    requirePattern(
      where,
      'name',
      props.name,
      GUARDRAIL_LIMITS.topicNamePattern,
      '1 to 100 letters, digits, spaces and - _ ! ? .',
      'shorten the name or replace other characters',
    );
    requireLength(where, 'definition', props.definition, GUARDRAIL_LIMITS.topicDefinitionLength.STANDARD);
    const examples = props.examples ?? [];
    requireInput(Token.isUnresolved(examples) || examples.length <= GUARDRAIL_LIMITS.topicExamples, where, {
      input: 'examples',
      value: examples.length,
      allowed: `at most ${GUARDRAIL_LIMITS.topicExamples}`,
      fix: 'keep the most telling ones',
    });
    examples.forEach((example) => requireLength(where, 'examples', example, GUARDRAIL_LIMITS.topicExampleLength));
    this.topicName = props.name;
    this.config = {
      type: 'DENY',
      name: props.name,
      definition: props.definition,
      ...(examples.length > 0 ? { examples } : {}),
      ...renderedDirections(where, props, UNMASKED_ACTIONS),
    };
  }

  /** @internal */
  public _render(tier: GuardrailTier): CfnGuardrail.TopicConfigProperty {
    requireLength(
      `GuardrailTopic '${this.topicName}' in the ${tier.tierName} tier`,
      'definition',
      this.config.definition,
      tier.maxTopicDefinitionLength,
    );
    return this.config;
  }
}
