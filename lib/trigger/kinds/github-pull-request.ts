import type { AgentTriggerOptions } from '../agent-trigger-options';
import { GitHubWebhook, type IGitHubWebhook } from '../github-webhook';
import type { IConstruct } from 'constructs';
import { requireInput, requirePattern } from '../../validation/input-error';
import type { TriggerDefinition } from '../trigger-definition';
import { GITHUB_EVENT_SOURCE, GITHUB_PULL_REQUEST_EVENT } from '../../contracts/webhook';
import { checkInputsOf } from '../../validation/checked-inputs';
import { idFrom } from '../trigger-id';

/** The authors whose pull requests start turns, by their relation to the repository on GitHub. */
export class GitHubAuthors {
  static {
    checkInputsOf(this, 'GitHubAuthors');
  }

  /**
   * People with push access to the repository: its owners, members of its organization, collaborators, and authors of
   * pull requests from a branch of the repository itself, which requires write access. The latter include members with
   * private membership, which GitHub doesn't report as MEMBER, and apps such as `dependabot[bot]`.
   */
  public static readonly COLLABORATORS = new GitHubAuthors(['OWNER', 'MEMBER', 'COLLABORATOR']);

  /**
   * Anyone who can open a pull request, including strangers. Each of them can start the agent and write text that it
   * reads. Use this only for agents that can't do harm, even with injected instructions.
   */
  public static readonly ANYONE = new GitHubAuthors(undefined);

  /** Values of `author_association`, or undefined for all. */
  public readonly associations?: string[];

  private constructor(associations: string[] | undefined) {
    this.associations = associations;
  }
}

/** Options of a trigger on pull requests of GitHub. */
export interface GitHubPullRequestTriggerOptions extends AgentTriggerOptions {
  /** Repositories, as `owner/name`. The webhook may deliver events of other repositories; they are ignored. */
  readonly repositories: string[];

  /**
   * Actions that start turns, with the names of GitHub. Pull requests that aren't open start no turn, unless `closed`
   * is among them.
   *
   * @default ['opened', 'reopened', 'synchronize', 'ready_for_review']
   */
  readonly actions?: string[];

  /**
   * The authors whose pull requests start turns.
   *
   * @default GitHubAuthors.COLLABORATORS
   */
  readonly authors?: GitHubAuthors;

  /**
   * Login of an account: requesting its review also starts a turn.
   *
   * @default - review requests start no turn, unless `review_requested` is among the actions
   */
  readonly requestedReviewer?: string;
}

/** Events contain GitHub's spelling, regardless of the given letter case. */
export function repositoryNames(repositories: readonly string[]): { 'equals-ignore-case': string }[] {
  return repositories.map((name) => ({ 'equals-ignore-case': name }));
}

/** @throws InputError unless there is at least one `owner/name` */
export function requireRepositories(scope: IConstruct, repositories: readonly string[]): void {
  const wrong = repositories.find((name) => !/^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/.test(name));
  requireInput(repositories.length > 0 && wrong === undefined, scope, {
    input: 'repositories',
    value: wrong ?? repositories,
    allowed: "at least one repository, written 'owner/name'",
    fix: "write it as in 'example-org/payments'",
  });
}

/** Actions of the event. Source: docs.github.com/webhooks/webhook-events-and-payloads#pull_request. */
const ACTIONS: readonly string[] = [
  'assigned',
  'auto_merge_disabled',
  'auto_merge_enabled',
  'closed',
  'converted_to_draft',
  'demilestoned',
  'dequeued',
  'edited',
  'enqueued',
  'labeled',
  'locked',
  'milestoned',
  'opened',
  'ready_for_review',
  'reopened',
  'review_request_removed',
  'review_requested',
  'synchronize',
  'unassigned',
  'unlabeled',
  'unlocked',
];

/** Source: docs.github.com/webhooks/webhook-events-and-payloads#pull_request, read 2026-11-23. */
export function gitHubPullRequestTrigger(
  webhook: IGitHubWebhook,
  options: GitHubPullRequestTriggerOptions,
): TriggerDefinition {
  const { associations } = options.authors ?? GitHubAuthors.COLLABORATORS;
  const { requestedReviewer } = options;
  const actions = options.actions ?? ['opened', 'reopened', 'synchronize', 'ready_for_review'];
  const unknown = actions.find((action) => !ACTIONS.includes(action));
  requireInput(actions.length > 0 && unknown === undefined, 'AgentTrigger.onGitHubPullRequest', {
    input: 'actions',
    value: unknown ?? actions,
    allowed: `one or more of ${ACTIONS.join(', ')}`,
    fix: 'name the actions as GitHub does',
  });
  return {
    type: 'pull-request',
    defaultId: idFrom('GitHubPullRequest', webhook),
    rule: {
      eventBus: webhook.eventBus,
      pattern: {
        source: [GITHUB_EVENT_SOURCE],
        detailType: [GITHUB_PULL_REQUEST_EVENT],
        detail: {
          ...(requestedReviewer === undefined
            ? { action: actions }
            : {
                $or: [
                  { action: actions },
                  {
                    action: ['review_requested'],
                    requested_reviewer: { login: [{ 'equals-ignore-case': requestedReviewer }] },
                  },
                ],
              }),
          repository: { full_name: repositoryNames(options.repositories) },
          pull_request: {
            ...(actions.includes('closed') ? {} : { state: ['open'] }),
            // Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html ($or)
            ...(associations ? { $or: [{ author_association: associations }, { from_fork: [false] }] } : {}),
          },
        },
      },
    },
    prompt: [
      'Pull request {{event.detail.number | int}} was opened or has changed.',
      'Repository: {{event.detail.repository.full_name | id}}',
      'Source: {{event.detail.pull_request.head.ref | text:400}} of {{event.detail.pull_request.head.repo.full_name | text:200 | optional}} at commit {{event.detail.pull_request.head.sha | sha}}',
      'Target: {{event.detail.pull_request.base.ref | text:400}} at commit {{event.detail.pull_request.base.sha | sha}}',
      'Author: {{event.detail.pull_request.user.login | text:100}}',
      'Title: {{event.detail.pull_request.title | text:500}}',
      'Description: {{event.detail.pull_request.body | text:8000 | optional}}',
      '',
      'Work on this pull request as your instructions say.',
    ].join('\n'),
    deduplicationKey: [
      'detail.repository.full_name',
      'detail.number',
      'detail.pull_request.head.sha',
      'detail.occurrence',
    ],
    sessionKey: ['detail.repository.full_name', 'detail.number'],
    subject: {
      repository: 'event.detail.repository.full_name | id',
      pullRequestId: 'event.detail.number | int',
      sourceCommit: 'event.detail.pull_request.head.sha | sha',
      destinationCommit: 'event.detail.pull_request.base.sha | sha',
      draft: 'event.detail.pull_request.draft | bool',
      // Absent when the fork was deleted.
      headRepository: 'event.detail.pull_request.head.repo.full_name | id | optional',
    },
    options,
    prepare: (scope) => {
      requireRepositories(scope, options.repositories);
      if (requestedReviewer !== undefined) {
        requirePattern(
          scope,
          'requestedReviewer',
          requestedReviewer,
          /^[A-Za-z0-9-]{1,39}(\[bot\])?$/,
          'a login of GitHub',
          'write the login of the account as GitHub shows it, without @',
        );
      }
      if (webhook instanceof GitHubWebhook) {
        webhook._subscribe({
          repositories: options.repositories,
          actions,
          ...(associations ? { associations } : {}),
          ...(requestedReviewer === undefined ? {} : { requestedReviewer }),
        });
      }
    },
  };
}
