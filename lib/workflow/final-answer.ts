import type { FinalAnswerForm } from '../contracts/step';
import { checkInputsOf } from '../validation/checked-inputs';

/** What a workflow takes as the final answer of its agent. */
export class FinalAnswer {
  static {
    checkInputsOf(this, 'FinalAnswer');
  }

  /** Any text. */
  public static text(): FinalAnswer {
    return new FinalAnswer();
  }

  /**
   * One JSON document, bare or in one fenced block. An agent that answers with anything else is asked once more, in the
   * same session. That takes one more turn of the service; it holds the slot of the turn and ends at its deadline. What the agent
   * answers then goes to the delivery as it is.
   */
  public static jsonDocument(): FinalAnswer {
    return new FinalAnswer('json-document');
  }

  private constructor(
    /** @internal */
    public readonly _form?: FinalAnswerForm,
  ) {}
}
