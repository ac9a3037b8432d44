import { arnOf } from '../../../model/templates';
import { ACCOUNT, document, functionOf, may, of, ref, roleOf, sub } from '../app';
import { type Pair, policyFor } from '../pair';
import { also, adding, type Numbered, READ, row } from './row';

const ALL = may('*', '*');
const denied = (statement: object) => ({ ...statement, Effect: 'Deny' });
const inline = (...statements: unknown[]) => [{ PolicyName: 'a', PolicyDocument: document(...statements) }];
const wide = (statement: unknown = ALL) =>
  of('AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'wide', PolicyDocument: document(statement) });
const bridge = (principal: unknown, statement: unknown = ALL) =>
  of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }),
    Policies: inline(statement),
  });
const cut = (id: string) => ({ 'Fn::Select': [1, { 'Fn::Split': ['/', arnOf(id)] }] });
const param = (Default?: string, rest: object = {}) => ({
  Type: 'String',
  ...(Default === undefined ? {} : { Default }),
  ...rest,
});
const execution = (rules: string, name: string, bad: object, good: Readonly<Record<string, object>>): Pair[] =>
  row(rules, name, bad, { ...good, denied: denied(bad) }, (statement) => also('ExecutionRole', statement));
const here = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;
const OTHER_MACHINE = {
  BatchRole: roleOf('states.amazonaws.com', may('lambda:InvokeFunction', arnOf('Worker'))),
  Batch: of('AWS::StepFunctions::StateMachine', {
    RoleArn: arnOf('BatchRole'),
    EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
    Definition: {
      StartAt: 'Do',
      States: {
        Do: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Parameters: { FunctionName: arnOf('Worker') },
          End: true,
        },
      },
    },
  }),
};
const OTHER_BUS = { OtherBus: of('AWS::Events::EventBus', { Name: 'other', KmsKeyIdentifier: arnOf('Key') }) };
const withMore = (add: object, statement: unknown) => ({ ...also('ExecutionRole', statement), add: add as any });
const boundary = (statement: unknown) => ({
  add: { Boundary: of('AWS::IAM::ManagedPolicy', { PolicyDocument: document(statement) }) },
  set: Object.fromEntries(
    ['SessionRole', 'ExecutionRole', 'OpenRole'].map((id) => [`${id}.PermissionsBoundary`, ref('Boundary')]),
  ),
});

/** Attacks of outsiders on the permissions of an agent. */
export const IDENTITY: Numbered = [
  [
    2,
    row(
      'MA-ID5',
      'a policy names the role by its ARN, cut with Select and Split',
      policyFor(cut('ExecutionRole'), ALL),
      {
        'another role': policyFor(cut('WorkerRole'), ALL),
        'data only': policyFor(cut('ExecutionRole'), READ),
        denied: policyFor(cut('ExecutionRole'), denied(ALL)),
      },
      (More) => ({ add: { More } }),
    ),
  ],
  [
    3,
    row(
      'MA-ID5',
      'a policy names the role with the Region, without an environment',
      policyFor(sub('exec-${AWS::Region}'), ALL),
      {
        'another role': policyFor(sub('batch-${AWS::Region}'), ALL),
        'data only': policyFor(sub('exec-${AWS::Region}'), READ),
      },
      (More) => ({ agnostic: true, set: { 'ExecutionRole.RoleName': sub('exec-${AWS::Region}') }, add: { More } }),
    ),
  ],
  [
    5,
    row('MA-ID5', 'a managed policy of the app by literal ARN', ALL, { 'data only': READ }, (statement) => ({
      set: { 'ExecutionRole.ManagedPolicyArns': [`arn:aws:iam::${ACCOUNT}:policy/wide`] },
      add: { Wide: wide(statement) },
    })),
  ],
  [
    6,
    row(
      'MA-ID5',
      'a managed policy of another stack by Sub',
      ['ExecutionRole', ALL],
      { 'data only': ['ExecutionRole', READ], 'another role': ['WorkerRole', ALL] },
      ([id, statement]) => ({
        set: { [`${id}.ManagedPolicyArns`]: [sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/wide')] },
        other: { Wide: wide(statement) },
      }),
    ),
  ],
  [
    9,
    row(
      'MA-ID5',
      'a policy in the other branch of a condition in another stack',
      ['execution-name', may('s3:*', '*')],
      { 'another role': ['worker-name', may('s3:*', '*')], 'data only': ['execution-name', READ] },
      ([name, statement]) => ({
        other: {
          Parameters: { E: { Type: 'String' } },
          Conditions: { Prod: { 'Fn::Equals': [ref('E'), 'prod'] } },
          Resources: { More: { ...policyFor({ 'Fn::ImportValue': name }, statement), Condition: 'Prod' } },
        },
      }),
    ),
  ],
  [
    11,
    row(
      'MA-ID7',
      'a role trusts the execution role',
      arnOf('ExecutionRole'),
      { 'another role': arnOf('WorkerRole') },
      (principal) => ({ add: { Bridge: bridge(principal) } }),
    ),
  ],
  [
    12,
    row(
      'MA-ID7',
      'a role of another stack trusts the execution role',
      'execution-arn',
      { 'another role': 'worker-arn' },
      (name) => ({ other: { Bridge: bridge({ 'Fn::ImportValue': name }) } }),
    ),
  ],
  [
    14,
    row(
      'MA-ID5',
      'every state machine',
      may('states:StartExecution', here('states', 'stateMachine:*')),
      {
        'one machine that runs something else': may('states:StartExecution', ref('Batch')),
        denied: denied(may('states:StartExecution', here('states', 'stateMachine:*'))),
      },
      (statement) => withMore(OTHER_MACHINE, statement),
    ),
  ],
  [
    15,
    row(
      'MA-ENC1',
      'the key policy lets the execution role administer the key',
      [arnOf('ExecutionRole'), 'kms:*'],
      {
        decryption: [arnOf('ExecutionRole'), 'kms:Decrypt'],
        'another role': [arnOf('AdminRole'), 'kms:*'],
        'the grants of CDK': [
          arnOf('ExecutionRole'),
          ['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
        ],
      },
      ([AWS, action]) => ({
        set: { 'Key.KeyPolicy.Statement': adding({ ...may(action, '*'), Principal: { AWS } }) },
      }),
    ),
  ],
  [
    17,
    row(
      'MA-ID7',
      'invokes a function of an administrator',
      'AdminRole',
      { 'a function that reads data': 'WorkerRole' },
      (id) =>
        withMore(
          {
            Strong: of('AWS::IAM::Role', {
              AssumeRolePolicyDocument: document({
                Effect: 'Allow',
                Principal: { Service: 'lambda.amazonaws.com' },
                Action: 'sts:AssumeRole',
              }),
              Policies: inline(id === 'AdminRole' ? ALL : READ),
            }),
            Called: functionOf('Strong'),
          },
          may('lambda:InvokeFunction', arnOf('Called')),
        ),
    ),
  ],
  [
    18,
    row(
      'MA-ID7',
      'starts its own workflow',
      may('states:StartExecution', ref('Machine')),
      {
        'another workflow': may('states:StartExecution', ref('Batch')),
        denied: denied(may('states:StartExecution', ref('Machine'))),
      },
      (statement) => withMore(OTHER_MACHINE, statement),
    ),
  ],
  [
    20,
    row('MA-ID7', 'puts events on the bus that starts it', 'Bus', { 'another bus': 'OtherBus' }, (id) =>
      withMore(OTHER_BUS, may('events:PutEvents', arnOf(id))),
    ),
  ],
  [
    21,
    row('MA-ID7', 'invokes the function that opens sessions', 'Open', { 'another function': 'Worker' }, (id) =>
      also('ExecutionRole', may('lambda:InvokeFunction', arnOf(id))),
    ),
  ],
  [23, execution('MA-ID7', 'answers its own approval', may('states:SendTaskSuccess', '*'), {})],
  [
    71,
    row(
      'MA-ID5',
      'the role of the Runtime is the default of a parameter',
      { Default: `arn:aws:iam::${ACCOUNT}:role/rogue` },
      {
        'the role of the agent, and no other value': {
          Default: `arn:aws:iam::${ACCOUNT}:role/exec`,
          AllowedValues: [`arn:aws:iam::${ACCOUNT}:role/exec`],
        },
      },
      (values) => ({
        sections: { Parameters: { Role: { Type: 'String', ...values } } },
        set: { 'ExecutionRole.RoleName': 'exec', 'Runtime.RoleArn': ref('Role') },
        add: {
          Rogue: of('AWS::IAM::Role', {
            RoleName: 'rogue',
            AssumeRolePolicyDocument: document({
              Effect: 'Allow',
              Principal: { Service: 'ec2.amazonaws.com' },
              Action: 'sts:AssumeRole',
            }),
            Policies: inline(ALL),
          }),
        },
      }),
    ),
  ],
  [
    72,
    row(
      'MA-ID5',
      'an AWS managed policy is the default of a parameter',
      'ExecutionRole',
      { 'another role': 'WorkerRole' },
      (id) => ({
        sections: { Parameters: { Policy: param('arn:aws:iam::aws:policy/AdministratorAccess') } },
        set: { [`${id}.ManagedPolicyArns`]: [ref('Policy')] },
      }),
    ),
  ],
  [
    74,
    row(
      'MA-ID5',
      'an AWS managed policy is in a map',
      ['ExecutionRole', 'arn:aws:iam::aws:policy/AdministratorAccess'],
      {
        'another role': ['WorkerRole', 'arn:aws:iam::aws:policy/AdministratorAccess'],
        'a policy of the app that reads data': ['ExecutionRole', `arn:aws:iam::${ACCOUNT}:policy/wide`],
      },
      ([id, p]) => ({
        sections: {
          Parameters: { Stage: param('dev') },
          Mappings: { Policies: { dev: { p }, prod: { p } } },
        },
        set: { [`${id}.ManagedPolicyArns`]: [{ 'Fn::FindInMap': ['Policies', ref('Stage'), 'p'] }] },
        add: { Wide: wide(READ) },
      }),
    ),
  ],
  [
    75,
    row(
      'MA-ID5',
      'the resource is the default of a parameter',
      { Default: '*' },
      {
        'a named default, and no other value': {
          Default: 'arn:aws:s3:::team-data/in/*',
          AllowedValues: ['arn:aws:s3:::team-data/in/*'],
        },
        'a named default': { Default: 'arn:aws:s3:::team-data/in/*' },
      },
      (values) => ({
        ...also('ExecutionRole', may('s3:GetObject', ref('Where'))),
        sections: { Parameters: { Where: { Type: 'String', ...values } } },
      }),
    ),
  ],
  [
    80,
    execution('MA-ID5', 'every key', may('kms:Decrypt', here('kms', 'key/*')), {
      'one key': may('kms:Decrypt', arnOf('Key')),
      'one key by ARN': may('kms:Decrypt', here('kms', 'key/11111111-2222-3333-4444-555555555555')),
    }),
  ],
  [
    81,
    execution('MA-ID5', 'every parameter', may('ssm:GetParameter', here('ssm', 'parameter/*')), {
      'one parameter': may('ssm:GetParameter', here('ssm', 'parameter/team/colour')),
    }),
  ],
  [
    83,
    row(
      'MA-ID5',
      'every bus',
      here('events', 'event-bus/*'),
      { 'one bus': here('events', 'event-bus/other') },
      (resource) => withMore(OTHER_BUS, may('events:PutEvents', resource)),
    ),
  ],
  [
    84,
    execution('MA-ID5 MA-ID7', 'dynamodb:*Item', may('dynamodb:*Item', arnOf('Ledger')), {
      'actions by name on a table of the team': may(['dynamodb:GetItem', 'dynamodb:PutItem'], arnOf('Items')),
      'reading the ledger': may('dynamodb:GetItem', arnOf('Ledger')),
    }),
  ],
  [
    86,
    row(
      'MA-ID7 MA-ID5',
      'the session role may assume an administrator',
      may('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/Admin`),
      { denied: denied(may('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/Admin`)) },
      (statement) => also('SessionRole', statement),
    ),
  ],
  [
    87,
    row(
      'MA-ID7',
      'the role that opens sessions writes policies',
      may('iam:PutRolePolicy', arnOf('OpenRole')),
      {
        denied: denied(may('iam:PutRolePolicy', arnOf('OpenRole'))),
        'reads policies': may('iam:GetRolePolicy', arnOf('OpenRole')),
      },
      (statement) => also('OpenRole', statement),
    ),
  ],
  [
    89,
    row(
      'MA-ID7',
      'the policy of the repository lets the execution role push',
      [arnOf('ExecutionRole'), ['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart']],
      {
        'another role': [arnOf('WorkerRole'), ['ecr:PutImage', 'ecr:InitiateLayerUpload', 'ecr:UploadLayerPart']],
        pulling: [arnOf('ExecutionRole'), ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']],
      },
      ([AWS, Action]) => ({
        set: {
          'Repository.RepositoryPolicyText': document({ Effect: 'Allow', Principal: { AWS }, Action }),
        },
      }),
    ),
  ],
  [
    90,
    row(
      'MA-ID7',
      'the policy of a secret lets the execution role read it',
      [arnOf('ExecutionRole'), 'secretsmanager:GetSecretValue'],
      {
        'another role': [arnOf('WorkerRole'), 'secretsmanager:GetSecretValue'],
        'its description': [arnOf('ExecutionRole'), 'secretsmanager:DescribeSecret'],
      },
      ([AWS, action]) => ({
        add: {
          SecretPolicy: of('AWS::SecretsManager::ResourcePolicy', {
            SecretId: ref('Secret'),
            ResourcePolicy: document({ ...may(action, '*'), Principal: { AWS } }),
          }),
        },
      }),
    ),
  ],
  [
    92,
    execution('MA-ID7', 'opens log groups to others', may('logs:PutResourcePolicy', '*'), {
      'writes its logs': may(
        'logs:PutLogEvents',
        here('logs', 'log-group:/aws/bedrock-agentcore/runtimes/reviewer-*:*'),
      ),
    }),
  ],
  [
    93,
    row(
      'MA-ID7',
      'makes network interfaces',
      'ExecutionRole',
      { 'the role of a function in a VPC': 'OpenRole', 'another role': 'WorkerRole' },
      (id) =>
        also(
          id,
          may(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:AssignPrivateIpAddresses'], '*'),
        ),
    ),
  ],
  [
    104,
    execution(
      'MA-ID7',
      'deletes its log group',
      may(
        ['logs:DeleteLogGroup', 'logs:DeleteLogStream', 'logs:PutRetentionPolicy'],
        here('logs', 'log-group:/aws/bedrock-agentcore/runtimes/reviewer-abc:*'),
      ),
      {
        'writes to it': may(
          ['logs:CreateLogStream', 'logs:PutLogEvents'],
          here('logs', 'log-group:/aws/bedrock-agentcore/runtimes/reviewer-abc:*'),
        ),
      },
    ),
  ],
  [
    128,
    row('MA-ID7', 'writes where its own code is', 'Evidence', { 'another bucket': 'Data' }, (id) => ({
      set: {
        ...also('ExecutionRole', may('s3:PutObject', sub('${Data.Arn}/out/*'))).set,
        'Runtime.AgentRuntimeArtifact': {
          CodeConfiguration: {
            Code: { S3: { Bucket: ref(id === 'Data' ? 'Evidence' : 'Data'), Prefix: `${'a'.repeat(64)}.zip` } },
            EntryPoint: ['x'],
            Runtime: 'PYTHON_3_13',
          },
        },
      },
    })),
  ],
  [
    129,
    row(
      'MA-NET5',
      'the policy of the Runtime excepts a role outside of the app',
      [arnOf('SessionRole'), 'arn:aws:iam::999988887777:role/Attacker'],
      { 'the session role alone': [arnOf('SessionRole')] },
      (roles) => ({
        set: {
          'RuntimePolicy.Policy.Fn::ToJsonString.Statement.0.Condition.ArnNotEquals': { 'aws:PrincipalArn': roles },
        },
      }),
    ),
  ],
  [
    131,
    row(
      'MA-ID4',
      'the execution role calls models',
      ['ExecutionRole', 'bedrock:InvokeModel'],
      { 'another role': ['WorkerRole', 'bedrock:InvokeModel'] },
      ([id, action]) => also(id, may(action, 'arn:aws:bedrock:us-east-1::foundation-model/*')),
    ),
  ],
  [
    132,
    execution(
      'MA-ID7 MA-ID4',
      'the execution role calls its model itself',
      may('bedrock-mantle:CreateInference', here('bedrock-mantle', 'project/default'), {
        Condition: { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
      }),
      {},
    ),
  ],
  [
    135,
    row(
      'MA-ID7',
      'a role trusts the session role',
      arnOf('SessionRole'),
      { 'another role': arnOf('WorkerRole') },
      (principal) => ({ add: { Bridge: bridge(principal) } }),
    ),
  ],
  [
    137,
    execution('MA-ID5', 'buckets by their first letter', may('s3:GetObject', 'arn:aws:s3:::c*'), {
      'one bucket': may('s3:GetObject', 'arn:aws:s3:::company-data/*'),
      'a prefix of one bucket': may('s3:GetObject', 'arn:aws:s3:::company-data/c*'),
    }),
  ],
  [
    138,
    execution('MA-ID5 MA-ID7', 's3:*Object*', may('s3:*Object*', sub('${Evidence.Arn}/*')), {
      'the spelling of the grant': may('s3:GetObject*', sub('${Data.Arn}/*')),
    }),
  ],
  [
    168,
    row(
      'MA-NET5',
      'the policy of the Runtime excepts a second session role',
      [arnOf('SessionRole'), arnOf('Second')],
      { 'the session role alone': [arnOf('SessionRole')] },
      (roles) => ({
        add: {
          Second: of('AWS::IAM::Role', {
            AssumeRolePolicyDocument: document({
              Effect: 'Allow',
              Principal: { Service: 'bedrock-mantle.amazonaws.com' },
              Action: 'sts:AssumeRole',
              Condition: {
                StringEquals: { 'aws:SourceAccount': ACCOUNT },
                ArnLike: { 'aws:SourceArn': here('bedrock-mantle', '*') },
              },
            }),
            Policies: inline(
              may('bedrock-mantle:CreateInference', here('bedrock-mantle', 'project/default'), {
                Condition: { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
              }),
            ),
          }),
        },
        set: {
          'RuntimePolicy.Policy.Fn::ToJsonString.Statement.0.Condition.ArnNotEquals': { 'aws:PrincipalArn': roles },
        },
      }),
    ),
  ],
  [
    170,
    row(
      'MA-ID9',
      'a boundary that allows everything',
      ALL,
      {
        'a list of services': may(
          ['bedrock-mantle:*', 'bedrock-agentcore:*', 'ecr:*', 'logs:*', 's3:*', 'ssm:*', 'kms:*'],
          '*',
        ),
        'everything but identities': { Effect: 'Allow', NotAction: ['iam:*', 'sts:*'], Resource: '*' },
      },
      boundary,
    ),
  ],
];
