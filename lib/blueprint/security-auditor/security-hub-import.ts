import { checkInputsOf } from '../../validation/checked-inputs';

/** Whether findings of an audit are imported to AWS Security Hub. */
export class SecurityHubImport {
  static {
    checkInputsOf(this, 'SecurityHubImport');
  }

  /** Findings stay in the findings bucket. */
  public static none(): SecurityHubImport {
    return new SecurityHubImport(false);
  }

  /**
   * At the end of an audit, new findings are imported as active, and fixed findings as archived. Security Hub CSPM must
   * be enabled in the account and Region. Otherwise, the audit is stored, and its summary contains the reason why
   * nothing was imported. This adds an endpoint for `securityhub` to the network. Quotations of code are not imported.
   *
   * Source: docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
   */
  public static newFindings(): SecurityHubImport {
    return new SecurityHubImport(true);
  }

  /** @internal */
  public readonly _imports: boolean;

  private constructor(imports: boolean) {
    this._imports = imports;
  }
}
