/** An accepted finding, with a reason and an expiry date. */
export interface AcceptedFinding {
  /**
   * Files of the finding: a path in the repository, where `*` and `?` match inside a directory and `**` matches any number of
   * directories.
   */
  readonly files: string;

  /**
   * Id of the rule, such as `CWE-89`. Findings of reviews have none.
   *
   * @default - every rule
   */
  readonly rule?: string;

  /**
   * Text in the message or in the quoted code, in any letter case; at least 5 characters.
   *
   * @default - any text
   */
  readonly containing?: string;

  /** Why it is accepted, and by whom: 10 to 300 characters. It is shown with the finding. */
  readonly reason: string;

  /** Last day of the acceptance, such as `2027-06-30` (UTC). After that day, the finding is reported as new. */
  readonly until: string;
}
