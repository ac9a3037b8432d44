/** A finding that somebody decided to live with, until a day. */
export interface AcceptedFinding {
  /**
   * The files it is in: a path in the repository, where `*` and `?` stay inside a directory and `**` goes through any
   * number of directories.
   */
  readonly files: string;

  /**
   * Id of the rule, such as `CWE-89`. Findings of reviews have none.
   *
   * @default - every rule
   */
  readonly rule?: string;

  /**
   * Words that its message or the quoted code holds, in any letter case; at least 5 characters.
   *
   * @default - whatever it says
   */
  readonly containing?: string;

  /** Why it is accepted, and by whom: 10 to 300 characters. It is shown wherever the finding is. */
  readonly reason: string;

  /** The last day, as `2027-06-30` (UTC). After it, the finding is reported as new. */
  readonly until: string;
}
