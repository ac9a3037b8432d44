import type { FinalAnswerForm } from '../contracts/step';
import { checkInputsOf } from '../validation/checked-inputs';

/** The form of an agent's final answer. */
export class FinalAnswer {
  static {
    checkInputsOf(this, 'FinalAnswer');
  }

  /** Any text. */
  public static text(): FinalAnswer {
    return new FinalAnswer();
  }

  /**
   * One JSON document, bare or in one fenced block. If the answer has another form, the agent is asked once more, in
   * the same session. That is one more turn of the service, which uses the slot and the deadline of the turn. The
   * second answer is passed to the delivery unchanged.
   */
  public static jsonDocument(): FinalAnswer {
    return new FinalAnswer('json-document');
  }

  private constructor(
    /** @internal */
    public readonly _form?: FinalAnswerForm,
  ) {}
}
