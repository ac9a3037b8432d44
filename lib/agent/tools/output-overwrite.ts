import { checkInputsOf } from '../../validation/checked-inputs';

/** Whether an agent may replace objects that it has published. */
export class OutputOverwrite {
  static {
    checkInputsOf(this, 'OutputOverwrite');
  }

  /** Never. IAM allows only writes that fail if the object exists. */
  public static readonly NEVER = new OutputOverwrite('never');
  /** If the agent requests it in the call. Use a versioned bucket. */
  public static readonly WHEN_ASKED = new OutputOverwrite('when-asked');

  private constructor(
    /** The value in the form of the tool's server. */
    public readonly value: string,
  ) {}
}
