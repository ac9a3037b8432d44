import { Template } from 'aws-cdk-lib/assertions';
import { App, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks } from 'cdk-bedrock-managed-agents';
import { LicenceAuditorStack } from './licence-auditor-stack';

const ENV = { account: '111122223333', region: 'us-east-1' };
const stack = new LicenceAuditorStack(new App(), 'LicenceAuditor', { env: ENV });
const template = Template.fromStack(stack);

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** What the execution role is allowed: the commands and the tools of the agent run under it. */
function allowed(): { readonly action: string; readonly resource: string }[] {
  const role = JSON.stringify(stack.resolve(stack.blueprint.agent.executionRole.roleName));
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as {
    Properties: { Roles: unknown[]; PolicyDocument: { Statement: Statement[] } };
  }[];
  return policies
    .filter(({ Properties }) => Properties.Roles.some((each) => JSON.stringify(each) === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((each) => ({ action, resource: JSON.stringify(each) }))),
    );
}

test('the checks of the security model find nothing', () => {
  const app = new App();
  new LicenceAuditorStack(app, 'LicenceAuditor', { env: ENV });
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('the agent writes to S3 below its own prefix only', () => {
  const writes = allowed().filter(({ action }) => action.startsWith('s3:') && !/^s3:(Get|List)/.test(action));
  const reports = JSON.stringify(stack.resolve(stack.blueprint.reports.arnForObjects('licences/*')));
  expect(writes).toEqual([{ action: 's3:PutObject', resource: reports }]);
});

test('the agent reads these repositories only', () => {
  const reads = allowed().filter(({ action }) => action.startsWith('s3:Get') || action.startsWith('s3:List'));
  expect(reads.map(({ action, resource }) => [action, /[\w-]+\.bundle/.exec(resource)?.[0]])).toEqual([
    ['s3:GetObject', 'payments-service.bundle'],
    ['s3:GetObject', 'web-shop.bundle'],
  ]);
});

test('it starts every night', () => {
  template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'cron(0 3 * * ? *)' });
});
