/** Which pull requests are reviewed, and which of their files. */
export interface ReviewPolicy {
  /**
   * Whether drafts are reviewed. Otherwise a draft is reviewed once it is marked as ready. CodeCommit has no drafts.
   *
   * @default false
   */
  readonly reviewDrafts?: boolean;

  /**
   * Whether pull requests of apps are reviewed, such as `dependabot[bot]`. CodeCommit does not tell them apart.
   *
   * @default true
   */
  readonly reviewBots?: boolean;

  /**
   * Authors whose pull requests are not reviewed: logins on GitHub, in any letter case; on CodeCommit ARNs, or what an ARN
   * ends with, such as `user/release-robot`. At most 50.
   *
   * @default - nobody
   */
  readonly skippedAuthors?: string[];

  /**
   * Files that are left out: they count for no limit, the agent is not shown them, and the review says which they were.
   * Paths in the repository, where `*` and `?` stay inside a directory and `**` goes through any number of directories. At
   * most 50. A change of nothing else is not reviewed, so name nothing that could hide a defect.
   *
   * @default - lock files of package managers, minified scripts and styles, source maps, and test snapshots
   */
  readonly ignoredPaths?: string[];
}
