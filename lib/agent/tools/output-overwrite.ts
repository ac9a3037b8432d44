import { checkInputsOf } from '../../validation/checked-inputs';

/** Whether an agent may replace what it has published. */
export class OutputOverwrite {
  static {
    checkInputsOf(this, 'OutputOverwrite');
  }

  /** Never. IAM lets only writes pass that fail when the object is there. */
  public static readonly NEVER = new OutputOverwrite('never');
  /** When the agent asks for it in the call. Use a versioned bucket. */
  public static readonly WHEN_ASKED = new OutputOverwrite('when-asked');

  private constructor(
    /** The value as the tool's server takes it. */
    public readonly value: string,
  ) {}
}
