/** Which pull requests are reviewed, and which of their files. */
export interface ReviewPolicy {
  /**
   * Whether drafts are reviewed. Otherwise a draft is reviewed once it is marked as ready. CodeCommit has no drafts.
   *
   * @default false
   */
  readonly reviewDrafts?: boolean;

  /**
   * Whether pull requests of apps, such as `dependabot[bot]`, are reviewed. CodeCommit doesn't distinguish them.
   *
   * @default true
   */
  readonly reviewBots?: boolean;

  /**
   * Authors whose pull requests are not reviewed: logins on GitHub, in any letter case; on CodeCommit, ARNs or the end
   * of an ARN, such as `user/release-robot`. At most 50.
   *
   * @default - none
   */
  readonly skippedAuthors?: string[];

  /**
   * Files that aren't reviewed: they don't count toward the limits, the agent doesn't get their diff, and the review
   * lists them. Paths in the repository, where `*` and `?` match inside a directory and `**` matches any number of
   * directories. At most
   * 50. A change of only these files is not reviewed, so don't name files that can contain a defect.
   *
   * @default - lock files of package managers, minified scripts and styles, source maps, and test snapshots
   */
  readonly ignoredPaths?: string[];
}
