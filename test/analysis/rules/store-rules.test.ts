import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { checkModel } from '../../../analysis/rules/check';
import { MA_ENC1 } from '../../../analysis/rules/ma-enc1';
import { MA_ENC2 } from '../../../analysis/rules/ma-enc2';
import { MA_ENC3 } from '../../../analysis/rules/ma-enc3';
import { MA_IMG1 } from '../../../analysis/rules/ma-img1';
import { MA_IMG2 } from '../../../analysis/rules/ma-img2';
import { MA_NET5 } from '../../../analysis/rules/ma-net5';
import { MA_NET6 } from '../../../analysis/rules/ma-net6';
import { MA_REG1 } from '../../../analysis/rules/ma-reg1';
import { MA_STO1 } from '../../../analysis/rules/ma-sto1';
import type { Rule } from '../../../analysis/rules/rule';
import { appWith, att, ref, resource, type Resources } from '../network/app';

const OWN = '111122223333';
const FOREIGN = '999988887777';
const DIGEST = 'a'.repeat(64);

const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const trusting = (service: string, ...statements: object[]) =>
  resource('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [{ ...allow('sts:AssumeRole', undefined), Principal: { Service: service } }],
    },
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
  });
const key = (...statements: object[]) =>
  resource('AWS::KMS::Key', {
    EnableKeyRotation: true,
    KeyPolicy: { Statement: [allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${OWN}:root` } }), ...statements] },
  });
const policyFor = (...except: unknown[]) =>
  resource('AWS::BedrockAgentCore::ResourcePolicy', {
    ResourceArn: att('Runtime', 'AgentRuntimeArn'),
    Policy: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'bedrock-agentcore:*',
          Resource: att('Runtime', 'AgentRuntimeArn'),
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': except } },
        },
      ],
    },
  });
const bucket = (properties: object = {}) =>
  resource('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: att('Key', 'Arn') } },
      ],
    },
    ...properties,
  });
const TLS = {
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const bucketPolicy = (...statements: object[]) =>
  resource('AWS::S3::BucketPolicy', { Bucket: ref('Bucket'), PolicyDocument: { Statement: [TLS, ...statements] } });
const runtime = (properties: object = {}) =>
  resource('AWS::BedrockAgentCore::Runtime', {
    RoleArn: att('ExecutionRole', 'Arn'),
    AgentRuntimeArtifact: {
      ContainerConfiguration: { ContainerUri: `${OWN}.dkr.ecr.us-east-1.amazonaws.com/agents@sha256:${DIGEST}` },
    },
    LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 3600 },
    ...properties,
  });

const APP: Resources = {
  Key: key(),
  Bucket: bucket(),
  BucketPolicy: bucketPolicy(),
  ExecutionRole: trusting('bedrock-agentcore.amazonaws.com', allow('s3:GetObject', att('Bucket', 'Arn'))),
  SessionRole: trusting(
    'bedrock-mantle.amazonaws.com',
    allow('bedrock-agentcore:InvokeAgentRuntime', att('Runtime', 'AgentRuntimeArn')),
  ),
  Runtime: runtime(),
  RuntimePolicy: policyFor(att('SessionRole', 'Arn')),
};

function found(rule: Rule, changes: Resources = {}, sections = {}, region = 'us-east-1') {
  const template = { ...sections, Resources: { ...APP, ...changes } };
  const model = new TemplateModel(assemblyOf([{ id: 'App', account: OWN, region, template }]));
  return checkModel(model, { rules: [rule] }).map(
    ({ rule: id, severity, location }) => `${id} ${severity} ${location.logicalId}`,
  );
}

test.each([MA_ENC1, MA_ENC2, MA_ENC3, MA_IMG1, MA_IMG2, MA_NET5, MA_REG1, MA_STO1])(
  '$id has no finding on an app that is right',
  (rule) => expect(found(rule)).toEqual([]),
);

describe('MA-ENC1', () => {
  test.each([
    ['everybody', { Principal: '*' }, 'fatal'],
    [
      'everybody, with a condition that everybody meets',
      { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
      'fatal',
    ],
    [
      'everybody through a service',
      { Principal: '*', Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } },
      'fatal',
    ],
    ['another account', { Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` } }, 'fatal'],
    ['everybody but one', { NotPrincipal: { AWS: `arn:aws:iam::${OWN}:root` } }, 'fatal'],
    [
      'the execution role, as an administrator',
      { Principal: { AWS: att('ExecutionRole', 'Arn') }, Action: 'kms:*' },
      'fatal',
    ],
    ['an account whose number is short', { Principal: { AWS: 'arn:aws:iam::1:root' } }, 'error'],
  ])('%s', (_name, statement, severity) => {
    expect(found(MA_ENC1, { Key: key(allow('kms:Decrypt', '*', statement)) })).toEqual([`MA-ENC1 ${severity} Key`]);
  });

  test.each<[string, object, string[]]>([
    [
      'an effect that only the deployment knows',
      { Effect: ref('Any'), Principal: '*' },
      ['MA-ENC1 error', 'MA-READ1 error'],
    ],
    ['a principal that only the deployment knows', { Principal: { AWS: ref('Any') } }, ['MA-READ1 error']],
    ['a denial', { Effect: 'Deny', Principal: '*' }, []],
  ])('%s', (_name, statement, expected) => {
    const Parameters = { Any: { Type: 'String' } };
    const severities = found(MA_ENC1, { Key: key(allow('kms:Decrypt', '*', statement)) }, { Parameters });
    expect(severities.map((each) => each.replace(/ \w+$/, ''))).toEqual(expected);
  });

  test.each([
    [
      'callers of this account through a service',
      { Principal: '*', Condition: { StringEquals: { 'kms:CallerAccount': OWN } } },
    ],
    ['a role of the app', { Principal: { AWS: att('SessionRole', 'Arn') } }],
    ['a service', { Principal: { Service: 'logs.us-east-1.amazonaws.com' } }],
  ])('%s may use the key', (_name, statement) => {
    expect(found(MA_ENC1, { Key: key(allow('kms:Decrypt', '*', statement)) })).toEqual([]);
  });

  test('another account that is declared may use it', () => {
    const principal = { AWS: [`arn:aws:iam::${FOREIGN}:root`] };
    const declared = {
      Metadata: { AgentDeclarations: [{ kind: 'principal', reason: 'Security account', principal }] },
    };
    expect(found(MA_ENC1, { Key: key(allow('kms:Decrypt', '*', { Principal: principal })) }, declared)).toEqual([]);
  });

  test('a key that doesn’t rotate', () => {
    expect(found(MA_ENC1, { Key: resource('AWS::KMS::Key', {}) })).toEqual(['MA-ENC1 fatal Key']);
  });

  test('a key that no agent uses may be acknowledged', () => {
    const properties = { KeyPolicy: { Statement: [allow('kms:Decrypt', '*', { Principal: '*' })] } };
    expect(found(MA_ENC1, { Pipeline: resource('AWS::KMS::Key', properties) })).toEqual([
      'MA-ENC1 error Pipeline',
      'MA-ENC1 error Pipeline',
    ]);
  });
});

describe('MA-ENC2', () => {
  test.each([
    ['a bucket with a key of AWS', { Bucket: bucket({ BucketEncryption: undefined }) }, 'Bucket'],
    [
      'a queue under an alias of AWS',
      { Queue: resource('AWS::SQS::Queue', { KmsMasterKeyId: 'alias/aws/sqs' }) },
      'Queue',
    ],
    [
      'a second replica without a key',
      {
        Table: resource('AWS::DynamoDB::GlobalTable', {
          Replicas: [{ SSESpecification: { KMSMasterKeyId: att('Key', 'Arn') } }, { Region: 'us-west-2' }],
        }),
      },
      'Table',
    ],
  ])('%s', (_name, changes, at) => {
    expect(found(MA_ENC2, changes as unknown as Resources)).toEqual([`MA-ENC2 error ${at}`]);
  });
});

test('MA-ENC3 wants the denial for every object of the bucket', () => {
  const narrow = resource('AWS::S3::BucketPolicy', {
    Bucket: ref('Bucket'),
    PolicyDocument: { Statement: [{ ...TLS, Resource: 'arn:aws:s3:::another/*' }] },
  });
  expect(found(MA_ENC3, { BucketPolicy: narrow })).toEqual(['MA-ENC3 error Bucket']);
});

describe('MA-STO1', () => {
  const statement = (more: object) => ({ BucketPolicy: bucketPolicy(allow('s3:GetObject', '*', more)) });

  test.each([
    ['everybody', { Principal: '*' }],
    ['another account', { Principal: { AWS: FOREIGN } }],
    [
      'a service that acts for another account',
      {
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': FOREIGN } },
      },
    ],
    ['everybody of a tag', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalTag/team': 'x' } } }],
  ])('the bucket lets in %s', (_name, more) => {
    expect(found(MA_STO1, statement(more))).toEqual(['MA-STO1 error BucketPolicy']);
  });

  test.each([
    ['a role of the app', { Principal: { AWS: att('SessionRole', 'Arn') } }],
    ['a service', { Principal: { Service: 'logging.s3.amazonaws.com' } }],
    ['the organization', { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
  ])('%s may be let in', (_name, more) => expect(found(MA_STO1, statement(more))).toEqual([]));

  test('a key that another account may use is left to MA-ENC1', () => {
    const shared = key(allow('kms:Decrypt', '*', { Principal: { AWS: FOREIGN } }));
    expect(found(MA_STO1, { Key: shared })).toEqual([]);
    expect(found(MA_ENC1, { Key: shared })).toEqual(['MA-ENC1 fatal Key']);
  });

  test('a copy in another account, and a subscription from there', () => {
    const copied = bucket({
      ReplicationConfiguration: { Rules: [{ Destination: { Bucket: 'arn:aws:s3:::copy', Account: FOREIGN } }] },
    });
    expect(new Set(found(MA_STO1, { Bucket: copied }))).toEqual(new Set(['MA-STO1 error Bucket']));
    const subscribed = {
      Topic: resource('AWS::SNS::Topic'),
      Subscription: resource('AWS::SNS::Subscription', {
        TopicArn: ref('Topic'),
        Endpoint: `arn:aws:sqs:us-east-1:${FOREIGN}:q`,
      }),
    };
    expect(found(MA_STO1, subscribed)).toEqual(['MA-STO1 error Subscription']);
  });
});

describe('MA-IMG1', () => {
  const image = (ContainerUri: unknown) => ({
    Runtime: runtime({ AgentRuntimeArtifact: { ContainerConfiguration: { ContainerUri } } }),
  });

  test.each([
    ['a tag', `${OWN}.dkr.ecr.us-east-1.amazonaws.com/agents:v1`],
    ['a registry of another account', `${FOREIGN}.dkr.ecr.us-east-1.amazonaws.com/agents@sha256:${DIGEST}`],
    ['a registry outside of AWS', `docker.io/agents@sha256:${DIGEST}`],
    ['a digest that is no digest', `${OWN}.dkr.ecr.us-east-1.amazonaws.com/agents@sha256:abc`],
  ])('%s', (_name, uri) => expect(found(MA_IMG1, image(uri))).toEqual(['MA-IMG1 error Runtime']));
});

test('MA-IMG2 names a lifetime that is missing', () => {
  const Runtime = runtime({ LifecycleConfiguration: { MaxLifetime: 3600 } });
  expect(found(MA_IMG2, { Runtime })).toEqual(['MA-IMG2 error Runtime']);
});

test('MA-REG1 knows the Regions of the service', () => {
  expect(found(MA_REG1, {}, {}, 'eu-central-1')).toEqual(['MA-REG1 error Runtime']);
});

describe('MA-NET5', () => {
  test.each([
    ['a second role', policyFor(att('SessionRole', 'Arn'), att('ExecutionRole', 'Arn')), 'RuntimePolicy'],
    ['a role that isn’t in the app', policyFor(`arn:aws:iam::${FOREIGN}:role/x`), 'RuntimePolicy'],
    ['nothing', resource('Test::No::Policy'), 'Runtime'],
  ])('%s is excepted', (_name, RuntimePolicy, at) => {
    expect(found(MA_NET5, { RuntimePolicy })).toEqual([`MA-NET5 error ${at}`]);
  });
});

describe('MA-NET5 judges the policy of a Runtime', () => {
  const RUNTIME = att('Runtime', 'AgentRuntimeArn');
  const SESSION = att('SessionRole', 'Arn');
  const denial = (rest: object = {}) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'bedrock-agentcore:*',
    Resource: RUNTIME,
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': SESSION } },
    ...rest,
  });
  const said = (Statement: object[], changes: Resources = {}, names: readonly string[] = []) => {
    const Metadata = { AgentDeclarations: [{ kind: 'unreadable', reason: 'Reviewed', names }] };
    const RuntimePolicy = resource('AWS::BedrockAgentCore::ResourcePolicy', {
      ResourceArn: RUNTIME,
      Policy: { Statement },
    });
    const template = { Metadata, Resources: { ...APP, RuntimePolicy, ...changes } };
    const model = new TemplateModel(assemblyOf([{ id: 'App', account: OWN, region: 'us-east-1', template }]));
    return checkModel(model, { rules: [MA_NET5] }).map(({ says, location }) => [
      location.logicalId,
      location.path,
      says,
    ]);
  };
  const OPEN = [
    'RuntimePolicy',
    'Properties.Policy',
    "The resource policy of the Runtime doesn't deny it to everybody except the session role",
  ];

  test.each<[object]>([
    [{}],
    [{ Principal: { AWS: ['*'] } }],
    [{ Action: ['bedrock-agentcore:*'], Resource: '*' }],
    [{ Action: '*' }],
    [{ Condition: { ArnNotLike: { 'aws:PrincipalArn': [SESSION] } } }],
    [{ Condition: { StringNotEquals: { 'AWS:principalARN': SESSION } } }],
    [{ Condition: { StringNotLike: { 'aws:PrincipalArn': SESSION } } }],
  ])('a denial is whole with %j', (rest) => {
    expect(said([denial(rest)])).toEqual([]);
  });

  test.each<[object]>([
    [{ Effect: 'Allow' }],
    [{ Principal: { AWS: OWN } }],
    [{ Principal: { Service: '*' } }],
    [{ Principal: undefined, NotPrincipal: '*' }],
    [{ Action: 'bedrock-agentcore:InvokeAgentRuntime' }],
    [{ Action: undefined, NotAction: 'bedrock-agentcore:x' }],
    [{ Resource: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/other' }],
    [{ Condition: {} }],
    [{ Condition: { ArnEquals: { 'aws:PrincipalArn': SESSION } } }],
    [{ Condition: { ArnNotEquals: { 'aws:SourceArn': SESSION } } }],
    [{ Condition: { ArnNotEquals: { 'aws:PrincipalArn': [] } } }],
    [{ Condition: { 'ForAnyValue:ArnNotEquals': { 'aws:PrincipalArn': SESSION } } }],
    [{ Condition: { ArnNotEquals: { 'aws:PrincipalArn': SESSION }, Bool: { 'aws:SecureTransport': 'true' } } }],
  ])('a denial leaves the Runtime open with %j', (rest) => {
    expect(said([denial(rest)])).toContainEqual(OPEN);
  });

  test('an exception is named, and is no gap', () => {
    const except = (...arns: unknown[]) =>
      said([denial({ Condition: { ArnNotEquals: { 'aws:PrincipalArn': arns } } })]);
    const says = (names: string) => [
      [
        'RuntimePolicy',
        expect.any(String),
        `The resource policy of the Runtime excepts ${names}, which isn't its session role`,
      ],
    ];
    expect(except(SESSION, 'arn:aws:iam::999988887777:role/x', 'arn:aws:iam::999988887777:role/y')).toEqual(
      says('arn:aws:iam::999988887777:role/x, arn:aws:iam::999988887777:role/y'),
    );
    expect(except(SESSION, SESSION)).toEqual([]);
    const declared = 'arn:aws:iam::999988887777:role/x';
    const both = denial({ Condition: { ArnNotEquals: { 'aws:PrincipalArn': [SESSION, declared] } } });
    expect(said([both], {}, [declared])).toEqual(says(declared));
  });

  test('an allowance is for the session role alone', () => {
    const allowed = (principal: object) =>
      said([denial(), { ...allow('bedrock-agentcore:InvokeAgentRuntime', RUNTIME), ...principal }]);
    const more = [
      ['RuntimePolicy', expect.any(String), 'The resource policy of the Runtime allows more than the session role'],
    ];
    expect(allowed({ Principal: { AWS: SESSION } })).toEqual([]);
    expect(allowed({ Principal: { AWS: [SESSION, att('ExecutionRole', 'Arn')] } })).toEqual(more);
    expect(allowed({ Principal: { Service: 'lambda.amazonaws.com' } })).toEqual(more);
    expect(allowed({ NotPrincipal: { AWS: SESSION } })).toEqual(more);
    expect(allowed({})).toEqual(more);
  });

  test('endpoints have a policy of their own, and no tokens are accepted', () => {
    const Endpoint = resource('AWS::BedrockAgentCore::RuntimeEndpoint', {
      AgentRuntimeId: att('Runtime', 'AgentRuntimeId'),
    });
    expect(said([denial()], { Endpoint })).toEqual([
      ['Endpoint', 'Properties', 'The runtime endpoint has no resource policy'],
    ]);
    const Runtime = runtime({
      AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: 'https://example.com' } },
    });
    expect(said([denial()], { Runtime })).toEqual([
      [
        'Runtime',
        'Properties.AuthorizerConfiguration',
        'The Runtime accepts callers with a token of an identity provider, bypassing the session',
      ],
    ]);
  });
});

describe('MA-NET6', () => {
  const firewall = (action: string, names: string[], config = {}): Resources => ({
    Names: resource('AWS::Route53Resolver::FirewallDomainList', { Domains: names }),
    All: resource('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
    Rules: resource('AWS::Route53Resolver::FirewallRuleGroup', {
      FirewallRules: [
        { Priority: 1, Action: 'ALLOW', FirewallDomainListId: ref('Names') },
        { Priority: 2, Action: action, BlockResponse: 'NODATA', FirewallDomainListId: ref('All') },
      ],
    }),
    Used: resource('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
      Priority: 101,
      VpcId: ref('Vpc'),
      FirewallRuleGroupId: ref('Rules'),
    }),
    ...config,
  });
  const severities = (changes: Resources) =>
    checkModel(appWith(changes), { rules: [MA_NET6] }).map(({ severity }) => severity);

  test('a firewall that blocks what it doesn’t allow is fine', () => {
    expect(severities(firewall('BLOCK', ['example.com']))).toEqual([]);
  });

  test('one that lets names pass is an error', () => {
    expect(severities(firewall('ALERT', ['example.com']))).toEqual(['error']);
    expect(severities(firewall('BLOCK', ['*']))).toEqual(['error']);
    const open = resource('AWS::Route53Resolver::FirewallConfig', {
      ResourceId: ref('Vpc'),
      FirewallFailOpen: 'ENABLED',
    });
    expect(severities(firewall('BLOCK', ['example.com'], { Open: open }))).toEqual(['error']);
  });

  test.each<[string, Resources, boolean]>([
    ['*.example.com', {}, true],
    ['*.example.com.', {}, true],
    ['www.example.com', {}, false],
    ['*.amazonaws.com', {}, false],
    ['*.us-east-1.amazonaws.com.cn', {}, false],
    ['*.api.aws', {}, false],
    ['*.us-east-1.on.aws.', {}, false],
    ['*.ec2.internal', {}, false],
    ['*.myamazonaws.com', {}, true],
    ['*.db.team.internal.', { Zone: resource('AWS::Route53::HostedZone', { Name: 'team.internal.' }) }, false],
    [
      '*.db.team.internal',
      { Zone: resource('AWS::ServiceDiscovery::PrivateDnsNamespace', { Name: 'team.internal' }) },
      false,
    ],
    ['*.dbteam.internal', { Zone: resource('AWS::Route53::HostedZone', { Name: 'team.internal' }) }, true],
  ])('data can leave in names below %s', (name, zone, leaves) => {
    const says = checkModel(appWith(firewall('BLOCK', [name, '*.amazonaws.com'], zone)), { rules: [MA_NET6] }).map(
      (finding) => finding.says,
    );
    expect(says).toEqual(
      leaves ? [expect.stringContaining(`Every name below ${name.replace('*.', '')} resolves`)] : [],
    );
  });

  test('none at all is a warning: nothing in the templates says that names are limited', () => {
    expect(severities({})).toEqual(['warning']);
  });

  test("names aren't reported next to a declared way to the internet", () => {
    const Route = resource('AWS::EC2::Route', {
      RouteTableId: ref('Table'),
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: 'nat-1',
    });
    expect(severities({ Route })).toEqual([]);
    expect(severities({ Route, ...firewall('ALERT', ['example.com']) })).toEqual(['error']);
  });
});
