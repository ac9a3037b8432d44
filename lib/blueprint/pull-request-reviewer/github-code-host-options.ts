import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { GitHubAuthors, IGitHubWebhook } from '../../trigger';

/** Repositories on GitHub and the access to them. */
export interface GitHubCodeHostOptions {
  /** Repositories, as `owner/name`. */
  readonly repositories: string[];

  /** The webhook for pull requests. */
  readonly webhook: IGitHubWebhook;

  /**
   * The secret with the credentials for GitHub, as JSON: `{"token": "…"}` with a fine-grained personal access token, or
   * `{"appId": "…", "installationId": "…", "privateKey": "-----BEGIN RSA PRIVATE KEY-----…"}` of a GitHub App. They need
   * Contents (read) and Pull requests (read and write) of these repositories, and nothing else. Only the functions of
   * the reviewer read the secret, never the agent.
   */
  readonly credentials: ISecret;

  /**
   * The authors whose pull requests are reviewed.
   *
   * @default GitHubAuthors.COLLABORATORS
   */
  readonly authors?: GitHubAuthors;

  /**
   * The first word of a comment that requests a review of the newest commit, such as `/review`. It also works for
   * drafts. The author of the comment needs push access. The webhook then also needs the event "Issue comments".
   *
   * @default - comments start no review
   */
  readonly reviewCommand?: string;

  /**
   * Login of the account whose token the credentials contain. If its review is requested on GitHub, the pull request is
   * reviewed again. On GitHub, the review of an app can't be requested.
   *
   * @default - review requests start no review
   */
  readonly requestedReviewer?: string;
}
