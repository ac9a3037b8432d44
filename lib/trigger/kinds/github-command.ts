import { GITHUB_COMMAND, GITHUB_COMMENT_EVENT, GITHUB_EVENT_SOURCE } from '../../contracts/webhook';
import { requirePattern } from '../../validation/input-error';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import { GitHubWebhook, type IGitHubWebhook } from '../github-webhook';
import type { TriggerDefinition } from '../trigger-definition';
import { GitHubAuthors, repositoryNames, requireRepositories } from './github-pull-request';
import { idFrom } from '../trigger-id';

/** Options of a trigger on commands in comments of GitHub. */
export interface GitHubCommandTriggerOptions extends AgentTriggerOptions {
  /** Repositories, as `owner/name`. */
  readonly repositories: string[];

  /**
   * The first word of the comment, in lower case with its slash. The text after it isn't read.
   *
   * @default '/review'
   */
  readonly command?: string;
}

/** Source: docs.github.com/webhooks/webhook-events-and-payloads#issue_comment, read 2026-11-28. */
export function gitHubCommandTrigger(webhook: IGitHubWebhook, options: GitHubCommandTriggerOptions): TriggerDefinition {
  const { repositories, command = '/review' } = options;
  const associations = GitHubAuthors.COLLABORATORS.associations!;
  return {
    // The same as for pull requests, so that the turns of both are one conversation.
    type: 'pull-request',
    defaultId: idFrom('GitHubCommand', webhook),
    rule: {
      eventBus: webhook.eventBus,
      pattern: {
        source: [GITHUB_EVENT_SOURCE],
        detailType: [GITHUB_COMMENT_EVENT],
        detail: {
          action: ['created'],
          repository: { full_name: repositoryNames(repositories) },
          issue: { state: ['open'] },
          // Anyone can comment on a public repository.
          comment: { command: [command], author_association: associations },
        },
      },
    },
    prompt: [
      'Somebody asked in a comment for work on pull request {{event.detail.number | int}}.',
      'Repository: {{event.detail.repository.full_name | id}}',
      'Asked by: {{event.detail.comment.user.login | text:100}}',
      '',
      'Work on this pull request as your instructions say.',
    ].join('\n'),
    deduplicationKey: ['detail.repository.full_name', 'detail.number', 'detail.comment.id'],
    sessionKey: ['detail.repository.full_name', 'detail.number'],
    subject: {
      repository: 'event.detail.repository.full_name | id',
      pullRequestId: 'event.detail.number | int',
    },
    options,
    prepare: (scope) => {
      requireRepositories(scope, repositories);
      requirePattern(
        scope,
        'command',
        command,
        GITHUB_COMMAND,
        'a slash and up to 39 lower-case letters, digits and dashes',
        "write it as in '/review'",
      );
      if (webhook instanceof GitHubWebhook) webhook._subscribe({ repositories, actions: [], associations, command });
    },
  };
}
