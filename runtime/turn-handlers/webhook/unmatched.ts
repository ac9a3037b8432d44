import type { GitHubPullRequestDetail, WebhookSubscription } from '../../../lib/contracts/webhook';

/**
 * Why no trigger takes a pull request, or undefined when one may. Whoever set the webhook up reads it in the list of
 * deliveries on GitHub and in the log: a rule that does not match leaves no trace of its own.
 */
export function unmatched(
  { action, repository, pull_request }: GitHubPullRequestDetail,
  subscriptions: readonly WebhookSubscription[] | undefined,
): string | undefined {
  if (subscriptions === undefined) return undefined;
  if (subscriptions.length === 0) return 'there is no trigger';
  const name = repository.full_name.toLowerCase();
  const ofRepository = subscriptions.filter(({ repositories }) =>
    repositories.some((each) => each.toLowerCase() === name),
  );
  if (ofRepository.length === 0) return 'no trigger names this repository. Was it renamed?';
  const ofAction = ofRepository.filter(({ actions }) => actions.includes(action));
  if (ofAction.length === 0) return 'no trigger takes this action';
  if (pull_request.state !== 'open') return 'the pull request is not open';
  const taken = ofAction.some(
    ({ associations }) =>
      !associations || !pull_request.from_fork || associations.includes(pull_request.author_association),
  );
  return taken ? undefined : 'no trigger takes pull requests of this author from a fork';
}
