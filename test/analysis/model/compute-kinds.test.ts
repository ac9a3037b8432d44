import './another-compute-kind';
import { estimateStacks } from '../../../analysis/cost/estimate';
import { RULES } from '../../../analysis/rules';
import { checkStacks } from '../../../analysis/rules/check';
import { statementsOfStacks } from '../../../analysis/statement/build';
import { agentApp } from './agent-app';
import { allow, arnOf, role } from './templates';

const PROJECT = 'arn:aws:bedrock-mantle:us-east-1:111122223333:project/default';

const host = (trusted = 'codebuild.amazonaws.com') => ({
  Runtime: {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Name: 'hosts',
      ServiceRole: arnOf('ExecutionRole'),
      Environment: { Image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/hosts:latest' },
      VpcConfig: { VpcId: { Ref: 'Vpc' }, Subnets: [{ Ref: 'Subnet' }], SecurityGroupIds: [] },
      TimeoutInMinutes: 60,
    },
  },
  ExecutionRole: role(trusted, {
    Policies: [
      { PolicyName: 'connect', PolicyDocument: allow('bedrock-mantle:ConnectEnvironment', PROJECT) },
      { PolicyName: 'read', PolicyDocument: allow('s3:GetObject', 'arn:aws:s3:::inputs/*') },
    ],
  }),
  SessionRole: role('bedrock-mantle.amazonaws.com', {
    Policies: [{ PolicyName: 'model', PolicyDocument: allow('bedrock-mantle:CreateInference', PROJECT) }],
  }),
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' } } },
});

const stacks = (changes: Record<string, object>) => [
  {
    id: 'App',
    stackName: 'App',
    account: '111122223333',
    region: 'us-east-1',
    template: { Resources: agentApp(changes) },
  },
];

test('the statement shows the agent with its roles, its network and its starters', () => {
  const [statement, ...others] = statementsOfStacks(stacks(host()));
  expect(others).toEqual([]);
  expect(statement.agent).toMatchObject({ name: 'hosts', compute: 'CodeBuild', id: 'App#Runtime' });
  expect(statement.roles.map(({ purpose }) => purpose)).toEqual(['session', 'execution']);
  expect(statement.roles[1].permissions.map(({ action }) => action)).toContain('s3:GetObject');
  expect(statement.network.subnets).not.toHaveLength(0);
  expect(statement.starters.length).toBeGreaterThan(0);
  expect(statement.bounds.map(({ name }) => name)).toContain('Lifetime of the environment');
});

test("a resource of the type isn't an agent if its role may not connect to the service", () => {
  const Build = { Type: 'AWS::CodeBuild::Project', Properties: { Name: 'build', ServiceRole: arnOf('BuildRole') } };
  const BuildRole = role('codebuild.amazonaws.com');
  expect(statementsOfStacks(stacks({ ...host(), Build, BuildRole })).map(({ agent }) => agent.name)).toEqual(['hosts']);
});

test('the rules judge it by its row', () => {
  const findings = (trusted: string) =>
    checkStacks({ stacks: stacks(host(trusted)), rules: RULES }).map(({ rule: id, says }) => `${id} ${says}`);
  const good = findings('codebuild.amazonaws.com');
  expect(findings('ec2.amazonaws.com').filter((each) => each.startsWith('MA-ID2'))).toContain(
    'MA-ID2 The role trusts more than codebuild.amazonaws.com: Service ec2.amazonaws.com',
  );
  expect(good.join('\n')).toContain('MA-IMG1');
  // Nobody drives it, it makes no log group by itself, and no idle timeout can be set.
  for (const other of ['MA-NET5', 'idle timeout', 'is created by the service']) {
    expect(good.join('\n')).not.toContain(other);
  }
});

test('the estimate counts its image and the compute of a turn', () => {
  const record = estimateStacks(stacks(host()));
  expect(record.idle.map(({ group, unit }) => `${group} ${unit}`).join()).toContain('image');
  expect(record.turns[0].entries.filter(({ group }) => group === 'compute').length).toBeGreaterThanOrEqual(2);
  expect(record.unpriced.map(({ what }) => what).join()).not.toContain('CodeBuild');
});
