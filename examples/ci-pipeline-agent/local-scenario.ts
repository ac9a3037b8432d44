import type { LocalScenario } from '../../bin/local-scenario';
import { CodeCommitApi } from '../../local/stand-ins/code-commit-api';
import { CodeCommitGit } from '../../local/stand-ins/code-commit-git';
import { paymentsService, pushCorrection } from './local-repository';

/** CodeCommit of the run: its API for both functions, git over HTTPS for the agent. */
let api: CodeCommitApi;

/**
 * A pull request is created in CodeCommit; the agent clones it, runs its tests and posts a review. The author pushes a
 * correction; the agent goes on in the same conversation, and the posted review is brought up to date.
 */
export const scenario: LocalScenario = {
  title: 'A pull request is reviewed, corrected, and reviewed again: one review, brought up to date',
  stacks: ['CiPipelineNetwork', 'CiPipelineAgent'],
  script: 'local-scenario.yaml',
  events: ['pull-request-created.json', 'pull-request-updated.json'],
  async standIns(cloud) {
    const repository = paymentsService();
    api = await CodeCommitApi.start({ 'payments-service': repository });
    api.pullRequests.push({
      pullRequestId: '42',
      repositoryName: 'payments-service',
      source: 'round-half-up',
      destination: 'main',
      title: 'Round refunds half up',
    });
    const deliveryRole = cloud.deployment.one('AWS::IAM::Role', 'PublishReview').ref;
    api.caller = `arn:aws:sts::${cloud.accountId}:assumed-role/${deliveryRole}/function`;
    // The summary is the last that is posted: now the author reads it.
    api.after = (operation, { location }) => {
      if (operation === 'PostCommentForPullRequest' && !location) pushCorrection(repository);
    };
    const git = await CodeCommitGit.start({
      region: cloud.region,
      ...cloud.credentialsFor(cloud.deployment.one('AWS::IAM::Role', 'ExecutionRole').arn),
      repositories: { 'payments-service': repository.directory },
    });
    cloud.endpoint('CODECOMMIT', api.url);
    cloud.endpoint('GIT_CODECOMMIT', git.url);
    cloud.onClose(async () => {
      await Promise.all([api.close(), git.close()]);
      repository.remove();
    });
  },
  show() {
    return api.comments.flatMap(({ location, content }) => [
      `── ${location ? `comment beside ${location.filePath} line ${location.filePosition}` : 'summary of the pull request'}`,
      ...content.split('\n').filter((line) => line !== '' && !line.startsWith('<!--')),
    ]);
  },
};

/** What was posted, for those who look at a run that is over. */
export const postedComments = () => api.comments;
