import type { GateSetting } from '../../contracts/review';
import { checkInputsOf } from '../../validation/checked-inputs';

/** Severity of a finding of a review. */
export enum ReviewSeverity {
  CRITICAL = 'critical',
  HIGH = 'high',
  MEDIUM = 'medium',
  LOW = 'low',
}

/**
 * Whether a review can block a merge. A model then decides, as far as your branch rules require the gate. Let people
 * override it.
 */
export class ReviewGate {
  static {
    checkInputsOf(this, 'ReviewGate');
  }

  /** Reviews are comments and don't block a merge. */
  public static none(): ReviewGate {
    return new ReviewGate();
  }

  /**
   * On GitHub, the gate is a check run `Review by <agent>` on the reviewed commit. It fails if there is a finding of this
   * severity or above, and requires action if there is no review. It needs a GitHub App with the permission Checks (write);
   * tokens can't create check runs. Require the check in the rules of the branch.
   *
   * On CodeCommit, the gate is the approval of the reviewed revision, which is revoked if there is such a finding. Add the role
   * `reviewer.deliveryRole` to the pool of an approval rule.
   */
  public static failFrom(severity: ReviewSeverity): ReviewGate {
    return new ReviewGate({ failFrom: severity });
  }

  private constructor(
    /** @internal */
    public readonly _setting?: GateSetting,
  ) {}
}
