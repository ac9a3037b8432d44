import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { SourceRepository } from '../../lib';
import { SecurityAuditor, SecurityHubImport } from '../../lib/blueprint';
import { type Operations, readCases, type Roles, testEachOperation } from './each-operation';
import { ACCOUNT, REGION, SynthesizedAccount } from './synthesized-account';

/*
 * Every role of a security audit against every operation of it. What is not listed for a role in
 * cases/security-auditor.json must be denied.
 */

const { operations, roles } = readCases<{ operations: Operations; roles: Roles }>('security-auditor.json');

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

testEachOperation(
  account,
  operations,
  roles,
  (role) => ids[role],
  () => names,
);
