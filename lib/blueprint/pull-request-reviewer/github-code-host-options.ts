import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { GitHubAuthors, IGitHubWebhook } from '../../trigger';

/** Repositories on GitHub, and how they are reached. */
export interface GitHubCodeHostOptions {
  /** Repositories, as `owner/name`. */
  readonly repositories: string[];

  /** Where GitHub delivers pull requests to. */
  readonly webhook: IGitHubWebhook;

  /**
   * The secret with the credentials for GitHub, as JSON: `{"token": "…"}` with a fine-grained personal access token, or
   * `{"appId": "…", "installationId": "…", "privateKey": "-----BEGIN RSA PRIVATE KEY-----…"}` of a GitHub App. They need
   * Contents (read) and Pull requests (read and write) of these repositories, and nothing else. Only the two functions
   * around the turn read it, never the agent.
   */
  readonly credentials: ISecret;

  /**
   * Whose pull requests are reviewed.
   *
   * @default GitHubAuthors.COLLABORATORS
   */
  readonly authors?: GitHubAuthors;

  /**
   * The first word of a comment that asks for a review, such as `/review`: of the newest commit, also of a draft, by people
   * who may push. The webhook then needs the event "Issue comments", too.
   *
   * @default - comments start no review
   */
  readonly reviewCommand?: string;

  /**
   * Login of the account whose token the credentials hold. Asking for its review on GitHub has the pull request reviewed
   * again. GitHub does not let people ask for the review of an app.
   *
   * @default - requests for reviews start none
   */
  readonly requestedReviewer?: string;
}
