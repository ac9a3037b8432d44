import type { GitHubCommentDetail, GitHubPullRequestDetail, WebhookSubscription } from '../../../lib/contracts/webhook';

/**
 * Why no trigger accepts a pull request, or undefined if one may. The reason is in the list of deliveries on GitHub and
 * in the log, because a rule that doesn't match leaves no record.
 */
export function unmatched(
  { action, repository, pull_request, requested_reviewer }: GitHubPullRequestDetail,
  subscriptions: readonly WebhookSubscription[] | undefined,
): string | undefined {
  if (subscriptions === undefined) return undefined;
  if (subscriptions.length === 0) return 'there is no trigger';
  const ofRepository = subscriptions.filter(names(repository.full_name));
  if (ofRepository.length === 0) return 'no trigger names this repository. Was it renamed?';
  const ofAction = ofRepository.filter(
    ({ actions, requestedReviewer }) =>
      actions.includes(action) ||
      (action === 'review_requested' &&
        requestedReviewer !== undefined &&
        requestedReviewer.toLowerCase() === requested_reviewer?.login.toLowerCase()),
  );
  if (ofAction.length === 0) return 'no trigger takes this action';
  if (pull_request.state !== 'open' && !ofAction.some(({ actions }) => actions.includes('closed')))
    return 'the pull request is not open';
  const taken = ofAction.some(
    ({ associations }) =>
      !associations || !pull_request.from_fork || associations.includes(pull_request.author_association),
  );
  return taken ? undefined : 'no trigger takes pull requests of this author from a fork';
}

/** The same for a comment that begins with a command. */
export function unmatchedCommand(
  { repository, issue, comment }: GitHubCommentDetail,
  subscriptions: readonly WebhookSubscription[] | undefined,
): string | undefined {
  if (subscriptions === undefined) return undefined;
  const ofCommand = subscriptions
    .filter(names(repository.full_name))
    .filter(({ command }) => command === comment.command);
  if (ofCommand.length === 0) return 'no trigger of this repository takes this command';
  if (issue.state !== 'open') return 'the pull request is not open';
  const taken = ofCommand.some(({ associations }) => associations?.includes(comment.author_association) ?? true);
  return taken ? undefined : 'no trigger takes commands of this author';
}

const names =
  (repository: string) =>
  ({ repositories }: WebhookSubscription): boolean =>
    repositories.some((each) => each.toLowerCase() === repository.toLowerCase());
