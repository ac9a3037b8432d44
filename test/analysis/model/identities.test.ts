import { identities, type Identity } from '../../../analysis/model/identities';
import { printed } from '../../../analysis/model/printed-text';
import type { TemplateModel } from '../../../analysis/model/template-model';
import { allow, arnOf, modelOf, role, trust } from './templates';

const actions = ({ statements }: Identity) =>
  statements.flatMap((statement) => statement.actions.patterns.map(({ value }) => printed(value))).sort();
const identity = (model: TemplateModel, id: string) => identities(model).of(model.resource(id)!)!;
const policy = (action: string, rest: object) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'p', PolicyDocument: allow(action, '*'), ...rest },
});
const managed = (action: string, rest: object = {}) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { PolicyDocument: allow(action, '*'), ...rest },
});

describe('every way of attachment', () => {
  const Exported = { Outputs: { Arn: { Value: arnOf('Role'), Export: { Name: 'role-arn' } } } };
  const imported = { 'Fn::ImportValue': 'role-arn' };
  const lastOf = (delimiter: string, at: number, value: unknown) => ({
    'Fn::Select': [at, { 'Fn::Split': [delimiter, value] }],
  });

  test.each<[string, object, object]>([
    ['inline', { Policies: [{ PolicyName: 'p', PolicyDocument: allow('s3:a', '*') }] }, {}],
    ['by reference', {}, { Extra: policy('s3:a', { Roles: [{ Ref: 'Role' }] }) }],
    ['a managed policy that names the role', {}, { Extra: managed('s3:a', { Roles: [{ Ref: 'Role' }] }) }],
    ['a managed policy by reference', { ManagedPolicyArns: [{ Ref: 'Extra' }] }, { Extra: managed('s3:a') }],
    ['by the name of the role', { RoleName: 'agent' }, { Extra: policy('s3:a', { Roles: ['agent'] }) }],
    [
      'by a name in two parts',
      { RoleName: 'agent' },
      { Extra: policy('s3:a', { Roles: [{ 'Fn::Join': ['', ['ag', 'ent']] }] }) },
    ],
    ['by the name in its ARN', {}, { Extra: policy('s3:a', { Roles: [lastOf('/', 1, arnOf('Role'))] }) }],
    [
      'a role policy',
      {},
      {
        Extra: {
          Type: 'AWS::IAM::RolePolicy',
          Properties: { RoleName: { Ref: 'Role' }, PolicyName: 'p', PolicyDocument: allow('s3:a', '*') },
        },
      },
    ],
    [
      'a managed policy by literal ARN',
      { ManagedPolicyArns: ['arn:aws:iam::111122223333:policy/extra'] },
      { Extra: managed('s3:a', { ManagedPolicyName: 'extra' }) },
    ],
    [
      'a managed policy by an ARN with pseudo parameters',
      { ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/extra' }] },
      { Extra: managed('s3:a', { ManagedPolicyName: 'extra' }) },
    ],
  ])('%s', (_, properties, resources) => {
    const model = modelOf({ App: { Resources: { Role: role('lambda.amazonaws.com', properties), ...resources } } });
    expect(actions(identity(model, 'App#Role'))).toEqual(['s3:a']);
  });

  test.each<[string, unknown]>([
    ['the exported ARN, taken apart', lastOf('/', 1, imported)],
    ['the exported ARN, taken apart twice', lastOf('/', 1, lastOf(':', 5, imported))],
  ])('from another stack, by %s', (_, name) => {
    const model = modelOf({
      App: { Resources: { Role: role('lambda.amazonaws.com') }, ...Exported },
      Other: { Resources: { Extra: policy('s3:a', { Roles: [name] }) } },
    });
    expect(actions(identity(model, 'App#Role'))).toEqual(['s3:a']);
  });

  test('users have the policies of their groups, for each way of joining a group', () => {
    const model = modelOf({
      App: {
        First: { Type: 'AWS::IAM::User', Properties: { Groups: [{ Ref: 'Group' }] } },
        Second: { Type: 'AWS::IAM::User', Properties: { UserName: 'second' } },
        Group: {
          Type: 'AWS::IAM::Group',
          Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: allow('s3:a', '*') }] },
        },
        Joined: {
          Type: 'AWS::IAM::UserToGroupAddition',
          Properties: { GroupName: { Ref: 'Group' }, Users: ['second'] },
        },
        More: {
          Type: 'AWS::IAM::GroupPolicy',
          Properties: { GroupName: { Ref: 'Group' }, PolicyName: 'p', PolicyDocument: allow('s3:b', '*') },
        },
      },
    });
    expect(['First', 'Second', 'Group'].map((id) => actions(identity(model, `App#${id}`)))).toEqual([
      ['s3:a', 's3:b'],
      ['s3:a', 's3:b'],
      ['s3:a', 's3:b'],
    ]);
  });

  test('a permission set is a role', () => {
    const model = modelOf({
      App: {
        Set: {
          Type: 'AWS::SSO::PermissionSet',
          Properties: {
            InlinePolicy: allow('s3:a', '*'),
            ManagedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
            CustomerManagedPolicyReferences: [{ Name: 'extra' }],
          },
        },
        Extra: managed('s3:b', { ManagedPolicyName: 'extra' }),
      },
    });
    const set = identity(model, 'App#Set');
    expect(actions(set)).toEqual(['s3:a', 's3:b']);
    expect(set.outside.map(({ value }) => value)).toEqual([['arn:aws:iam::aws:policy/ReadOnlyAccess']]);
  });

  test('a role that is not in the assembly is an identity when a policy names it', () => {
    const model = modelOf({ App: { Extra: policy('s3:a', { Roles: ['existing-role'], Users: ['existing-user'] }) } });
    expect(identities(model).all.map(({ kind, arn, resource }) => [kind, arn, resource])).toEqual([
      ['role', ['arn:aws:iam::111122223333:role/existing-role'], undefined],
      ['user', ['arn:aws:iam::111122223333:user/existing-user'], undefined],
    ]);
  });

  test('policies that are not in the assembly, each case of a parameter and a mapping', () => {
    const model = modelOf({
      App: {
        Parameters: {
          Policy: { Type: 'String', AllowedValues: ['arn:aws:iam::aws:policy/A', 'arn:aws:iam::aws:policy/B'] },
        },
        Mappings: { Map: { one: { arn: 'arn:aws:iam::aws:policy/C' } } },
        Resources: {
          Role: role('lambda.amazonaws.com', {
            ManagedPolicyArns: [{ Ref: 'Policy' }, { 'Fn::FindInMap': ['Map', 'one', 'arn'] }],
          }),
        },
      },
    });
    const { outside } = identity(model, 'App#Role');
    expect(outside.map(({ value, guard }) => [value, guard.example()])).toEqual([
      [['arn:aws:iam::aws:policy/A'], expect.stringContaining('Policy = ')],
      [['arn:aws:iam::aws:policy/B'], expect.stringContaining('Policy = ')],
      [['arn:aws:iam::aws:policy/C'], undefined],
    ]);
  });
});

test('a statement of a resource policy that names a role is a permission of the role, on that resource', () => {
  const principal = { AWS: arnOf('Role') };
  const model = modelOf({
    App: {
      Role: role('bedrock-agentcore.amazonaws.com'),
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: allow('kms:*', '*', { Principal: principal }) } },
      Bucket: { Type: 'AWS::S3::Bucket' },
      BucketPolicy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: allow('s3:*', '*', { Principal: principal }) },
      },
      Function: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'starter', Role: arnOf('Role') } },
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'lambda:InvokeFunction', FunctionName: { Ref: 'Function' }, Principal: arnOf('Role') },
      },
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
      BusPolicy: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: {
          EventBusName: { Ref: 'Bus' },
          StatementId: 'x',
          Statement: { Effect: 'Allow', Principal: principal, Action: 'events:PutEvents', Resource: arnOf('Bus') },
        },
      },
    },
  });
  const { granted } = identity(model, 'App#Role');
  const rows = granted.map(({ actions: list, resources }) => [
    printed(list.patterns[0].value),
    resources.patterns.map(({ value }) => printed(value)),
  ]);
  expect(rows.sort()).toEqual([
    ['events:PutEvents', ['arn:aws:events:us-east-1:111122223333:event-bus/bus']],
    ['kms:*', ['arn:aws:kms:us-east-1:111122223333:key/${App#Key.@name}']],
    ['lambda:InvokeFunction', ['arn:aws:lambda:us-east-1:111122223333:function:starter']],
    ['s3:*', ['arn:aws:s3:::${App#Bucket.@name}']],
  ]);
});

test('what runs as a role, wherever the type has the property', () => {
  const model = modelOf({
    App: {
      Parameters: { Stage: { Type: 'String' } },
      Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
      Resources: {
        Role: role('lambda.amazonaws.com', { RoleName: 'worker' }),
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: { Role: arnOf('Role'), Environment: { Variables: { ROLE: arnOf('Role') } } },
        },
        Task: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: { TaskRoleArn: { 'Fn::If': ['Prod', arnOf('Role'), { Ref: 'AWS::NoValue' }] } },
        },
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: { Targets: [{ Id: 't', Arn: 'x', RoleArn: 'arn:aws:iam::111122223333:role/worker' }] },
        },
        Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
        Method: { Type: 'AWS::ApiGateway::Method', Properties: { Integration: { Credentials: arnOf('Role') } } },
        Policy: policy('s3:a', { Roles: [{ Ref: 'Role' }] }),
      },
    },
  });
  const runs = identity(model, 'App#Role').runs.map(({ resource, property, guard }) => [
    resource.logicalId,
    property,
    guard.example(),
  ]);
  expect(runs).toEqual([
    ['Function', 'Role', undefined],
    ['Task', 'TaskRoleArn', 'Stage = prod'],
    ['Rule', 'Targets.RoleArn', undefined],
    ['Profile', 'Roles', undefined],
    ['Method', 'Integration.Credentials', undefined],
  ]);
});

describe('what an identity may do', () => {
  const queue = { Type: 'AWS::SQS::Queue' };
  const sends = { Policies: [{ PolicyName: 'p', PolicyDocument: allow('sqs:SendMessage', arnOf('Queue')) }] };
  const verdict = (model: TemplateModel, action = 'sqs:SendMessage', target = 'App#Queue', caller = 'App#Role') => {
    const [arn] = model.arn(model.resource(target)!);
    return identities(model).may(identity(model, caller), action, arn.value).verdict;
  };

  test('by its own policy, not on the queue beside it', () => {
    const model = modelOf({ App: { Role: role('lambda.amazonaws.com', sends), Queue: queue, Other: queue } });
    expect(verdict(model)).toBe('yes');
    expect(verdict(model, 'sqs:SendMessage', 'App#Other')).toBe('no');
    expect(verdict(model, 'sqs:DeleteQueue')).toBe('no');
  });

  test('within its boundary, which may be unknown', () => {
    const bounded = (PermissionsBoundary: unknown, rest: object = {}) =>
      modelOf({
        App: { Role: role('lambda.amazonaws.com', { ...sends, PermissionsBoundary }), Queue: queue, ...rest },
      });
    expect(verdict(bounded({ Ref: 'Extra' }, { Extra: managed('sqs:*') }))).toBe('yes');
    expect(verdict(bounded({ Ref: 'Extra' }, { Extra: managed('s3:*') }))).toBe('no');
    expect(verdict(bounded('arn:aws:iam::aws:policy/PowerUserAccess'))).toBe('maybe');
  });

  test('not where the policy of the queue admits one role only', () => {
    const only = (id: string) => ({
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Queue' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Resource: '*',
              Condition: { ArnNotEquals: { 'aws:PrincipalArn': arnOf(id) } },
            },
          ],
        },
      },
    });
    const app = { Role: role('lambda.amazonaws.com', sends), Other: role('lambda.amazonaws.com'), Queue: queue };
    expect(verdict(modelOf({ App: { ...app, Policy: only('Role') } }))).toBe('yes');
    expect(verdict(modelOf({ App: { ...app, Policy: only('Other') } }))).toBe('no');
  });

  test('a key is used only as its policy says', () => {
    const uses = { Policies: [{ PolicyName: 'p', PolicyDocument: allow('kms:Decrypt', arnOf('Key')) }] };
    const key = (principal: unknown) => ({
      Type: 'AWS::KMS::Key',
      Properties: { KeyPolicy: allow('kms:*', '*', { Principal: principal }) },
    });
    const root = { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } };
    const may = (principal: unknown) =>
      verdict(
        modelOf({ App: { Role: role('lambda.amazonaws.com', uses), Key: key(principal) } }),
        'kms:Decrypt',
        'App#Key',
      );
    expect(may(root)).toBe('yes');
    expect(may({ Service: 'logs.amazonaws.com' })).toBe('no');
  });

  test('a role is assumed only by whom it trusts', () => {
    const target = (principal: unknown) => ({
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: trust(principal) },
    });
    const may = (principal: unknown, own: object = {}) =>
      verdict(
        modelOf({ App: { Role: role('lambda.amazonaws.com', own), Admin: target(principal) } }),
        'sts:AssumeRole',
        'App#Admin',
      );
    const root = { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } };
    const asks = { Policies: [{ PolicyName: 'p', PolicyDocument: allow('sts:AssumeRole', '*') }] };
    expect(may({ AWS: arnOf('Role') })).toBe('yes');
    expect(may(root)).toBe('no');
    expect(may(root, asks)).toBe('yes');
    expect(may({ AWS: '444455556666' }, asks)).toBe('no');
    expect(may({ Service: 'ec2.amazonaws.com' }, asks)).toBe('no');
  });

  test('a stack that leaves its account to the deployment is in one account with itself', () => {
    const root = { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } };
    const asks = { Policies: [{ PolicyName: 'p', PolicyDocument: allow('sts:AssumeRole', '*') }] };
    const admin = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust(root) } };
    const model = modelOf({ App: { Role: role('lambda.amazonaws.com', asks), Admin: admin } }, null);
    expect(verdict(model, 'sts:AssumeRole', 'App#Admin')).toBe('yes');
  });
});

test.each(['constructor', '__proto__', 'toString'])('resources and types named %s are nothing special', (name) => {
  const model = modelOf({
    App: { Resources: JSON.parse(`{"${name}":{"Type":"${name}","Properties":{"Policy":null,"Role":null}}}`) as object },
  });
  expect(identities(model).all).toEqual([]);
});
