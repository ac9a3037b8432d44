import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IMAGE_PULL_ACTIONS, MANTLE_ENVIRONMENT_ACTIONS, MANTLE_SESSION_ACTIONS } from '../../../lib/identity/perms';
import { AgentNetworkService } from '../../../lib/network';
import { ACCOUNT, allowed, build, list, policyOf, text } from './network-scene';

/** A policy that lets everybody call an action. */
const allowingEverybody = (action: string) =>
  new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({ principals: [new iam.AnyPrincipal()], actions: [action], resources: ['*'] }),
    ],
  });

describe('endpoint policies', () => {
  const { stack } = build();

  test('bedrock-mantle: the exec server and the seven session actions for this account, no model call', () => {
    const statements = policyOf(stack, 'bedrock-mantle');
    expect(allowed(statements).sort()).toEqual([...MANTLE_ENVIRONMENT_ACTIONS, ...MANTLE_SESSION_ACTIONS].sort());
    expect(allowed(statements)).toHaveLength(9);
    expect(statements.find((each) => each.Effect === 'Allow')?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalAccount': ACCOUNT },
    });
  });

  test('bedrock-mantle: bearer tokens are denied to everybody', () => {
    expect(policyOf(stack, 'bedrock-mantle').filter((each) => each.Effect === 'Deny')).toEqual([
      {
        Action: 'bedrock-mantle:CallWithBearerToken',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Resource: '*',
      },
    ]);
  });

  test.each(['ecr.api', 'ecr.dkr'])('%s: pulling from repositories of this account', (service) => {
    const [pull, login] = policyOf(stack, service);
    expect(pull.Resource).toBe(`arn:{AWS::Partition}:ecr:us-east-1:${ACCOUNT}:repository/*`);
    expect(list(pull.Action)).toEqual(IMAGE_PULL_ACTIONS);
    expect(login.Action).toBe('ecr:GetAuthorizationToken');
  });

  test('logs: writing to log groups of this account', () => {
    expect(policyOf(stack, 'logs')).toEqual([
      {
        Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Resource: `arn:{AWS::Partition}:logs:us-east-1:${ACCOUNT}:log-group:*`,
      },
    ]);
  });

  test("s3: this account's buckets by this account's principals", () => {
    const own = policyOf(stack, 's3')[0];
    expect(own.Condition).toEqual({
      StringEquals: { 'aws:PrincipalAccount': ACCOUNT, 'aws:ResourceAccount': ACCOUNT },
    });
    expect(list(own.Action)).toContain('s3:PutObject');
    expect(list(own.Action)).not.toContain('s3:DeleteObject');
  });

  test('s3: image layers, session storage and code, as AgentCore documents them', () => {
    const [, layers, storage, code] = policyOf(stack, 's3');
    expect(layers).toEqual({
      Action: 's3:GetObject',
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Resource: 'arn:{AWS::Partition}:s3:::prod-us-east-1-starport-layer-bucket/*',
    });
    const agentCore = { StringEquals: { 'aws:PrincipalServiceName': 'bedrock-agentcore.amazonaws.com' } };
    expect(storage).toMatchObject({
      Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      Condition: agentCore,
      Resource: [
        'arn:{AWS::Partition}:s3:::acr-storage-*-us-east-1-an',
        'arn:{AWS::Partition}:s3:::acr-storage-*-us-east-1-an/*',
      ],
    });
    expect(code).toMatchObject({
      Action: 's3:GetObject',
      Condition: agentCore,
      Resource: [
        'arn:{AWS::Partition}:s3:::acr-code-*-us-east-1-an',
        'arn:{AWS::Partition}:s3:::acr-code-*-us-east-1-an/*',
      ],
    });
  });

  test('dynamodb: items of tables of this account', () => {
    const [items] = policyOf(stack, 'dynamodb');
    expect(items.Resource).toBe(`arn:{AWS::Partition}:dynamodb:us-east-1:${ACCOUNT}:table/*`);
    expect(list(items.Action)).not.toContain('dynamodb:Scan');
  });

  const every = Object.values(AgentNetworkService).filter((each) => each instanceof AgentNetworkService);

  test.each(every.map((service) => [service.name, service] as const))(
    '%s: named actions only, every caller confined',
    (name, service) => {
      const { stack: own, network } = build();
      network.addService(service);
      const statements = policyOf(own, name).filter((each) => each.Effect === 'Allow');
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        expect(list(statement.Action).filter((action) => action.includes('*'))).toEqual([]);
        const confined = Object.keys(statement.Condition?.StringEquals ?? {});
        const presigned = text(statement.Resource).includes('starport');
        expect(presigned || confined.some((key) => /^aws:Principal(Account|ServiceName)$/.test(key))).toBe(true);
      }
    },
  );

  test('open the endpoints to an organization, and to resources of it only', () => {
    const { stack: own } = build({ organizationId: 'o-a1b2c3d4e5' });
    const [pull, login] = policyOf(own, 'ecr.api');
    expect(pull.Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'aws:ResourceOrgID': 'o-a1b2c3d4e5' },
    });
    expect(pull.Resource).toBe('arn:{AWS::Partition}:ecr:us-east-1:*:repository/*');
    expect(login.Condition).toEqual({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } });
    expect(policyOf(own, 's3')[0].Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5', 'aws:ResourceOrgID': 'o-a1b2c3d4e5' },
    });
  });

  test('can be replaced, one service at a time', () => {
    const document = allowingEverybody('bedrock-mantle:*');
    const { stack: own } = build({
      endpointPolicies: [{ service: AgentNetworkService.BEDROCK_MANTLE, document }],
    });
    expect(policyOf(own, 'bedrock-mantle')).toEqual([
      { Action: 'bedrock-mantle:*', Effect: 'Allow', Principal: { AWS: '*' }, Resource: '*' },
    ]);
    expect(policyOf(own, 'logs')).toEqual(policyOf(stack, 'logs'));
  });

  test('that replace the policy of an endpoint that is never made stop the synth', () => {
    const document = allowingEverybody('sqs:SendMessage');
    const { app } = build({ endpointPolicies: [{ service: AgentNetworkService.SQS, document }] });
    expect(() => app.synth()).toThrow(/policy for sqs \(interface\), but this network makes no such endpoint/);
  });

  test('that were replaced are not extended silently', () => {
    const document = allowingEverybody('logs:PutLogEvents');
    const { stack: own, network } = build({ endpointPolicies: [{ service: AgentNetworkService.LOGS, document }] });
    network.addService(AgentNetworkService.LOGS.withActions(['logs:CreateLogGroup']));
    Annotations.fromStack(own).hasWarning('*', Match.stringLikeRegexp('logs endpoint.*logs:CreateLogGroup'));
  });
});

describe('addService', () => {
  test('makes one endpoint however often it is asked, and lets the actions of all callers through', () => {
    const { stack, network } = build();
    network.addService(AgentNetworkService.CODECOMMIT);
    network.addService(AgentNetworkService.CODECOMMIT.withActions(['codecommit:PostCommentForPullRequest']));
    network.addService(AgentNetworkService.CODECOMMIT.withActions(['codecommit:UpdatePullRequestStatus']));
    const [statement, ...others] = policyOf(stack, 'codecommit');
    expect(others).toEqual([]);
    expect(list(statement.Action)).toEqual([
      ...AgentNetworkService.CODECOMMIT.actions,
      'codecommit:PostCommentForPullRequest',
      'codecommit:UpdatePullRequestStatus',
    ]);
  });

  test('extends an endpoint of the base set', () => {
    const { stack, network } = build();
    network.addService(AgentNetworkService.S3.withActions(['s3:DeleteObject']));
    const [own, ...others] = policyOf(stack, 's3');
    expect(list(own.Action)).toContain('s3:DeleteObject');
    expect(others).toHaveLength(3);
  });

  test('opens the S3 endpoint to package files together with CodeArtifact repositories', () => {
    const { stack, network } = build();
    network.addService(AgentNetworkService.CODEARTIFACT_REPOSITORIES);
    expect(policyOf(stack, 's3').at(-1)).toMatchObject({
      Action: 's3:GetObject',
      Resource: 'arn:{AWS::Partition}:s3:::assets-193858265520-us-east-1/*',
    });
  });

  test('takes services that have no constant', () => {
    const { stack, network } = build({
      services: [
        AgentNetworkService.interface('athena', {
          actions: ['athena:StartQueryExecution'],
          resources: ['arn:aws:athena:us-east-1:111111111111:workgroup/agents'],
        }),
      ],
    });
    expect(policyOf(stack, 'athena')).toEqual([
      {
        Action: 'athena:StartQueryExecution',
        Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Resource: 'arn:aws:athena:us-east-1:111111111111:workgroup/agents',
      },
    ]);
    const id = network.vpcEndpointId(AgentNetworkService.interface('athena', { actions: ['athena:GetWorkGroup'] }));
    expect(stack.resolve(id)).toEqual({ Ref: expect.stringContaining('AthenaEndpoint') });
  });

  test('leaves the constants as they are', () => {
    const before = AgentNetworkService.LOGS.actions;
    AgentNetworkService.LOGS.withActions(['logs:CreateLogGroup']);
    expect(AgentNetworkService.LOGS.actions).toEqual(before);
  });
});
