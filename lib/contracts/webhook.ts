/**
 * The contract between a webhook (lib/) and its handler (runtime/).
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 */

/** Environment variables of a webhook handler. None holds the secret itself. */
export const WEBHOOK_VARIABLES = {
  secretArn: 'BMA_WEBHOOK_SECRET_ARN',
  eventBusName: 'BMA_EVENT_BUS_NAME',
  deadLetterQueueUrl: 'BMA_DEAD_LETTER_QUEUE_URL',
  replayWindowSeconds: 'BMA_REPLAY_WINDOW_SECONDS',
  maxBodyBytes: 'BMA_MAX_BODY_BYTES',
} as const;

/** `source` of the events, as the inbound webhooks of EventBridge name it, so that the same rules match both. */
export const GITHUB_EVENT_SOURCE = 'github.com';

/** `detail-type` of the events: the name of the GitHub event. */
export const GITHUB_PULL_REQUEST_EVENT = 'pull_request';

/** What somebody has to do with a repository, as GitHub states it about the author of a pull request. */
export interface GitHubPullRequestDetail {
  readonly action: string;
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
    readonly user: { readonly login: string };
    readonly head: { readonly ref: string; readonly sha: string; readonly repo: { readonly full_name: string } };
    readonly base: { readonly ref: string; readonly sha: string; readonly repo: { readonly full_name: string } };
  };
  readonly sender: { readonly login: string; readonly type: string };
  /** What the handler saw beside the signed body. The id is a header that GitHub does not sign. */
  readonly delivery: { readonly id: string; readonly body_sha256: string };
}
