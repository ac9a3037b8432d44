/**
 * The contract between a webhook (lib/) and its handler (runtime/).
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 */

/**
 * The events that one trigger accepts, so that the webhook can report a delivery that no trigger accepts. The rule of
 * the trigger decides, not this.
 */
export interface WebhookSubscription {
  readonly repositories: readonly string[];
  readonly actions: readonly string[];
  /**
   * Values of `author_association`, or absent for all authors. Authors of branches of the repository itself are
   * accepted, too.
   */
  readonly associations?: readonly string[];
  /** Login whose review is requested with the action `review_requested`. */
  readonly requestedReviewer?: string;
  /** The command that starts turns when it is the first word of a comment. */
  readonly command?: string;
}

/** `source` of the events, the same as for inbound webhooks of EventBridge, so that the same rules match both. */
export const GITHUB_EVENT_SOURCE = 'github.com';

/** `detail-type` of the events: the name of the GitHub event. */
export const GITHUB_PULL_REQUEST_EVENT = 'pull_request';

/** `detail-type` of a comment on a pull request that begins with a command. */
export const GITHUB_COMMENT_EVENT = 'issue_comment';

/** Format of a command. */
export const GITHUB_COMMAND = /^\/[a-z][a-z0-9-]{0,38}$/;

/** `detail` of a comment that begins with a command. Of its text, only the command is passed on. */
export interface GitHubCommentDetail {
  readonly action: string;
  readonly number: number;
  readonly repository: GitHubPullRequestDetail['repository'];
  readonly issue: { readonly state: string };
  readonly comment: {
    readonly id: number;
    /** In lower case, with its slash. */
    readonly command: string;
    readonly author_association: string;
    readonly created_at: string;
    readonly user: GitHubPullRequestDetail['sender'];
  };
  readonly sender: GitHubPullRequestDetail['sender'];
  readonly delivery: GitHubPullRequestDetail['delivery'];
}

/** `detail` of the events of pull requests. */
export interface GitHubPullRequestDetail {
  readonly action: string;
  /**
   * Identifies the change of the pull request, so that each change starts one turn. A commit that is pushed again, and
   * a second reopening, are different changes. `opened` and `ready_for_review` of one commit are the same change,
   * `commit`.
   */
  readonly occurrence: string;
  readonly number: number;
  readonly repository: {
    readonly id: number;
    readonly full_name: string;
    readonly private: boolean;
    readonly default_branch: string;
  };
  readonly pull_request: {
    readonly number: number;
    readonly state: string;
    readonly draft: boolean;
    readonly merged: boolean;
    readonly title: string;
    readonly body: string;
    readonly html_url: string;
    readonly author_association: string;
    readonly created_at: string;
    readonly updated_at: string;
    /** `ghost` if the account was deleted, as on GitHub. Logins of apps end in `[bot]`. */
    readonly user: { readonly login: string; readonly type: string };
    readonly head: GitHubBranchDetail;
    readonly base: GitHubBranchDetail;
    /**
     * Whether the branch is in another repository than its target, or in a deleted one. GitHub lets only people with
     * write access open a pull request from a branch of the repository itself. Source:
     * docs.github.com/rest/pulls/pulls#create-a-pull-request
     */
    readonly from_fork: boolean;
  };
  readonly sender: { readonly login: string; readonly type: string };
  /** Login whose review was requested, in `review_requested`. Absent for a team. */
  readonly requested_reviewer?: GitHubPullRequestDetail['sender'];
  /** Values of the delivery besides the signed body. The id is a header that GitHub doesn't sign. */
  readonly delivery: { readonly id: string; readonly body_sha256: string };
}

export interface GitHubBranchDetail {
  readonly ref: string;
  readonly sha: string;
  /** Null if the repository was deleted. */
  readonly repo: { readonly full_name: string } | null;
}
