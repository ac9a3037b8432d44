import type { ForkHandling } from '../../contracts/review';
import { checkInputsOf } from '../../validation/checked-inputs';

/**
 * What happens with pull requests from forks, whose code was written outside of the repository. CodeCommit has no forks.
 */
export class ForkPolicy {
  static {
    checkInputsOf(this, 'ForkPolicy');
  }

  /** They are not reviewed: the turn ends as Rejected before anything is opened. */
  public static readonly SKIP = new ForkPolicy('skip');

  /**
   * They are read. The message tells the agent to run nothing of them: that is an instruction, and the text it reads may
   * try to talk it out of it. What bounds the damage is what bounds every turn: the network and the execution role.
   */
  public static readonly READ_ONLY_REVIEW = new ForkPolicy('read-only-review');

  /** They are treated like pull requests of the repository itself: the agent builds and tests what strangers wrote. */
  public static readonly RUN = new ForkPolicy('run');

  /** @internal */
  public readonly _handling: ForkHandling;

  private constructor(handling: ForkHandling) {
    this._handling = handling;
  }
}
