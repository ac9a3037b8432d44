import type { ForkHandling } from '../../contracts/review';
import { checkInputsOf } from '../../validation/checked-inputs';

/**
 * How pull requests from forks are handled. Their code was written outside the repository. CodeCommit has no forks.
 */
export class ForkPolicy {
  static {
    checkInputsOf(this, 'ForkPolicy');
  }

  /** Not reviewed: the turn ends as Rejected before a session is opened. */
  public static readonly SKIP = new ForkPolicy('skip');

  /**
   * Reviewed without running their code. This is an instruction to the model, which the text of the pull request may try to
   * override. Only the network and the execution role enforce limits, as in every turn.
   */
  public static readonly READ_ONLY_REVIEW = new ForkPolicy('read-only-review');

  /** Treated like pull requests of the repository itself: the agent builds and tests code from outside. */
  public static readonly RUN = new ForkPolicy('run');

  /** @internal */
  public readonly _handling: ForkHandling;

  private constructor(handling: ForkHandling) {
    this._handling = handling;
  }
}
