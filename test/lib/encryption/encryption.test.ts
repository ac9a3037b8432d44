import { App, CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AgentKey } from '../../../lib/encryption';
import { policyText } from '../../../lib/validation/policy-text';
import {
  allowCloudTrail,
  allowEventBus,
  allowLogs,
  allowQueueForEventBridge,
  allowTopicPublishers,
} from '../../../lib/encryption/key-statements';

const env = { account: '111122223333', region: 'us-east-1' };
const newStack = (): Stack => new Stack(new App(), 'S', { env });

interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Principal: Record<string, unknown>;
  readonly Condition?: Record<string, Record<string, unknown>>;
}

const statementsOf = (stack: Stack): Statement[] => {
  const [key] = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  return key.Properties.KeyPolicy.Statement as Statement[];
};
/** Statements beside those of every key (delegation to IAM, grants), with the partition written out. */
const serviceStatements = (stack: Stack): Statement[] =>
  (
    JSON.parse(
      JSON.stringify(statementsOf(stack)).replace(
        /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]+)"\]\]\}/g,
        '"arn:aws$1"',
      ),
    ) as Statement[]
  )
    .filter(({ Sid }) => Sid !== 'GrantsForServicesOnly')
    .slice(1);

describe('AgentKey', () => {
  test('rotates every year, waits 30 days before deletion and outlives its stack', () => {
    const stack = newStack();
    new AgentKey(stack, 'Key');
    Template.fromStack(stack).hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { EnableKeyRotation: true, RotationPeriodInDays: 365, PendingWindowInDays: 30 },
    });
  });

  test('leaves permissions to IAM of its account and opens itself to nobody else', () => {
    const stack = newStack();
    new AgentKey(stack, 'Key');
    expect(statementsOf(stack)).toEqual([
      expect.objectContaining({ Action: 'kms:*', Effect: 'Allow', Principal: { AWS: expect.anything() } }),
      {
        Sid: 'GrantsForServicesOnly',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'kms:CreateGrant',
        Resource: '*',
        Condition: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
      },
    ]);
    expect(JSON.stringify(statementsOf(stack))).toContain(':iam::111122223333:root');
  });

  test('says what it protects', () => {
    const stack = newStack();
    new AgentKey(stack, 'Key', { protects: 'the sessions of the reviewer' });
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
      Description: 'Protects the sessions of the reviewer',
    });
  });

  test('two keys have two aliases', () => {
    const stack = newStack();
    new AgentKey(stack, 'One');
    new AgentKey(stack, 'Two');
    const names = Object.values(Template.fromStack(stack).findResources('AWS::KMS::Alias')).map(
      ({ Properties }) => Properties.AliasName as string,
    );
    expect(new Set(names).size).toBe(2);
    names.forEach((name) => expect(name).toMatch(/^alias\/bma\/[\w/-]+$/));
  });

  test.each([
    ['reviewer', 'alias/reviewer'],
    ['alias/team/reviewer', 'alias/team/reviewer'],
  ])('takes the alias %s as %s', (alias, expected) => {
    const stack = newStack();
    new AgentKey(stack, 'Key', { alias });
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Alias', { AliasName: expected });
  });

  test('everything can be chosen', () => {
    const stack = newStack();
    new AgentKey(stack, 'Key', {
      rotationPeriod: Duration.days(90),
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Template.fromStack(stack).hasResource('AWS::KMS::Key', {
      DeletionPolicy: 'Delete',
      Properties: { RotationPeriodInDays: 90, PendingWindowInDays: 7 },
    });
  });

  test.each([
    ['an alias that AWS reserves', { alias: 'aws/mine' }, "S/Key: alias 'alias/aws/mine'"],
    ['an alias with a space', { alias: 'my key' }, 'alias'],
    ['a rotation that is too fast', { rotationPeriod: Duration.days(89) }, 'rotationPeriod 89'],
    ['a rotation of half days', { rotationPeriod: Duration.hours(2400 + 12) }, 'rotationPeriod 100.5'],
    ['a pending window that is too long', { pendingWindow: Duration.days(31) }, 'pendingWindow 31'],
    ['a blank purpose', { protects: ' ' }, "protects ' '"],
  ])('refuses %s', (_name, props, message) => {
    expect(() => new AgentKey(newStack(), 'Key', props)).toThrow(message);
  });

  test('an alias known only at deployment is refused: nobody can tell whether another key has it', () => {
    const stack = newStack();
    const alias = new CfnParameter(stack, 'Alias');
    expect(() => new AgentKey(stack, 'Key', { alias: alias.valueAsString })).toThrow(
      /alias 'a value that only the deployment knows'.*Fix: write the name/,
    );
  });
});

describe('what services may do with a key', () => {
  test('CloudWatch Logs encrypts the named log group and no other', () => {
    const stack = newStack();
    allowLogs(new AgentKey(stack, 'Key'), stack, '/agents/reviewer');
    expect(serviceStatements(stack)).toEqual([
      {
        Sid: 'CloudWatchLogs',
        Effect: 'Allow',
        Principal: { Service: 'logs.us-east-1.amazonaws.com' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        Resource: '*',
        Condition: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': ['arn:aws:logs:us-east-1:111122223333:log-group:/agents/reviewer'],
          },
        },
      },
    ]);
  });

  test('the log group of a runtime is named by a pattern, because its name is known only after the key exists', () => {
    const stack = newStack();
    allowLogs(new AgentKey(stack, 'Key'), stack, '/aws/bedrock-agentcore/runtimes/reviewer-*');
    expect(JSON.stringify(serviceStatements(stack))).toContain('log-group:/aws/bedrock-agentcore/runtimes/reviewer-*"');
  });

  test('CloudTrail encrypts for one trail, and checks the key when the trail is made', () => {
    const stack = newStack();
    allowCloudTrail(new AgentKey(stack, 'Key'), stack, 'audit');
    const trail = { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111122223333:trail/audit' };
    expect(serviceStatements(stack)).toEqual([
      {
        Sid: 'CloudTrailEncrypts',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'kms:GenerateDataKey*',
        Resource: '*',
        Condition: {
          StringEquals: trail,
          StringLike: {
            'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:111122223333:trail/*',
          },
        },
      },
      {
        Sid: 'CloudTrailChecksTheKey',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:DescribeKey'],
        Resource: '*',
        Condition: { StringEquals: trail },
      },
    ]);
  });

  test('EventBridge sends to encrypted queues for the rules of this account', () => {
    const stack = newStack();
    allowQueueForEventBridge(new AgentKey(stack, 'Key'), stack);
    expect(serviceStatements(stack)).toEqual([
      expect.objectContaining({
        Principal: { Service: 'events.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111122223333:rule/*' } },
      }),
    ]);
  });

  test('services publish to encrypted topics for this account', () => {
    const stack = newStack();
    allowTopicPublishers(new AgentKey(stack, 'Key'), stack, 'cloudwatch.amazonaws.com', 'budgets.amazonaws.com');
    expect(serviceStatements(stack)).toEqual(
      ['cloudwatch', 'budgets'].map((service) =>
        expect.objectContaining({
          Principal: { Service: `${service}.amazonaws.com` },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }),
      ),
    );
  });

  test('EventBridge may not publish to encrypted topics, because no condition could bind it to this account', () => {
    const stack = newStack();
    const key = new AgentKey(stack, 'Key');
    expect(() => allowTopicPublishers(key, stack, 'events.amazonaws.com')).toThrow(/allowQueueForEventBridge/);
  });

  test('no statement admits everybody or lacks a condition', () => {
    const stack = newStack();
    const key = new AgentKey(stack, 'Key');
    allowLogs(key, stack, '/a');
    allowCloudTrail(key, stack, 'audit');
    allowQueueForEventBridge(key, stack);
    allowTopicPublishers(key, stack, 'cloudwatch.amazonaws.com');
    const statements = serviceStatements(stack);
    expect(statements).toHaveLength(5);
    for (const statement of statements) {
      expect(Object.keys(statement.Principal)).toEqual(['Service']);
      expect(statement.Condition).toBeDefined();
    }
  });
});

describe('one key for many agents', () => {
  test('twenty agents add their log groups, not statements, and the policy stays under 32 KB', () => {
    const stack = newStack();
    const key = new AgentKey(stack, 'Key');
    for (let agent = 1; agent <= 20; agent += 1) {
      allowLogs(key, stack, `/aws/bedrock-agentcore/runtimes/agent_number_${agent}_with_a_long_name_of_its_own-*`);
      allowLogs(key, stack, `/aws/vendedlogs/states/agent-number-${agent}-turns`);
      allowQueueForEventBridge(key, stack);
      allowTopicPublishers(key, stack, 'cloudwatch.amazonaws.com');
    }
    const statements = serviceStatements(stack);
    expect(statements).toHaveLength(3);
    const [logsStatement] = statements;
    expect(logsStatement.Condition?.ArnLike['kms:EncryptionContext:aws:logs:arn']).toHaveLength(40);
    expect(JSON.stringify(statements).length).toBeLessThan(8 * 1024);
  });

  test('the same log group is named once', () => {
    const stack = newStack();
    const key = new AgentKey(stack, 'Key');
    allowLogs(key, stack, '/a');
    allowLogs(key, stack, '/a');
    expect(serviceStatements(stack)[0].Condition?.ArnLike['kms:EncryptionContext:aws:logs:arn']).toHaveLength(1);
  });

  test('merging of policies by the CDK leaves the statements intact', () => {
    const stack = new Stack(new App({ context: { '@aws-cdk/aws-iam:minimizePolicies': true } }), 'S', { env });
    const key = new AgentKey(stack, 'Key');
    ['/a', '/b'].forEach((name) => allowLogs(key, stack, name));
    allowCloudTrail(key, stack, 'audit');
    const statements = serviceStatements(stack);
    expect(statements).toHaveLength(3);
    expect(JSON.stringify(statements)).toContain('log-group:/a","arn:aws:logs:us-east-1:111122223333:log-group:/b"');
  });

  test('synthesis fails before KMS would refuse the policy', () => {
    const app = new App();
    const stack = new Stack(app, 'S', { env });
    const key = new AgentKey(stack, 'Key');
    for (let group = 0; group < 400; group += 1) {
      allowLogs(key, stack, `/agents/${'x'.repeat(60)}/${group}`);
    }
    expect(() => app.synth()).toThrow(/key policy would have about \d+ of at most 32768 bytes/);
  });

  test('agents in another stack than the key add no dependency to the stack of the key', () => {
    const app = new App();
    const keyStack = new Stack(app, 'KeyStack', { env });
    const agentStack = new Stack(app, 'AgentStack', { env });
    const key = new AgentKey(keyStack, 'Key');
    allowLogs(key, agentStack, '/agents/reviewer');
    allowCloudTrail(key, agentStack, 'audit');
    allowQueueForEventBridge(key, agentStack);
    allowTopicPublishers(key, agentStack, 'cloudwatch.amazonaws.com');
    new logs.LogGroup(agentStack, 'Logs', { logGroupName: '/agents/reviewer', encryptionKey: key });
    expect(() => app.synth()).not.toThrow();
    expect(keyStack.dependencies).toEqual([]);
    expect(agentStack.dependencies).toContain(keyStack);
  });

  test('stacks without an environment work the same', () => {
    const app = new App();
    const keyStack = new Stack(app, 'KeyStack');
    const agentStack = new Stack(app, 'AgentStack');
    const key = new AgentKey(keyStack, 'Key');
    allowLogs(key, agentStack, '/agents/reviewer');
    new logs.LogGroup(agentStack, 'Logs', { logGroupName: '/agents/reviewer', encryptionKey: key });
    app.synth();
    expect(keyStack.dependencies).toEqual([]);
    Template.fromStack(keyStack).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
          }),
        ]),
      },
    });
  });
});

describe('names that a key policy cannot carry', () => {
  test('a name that comes from a resource is refused, because that resource may depend on the key', () => {
    const stack = newStack();
    const key = new AgentKey(stack, 'Key');
    const group = new logs.LogGroup(stack, 'Logs', { encryptionKey: key });
    expect(() => allowLogs(key, stack, group.logGroupName)).toThrow(
      /an attribute of S\/Logs\/Resource' is not accepted.*known before the key exists/,
    );
  });

  test('a name from a template parameter passes', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name');
    allowLogs(new AgentKey(stack, 'Key'), stack, `/agents/${name.valueAsString}`);
    expect(JSON.stringify(serviceStatements(stack))).toContain('{"Ref":"Name"}');
  });

  test.each(['arn:aws:logs:us-east-1:111122223333:log-group:/a', '/a b', '', '/a*b'])('%p is refused', (name) => {
    const stack = newStack();
    expect(() => allowLogs(new AgentKey(stack, 'Key'), stack, name)).toThrow(
      /logGroupName .*pass the name, not the ARN/,
    );
  });

  test('a key of another Region is refused', () => {
    const app = new App();
    const key = new AgentKey(new Stack(app, 'K', { env: { ...env, region: 'us-west-2' } }), 'Key');
    expect(() => allowLogs(key, new Stack(app, 'S', { env }), '/a')).toThrow(
      /encryptionKey 'K\/Key in 111122223333\/us-west-2' is not accepted. Allowed: a key in 111122223333\/us-east-1/,
    );
  });
});

describe('a key that cannot be changed', () => {
  const importKey = (stack: Stack): kms.IKey =>
    kms.Key.fromKeyArn(
      stack,
      'Imported',
      'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    );

  const printed = (stack: Stack): { Statement: Statement[] }[] =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('keyPolicyNotUpdated'))
      .map(({ entry }) => JSON.parse(/(\{.*\}) \[ack/.exec(entry.data as string)![1]) as { Statement: Statement[] });

  test('prints the exact policy to attach', () => {
    const stack = newStack();
    allowLogs(importKey(stack), stack, '/agents/reviewer');
    expect(printed(stack)).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'CloudWatchLogs',
            Effect: 'Allow',
            Principal: { Service: 'logs.us-east-1.amazonaws.com' },
            Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
            Resource: '*',
            Condition: {
              ArnLike: {
                'kms:EncryptionContext:aws:logs:arn': [
                  'arn:aws:logs:us-east-1:111122223333:log-group:/agents/reviewer',
                ],
              },
            },
          },
        ],
      },
    ]);
  });

  test('prints one policy for all uses of the key, with distinct Sids', () => {
    const stack = newStack();
    const key = importKey(stack);
    allowLogs(key, stack, '/a');
    allowLogs(key, stack, '/b');
    allowLogs(key, stack, '/b');
    allowCloudTrail(key, stack, 'audit');
    allowCloudTrail(key, stack, 'audit');
    allowEventBus(key, stack, 'one');
    allowEventBus(key, stack, 'two');
    const [policy, ...others] = printed(stack);
    expect(others).toEqual([]);
    expect(policy.Statement.map(({ Sid }) => Sid)).toEqual([
      'CloudWatchLogs',
      'CloudTrailEncrypts',
      'CloudTrailChecksTheKey',
      'BusEncryptsEvents',
      'BusEncryptsEvents2',
    ]);
    expect(policy.Statement[0].Condition!.ArnLike['kms:EncryptionContext:aws:logs:arn']).toEqual([
      'arn:aws:logs:us-east-1:111122223333:log-group:/a',
      'arn:aws:logs:us-east-1:111122223333:log-group:/b',
    ]);
  });

  test('writes placeholders for an account and Region that are not known', () => {
    const stack = new Stack(new App(), 'S');
    allowLogs(importKey(stack), stack, '/a');
    expect(JSON.stringify(printed(stack))).toContain('arn:aws:logs:REGION:ACCOUNT_ID:log-group:/a');
  });

  test('writes the names of resources as patterns that they will fit, with operators that understand patterns', () => {
    const stack = new Stack(new App(), 'Payments', { env });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    const named = new s3.Bucket(stack, 'Named', { bucketName: 'reports-1' });
    const unnamed = new s3.Bucket(stack, 'Bucket');
    const text = policyText(stack, {
      Resource: [role.roleArn, named.arnForObjects('*'), unnamed.bucketArn, `x/${unnamed.bucketName}`],
      Condition: { StringEquals: { a: role.roleArn, b: 'c' }, Bool: { d: 'true' } },
    });
    expect(JSON.parse(text)).toEqual({
      Resource: [
        'arn:aws:iam::111122223333:role/Payments*',
        'arn:aws:s3:::reports-1/*',
        'arn:aws:s3:::payments*',
        'x/payments*',
      ],
      Condition: {
        StringLike: { a: 'arn:aws:iam::111122223333:role/Payments*' },
        StringEquals: { b: 'c' },
        Bool: { d: 'true' },
      },
    });
  });
});
