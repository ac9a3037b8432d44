import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Duration } from 'aws-cdk-lib/core';
import { requireWholeNumber } from '../validation/input-error';

/** How evidence is protected against deletion and change: S3 Object Lock on every object as it is written. */
export class EvidenceLock {
  /**
   * Nobody without `s3:BypassGovernanceRetention` deletes or changes evidence before the period is over. No role of this
   * library has that permission.
   *
   * @param period whole days, 1 to 36500.
   * @throws InputError when the period is out of range.
   */
  public static governance(period: Duration): EvidenceLock {
    return new EvidenceLock(period, s3.ObjectLockMode.GOVERNANCE);
  }

  /**
   * Nobody at all, the root user included, deletes or changes evidence before the period is over, and the bucket cannot be
   * emptied until then.
   *
   * @param period whole days, 1 to 36500.
   * @throws InputError when the period is out of range.
   */
  public static compliance(period: Duration): EvidenceLock {
    return new EvidenceLock(period, s3.ObjectLockMode.COMPLIANCE);
  }

  /** Evidence is versioned, so an overwritten or deleted object can be restored for a time, and not locked. */
  public static none(): EvidenceLock {
    return new EvidenceLock();
  }

  /** How long an object stays locked; undefined without a lock. */
  public readonly period?: Duration;

  /** @internal */
  public readonly _retention?: s3.ObjectLockRetention;

  private constructor(period?: Duration, mode?: s3.ObjectLockMode) {
    this.period = period;
    if (period && mode) {
      requireWholeNumber('EvidenceLock', 'period', period.toDays({ integral: false }), 1, 36_500, 'days');
      this._retention =
        mode === s3.ObjectLockMode.GOVERNANCE
          ? s3.ObjectLockRetention.governance(period)
          : s3.ObjectLockRetention.compliance(period);
    }
  }
}
