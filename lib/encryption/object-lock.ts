import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Duration } from 'aws-cdk-lib/core';
import { requireWholeNumber } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/** How the objects of a bucket are protected against deletion and change: S3 Object Lock on every object as it is written. */
export class ObjectLock {
  static {
    checkInputsOf(this, 'ObjectLock');
  }

  /**
   * Only an identity with `s3:BypassGovernanceRetention` can delete or change an object before the period is over. No
   * role of this library has that permission, and the bucket of an audit trail denies it to every principal.
   *
   * @param period whole days, 1 to 36500
   * @throws InputError when the period is out of range
   */
  public static governance(period: Duration): ObjectLock {
    return new ObjectLock('ObjectLock.governance', period, s3.ObjectLockMode.GOVERNANCE);
  }

  /**
   * Nobody, including the root user and AWS Support, can delete or change an object before the period is over, or
   * shorten the period of an existing object. The bucket can't be emptied until then.
   *
   * @param period whole days, 1 to 36500
   * @throws InputError when the period is out of range
   */
  public static compliance(period: Duration): ObjectLock {
    return new ObjectLock('ObjectLock.compliance', period, s3.ObjectLockMode.COMPLIANCE);
  }

  /**
   * Objects are versioned and not locked: an overwritten or deleted object can be restored for a time. For trial accounts:
   * rule MA-AUD2 reports it for the bucket of an audit trail and for the evidence of turns.
   */
  public static none(): ObjectLock {
    return new ObjectLock('ObjectLock.none');
  }

  /** How long an object stays locked; undefined without a lock. */
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
