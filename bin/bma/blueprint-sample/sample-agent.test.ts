import { Template } from 'aws-cdk-lib/assertions';
import { App, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks } from 'cdk-bedrock-managed-agents';
import { SampleAgentStack } from './sample-agent-stack';

const ENV = { account: '111122223333', region: 'us-east-1' };

test('the checks of the security model find nothing', () => {
  const app = new App();
  new SampleAgentStack(app, 'SampleAgent', { env: ENV });
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('commands of the agent may use no data of the account', () => {
  const stack = new SampleAgentStack(new App(), 'SampleAgent', { env: ENV });
  const role = JSON.stringify(stack.resolve(stack.blueprint.agent.executionRole.roleName));
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')) as {
    Properties: { Roles: unknown[]; PolicyDocument: { Statement: { Effect: string; Action: string | string[] }[] } };
  }[];
  const allowed = policies
    .filter(({ Properties }) => Properties.Roles.some((each) => JSON.stringify(each) === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action }) => Action);
  // Add here what your tools and grants need, and nothing else.
  expect(allowed.filter((action) => /^(s3|dynamodb|sqs|secretsmanager):/.test(action))).toEqual([]);
});
