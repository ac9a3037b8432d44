import { arnOf } from '../../model/templates';
import { ACCOUNT, document, may, of, ref, sub } from './app';
import { type Pair, pair, policyFor } from './pair';

const WIDE = may('s3:*', '*');
const imported = (name: string) => ({ 'Fn::ImportValue': name });
const select = (at: number, delimiter: string, text: unknown) => ({
  'Fn::Select': [at, { 'Fn::Split': [delimiter, text] }],
});
const join = (delimiter: string, ...parts: unknown[]) => ({ 'Fn::Join': [delimiter, parts] });
const named = (RoleName: unknown) => ({ 'ExecutionRole.RoleName': RoleName });
const managed = (name: unknown, ...statements: unknown[]) =>
  of('AWS::IAM::ManagedPolicy', { ManagedPolicyName: name, PolicyDocument: document(...statements) });
const param = (Default: string, rest: object = {}) => ({ Type: 'String', Default, ...rest });
const READ = may('s3:GetObject', 'arn:aws:s3:::team-data/*');
const drive = may('states:StartExecution', { 'Fn::ImportValue': 'machine-arn' });
const readData = may('s3:GetObject', 'arn:aws:s3:::team-data/*');

/** Policies that apply to a role of an agent by another name, and other principals that may start an agent. */
export const NAMES: readonly Pair[] = [
  pair('MA-ID5', 'another stack cuts the name from an imported ARN', 'execution-arn', 'worker-arn', (name) => ({
    other: { More: policyFor(select(1, 'role/', imported(name)), WIDE) },
  })),
  pair('MA-ID5', 'the name is cut twice from the ARN', 'ExecutionRole', 'WorkerRole', (id) => ({
    add: { More: policyFor(select(1, '/', select(5, ':', arnOf(id))), WIDE) },
  })),
  pair('MA-ID5', 'the name is joined from the stack name', 'Agent-exec', 'Agent-other', (name) => ({
    set: named(join('-', ref('AWS::StackName'), 'exec')),
    other: { More: policyFor(name, WIDE) },
  })),
  pair('MA-ID5', 'the name is in a map', 'prod-exec', 'prod-batch', (name) => ({
    set: named({ 'Fn::FindInMap': ['Names', 'prod', 'exec'] }),
    sections: { Mappings: { Names: { prod: { exec: 'prod-exec' } } } },
    other: { More: policyFor(name, WIDE) },
  })),
  pair('MA-ID5', 'the name is the default of a parameter of two stacks', 'exec-role', 'batch-role', (name) => ({
    set: named(ref('Name')),
    sections: { Parameters: { Name: param('exec-role') } },
    other: { Parameters: { Name: param(name) }, Resources: { More: policyFor(ref('Name'), WIDE) } },
  })),
  pair('MA-ID5', 'a RolePolicy names the role by text', 'exec-role', 'batch-role', (RoleName) => ({
    set: named('exec-role'),
    add: { More: of('AWS::IAM::RolePolicy', { RoleName, PolicyName: 'p', PolicyDocument: document(WIDE) }) },
  })),
  pair(
    'MA-ID5',
    'a managed policy of another stack lists an imported name',
    'execution-name',
    'worker-name',
    (name) => ({
      other: {
        More: of('AWS::IAM::ManagedPolicy', { Roles: [imported(name)], PolicyDocument: document(WIDE) }),
      },
    }),
  ),
  pair(
    'MA-ID5',
    'one element of a list that is split from a parameter',
    'worker,exec-role',
    'worker,batch',
    (names) => ({
      set: named('exec-role'),
      sections: { Parameters: { Names: param(names) } },
      add: { More: policyFor(select(1, ',', ref('Names')), WIDE) },
    }),
  ),
  pair('MA-ID5', 'one branch of a condition names the role', 'exec-role', 'batch', (name) => ({
    set: named('exec-role'),
    other: {
      Parameters: { Stage: { Type: 'String' } },
      Conditions: { Prod: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
      Resources: { More: policyFor({ 'Fn::If': ['Prod', 'worker', name] }, WIDE) },
    },
  })),
  pair('MA-ID5', 'a role with a path is named without it', 'exec-role', 'batch', (name) => ({
    set: { ...named('exec-role'), 'ExecutionRole.Path': '/agents/' },
    other: { More: policyFor(name, WIDE) },
  })),
  pair('MA-ID5', 'a list parameter holds an AWS managed policy', 'AdministratorAccess', undefined, (name) => ({
    set: name ? { 'ExecutionRole.ManagedPolicyArns': ref('Arns') } : { 'WorkerRole.ManagedPolicyArns': ref('Arns') },
    sections: {
      Parameters: { Arns: { Type: 'CommaDelimitedList', Default: 'arn:aws:iam::aws:policy/AdministratorAccess' } },
    },
  })),
  pair('MA-ID5', 'an AWS managed policy by Join of the partition', 'ExecutionRole', 'WorkerRole', (id) => ({
    set: {
      [`${id}.ManagedPolicyArns`]: [join('', 'arn:', ref('AWS::Partition'), ':iam::aws:policy/', 'PowerUserAccess')],
    },
  })),
  pair('MA-ID5', 'an AWS managed policy in the other branch', 'PowerUserAccess', undefined, (name) => ({
    sections: {
      Parameters: { Stage: { Type: 'String' } },
      Conditions: { Prod: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
    },
    set: {
      'ExecutionRole.ManagedPolicyArns': [
        { 'Fn::If': ['Prod', ref('AWS::NoValue'), name ? `arn:aws:iam::aws:policy/${name}` : ref('AWS::NoValue')] },
      ],
    },
  })),
  pair('MA-ID5', 'a managed policy of the app by Join, with a path', WIDE, READ, (statement) => ({
    add: {
      Team: of('AWS::IAM::ManagedPolicy', {
        ManagedPolicyName: 'team',
        Path: '/x/',
        PolicyDocument: document(statement),
      }),
    },
    set: { 'ExecutionRole.ManagedPolicyArns': [join(':', 'arn:aws:iam:', ACCOUNT, 'policy/x/team')] },
  })),
  pair('MA-READ1 MA-ID5', 'a customer-managed policy outside of the app', 'team-outside', 'team', (name) => ({
    add: { Team: managed('team', READ) },
    set: { 'ExecutionRole.ManagedPolicyArns': [sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${name}`)] },
  })),
  pair('MA-READ1', 'the Runtime runs as a role outside of the app', 'elsewhere', 'exec-role', (name) => ({
    set: { ...named('exec-role'), 'Runtime.RoleArn': sub(`arn:aws:iam::\${AWS::AccountId}:role/${name}`) },
  })),
  pair('MA-ID5', 'the role of the Runtime, by literal ARN, has another policy', WIDE, READ, (statement) => ({
    set: { ...named('exec-role'), 'Runtime.RoleArn': `arn:aws:iam::${ACCOUNT}:role/exec-role` },
    other: { More: policyFor('exec-role', statement) },
  })),
  pair(
    'MA-READ1',
    'the name of the role comes from a parameter store',
    '{{resolve:ssm:/team/role}}',
    'batch',
    (name) => ({
      add: { More: policyFor(name, WIDE) },
    }),
  ),
  pair('MA-READ1', 'the name of the role is a parameter without default', {}, param('batch'), (parameter) => ({
    sections: { Parameters: { Name: { Type: 'String', ...parameter } } },
    add: { More: policyFor(ref('Name'), WIDE) },
  })),
  pair('MA-ID5', 'Fn::GetStackOutput names the role', 'executionname', 'workername', (OutputName) => ({
    other: { More: policyFor({ 'Fn::GetStackOutput': { StackName: 'Agent', OutputName } }, WIDE) },
  })),
  pair('MA-ID8', 'a user with a key is in a group that may drive the agent', drive, readData, (statement) => ({
    other: {
      Group: of('AWS::IAM::Group', { Policies: [{ PolicyName: 'p', PolicyDocument: document(statement) }] }),
      Person: of('AWS::IAM::User', { UserName: 'ci' }),
      Membership: of('AWS::IAM::UserToGroupAddition', { GroupName: ref('Group'), Users: ['ci'] }),
      AccessKey: of('AWS::IAM::AccessKey', { UserName: 'ci' }),
    },
  })),
  pair('MA-ID8', 'a UserPolicy in another stack lets a user start turns', 'machine-arn', 'evidence-arn', (name) => ({
    other: {
      Person: of('AWS::IAM::User', { UserName: 'ci' }),
      More: of('AWS::IAM::UserPolicy', {
        UserName: 'ci',
        PolicyName: 'p',
        PolicyDocument: document(
          may(name === 'machine-arn' ? 'states:StartExecution' : 's3:ListBucket', imported(name)),
        ),
      }),
    },
  })),
  pair(
    'MA-ID8',
    'a managed policy gives a group the sessions of the agent',
    'bedrock-mantle:*',
    's3:ListBucket',
    (action) => ({
      other: {
        Group: of('AWS::IAM::Group'),
        Person: of('AWS::IAM::User', { Groups: [ref('Group')] }),
        More: of('AWS::IAM::ManagedPolicy', { Groups: [ref('Group')], PolicyDocument: document(may(action, '*')) }),
      },
    }),
  ),
];
