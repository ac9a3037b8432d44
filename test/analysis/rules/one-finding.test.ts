import { arnOf } from '../model/templates';
import { document, may, of, ref } from './attacks/app';
import { type Change, execution } from './attacks/pair';
import { everything, reported, said } from './attacks/reported';

/** The ids of the rules with a finding, one for each finding. */
const rulesOf = (change: Change): string[] => reported(change).map(({ rule }) => rule);

/** A second finding of the same rule at the same resource, with the same cause, would only be noise. */
const once = (change: Change, rule: string) => expect(said(change).filter((each) => each.startsWith(rule)));

test('a trust policy that lets in two roles of an agent is one finding with two sentences', () => {
  const AssumeRolePolicyDocument = document({
    Effect: 'Allow',
    Principal: { AWS: [arnOf('SessionRole'), arnOf('ExecutionRole')] },
    Action: 'sts:AssumeRole',
  });
  const change = { set: { 'AdminRole.AssumeRolePolicyDocument': AssumeRolePolicyDocument } };
  const found = everything(change).filter(({ rule }) => rule === 'MA-ID7');
  expect(found.map(({ says }) => says)).toEqual([
    'The session role can become AdminRole, which may call s3:*. The execution role can become AdminRole, which may call s3:*',
  ]);
  expect(found[0].data.path).toHaveLength(2);
});

test('an unreadable resource of AWS SAM is one finding', () => {
  const Url = of('AWS::Serverless::Function', { Role: arnOf('OpenRole'), FunctionUrlConfig: { AuthType: 'NONE' } });
  once({ add: { Url } }, 'MA-READ1').toHaveLength(1);
});

test('a copy to a bucket of an account that the template names is one finding', () => {
  const Destination = { Bucket: 'arn:aws:s3:::elsewhere', Account: '999988887777' };
  const configuration = { Role: arnOf('WorkerRole'), Rules: [{ Status: 'Enabled', Destination }] };
  once({ set: { 'Evidence.ReplicationConfiguration': configuration } }, 'MA-STO1').toEqual([
    expect.stringContaining('is copied or sent to another account (999988887777)'),
  ]);
});

test('a credential in the property with a script is one finding', () => {
  const token = ['ghp', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('_');
  const Machine2 = of('AWS::EC2::Instance', { UserData: { 'Fn::Base64': `export TOKEN=${token}` } });
  once({ add: { Machine2 } }, 'MA-ID8').toHaveLength(1);
});

test('two targets of one policy are one finding', () => {
  const policy = of('AWS::SQS::QueuePolicy', {
    Queues: [ref('Queue'), ref('Dead')],
    PolicyDocument: document({ ...may('sqs:ReceiveMessage', '*'), Principal: '*' }),
  });
  once({ add: { OpenToAll: policy } }, 'MA-STO1').toHaveLength(1);
});

test('a pattern of actions is one finding that names what other rules say of it', () => {
  const [finding, ...others] = reported(execution(may('*', '*')));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ rule: 'MA-ID5', severity: 'fatal' });
  expect(finding.data.also).toEqual(['MA-ID4', 'MA-ID6', 'MA-ID7', 'MA-ID8']);
  expect(finding.says).toMatch(
    /^The action \* allows every action\. .*\(MA-ID4\)\. .*\(MA-ID6\)\. .*\(MA-ID7\)\. .*\(MA-ID8\)$/,
  );
});

test('an action by name next to a pattern keeps its own finding', () => {
  const statement = { ...may('s3:*', arnOf('Evidence')), Action: ['s3:*', 'iam:PutRolePolicy'] };
  expect(rulesOf(execution(statement))).toEqual(['MA-ID5', 'MA-ID7']);
});

test('two statements with one fault each are two findings', () => {
  expect(rulesOf(execution(may('s3:*', '*'), may('iam:PutRolePolicy', '*')))).toHaveLength(3);
});

test('a fatal and an acknowledgeable finding of one rule about one statement are one fatal finding', () => {
  const found = reported(execution(may('logs:PutRetentionPolicy', arnOf('RuntimeLogs'))));
  expect(found.map(({ rule, severity }) => [rule, severity])).toEqual([['MA-ID7', 'fatal']]);
  expect(found[0].says).toMatch(
    /^The execution role may call logs:PutRetentionPolicy on RuntimeLogs, .* isn't reading/,
  );
});

test('a role of EventBridge that another account may assume, with a strong grant, has one finding for each', () => {
  const trusts = (...principals: unknown[]) =>
    document(...principals.map((Principal) => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' })));
  const role = (trust: unknown, statement: unknown) => ({
    add: {
      EventRole: of('AWS::IAM::Role', {
        AssumeRolePolicyDocument: trust,
        Policies: [
          { PolicyName: 'p', PolicyDocument: document(may('states:StartExecution', ref('Machine')), statement) },
        ],
      }),
      Events: of('AWS::Events::Rule', {
        EventPattern: { source: ['aws.s3'] },
        Targets: [
          {
            Id: 'a',
            Arn: ref('Machine'),
            RoleArn: arnOf('EventRole'),
            DeadLetterConfig: { Arn: arnOf('Dead') },
            RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
          },
        ],
      }),
    },
  });
  const service = { Service: 'events.amazonaws.com' };
  const foreign = { AWS: 'arn:aws:iam::999988887777:root' };
  const evidence = may('s3:GetObject', { 'Fn::Sub': '${Evidence.Arn}/*' });
  expect(rulesOf(role(trusts(service), evidence))).toEqual([]);
  expect(rulesOf(role(trusts(service, foreign), evidence))).toEqual(['MA-TRG3']);
  expect(rulesOf(role(trusts(service), may('iam:*', '*')))).toEqual(['MA-ID7']);
  expect(rulesOf(role(trusts(service, foreign), may('iam:*', '*')))).toEqual(['MA-ID7', 'MA-TRG3']);
});

test('a user with a key is one finding, and so is a key without its user', () => {
  const User = of('AWS::IAM::User', {});
  const Key2 = of('AWS::IAM::AccessKey', { UserName: ref('User') });
  expect(said({ add: { User, Key2 } })).toEqual([
    'MA-ID8 User: An IAM user is in the stack of an agent, with the credential Key2',
  ]);
  once({ add: { Key2: of('AWS::IAM::AccessKey', { UserName: 'somebody' }) } }, 'MA-ID8').toHaveLength(1);
});

test('an open URL of a function and the permission that it needs are one finding', () => {
  const Url = of('AWS::Lambda::Url', { TargetFunctionArn: arnOf('Starter'), AuthType: 'NONE' });
  const Allowed = of('AWS::Lambda::Permission', {
    FunctionName: arnOf('Starter'),
    Action: 'lambda:InvokeFunctionUrl',
    Principal: '*',
    FunctionUrlAuthType: 'NONE',
  });
  expect(said({ add: { Url, Allowed } })).toEqual([expect.stringMatching(/^MA-TRG3 Url: /)]);
  // A URL that is made elsewhere may exist.
  expect(said({ add: { Allowed } })).toEqual([expect.stringMatching(/^MA-TRG3 Allowed: /)]);
});

test('a finding that takes over another one keeps the rules which that one names', () => {
  const statement = { Effect: 'Allow', Principal: { AWS: arnOf('ExecutionRole') }, Action: 'kms:*', Resource: '*' };
  const [finding, ...others] = reported({
    set: {
      'Key.KeyPolicy': (policy: { Statement: unknown[] }) => ({
        ...policy,
        Statement: [...policy.Statement, statement],
      }),
    },
  });
  expect(others).toEqual([]);
  expect(finding.rule).toBe('MA-ENC1');
  expect([finding.data.also].flat().sort()).toEqual(['MA-ID5', 'MA-ID7']);
});
