import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentAuditTrail, AgentKey, GitHubWebhook, PackageRegistry } from '../../../lib';
import { CodeHost, PullRequestReviewer, type PullRequestReviewerProps } from '../../../lib/blueprint';

const ENV = { account: '111122223333', region: 'us-east-1' };

/** A reviewer as a user writes it, for each host of code. */
export function reviewerApp(host: 'codecommit' | 'github', props: Partial<PullRequestReviewerProps> = {}) {
  const app = new App();
  const stack = new Stack(app, 'Reviews', { env: ENV });
  const key = new AgentKey(stack, 'Credentials', { protects: 'the credentials for GitHub' });
  const codeHost =
    host === 'codecommit'
      ? CodeHost.codeCommit(codecommit.Repository.fromRepositoryName(stack, 'Repository', 'payments'))
      : CodeHost.gitHub({
          repositories: ['example-org/payments'],
          webhook: new GitHubWebhook(stack, 'Webhook'),
          credentials: new secretsmanager.Secret(stack, 'GitHub', { encryptionKey: key }),
        });
  const reviewer = new PullRequestReviewer(stack, 'Reviewer', {
    codeHost,
    agentName: 'payments_reviewer',
    baseline: new AgentBaseline(stack, 'Baseline', { auditTrail: new AgentAuditTrail(stack, 'Audit') }),
    registries: [PackageRegistry.codeArtifact({ domainName: 'example', repositoryName: 'packages' })],
    ...props,
  });
  return { app, stack, reviewer };
}
