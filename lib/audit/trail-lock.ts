import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { requireWholeNumber } from '../validation/input-error';

/** How the files of a trail are protected against deletion and change: S3 Object Lock on every file as it is delivered. */
export class TrailLock {
  /**
   * Nobody deletes or changes a file before the period is over, unless a privileged identity first edits the bucket policy
   * (which denies the bypass to everybody and whose change raises the tampering alarm).
   *
   * @param period whole days, 1 to 36500. Default: 365 days
   */
  public static governance(period: Duration = Duration.days(365)): TrailLock {
    return new TrailLock('TrailLock.governance', period, s3.ObjectLockMode.GOVERNANCE);
  }

  /**
   * Nobody, not even the root user or AWS Support, deletes or changes a file before the period is over, and nobody shortens
   * the period of a file that exists. The bucket cannot be emptied until then.
   *
   * @param period whole days, 1 to 36500
   */
  public static compliance(period: Duration): TrailLock {
    return new TrailLock('TrailLock.compliance', period, s3.ObjectLockMode.COMPLIANCE);
  }

  /** Files are versioned but not locked. For trial accounts: rule MA-AUD2 flags it. */
  public static none(): TrailLock {
    return new TrailLock('TrailLock.none');
  }

  /** How long a file stays locked; undefined without a lock. */
  public readonly period?: Duration;

  /** @internal */
  public readonly _retention?: s3.ObjectLockRetention;

  private constructor(factory: string, period?: Duration, mode?: s3.ObjectLockMode) {
    this.period = period;
    if (period && mode) {
      requireWholeNumber(factory, 'period', period.toDays({ integral: false }), 1, 36_500, 'days');
      this._retention =
        mode === s3.ObjectLockMode.GOVERNANCE
          ? s3.ObjectLockRetention.governance(period)
          : s3.ObjectLockRetention.compliance(period);
    }
  }
}
