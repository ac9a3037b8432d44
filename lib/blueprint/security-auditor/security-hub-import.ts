import { checkInputsOf } from '../../validation/checked-inputs';

/** Whether findings of an audit go to AWS Security Hub, too. */
export class SecurityHubImport {
  static {
    checkInputsOf(this, 'SecurityHubImport');
  }

  /** Findings stay in the findings bucket. */
  public static none(): SecurityHubImport {
    return new SecurityHubImport(false);
  }

  /**
   * At the end of an audit, findings that are new are imported as active, and those that were fixed as archived. Security
   * Hub CSPM must be on in account and Region; while it is not, the audit is stored and its summary says why nothing was
   * imported. Makes an endpoint for `securityhub` in the network. Quotations of code are not imported.
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
