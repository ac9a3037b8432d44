/** Authorisation of every call of Managed Agents by the policies of templates. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LocalService, startLocalService } from '../../local';
import { Deployment } from '../../local/cloud/deployment';
import { connectFakeExecServer } from './support/fake-exec-server';
import { agentCoreSession, clientOf, eventually, selfHostedSession } from './support/service';
import { sendSigned } from './support/signed-request';

const ACCOUNT = '111122223333';
const trust = (service: string, more: object = {}) => ({
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: service },
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: {
          'aws:SourceArn': { 'Fn::Sub': 'arn:${AWS::Partition}:bedrock-mantle:${AWS::Region}:${AWS::AccountId}:*' },
        },
      },
      ...more,
    },
  ],
});

const project = {
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':bedrock-mantle:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      ':project/default',
    ],
  ],
};
const SESSION_ACTIONS = [
  'CreateAgentSession',
  'GetAgentSession',
  'ListAgentSessions',
  'CreateAgentSessionEvent',
  'ListAgentSessionEvents',
  'ListAgentSessionItems',
  'DeleteAgentSession',
];

interface Shape {
  clientActions?: string[];
  passedTo?: string;
  passRole?: string;
  sessionTrust?: object;
  model?: string;
  runtimeResources?: unknown[];
  executionActions?: string[];
  boundary?: object;
  extra?: Record<string, unknown>;
}

/** What a synthesized agent comes down to, with one thing changed at a time. */
function template(shape: Shape = {}): object {
  const runtimeArn = { 'Fn::GetAtt': ['Runtime', 'AgentRuntimeArn'] };
  const allow = (Action: unknown, Resource: unknown, Condition?: object) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  const policy = (role: string, ...Statement: object[]) => ({
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyName: role, PolicyDocument: { Version: '2012-10-17', Statement }, Roles: [{ Ref: role }] },
  });
  return {
    Resources: {
      SessionRole: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: shape.sessionTrust ?? trust('bedrock-mantle.amazonaws.com') },
      },
      ExecutionRole: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: trust('bedrock-agentcore.amazonaws.com') },
      },
      OtherRole: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust('lambda.amazonaws.com') } },
      ClientRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
          ...(shape.boundary && { PermissionsBoundary: { Ref: 'Boundary' } }),
        },
      },
      ...(shape.boundary && {
        Boundary: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: { Statement: [shape.boundary] } } },
      }),
      Runtime: {
        Type: 'AWS::BedrockAgentCore::Runtime',
        Properties: { AgentRuntimeName: 'reviewer', RoleArn: { 'Fn::GetAtt': ['ExecutionRole', 'Arn'] } },
      },
      ClientPolicy: policy(
        'ClientRole',
        allow(
          (shape.clientActions ?? SESSION_ACTIONS).map((a) => `bedrock-mantle:${a}`),
          project,
        ),
        allow(
          'iam:PassRole',
          { 'Fn::GetAtt': [shape.passRole ?? 'SessionRole', 'Arn'] },
          { StringEquals: { 'iam:PassedToService': shape.passedTo ?? 'bedrock-mantle.amazonaws.com' } },
        ),
      ),
      SessionPolicy: policy(
        'SessionRole',
        allow('bedrock-mantle:CreateInference', project, {
          StringEquals: { 'bedrock-mantle:Model': shape.model ?? 'openai.gpt-5.5' },
        }),
        allow(
          ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:StopRuntimeSession'],
          shape.runtimeResources ?? [runtimeArn, { 'Fn::Join': ['', [runtimeArn, '/runtime-endpoint/DEFAULT']] }],
        ),
      ),
      ExecutionPolicy: policy(
        'ExecutionRole',
        allow(
          (shape.executionActions ?? ['RegisterEnvironment', 'ConnectEnvironment']).map((a) => `bedrock-mantle:${a}`),
          project,
        ),
      ),
      ...shape.extra,
    },
    Outputs: { RuntimeArn: { Value: runtimeArn } },
  };
}

describe('with a template', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'bma-template-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let service: LocalService;
  afterEach(() => service.close());

  const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

  async function start(shape: Shape = {}): Promise<ReturnType<typeof clientOf>> {
    const file = path.join(directory, 'Agent.template.json');
    writeFileSync(file, JSON.stringify(template(shape)));
    service = await startLocalService({
      template: directory,
      caller: 'ClientRole',
      connectTimeoutMs: 300,
      compute: { start: () => Promise.reject(new Error('no compute in this test')) },
    });
    return clientOf(service);
  }

  test('the caller role may do what its policy allows, and a self-hosted environment of the execution role connects', async () => {
    const client = await start();
    const { id, environment } = await client.create(selfHostedSession({ role_arn: roleArn('SessionRole') }));
    const own = { ...service, credentialsFor: () => service.credentialsFor('ExecutionRole') };
    const fake = await connectFakeExecServer(own, environment.id);
    await eventually(() => service.admin.compute(id).connected);
    await client.submit(id, 'hello');
    await service.admin.whenIdle(id);
    expect(service.admin.turns(id)[0]).toMatchObject({ status: 'completed' });
    await client.delete(id);
    fake.close();
    client.close();
  });

  test.each<[string, Shape, RegExp]>([
    [
      'the action is missing',
      { clientActions: ['GetAgentSession'] },
      /not authorized to perform: bedrock-mantle:CreateAgentSession on resource: .*project\/default/,
    ],
    ['PassRole is for another role', { passRole: 'OtherRole' }, /iam:PassRole on resource: .*SessionRole/],
    ['PassRole is to another service', { passedTo: 'lambda.amazonaws.com' }, /iam:PassRole/],
    ['the session role trusts another service', { sessionTrust: trust('lambda.amazonaws.com') }, /trust policy/],
    [
      'the session role trusts another account only',
      {
        sessionTrust: trust('bedrock-mantle.amazonaws.com', {
          Condition: { StringEquals: { 'aws:SourceAccount': '999999999999' } },
        }),
      },
      /trust policy/,
    ],
    [
      'the permissions boundary does not allow it',
      { boundary: { Effect: 'Allow', Action: 's3:*', Resource: '*' } },
      /permissions boundary/,
    ],
  ])('create is denied with 403 when %s', async (_name, shape, message) => {
    const client = await start(shape);
    const request = agentCoreSession({ role_arn: roleArn('SessionRole') });
    await expect(client.create(request)).rejects.toMatchObject({ status: 403, code: 'AccessDeniedException' });
    // The client keeps no text of the service.
    const url = `${service.url}/openai/v1/agents/sessions`;
    const { text } = await sendSigned({ method: 'POST', url, body: JSON.stringify(request) }, service.credentials);
    expect(text).toMatch(message);
    client.close();
  });

  test.each<[string, Shape, string, RegExp]>([
    [
      'the session role may not use the model',
      { model: 'openai.gpt-5.4' },
      'authentication_error',
      /CreateInference on resource: .*project\/default/,
    ],
    [
      'the session role may not invoke the runtime',
      { runtimeResources: ['arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/other'] },
      'authentication_error',
      /InvokeAgentRuntime/,
    ],
    [
      'the session role may not invoke the endpoint',
      { runtimeResources: [{ 'Fn::GetAtt': ['Runtime', 'AgentRuntimeArn'] }] },
      'authentication_error',
      /runtime-endpoint\/DEFAULT/,
    ],
    [
      'a resource policy of the runtime admits another role only',
      {
        extra: {
          Admission: {
            Type: 'AWS::BedrockAgentCore::ResourcePolicy',
            Properties: {
              ResourceArn: { 'Fn::GetAtt': ['Runtime', 'AgentRuntimeArn'] },
              Policy: {
                'Fn::Join': [
                  '',
                  [
                    '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"bedrock-agentcore:InvokeAgentRuntime","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"',
                    { 'Fn::GetAtt': ['OtherRole', 'Arn'] },
                    '"}}}]}',
                  ],
                ],
              },
            },
          },
        },
      },
      'authentication_error',
      /explicit deny in a resource-based policy \(Admission,/,
    ],
    ['everything is allowed', {}, 'sandbox_error', /no compute in this test/],
  ])('a turn fails when %s', async (_name, shape, code, message) => {
    const client = await start(shape);
    const [runtime] = runtimeArns(directory);
    const { id } = await client.create(
      agentCoreSession({
        role_arn: roleArn('SessionRole'),
        environment: { type: 'aws_bedrock_agentcore', runtime_arn: runtime },
      }),
    );
    await client.submit(id, 'hello');
    await service.admin.whenIdle(id);
    const [turn] = service.admin.turns(id);
    expect(turn).toMatchObject({ status: 'failed', error: { code } });
    expect(turn.error!.message).toMatch(message);
    client.close();
  });

  test.each<[string, string[], number]>([
    ['RegisterEnvironment', ['ConnectEnvironment'], 403],
    ['ConnectEnvironment', ['RegisterEnvironment'], 403],
  ])('the execution role needs %s', async (_name, executionActions) => {
    const client = await start({ executionActions });
    const { environment } = await client.create(selfHostedSession({ role_arn: roleArn('SessionRole') }));
    const own = { ...service, credentialsFor: () => service.credentialsFor('ExecutionRole') };
    await expect(connectFakeExecServer(own, environment.id)).rejects.toThrow(/not authorized to perform|403/);
    client.close();
  });

  test('a role that is not in the template is named, with those that are', async () => {
    await start();
    expect(() => service.credentialsFor('Nobody')).toThrow(/no role "Nobody".*SessionRole.*ClientRole/s);
  });
});

function runtimeArns(directory: string): string[] {
  const place = { accountId: ACCOUNT, region: 'us-east-1', partition: 'aws' };
  return new Deployment(directory, place).all('AWS::BedrockAgentCore::Runtime').map(({ arn }) => arn);
}
