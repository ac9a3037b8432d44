import * as fs from 'fs';
import * as path from 'path';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { ReviewGate, ReviewSeverity } from '../../lib/blueprint';
import { reviewerApp } from '../lib/blueprint/reviewer-app';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

/*
 * The role that untrusted commands run under and the roles of both functions around the turn, on each host of code, against
 * what they might try. What is not listed for a role in cases/pull-request-reviewer.json must be denied.
 */

interface Operation {
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string>;
}
type Roles = Record<'executionRole' | 'staging' | 'delivery' | 'notes', string[]>;
const { operations, ...hosts } = JSON.parse(
  fs.readFileSync(path.join(__dirname, 'cases', 'pull-request-reviewer.json'), 'utf8'),
) as { operations: Record<string, Operation>; codecommit: Roles; github: Roles };

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

  describe.each(Object.entries(roles))('%s', (role, allowed) => {
    test('every listed operation exists', () => {
      expect(allowed.filter((operation) => !(operation in operations))).toEqual([]);
    });

    test.each(Object.keys(operations).map((name) => [allowed.includes(name) ? 'may' : 'may not', name]))(
      '%s %s',
      (may, name) => {
        const { action, resource, context = {} } = operations[name];
        const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, key: string) => own[role][key] ?? names[key]);
        const principal = account.arn(roleIds[role]);
        const result = runUnsafeSimulation(
          {
            request: {
              principal,
              action,
              resource: { resource: fill(resource), accountId: ACCOUNT },
              contextVariables: { 'aws:PrincipalArn': principal, ...context },
            },
            identityPolicies: account.identityPolicies(roleIds[role]),
            serviceControlPolicies: [],
            resourceControlPolicies: [],
          },
          {},
        );
        expect(result === 'Allowed' ? 'may' : 'may not').toBe(may);
      },
    );
  });
});

describe('with a gate on CodeCommit', () => {
  const { stack, reviewer } = reviewerApp('codecommit', { gate: ReviewGate.failFrom(ReviewSeverity.HIGH) });
  const account = new SynthesizedAccount(stack);
  const may = (role: string, action: string, repository = 'payments') => {
    const { id } = account.find('AWS::IAM::Role', role);
    const principal = account.arn(id);
    return runUnsafeSimulation(
      {
        request: {
          principal,
          action,
          resource: { resource: arn('codecommit', repository), accountId: ACCOUNT },
          contextVariables: { 'aws:PrincipalArn': principal },
        },
        identityPolicies: account.identityPolicies(id),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
  };

  test('delivery may approve pull requests of the repository, and nobody else may', () => {
    const approve = 'codecommit:UpdatePullRequestApprovalState';
    expect(may('PublishReview', approve)).toBe('Allowed');
    expect(may('PublishReview', approve, 'secrets')).not.toBe('Allowed');
    for (const role of ['StagePullRequest', 'Notes', 'ExecutionRole']) expect(may(role, approve)).not.toBe('Allowed');
    for (const action of ['MergePullRequestBySquash', 'OverridePullRequestApprovalRules', 'GitPush']) {
      expect(may('PublishReview', `codecommit:${action}`)).not.toBe('Allowed');
    }
    expect(stack.resolve(reviewer.deliveryRole.roleName)).toEqual({
      Ref: account.find('AWS::IAM::Role', 'PublishReview').id,
    });
  });
});
