import { App } from 'aws-cdk-lib/core';
import { addDirectAgent } from '../fixtures/direct-agent';
import { decide, type NamedPolicy } from './decide';
import { fill, filled, readCases } from './each-operation';
import { ACCOUNT, REGION, SynthesizedAccount, type Policy } from './synthesized-account';

/*
 * Judges the policies that the synthesized example would really have with an independent IAM simulator. The simulator
 * does not know the session actions of BMA (the service authorization reference does not list them), so its check of
 * action names is off; resources, conditions, denials, resource policies and endpoint policies are evaluated.
 */

interface AccessCase {
  readonly name: string;
  readonly as: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Record<string, string>;
  readonly resourcePolicy?: 'runtime' | 'endpoint' | 'key';
  readonly through?: string;
  readonly expect: 'Allowed' | 'Denied';
}

interface TrustCase {
  readonly name: string;
  readonly role: string;
  readonly by: string;
  readonly context: Record<string, string>;
  readonly expect: 'Allowed' | 'Denied';
}

const EVERYTHING: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

const stacks = addDirectAgent(new App(), { account: ACCOUNT, region: REGION });
const account = new SynthesizedAccount(stacks.network, stacks.agent);
const agentKey = new SynthesizedAccount(stacks.agent).all('AWS::KMS::Key').find(({ id }) => id.startsWith('Key'))!;
const roles: Record<string, string> = {
  sessionRole: account.find('AWS::IAM::Role', 'ReviewerSessionRole').id,
  executionRole: account.find('AWS::IAM::Role', 'ExecutionRole').id,
  pipelineRole: account.find('AWS::IAM::Role', 'PipelineRole').id,
};
const runtime = account.find('AWS::BedrockAgentCore::Runtime');
const runtimeArn = String(account.resolve({ 'Fn::GetAtt': [runtime.id, 'AgentRuntimeArn'] }));
const endpointId = account.find('AWS::BedrockAgentCore::RuntimeEndpoint').id;
const logGroupName = String(account.find('AWS::Logs::LogGroup', 'ReviewerEnvironment').properties.LogGroupName);
const definition = JSON.parse(String(account.find('AWS::SSM::Parameter').properties.Value));
const logs = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group`;

const names: Record<string, string> = {
  runtime: runtimeArn,
  endpoint: String(account.resolve({ 'Fn::GetAtt': [endpointId, 'AgentRuntimeEndpointArn'] })),
  project: `arn:aws:bedrock-mantle:${REGION}:${ACCOUNT}:project/default`,
  otherProject: `arn:aws:bedrock-mantle:${REGION}:${ACCOUNT}:project/proj_other`,
  sessionRole: account.arn(roles.sessionRole),
  executionRole: account.arn(roles.executionRole),
  imageRepository: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/cdk-hnb659fds-container-assets-${ACCOUNT}-${REGION}`,
  logGroup: `${logs}:${logGroupName}`,
  otherEndpointLogGroup: `${logs}:${logGroupName.replace(/-live$/, '-DEFAULT')}`,
  reviews: account.arn(account.find('AWS::S3::Bucket', 'Reviews').id),
  key: account.arn(agentKey.id),
  parameter: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${account.find('AWS::SSM::Parameter').properties.Name}`,
  definitionFile: `arn:aws:s3:::${definition.bucket}/${definition.key}`,
  assetBucket: `arn:aws:s3:::${definition.bucket}`,
};

function fail(message: string): never {
  throw new Error(message);
}

function identityOf(as: string): { principal: string; policies: NamedPolicy[] } {
  if (as === 'administrator' || as === 'foreigner') {
    const id = as === 'administrator' ? ACCOUNT : '999999999999';
    return { principal: `arn:aws:iam::${id}:role/${as}`, policies: [{ name: 'everything', policy: EVERYTHING }] };
  }
  return { principal: account.arn(roles[as]), policies: account.identityPolicies(roles[as]) };
}

function resourcePolicyOf(of: 'runtime' | 'endpoint' | 'key'): Policy {
  if (of === 'key') {
    return agentKey.properties.KeyPolicy as Policy;
  }
  const { properties } = account
    .all('AWS::BedrockAgentCore::ResourcePolicy')
    .find((policy) => policy.properties.ResourceArn === names[of])!;
  return JSON.parse(properties.Policy) as Policy;
}

/** An endpoint policy must allow a request beside the identity; all of ours name every principal. */
function endpointPolicy(service: string): NamedPolicy[] {
  const endpoint = account
    .all('AWS::EC2::VPCEndpoint')
    .find(({ properties }) => String(properties.ServiceName).endsWith(`.${service}`))!;
  const Statement = endpoint.properties.PolicyDocument.Statement.map((statement: any) => {
    const { Principal, ...rest } = statement;
    return JSON.stringify(Principal) === '{"AWS":"*"}' || Principal === '*' ? rest : fail('a narrower principal');
  });
  return [{ name: service, policy: { Version: '2012-10-17', Statement } }];
}

const files = ['session-role.json', 'execution-role.json', 'pipeline-role.json', 'resource-policies.json'];

test('there are at least 60 cases, allowed ones and denied ones', () => {
  const all = [...files.flatMap((file) => readCases<AccessCase[]>(file)), ...readCases<TrustCase[]>('trust.json')];
  expect(all.length).toBeGreaterThanOrEqual(60);
  expect(new Set(all.map(({ expect: outcome }) => outcome))).toEqual(new Set(['Allowed', 'Denied']));
});

describe.each(files)('%s', (file) => {
  test.each(readCases<AccessCase[]>(file).map((row) => [`${row.as}: ${row.name}`, row] as const))(
    '%s',
    async (_, row) => {
      const { principal, policies } = identityOf(row.as);
      const resource = fill(row.resource, names);
      const owner = /^arn:aws:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1] ?? row.context['aws:ResourceAccount'];
      const request = { action: row.action, resource, owner, context: filled(row.context, names) };
      const resourcePolicy = row.resourcePolicy && resourcePolicyOf(row.resourcePolicy);
      const decisions = [await decide(principal, request, policies, resourcePolicy)];
      if (row.through) {
        decisions.push(await decide(principal, request, endpointPolicy(row.through)));
      }
      expect(decisions.every((decision) => decision === 'Allowed') ? 'Allowed' : 'Denied').toBe(row.expect);
    },
  );
});

describe('trust.json', () => {
  test.each(readCases<TrustCase[]>('trust.json').map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const trust = account.find('AWS::IAM::Role', row.role === 'sessionRole' ? 'ReviewerSessionRole' : 'ExecutionRole');
    const request = { action: 'sts:AssumeRole', resource: account.arn(trust.id), context: row.context };
    const decision = await decide(row.by, request, [], trust.properties.AssumeRolePolicyDocument);
    expect(decision).toBe(row.expect);
  });
});
