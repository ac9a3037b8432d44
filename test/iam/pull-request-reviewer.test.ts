import { ReviewGate, ReviewSeverity } from '../../lib/blueprint';
import { reviewerApp } from '../lib/blueprint/reviewer-app';
import { decideFor } from './decide';
import { type Operations, readCases, type Roles, testEachOperation } from './each-operation';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

/*
 * The role that untrusted commands run under and the roles of both functions around the turn, on each host of code, against
 * what they might try. What is not listed for a role in cases/pull-request-reviewer.json must be denied.
 */

const { operations, ...hosts } = readCases<{ operations: Operations; codecommit: Roles; github: Roles }>(
  'pull-request-reviewer.json',
);

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

describe.each(Object.entries(hosts))('%s', (host, roles) => {
  const account = new SynthesizedAccount(reviewerApp(host as keyof typeof hosts).stack);
  const functionOf = (part: string) => account.find('AWS::Lambda::Function', part);
  const log = (part: string) =>
    arn('logs', `log-group:${String(account.find('AWS::Logs::LogGroup', part).properties.LogGroupName)}`);
  const roleIds: Record<string, string> = {
    executionRole: account.find('AWS::IAM::Role', 'ExecutionRole').id,
    staging: account.find('AWS::IAM::Role', 'StagePullRequest').id,
    delivery: account.find('AWS::IAM::Role', 'PublishReview').id,
    notes: account.find('AWS::IAM::Role', 'Notes').id,
  };
  const secrets = account.all('AWS::SecretsManager::Secret').map(({ id }) => account.arn(id));
  const names: Record<string, string> = {
    repository: arn('codecommit', 'payments'),
    otherRepository: arn('codecommit', 'secrets'),
    material: account.arn(account.find('AWS::S3::Bucket', 'Material').id),
    evidence: account.arn(account.find('AWS::S3::Bucket', 'Evidence').id),
    secret: secrets.find((each) => each.includes('GitHub')) ?? arn('secretsmanager', 'secret:none'),
    webhookSecret: secrets.find((each) => each.includes('Webhook')) ?? arn('secretsmanager', 'secret:none'),
    project: arn('bedrock-mantle', 'project/default'),
    machine: arn('states', `stateMachine:${account.find('AWS::StepFunctions::StateMachine', 'TurnsMachine').id}`),
    table: account.arn(account.find('AWS::DynamoDB::Table', 'Ledger').id),
    executionRole: account.arn(roleIds.executionRole),
  };
  const own: Record<string, Record<string, string>> = {
    executionRole: {
      self: functionOf('StagePullRequest').id,
      log: arn('logs', 'log-group:x'),
      otherLog: log('PublishReview'),
    },
    staging: {
      self: account.arn(functionOf('StagePullRequest').id),
      log: log('StagePullRequest'),
      otherLog: log('PublishReview'),
    },
    delivery: {
      self: account.arn(functionOf('PublishReview').id),
      log: log('PublishReview'),
      otherLog: log('StagePullRequest'),
    },
    notes: {
      self: account.arn(functionOf('Notes').id),
      log: log('Notes'),
      otherLog: log('StagePullRequest'),
    },
  };

  testEachOperation(
    account,
    operations,
    roles,
    (role) => roleIds[role],
    (role) => ({ ...names, ...own[role] }),
  );
});

describe('with a gate on CodeCommit', () => {
  const { stack, reviewer } = reviewerApp('codecommit', { gate: ReviewGate.failFrom(ReviewSeverity.HIGH) });
  const account = new SynthesizedAccount(stack);
  const may = (role: string, action: string, repository = 'payments') =>
    decideFor(account, account.find('AWS::IAM::Role', role).id, { action, resource: arn('codecommit', repository) });

  test('delivery may approve pull requests of the repository, and nobody else may', async () => {
    const approve = 'codecommit:UpdatePullRequestApprovalState';
    expect(await may('PublishReview', approve)).toBe('Allowed');
    expect(await may('PublishReview', approve, 'secrets')).not.toBe('Allowed');
    for (const role of ['StagePullRequest', 'Notes', 'ExecutionRole'])
      expect(await may(role, approve)).not.toBe('Allowed');
    for (const action of ['MergePullRequestBySquash', 'OverridePullRequestApprovalRules', 'GitPush']) {
      expect(await may('PublishReview', `codecommit:${action}`)).not.toBe('Allowed');
    }
    expect(stack.resolve(reviewer.deliveryRole.roleName)).toEqual({
      Ref: account.find('AWS::IAM::Role', 'PublishReview').id,
    });
  });
});
