import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { Token } from 'aws-cdk-lib/core';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { requireInput } from '../validation/input-error';
import { renderedDirections, UNMASKED_ACTIONS, type GuardrailDirections } from './guardrail-action';
import { requireLength } from './length';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Words that a guardrail filters, as exact matches.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-word-filters.html
 */
export class GuardrailWordFilter {
  static {
    checkInputsOf(this, 'GuardrailWordFilter');
  }

  /**
   * Words and phrases of your own. AWS describes phrases of up to three words; whether the service refuses longer ones is
   * not documented and not checked here.
   *
   * @param words 1 to 100 characters each, at most 10000 in a guardrail. Repetitions count once.
   * @param directions what happens in each direction. Default: block
   * @throws InputError when a word is empty or too long, there is none, or an action masks.
   */
  public static words(words: string[], directions: GuardrailDirections = {}): GuardrailWordFilter {
    const where = 'GuardrailWordFilter.words';
    requireInput(Token.isUnresolved(words) || words.length > 0, where, {
      input: 'words',
      value: words,
      allowed: 'at least one word',
      fix: 'leave the filter out instead',
    });
    words.forEach((word) => requireLength(where, 'words', word, GUARDRAIL_LIMITS.wordLength));
    const rendered = renderedDirections(where, directions, UNMASKED_ACTIONS);
    return new GuardrailWordFilter([...new Set(words)].map((text) => ({ text, ...rendered })));
  }

  /**
   * AWS's list of profanities.
   *
   * @param directions what happens in each direction. Default: block
   * @throws InputError when an action masks.
   */
  public static profanity(directions: GuardrailDirections = {}): GuardrailWordFilter {
    const where = 'GuardrailWordFilter.profanity';
    return new GuardrailWordFilter(
      [],
      [{ type: 'PROFANITY', ...renderedDirections(where, directions, UNMASKED_ACTIONS) }],
    );
  }

  private constructor(
    /** @internal */
    public readonly _words: CfnGuardrail.WordConfigProperty[],
    /** @internal */
    public readonly _managedLists: CfnGuardrail.ManagedWordsConfigProperty[] = [],
  ) {}
}
