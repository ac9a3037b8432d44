import * as fs from 'fs';
import * as path from 'path';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import { SourceRepository } from '../../lib';
import { SecurityAuditor, SecurityHubImport } from '../../lib/blueprint';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

/*
 * Every role of a security audit against every operation of it. What is not listed for a role in
 * cases/security-auditor.json must be denied.
 */

interface Operation {
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string | string[]>;
}
const { operations, roles } = JSON.parse(
  fs.readFileSync(path.join(__dirname, 'cases', 'security-auditor.json'), 'utf8'),
) as { operations: Record<string, Operation>; roles: Record<string, string[]> };

const stack = new Stack(new App(), 'Stack', { env: { account: ACCOUNT, region: REGION } });
new SecurityAuditor(stack, 'Auditor', {
  repositories: [
    SourceRepository.codeCommit(Repository.fromRepositoryName(stack, 'Shop', 'shop')),
    SourceRepository.s3Bundle('legacy', Bucket.fromBucketName(stack, 'Bundles', 'bundles'), 'legacy.bundle'),
  ],
  schedule: ScheduleExpression.rate(Duration.days(1)),
  securityHub: SecurityHubImport.newFindings(),
});
const account = new SynthesizedAccount(stack);

const machines = account.all('AWS::StepFunctions::StateMachine');
const machine = (part: string) => machines.find(({ id }) => id.includes(part))!;
const handler = (bundle: string) =>
  account
    .all('AWS::Lambda::Function')
    .find(({ properties }) => String(properties.Description).startsWith(bundle === 'accept' ? 'Accepts' : 'Sums up'))!;

const names: Record<string, string> = {
  evidence: account.arn(account.find('AWS::S3::Bucket', 'Evidence').id),
  findings: account.arn(account.find('AWS::S3::Bucket', 'Findings').id),
  bundles: 'arn:aws:s3:::bundles',
  repository: `arn:aws:codecommit:${REGION}:${ACCOUNT}:shop`,
  ledger: account.arn(account.find('AWS::DynamoDB::Table', 'Ledger').id),
  turns: account.arn(machine('TurnsMachine').id),
  audits: account.arn(machine('AuditsMachine').id),
  accept: account.arn(handler('accept').id),
  summarize: account.arn(handler('summarize').id),
  bus: account.arn(account.find('AWS::Events::EventBus').id),
  deadLetters: account.arn(account.find('AWS::SQS::Queue', 'ScheduleDeadLetters').id),
  project: `arn:aws:bedrock-mantle:${REGION}:${ACCOUNT}:project/default`,
};

const roleId = (arn: unknown) => String(arn).split('/').pop()!;
const ids: Record<string, string> = {
  execution: account.find('AWS::IAM::Role', 'ExecutionRole').id,
  'accept-findings': roleId(handler('accept').properties.Role),
  'summarize-audit': roleId(handler('summarize').properties.Role),
  'audit machine': roleId(machine('AuditsMachine').properties.RoleArn),
  'turn machine': roleId(machine('TurnsMachine').properties.RoleArn),
  schedule: roleId(account.find('AWS::Scheduler::Schedule', 'AuditorSchedule').properties.Target.RoleArn),
};

test('every listed operation exists', () => {
  const listed = Object.values(roles).flat();
  expect(listed.filter((operation) => !(operation in operations))).toEqual([]);
});

describe.each(Object.keys(roles))('%s', (role) => {
  const identityPolicies = account.identityPolicies(ids[role]);
  const principal = account.arn(ids[role]);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => names[name]);

  test.each(Object.keys(operations).map((name) => [roles[role].includes(name) ? 'may' : 'may not', name] as const))(
    '%s %s',
    (may, name) => {
      const { action, resource, context = {} } = operations[name];
      const result = runUnsafeSimulation(
        {
          request: {
            principal,
            action,
            resource: { resource: fill(resource), accountId: ACCOUNT },
            contextVariables: { 'aws:PrincipalArn': principal, ...context },
          },
          identityPolicies,
          serviceControlPolicies: [],
          resourceControlPolicies: [],
        },
        {},
      );
      expect(result === 'Allowed' ? 'may' : 'may not').toBe(may);
    },
  );
});
