import type { GateSetting } from '../../contracts/review';
import { checkInputsOf } from '../../validation/checked-inputs';

/** How bad a finding of a review is. */
export enum ReviewSeverity {
  CRITICAL = 'critical',
  HIGH = 'high',
  MEDIUM = 'medium',
  LOW = 'low',
}

/**
 * Whether a review can block a merge. A model decides then, as far as your branch rules say so: leave people a way past
 * it.
 */
export class ReviewGate {
  static {
    checkInputsOf(this, 'ReviewGate');
  }

  /** Reviews are comments, and nothing more. */
  public static none(): ReviewGate {
    return new ReviewGate();
  }

  /**
   * On GitHub, a check run `Review by <agent>` on the reviewed commit: it fails when there is a finding of this severity or
   * above, and asks for action when there is no review. That takes a GitHub App with the permission Checks (write); tokens
   * cannot make check runs. Require the check in the rules of the branch.
   *
   * On CodeCommit, the approval of the reviewed revision, which is revoked when there is such a finding. Name the role
   * `reviewer.deliveryRole` in the pool of an approval rule.
   */
  public static failFrom(severity: ReviewSeverity): ReviewGate {
    return new ReviewGate({ failFrom: severity });
  }

  private constructor(
    /** @internal */
    public readonly _setting?: GateSetting,
  ) {}
}
