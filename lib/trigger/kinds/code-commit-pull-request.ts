import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import { requireInput } from '../../validation/input-error';
import type { TriggerDefinition } from '../trigger-definition';
import { idFrom } from '../trigger-id';

/** Options of a trigger on pull requests of CodeCommit. */
export interface PullRequestTriggerOptions extends AgentTriggerOptions {
  /**
   * Events that start turns, with the names of CodeCommit. Pull requests that aren't open start no turn, unless
   * `pullRequestStatusChanged` or `pullRequestMergeStatusUpdated` is among them.
   *
   * @default ['pullRequestCreated', 'pullRequestSourceBranchUpdated']
   */
  readonly events?: string[];
}

const EVENTS = [
  'pullRequestCreated',
  'pullRequestSourceBranchUpdated',
  'pullRequestStatusChanged',
  'pullRequestMergeStatusUpdated',
];

/**
 * New pull requests and new commits on them.
 *
 * Source: docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html, read 2026-11-23.
 */
export function codeCommitPullRequestTrigger(
  repository: IRepository,
  options: PullRequestTriggerOptions,
): TriggerDefinition {
  const events = options.events ?? ['pullRequestCreated', 'pullRequestSourceBranchUpdated'];
  const alsoClosed = events.some((event) => EVENTS.indexOf(event) > 1);
  return {
    type: 'pull-request',
    defaultId: idFrom('PullRequest', repository),
    rule: {
      pattern: {
        source: ['aws.codecommit'],
        detailType: ['CodeCommit Pull Request State Change'],
        resources: [repository.repositoryArn],
        detail: { event: events, ...(alsoClosed ? {} : { pullRequestStatus: ['Open'] }) },
      },
    },
    prompt: [
      'Pull request {{event.detail.pullRequestId | int}} was created or has new commits.',
      'Repository: {{event.detail.repositoryNames.0 | id}}',
      'Source: {{event.detail.sourceReference | text:400}} at commit {{event.detail.sourceCommit | sha}}',
      'Target: {{event.detail.destinationReference | text:400}} at commit {{event.detail.destinationCommit | sha}}',
      'Title: {{event.detail.title | text:250 | optional}}',
      'Description: {{event.detail.description | text:8000 | optional}}',
      '',
      'Work on this pull request as your instructions say.',
    ].join('\n'),
    // The time is included, because a branch can return to an earlier commit.
    deduplicationKey: ['resources.0', 'detail.pullRequestId', 'detail.sourceCommit', 'detail.event', 'time'],
    sessionKey: ['resources.0', 'detail.pullRequestId'],
    subject: {
      repository: 'event.detail.repositoryNames.0 | id',
      pullRequestId: 'event.detail.pullRequestId | int',
      sourceCommit: 'event.detail.sourceCommit | sha',
      destinationCommit: 'event.detail.destinationCommit | sha',
    },
    options,
    prepare: (scope) => {
      const wrong = events.find((event) => !EVENTS.includes(event));
      requireInput(events.length > 0 && wrong === undefined, scope, {
        input: 'events',
        value: wrong ?? events,
        allowed: `one or more of ${EVENTS.join(', ')}`,
        fix: 'name the events as CodeCommit does',
      });
    },
    sources: [{ input: 'repository', what: 'a repository', construct: repository, arn: repository.repositoryArn }],
  };
}
