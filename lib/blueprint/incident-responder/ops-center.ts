import { OpsItemCategory, OpsItemSeverity } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { checkInputsOf } from '../../validation/checked-inputs';

/** Options of OpsItems. */
export interface OpsItemOptions {
  /**
   * Severity of the OpsItems.
   *
   * @default OpsItemSeverity.HIGH
   */
  readonly severity?: OpsItemSeverity;

  /**
   * Category of the OpsItems.
   *
   * @default OpsItemCategory.AVAILABILITY
   */
  readonly category?: OpsItemCategory;
}

/**
 * Whether incidents appear in OpsCenter of AWS Systems Manager. The account must have OpsCenter set up.
 *
 * Incident Manager, the alternative of AWS, accepts no new customers since November 7, 2025
 * (docs.aws.amazon.com/incident-manager/latest/userguide/incident-manager-availability-change.html).
 */
export class OpsCenter {
  static {
    checkInputsOf(this, 'OpsCenter');
  }

  /** No OpsItems. */
  public static none(): OpsCenter {
    return new OpsCenter();
  }

  /**
   * One OpsItem per incident, which each report updates. People set its status. AWS doesn't document how OpsCenter encrypts
   * it.
   */
  public static opsItems(options: OpsItemOptions = {}): OpsCenter {
    const { severity = OpsItemSeverity.HIGH, category = OpsItemCategory.AVAILABILITY } = options;
    return new OpsCenter({ severity, category });
  }

  private constructor(
    /** @internal */
    public readonly _opsItems?: { readonly severity: OpsItemSeverity; readonly category: OpsItemCategory },
  ) {}
}
