import { checkStacks } from '../../../analysis/rules/check';
import { MA_ENC1 } from '../../../analysis/rules/ma-enc1';
import { MA_ENC2 } from '../../../analysis/rules/ma-enc2';
import { MA_ENC3 } from '../../../analysis/rules/ma-enc3';
import { MA_IMG1 } from '../../../analysis/rules/ma-img1';
import { MA_IMG2 } from '../../../analysis/rules/ma-img2';
import type { Rule } from '../../../analysis/rules/rule';
import { agentApp, more } from '../model/agent-app';
import { allow, arnOf } from '../model/templates';

const ACCOUNT = '111122223333';
const KEY = arnOf('Key');
const Parameters = { Any: { Type: 'String' } };
const Conditions = { IsProd: { 'Fn::Equals': [{ Ref: 'Any' }, 'prod'] } };
const either = (prod: unknown, other: unknown) => ({ 'Fn::If': ['IsProd', prod, other] });

/** `id: what is said` of the findings of a rule at some resources. */
function found(rule: Rule, changes: Record<string, object>, ...ids: string[]): string[] {
  const stacks = [
    {
      id: 'App',
      account: ACCOUNT,
      region: 'us-east-1',
      template: { Parameters, Conditions, Resources: agentApp(changes) },
    },
  ];
  return checkStacks({ stacks, rules: [rule] })
    .filter(({ location }) => ids.includes(location.logicalId))
    .map(({ rule: id, location, says }) => `${id === rule.id ? '' : `${id} `}${location.logicalId}: ${says}`);
}
const of = (Type: string, Properties: object = {}) => ({ Type, Properties });
const bucket = (...keys: object[]) => ({
  BucketEncryption: {
    ServerSideEncryptionConfiguration: keys.map((ServerSideEncryptionByDefault) => ({ ServerSideEncryptionByDefault })),
  },
});
const OWN = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY };

describe('MA-ENC2', () => {
  const storeOf = (type: string, properties: object) => ({
    Store: of(type, properties),
    // Some kinds are judged only where an agent uses them.
    Uses: more(
      [
        'elasticfilesystem:ClientWrite',
        'bedrock-agentcore:CreateEvent',
        'kinesis:PutRecord',
        'firehose:PutRecord',
        'rds-data:ExecuteStatement',
        'es:ESHttpGet',
      ],
      [arnOf('Store'), arnOf('Store', 'MemoryArn'), arnOf('Store', 'DBClusterArn')],
    ),
  });

  test.each<[string, string, object, object]>([
    ['bucket', 'AWS::S3::Bucket', bucket(OWN), {}],
    [
      'bucket',
      'AWS::S3::Bucket',
      bucket({ ...OWN, SSEAlgorithm: 'aws:kms:dsse' }),
      bucket({ SSEAlgorithm: 'aws:kms' }),
    ],
    ['bucket', 'AWS::S3::Bucket', bucket(OWN, OWN), bucket(OWN, { SSEAlgorithm: 'aws:kms' })],
    ['bucket', 'AWS::S3::Bucket', bucket(OWN), bucket({ ...OWN, SSEAlgorithm: 'AES256' })],
    ['queue', 'AWS::SQS::Queue', { KmsMasterKeyId: KEY }, { SqsManagedSseEnabled: true }],
    ['topic', 'AWS::SNS::Topic', { KmsMasterKeyId: KEY }, { KmsMasterKeyId: 'alias/aws/sns' }],
    [
      'table',
      'AWS::DynamoDB::Table',
      { SSESpecification: { SSEEnabled: 'true', KMSMasterKeyId: KEY } },
      { SSESpecification: { SSEEnabled: false, KMSMasterKeyId: KEY } },
    ],
    [
      'table',
      'AWS::DynamoDB::GlobalTable',
      { Replicas: [{ SSESpecification: { KMSMasterKeyId: KEY } }] },
      { Replicas: [{ SSESpecification: { KMSMasterKeyId: KEY } }, { Region: 'us-west-2' }] },
    ],
    ['state machine', 'AWS::StepFunctions::StateMachine', { EncryptionConfiguration: { KmsKeyId: KEY } }, {}],
    ['repository', 'AWS::ECR::Repository', { EncryptionConfiguration: { KmsKey: KEY } }, {}],
    ['event bus', 'AWS::Events::EventBus', { KmsKeyIdentifier: KEY }, { KmsKeyIdentifier: '' }],
    [
      'secret',
      'AWS::SecretsManager::Secret',
      { KmsKeyId: KEY },
      { KmsKeyId: 'arn:aws:kms:us-east-1:111122223333:alias/aws/secretsmanager' },
    ],
    ['guardrail', 'AWS::Bedrock::Guardrail', { KmsKeyArn: KEY }, {}],
    [
      'secret',
      'AWS::SecretsManager::Secret',
      { KmsKeyId: 'alias/own' },
      { KmsKeyId: 'arn:aws:kms:us-east-1:999988887777:key/1' },
    ],
    ['secret', 'AWS::SecretsManager::Secret', { KmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/1' }, {}],
  ])('a %s (%s) needs a key of the owner: %j, not %j', (name, type, good, bad) => {
    expect(found(MA_ENC2, { Store: of(type, good) }, 'Store')).toEqual([]);
    expect(found(MA_ENC2, { Store: of(type, bad) }, 'Store')).toEqual([
      `Store: The ${name} is in the stack of an agent and has no customer-managed key`,
    ]);
  });

  test.each<[string, string, object, object]>([
    ['file system', 'AWS::EFS::FileSystem', { Encrypted: 'true', KmsKeyId: KEY }, { KmsKeyId: KEY }],
    ['memory', 'AWS::BedrockAgentCore::Memory', { EncryptionKeyArn: KEY }, {}],
    ['stream', 'AWS::Kinesis::Stream', { StreamEncryption: { KeyId: KEY } }, {}],
    ['database', 'AWS::RDS::DBCluster', { StorageEncrypted: true, KmsKeyId: KEY }, { KmsKeyId: KEY }],
    ['search domain', 'AWS::OpenSearchService::Domain', { EncryptionAtRestOptions: { KmsKeyId: KEY } }, {}],
    [
      'delivery stream',
      'AWS::KinesisFirehose::DeliveryStream',
      { DeliveryStreamEncryptionConfigurationInput: { KeyARN: KEY } },
      {},
    ],
  ])('a %s (%s) that an agent uses needs a key of the owner: %j, not %j', (name, type, good, bad) => {
    expect(found(MA_ENC2, storeOf(type, good), 'Store')).toEqual([]);
    expect(found(MA_ENC2, storeOf(type, bad), 'Store')).toEqual([`Store: The ${name} has no customer-managed key`]);
    expect(found(MA_ENC2, { Store: of(type, bad) }, 'Store')).toEqual([]);
  });

  test('a function that starts an agent needs one for its variables', () => {
    const open = (properties: object) => ({
      Open: of('AWS::Lambda::Function', { Role: arnOf('OpenRole'), ...properties }),
    });
    const Environment = { Variables: { MODE: 'x' } };
    const bad = ['Open: The function environment has no customer-managed key'];
    expect(found(MA_ENC2, open({}), 'Open')).toEqual([]);
    expect(found(MA_ENC2, open({ Environment: { Variables: {} } }), 'Open')).toEqual([]);
    expect(found(MA_ENC2, open({ Environment, KmsKeyArn: KEY }), 'Open')).toEqual([]);
    expect(found(MA_ENC2, open({ Environment }), 'Open')).toEqual(bad);
    expect(found(MA_ENC2, open({ Environment: { Variables: { 'Fn::ImportValue': 'x' } } }), 'Open')).toEqual(bad);
    expect(found(MA_ENC2, { Other: of('AWS::Lambda::Function', { Environment }) }, 'Other')).toEqual([]);
  });

  test('a key or a switch that the deployment decides is read by whoever deploys', () => {
    const at = (properties: object) => found(MA_ENC2, { Store: of('AWS::DynamoDB::Table', properties) }, 'Store');
    const Any = { Ref: 'Any' };
    const read = [expect.stringMatching(/^MA-READ1 Store: /)];
    expect(at({ SSESpecification: { SSEEnabled: true, KMSMasterKeyId: Any } })).toEqual(read);
    expect(at({ SSESpecification: { SSEEnabled: Any, KMSMasterKeyId: KEY } })).toEqual(read);
  });
});

describe('MA-ENC1', () => {
  const key = (properties: object) => ({ Key: of('AWS::KMS::Key', { EnableKeyRotation: true, ...properties }) });
  const policy = (...statements: object[]) => ({ KeyPolicy: { Statement: statements } });
  const may = (Principal: unknown, Action: unknown = 'kms:Decrypt', rest: object = {}) => ({
    Effect: 'Allow',
    Principal,
    Action,
    Resource: '*',
    ...rest,
  });

  test.each<[object, string[]]>([
    [{}, []],
    [{ EnableKeyRotation: 'true' }, []],
    [{ EnableKeyRotation: false }, ['Key: The key does not rotate']],
    [{ EnableKeyRotation: false, KeySpec: 'SYMMETRIC_DEFAULT', Origin: 'AWS_KMS' }, ['Key: The key does not rotate']],
    [{ EnableKeyRotation: false, KeySpec: 'RSA_2048' }, []],
    [{ EnableKeyRotation: false, Origin: 'EXTERNAL' }, []],
    [{ Enabled: 'False' }, ['Key: The key is disabled, so nothing that it encrypts can be read']],
    [{ Enabled: 'true' }, []],
  ])('%j', (properties, says) => {
    expect(found(MA_ENC1, key(properties), 'Key')).toEqual(says);
  });

  test.each<[object, string[]]>([
    [may({ AWS: ACCOUNT }, 'kms:*'), []],
    [may({ Service: 's3.amazonaws.com' }), []],
    [may('*'), ['Key: The key policy allows everybody, without a condition that limits the account']],
    [may('*', 'kms:Decrypt', { Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT } } }), []],
    [may({ AWS: '999988887777' }), ['Key: The key policy lets in 999988887777, which is not of this account']],
    ...[
      'kms:*',
      'kms:PutKeyPolicy',
      'kms:putkeypolicy',
      ['kms:Decrypt', 'kms:Schedule*'],
      'kms:DisableKey',
      'kms:CreateGrant',
    ].map((actions): [object, string[]] => [
      may({ AWS: arnOf('ExecutionRole') }, actions),
      ['Key: The key policy lets a role of an agent administer the key'],
    ]),
    [may({ AWS: arnOf('SessionRole') }, 'kms:*'), ['Key: The key policy lets a role of an agent administer the key']],
    [may({ AWS: arnOf('OpenRole') }, 'kms:*'), []],
    [may({ AWS: arnOf('ExecutionRole') }), []],
    [may({ AWS: arnOf('ExecutionRole') }, 'kms:*', { Effect: 'Deny' }), []],
    [
      { Effect: 'Allow', Principal: { AWS: arnOf('ExecutionRole') }, NotAction: 'kms:Decrypt', Resource: '*' },
      ['Key: The key policy lets a role of an agent administer the key'],
    ],
    [
      may({ AWS: arnOf('ExecutionRole') }, 'kms:CreateGrant', {
        Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
      [],
    ],
    [
      may({ AWS: arnOf('ExecutionRole') }, 'kms:CreateGrant', {
        Condition: { StringEquals: { 'kms:ViaService': 'ebs.us-east-1.amazonaws.com' } },
      }),
      ['Key: The key policy lets a role of an agent administer the key'],
    ],
    [
      may({ AWS: arnOf('ExecutionRole') }, 'kms:*', { Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } }),
      ['Key: The key policy lets a role of an agent administer the key'],
    ],
  ])('the key policy %j', (statement, says) => {
    expect(found(MA_ENC1, key(policy(statement)), 'Key')).toEqual(says);
  });

  test('a replica has a policy, and rotates with its primary', () => {
    const replica = (...statements: object[]) => ({ Replica: of('AWS::KMS::ReplicaKey', policy(...statements)) });
    expect(found(MA_ENC1, replica(may({ AWS: ACCOUNT })), 'Replica')).toEqual([]);
    expect(found(MA_ENC1, replica(may('*')), 'Replica')).toEqual([
      expect.stringMatching(/in the stack of an agent, and its policy allows everybody/),
    ]);
  });
});

describe('MA-ENC3', () => {
  const deny = (action: unknown, rest: object = {}) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: action,
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    ...rest,
  });
  const KINDS: readonly [string, string, string, (statement: object) => object][] = [
    [
      'bucket',
      'AWS::S3::Bucket',
      's3:*',
      (statement) =>
        of('AWS::S3::BucketPolicy', { Bucket: { Ref: 'Store' }, PolicyDocument: { Statement: [statement] } }),
    ],
    [
      'queue',
      'AWS::SQS::Queue',
      'sqs:*',
      (statement) =>
        of('AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Store' }], PolicyDocument: { Statement: [statement] } }),
    ],
    [
      'topic',
      'AWS::SNS::Topic',
      'sns:Publish',
      (statement) =>
        of('AWS::SNS::TopicPolicy', { Topics: [{ Ref: 'Store' }], PolicyDocument: { Statement: [statement] } }),
    ],
  ];

  test.each(KINDS)('a %s (%s) refuses plain HTTP', (name, type, action, policy) => {
    const says = [`Store: The ${name} is in the stack of an agent and accepts plain HTTP`];
    const at = (statement: object) => found(MA_ENC3, { Store: of(type), Policy: policy(statement) }, 'Store');
    expect(found(MA_ENC3, { Store: of(type) }, 'Store')).toEqual(says);
    expect(at(deny(action))).toEqual([]);
    expect(at(deny('*', { Principal: { AWS: '*' } }))).toEqual([]);
    for (const change of [
      { Effect: 'Allow' },
      { Action: `${action.split(':')[0]}:GetX` },
      { Action: undefined, NotAction: action },
      { Resource: 'arn:aws:s3:::other/*' },
      { Principal: { AWS: ACCOUNT } },
      { Principal: { Service: '*' } },
      { Principal: undefined, NotPrincipal: '*' },
      { Condition: {} },
      { Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
      { Condition: { Bool: { 'aws:SecureTransport': ['false', 'true'] } } },
      { Condition: { StringEquals: { 'aws:SecureTransport': 'false' } } },
      { Condition: { Bool: { 'aws:SecureTransport': 'false', 'aws:ViaAWSService': 'false' } } },
    ]) {
      expect([change, at(deny(action, change))]).toEqual([change, says]);
    }
  });
});

describe('MA-IMG1', () => {
  const DIGEST = `@sha256:${'a'.repeat(64)}`;
  const HOST = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`;
  const runtimeOf = (AgentRuntimeArtifact: object) =>
    of('AWS::BedrockAgentCore::Runtime', { RoleArn: arnOf('ExecutionRole'), AgentRuntimeArtifact });
  const image = (ContainerUri: unknown, more: Record<string, object> = {}) =>
    found(
      MA_IMG1,
      { Runtime: runtimeOf({ ContainerConfiguration: { ContainerUri } }), ...more },
      'Runtime',
      'Repository',
    );
  const Build = of('Custom::Build');
  const READ = [expect.stringMatching(/^MA-READ1 Runtime: /)];
  const REPLACED = ['Runtime: The code archive of the Runtime can be replaced in place'];
  const DECIDED = 'Runtime: The digest of the image is decided at deployment';
  const FOREIGN = 'Runtime: The image comes from a registry of another account (999988887777)';
  const MOVES = 'Runtime: The image is named by a tag that can move';
  const ELSEWHERE = 'Runtime: The image comes from a registry that isn’t one of Amazon ECR in this account';

  test.each<[unknown, string[]]>([
    [`${HOST}/agent${DIGEST}`, []],
    [`${ACCOUNT}.dkr-ecr.us-east-1.on.aws/agent${DIGEST}`, []],
    [`${HOST}/agent:1.2.3`, [MOVES]],
    [`${HOST}/agent@sha256:${'a'.repeat(63)}`, [DECIDED]],
    [`${HOST}/agent${DIGEST}x`, [DECIDED]],
    [`${HOST}/cdk-hnb659fds-container-assets-111122223333-us-east-1:${'a'.repeat(64)}`, []],
    [`${HOST}/cdk-hnb659fds-container-assets-111122223333-us-east-1:${'a'.repeat(63)}`, [MOVES]],
    [`${HOST}/my-container-assets-1:${'a'.repeat(64)}`, [MOVES]],
    [`999988887777.dkr.ecr.us-east-1.amazonaws.com/agent${DIGEST}`, [FOREIGN]],
    [`999988887777.dkr.ecr.us-east-1.amazonaws.com/agent:1`, [`${FOREIGN}. ${MOVES.replace('Runtime: ', '')}`]],
    [`ghcr.io/team/agent${DIGEST}`, [ELSEWHERE]],
    [`x${HOST}/agent${DIGEST}`, [ELSEWHERE]],
    [`public.ecr.aws/team/agent${DIGEST}`, ['Runtime: The image comes from a public registry']],
    [`public.ecr.aws/team/agent:1`, ['Runtime: The image comes from a public registry']],
    [`my.public.ecr.aws/team/agent${DIGEST}`, [ELSEWHERE]],
    [{ 'Fn::Sub': `\${AWS::AccountId}.dkr.ecr.us-east-1.amazonaws.com/agent${DIGEST}` }, []],
    [{ 'Fn::Sub': `\${AWS::AccountId}/agent${DIGEST}` }, [ELSEWHERE]],
    [
      either(`${HOST}/agent${DIGEST}`, `${HOST}/agent:1`),
      [expect.stringMatching(/^Runtime: .* tag that can move \(when/)],
    ],
    [{ Ref: 'Any' }, READ],
  ])('the image %j', (uri, says) => {
    expect(image(uri)).toEqual(says);
  });

  test.each<[string, string[]]>([
    [`${ACCOUNT}.dkr.ecr-fips.us-east-1.amazonaws.com`, []],
    [`${ACCOUNT}.dkr-ecr-fips.us-east-1.on.aws`, []],
    [`${ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn`, []],
    [`1${HOST}`, [ELSEWHERE]],
    [HOST.slice(1), [ELSEWHERE]],
    [`${ACCOUNT}-dkr.ecr.us-east-1.amazonaws.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkrxecr.us-east-1.amazonaws.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkr.ecrx.us-east-1.amazonaws.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkr.ecr.amazonaws.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkr.ecr.us-east-1.example.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com.example.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkr.ecr.example.com/x.amazonaws.com`, [ELSEWHERE]],
    [`${ACCOUNT}.dkr-ecr.us-east-1.onxaws`, [ELSEWHERE]],
    ['${Build.Account}.dkr.ecr.us-east-1.amazonaws.com', []],
    ['${Build.Account}.dkr-ecr.us-east-1.on.aws', []],
    ['${Any}.dkr.ecr.us-east-1.amazonaws.com', READ],
    ['${Any}.dkr-ecr.us-east-1.on.aws', READ],
    ['${Any}.dkr.ecr.us-east-1.example.com', [ELSEWHERE]],
    ['${Any}x.dkr.ecr.us-east-1.amazonaws.com', [ELSEWHERE]],
    ['x${Any}.dkr.ecr.us-east-1.amazonaws.com', [ELSEWHERE]],
    [`${ACCOUNT}.dkr.ecr.\${Any}.amazonaws.com`, []],
    [`${ACCOUNT}.dkr.ecr.us-\${Any}-1.amazonaws.com`, []],
    [`${ACCOUNT}.dkr.ecr.us-east-1.\${Any}`, [ELSEWHERE]],
    ['public.ecr.aws', ['Runtime: The image comes from a public registry']],
    ['public.ecr.aws.example.com', [ELSEWHERE]],
    ['public.ecr-aws', [ELSEWHERE]],
  ])('an image by digest in the registry %s', (host, says) => {
    expect(image({ 'Fn::Sub': `${host}/agent${DIGEST}` }, { Build })).toEqual(says);
  });

  test.each<[string, string[]]>([
    ['@${Build.Digest}', []],
    ['@sha256:${Build.Digest}', []],
    ['x@sha256:${Build.Digest}', []],
    ['@sha256:a${Build.Digest}', [DECIDED]],
    ['@sha512:${Build.Digest}', [MOVES]],
    ['@${Build.Digest}x', [MOVES]],
    [':${Build.Tag}', [MOVES]],
    ['${Build.Rest}', [MOVES]],
    ['@${Any}', [MOVES]],
    ['@sha256:${Any}', [DECIDED]],
    [`@sha256:\${Any}${'a'.repeat(63)}`, [DECIDED]],
    [`${DIGEST}\${Any}`, [DECIDED]],
    [`\${Any}${DIGEST}`, []],
    [`${DIGEST.toUpperCase().replace('SHA', 'sha')}`, [DECIDED]],
    [`/cdk-\${Any}-container-assets-1:${'a'.repeat(64)}`, [MOVES]],
    [`/cdk-hnb659fds-container-assets-\${Any}:${'a'.repeat(64)}`, []],
    [`/xcdk-hnb659fds-container-assets-1:${'a'.repeat(64)}`, [MOVES]],
    [`/cdk-hnb659fds-container-assets-1:${'a'.repeat(64)}x`, [MOVES]],
    [`/cdk-hnb659fds-container-assets-1:a:${'a'.repeat(64)}`, [MOVES]],
  ])('an image that ends with %s', (rest, says) => {
    expect(image({ 'Fn::Sub': `${HOST}/agent${rest}` }, { Build })).toEqual(says);
  });

  test('an image that a resource returns isn’t known', () => {
    const both = [`${ELSEWHERE}. ${MOVES.replace('Runtime: ', '')}`];
    expect(image({ 'Fn::GetAtt': ['Build', 'Uri'] }, { Build })).toEqual(both);
    expect(image({ 'Fn::Sub': '${Build.Uri}:1' }, { Build })).toEqual(both);
  });

  test.each<[string[], string[]]>([
    [['999988887777'], []],
    [[`999988887777.dkr.ecr.us-east-1.amazonaws.com/agent${DIGEST}`], []],
    [[], [FOREIGN]],
    [['999988887778'], [FOREIGN]],
  ])('a registry of another account, with the declaration of %j', (names, says) => {
    const ContainerUri = `999988887777.dkr.ecr.us-east-1.amazonaws.com/agent${DIGEST}`;
    const AgentDeclarations = [{ kind: 'unreadable', reason: 'The registry of the build account.', names }];
    const runtime = runtimeOf({ ContainerConfiguration: { ContainerUri } });
    const Runtime = { ...runtime, Metadata: names.length > 0 ? { AgentDeclarations } : {} };
    expect(found(MA_IMG1, { Runtime }, 'Runtime')).toEqual(says);
  });

  test('a repository of the app has tags that can’t move, scans, and isn’t public', () => {
    const SCANS = { ImageScanningConfiguration: { ScanOnPush: 'true' } };
    const at = (tag: string, properties: object, more: Record<string, object> = {}) =>
      image(
        { 'Fn::Sub': `\${Repository.RepositoryUri}${tag}` },
        { Repository: of('AWS::ECR::Repository', properties), ...more },
      );
    const whole = { ...SCANS, ImageTagMutability: 'IMMUTABLE' };
    const movable = 'Repository: The tags of the repository of the image can move';
    const unscanned = 'Repository: The repository of the image does not scan on push';
    expect(at(DIGEST, whole)).toEqual([]);
    expect(at(':1', whole)).toEqual([]);
    expect(at(':latest', whole)).toEqual([MOVES]);
    expect(at('', whole)).toEqual([MOVES]);
    expect(at(':latest2', whole)).toEqual([]);
    expect(at(':1/2', whole)).toEqual([MOVES]);
    expect(at(':1', SCANS)).toEqual([MOVES]);
    expect(at(':1', { ...SCANS, ImageTagMutability: { Ref: 'Any' } })).toEqual([MOVES]);
    expect(at(DIGEST, { ...SCANS, ImageTagMutability: { Ref: 'Any' } })).toEqual([movable]);
    expect(at(DIGEST, { ...whole, ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' })).toEqual([movable]);
    expect(at(DIGEST, { ...whole, ImageScanningConfiguration: { ScanOnPush: 'True' } })).toEqual([]);
    expect(at(DIGEST, { ...whole, ImageScanningConfiguration: { ScanOnPush: { Ref: 'Any' } } })).toEqual([unscanned]);
    const sometimes = { ScanOnPush: either(true, false) };
    expect(at(DIGEST, { ...whole, ImageScanningConfiguration: sometimes })).toEqual([unscanned]);
    expect(at(DIGEST, { ...whole, ImageTagMutability: either('IMMUTABLE', 'MUTABLE') })).toEqual([movable]);
    expect(image(`${HOST}/agent${DIGEST}`, { Repository: of('AWS::ECR::Repository') })).toEqual([]);
    expect(at(DIGEST, { ...whole, ImageTagMutability: 'MUTABLE' })).toEqual([movable]);
    expect(at(DIGEST, { ImageTagMutability: 'IMMUTABLE' })).toEqual([unscanned]);
    expect(at(DIGEST, { ...whole, ImageScanningConfiguration: { ScanOnPush: false } })).toEqual([unscanned]);
    const pull = (Principal: unknown, Effect = 'Allow') => ({
      ...whole,
      RepositoryPolicyText: { Statement: [{ Effect, Principal, Action: 'ecr:BatchGetImage' }] },
    });
    expect(at(DIGEST, pull('*'))).toEqual(['Repository: The repository of the image is public']);
    expect(at(DIGEST, pull({ AWS: ACCOUNT }))).toEqual([]);
    expect(at(DIGEST, pull('*', 'Deny'))).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['a version', { VersionId: 'v1', Prefix: 'agent.zip' }, []],
    ['the hash of its content', { Prefix: `${'a'.repeat(64)}.zip` }, []],
    ['the hash in a folder', { Prefix: `assets/${'a'.repeat(64)}.zip` }, []],
    ['the hash after a value', { Prefix: { 'Fn::Sub': `\${Any}${'a'.repeat(64)}.zip` } }, []],
    ['a longer name', { Prefix: `x${'a'.repeat(64)}.zip` }, REPLACED],
    ['another ending', { Prefix: `${'a'.repeat(64)}.zip.txt` }, REPLACED],
    ['a shorter hash', { Prefix: `${'a'.repeat(63)}.zip` }, REPLACED],
    ['a name', { Prefix: 'agent.zip' }, REPLACED],
    ['a name in one deployment', { Prefix: either(`${'a'.repeat(64)}.zip`, 'agent.zip') }, REPLACED],
    ['neither', {}, REPLACED],
    ['a version of the deployment', { VersionId: { Ref: 'Any' } }, READ],
  ])('a code archive with %s', (_name, S3, says) => {
    const Runtime = runtimeOf({ CodeConfiguration: { Code: { S3: { Bucket: 'code', ...S3 } } } });
    expect(found(MA_IMG1, { Runtime }, 'Runtime')).toEqual(says);
  });
});

test.each<[object, string[]]>([
  [{ IdleRuntimeSessionTimeout: 900, MaxLifetime: '14400' }, []],
  [{ IdleRuntimeSessionTimeout: 900 }, ["Runtime: The Runtime doesn't set its maximum lifetime"]],
  [{ MaxLifetime: 900 }, ["Runtime: The Runtime doesn't set its idle timeout"]],
  [
    { IdleRuntimeSessionTimeout: 'x', MaxLifetime: 0 },
    ["Runtime: The Runtime doesn't set its idle timeout. The Runtime doesn't set its maximum lifetime"],
  ],
  [{ IdleRuntimeSessionTimeout: 900, MaxLifetime: { Ref: 'Any' } }, [expect.stringMatching(/^MA-READ1 Runtime: /)]],
])('MA-IMG2: the life of compute with %j', (LifecycleConfiguration, says) => {
  const Runtime = of('AWS::BedrockAgentCore::Runtime', { RoleArn: arnOf('ExecutionRole'), LifecycleConfiguration });
  expect(found(MA_IMG2, { Runtime }, 'Runtime')).toEqual(says);
});

test('an app without an agent has no key, store or image to judge', () => {
  const Resources = {
    Store: of('AWS::S3::Bucket'),
    Key: of('AWS::KMS::Key'),
    Role: agentApp().OpenRole,
    P: allow('*', '*'),
  };
  const rules = [MA_ENC1, MA_ENC2, MA_ENC3];
  expect(checkStacks({ stacks: [{ id: 'App', template: { Resources } }], rules })).toEqual([]);
});
