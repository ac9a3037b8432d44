import { App, CfnParameter, Duration, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InsightType } from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { AgentAuditTrail, type AgentAuditTrailProps, AuditAlarm } from '../../../lib/audit';
import { ObjectLock } from '../../../lib/encryption';
import { AgentKey } from '../../../lib/encryption';
import { NETWORK_EVENT_SOURCES } from '../../../lib/facts/cloudtrail';

const env = { account: '111122223333', region: 'us-east-1' };
const newStack = (): Stack => new Stack(new App(), 'S', { env });

function auditStack(props?: AgentAuditTrailProps): { stack: Stack; audit: AgentAuditTrail; template: Template } {
  const stack = newStack();
  const audit = new AgentAuditTrail(stack, 'Audit', props);
  return { stack, audit, template: Template.fromStack(stack) };
}

const trailArn = {
  'Fn::Join': [
    '',
    ['arn:', { Ref: 'AWS::Partition' }, ':cloudtrail:us-east-1:111122223333:trail/S-Audit-34E3B4E6-us-east-1'],
  ],
};

describe('what the trail records', () => {
  const { template } = auditStack();
  const [trail] = Object.values(template.findResources('AWS::CloudTrail::Trail'));
  interface Selector {
    readonly Name: string;
    readonly FieldSelectors: { readonly Field: string; readonly Equals?: string[] }[];
  }
  const selectors = trail.Properties.AdvancedEventSelectors as Selector[];

  test('management events, and the data events of agents without an event-name filter', () => {
    expect(selectors.slice(0, 4)).toEqual([
      { Name: 'Management events', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      ...[
        ['Mantle project data events', 'AWS::BedrockMantle::Project'],
        ['AgentCore runtime data events', 'AWS::BedrockAgentCore::Runtime'],
        ['AgentCore runtime endpoint data events', 'AWS::BedrockAgentCore::RuntimeEndpoint'],
      ].map(([Name, type]) => ({
        Name,
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: [type] },
        ],
      })),
    ]);
  });

  test('calls that a VPC endpoint policy denied, one selector per supported service', () => {
    const network = selectors.filter(({ FieldSelectors }) => FieldSelectors[0].Equals?.[0] === 'NetworkActivity');
    expect(network).toEqual(
      NETWORK_EVENT_SOURCES.map((source) => ({
        Name: `Denied by a VPC endpoint: ${source.split('.')[0]}`,
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['NetworkActivity'] },
          { Field: 'eventSource', Equals: [source] },
          { Field: 'errorCode', Equals: ['VpceAccessDenied'] },
        ],
      })),
    );
    expect(NETWORK_EVENT_SOURCES).toContain('bedrock-agentcore.amazonaws.com');
    expect(NETWORK_EVENT_SOURCES).not.toContain('bedrock-mantle.amazonaws.com');
  });

  test('who reads or deletes its own files, but not each delivery', () => {
    expect(selectors.at(-1)).toEqual({
      Name: 'Use of the trail files',
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
        {
          Field: 'resources.ARN',
          StartsWith: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^AuditBucket/), 'Arn'] }, '/']] }],
        },
        { Field: 'eventName', NotEquals: ['PutObject'] },
      ],
    });
  });

  test('every access to the objects of a bucket that is recorded, each bucket once', () => {
    const stack = newStack();
    const audit = new AgentAuditTrail(stack, 'Audit');
    const bucket = new s3.Bucket(stack, 'Results');
    audit.recordObjectAccess(bucket);
    audit.recordObjectAccess(bucket);
    Template.fromStack(stack).hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: Match.arrayWith([
        {
          Name: 'Objects of recorded buckets',
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
            {
              Field: 'resources.ARN',
              StartsWith: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': [Match.stringLikeRegexp('Results'), 'Arn'] }, '/']] }],
            },
          ],
        },
      ]),
    });
  });

  test('every selector names at most one resource type, as CloudTrail demands', () => {
    for (const { FieldSelectors } of selectors) {
      const types = FieldSelectors.filter(({ Field }) => Field === 'resources.type').flatMap(({ Equals }) => Equals);
      expect(types.length).toBeLessThanOrEqual(1);
    }
  });

  test('all Regions and global services, validated, encrypted', () => {
    template.hasResourceProperties('AWS::CloudTrail::Trail', {
      TrailName: 'S-Audit-34E3B4E6-us-east-1',
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      KMSKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuditKey'), 'Arn'] },
      InsightSelectors: Match.absent(),
    });
  });

  test('the trail waits for everything that CloudTrail tries when it is made', () => {
    const waitsFor = (trail.DependsOn as string[]).map((id) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(waitsFor).toEqual(
      expect.arrayContaining([
        'AuditBucketPolicy',
        'AuditDeliveryLogGroup',
        'AuditDeliveryPolicy',
        'AuditDeliveryRole',
      ]),
    );
  });

  test('the services whose denied calls are recorded can be chosen', () => {
    const { template: chosen } = auditStack({ networkEventSources: ['states.amazonaws.com'] });
    chosen.hasResourceProperties('AWS::CloudTrail::Trail', {
      AdvancedEventSelectors: Match.arrayWith([
        {
          Name: 'Denied by a VPC endpoint: states',
          FieldSelectors: Match.arrayWith([{ Field: 'eventSource', Equals: ['states.amazonaws.com'] }]),
        },
      ]),
    });
  });

  test('unusual rates are recorded on demand', () => {
    const { template: chosen } = auditStack({ insights: [InsightType.API_CALL_RATE, InsightType.API_ERROR_RATE] });
    chosen.hasResourceProperties('AWS::CloudTrail::Trail', {
      InsightSelectors: [{ InsightType: 'ApiCallRateInsight' }, { InsightType: 'ApiErrorRateInsight' }],
    });
  });
});

describe('where the trail is kept', () => {
  const { template } = auditStack();

  test('a private, versioned, encrypted, retained bucket', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) },
          ],
        },
      },
    });
  });

  test('locked for a year, in reach for seven', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } },
      },
      LifecycleConfiguration: {
        Rules: [
          Match.objectLike({
            Status: 'Enabled',
            ExpirationInDays: 2557,
            NoncurrentVersionExpiration: { NoncurrentDays: 365 },
            Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }],
          }),
        ],
      },
    });
  });

  test.each([
    ['compliance', ObjectLock.compliance(Duration.days(30)), { Mode: 'COMPLIANCE', Days: 30 }],
    ['governance', ObjectLock.governance(Duration.days(30)), { Mode: 'GOVERNANCE', Days: 30 }],
  ])('a %s lock can be chosen', (_name, lock, expected) => {
    auditStack({ lock }).template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: expected } },
    });
  });

  test('without a lock the bucket is still versioned', () => {
    auditStack({ lock: ObjectLock.none() }).template.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: Match.absent(),
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  test('files that are kept shortly are not moved to a class with a minimum of 90 days', () => {
    auditStack({
      lock: ObjectLock.none(),
      retention: Duration.days(100),
    }).template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 100, Transitions: Match.absent() })] },
    });
  });

  test('this trail writes, only this account’s files; nobody uses plain HTTP or old TLS, nobody bypasses the lock', () => {
    const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
    const bucketArn = { 'Fn::GetAtt': [expect.stringMatching(/^AuditBucket/), 'Arn'] };
    const cloudTrail = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
    expect(policy.Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      expect.objectContaining({ Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
      {
        Sid: 'CloudTrailChecksTheBucket',
        ...cloudTrail,
        Action: 's3:GetBucketAcl',
        Resource: bucketArn,
        Condition: { StringEquals: { 'aws:SourceArn': trailArn } },
      },
      {
        Sid: 'CloudTrailDelivers',
        ...cloudTrail,
        Action: 's3:PutObject',
        Resource: { 'Fn::Join': ['', [bucketArn, '/AWSLogs/111122223333/*']] },
        Condition: {
          StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceArn': trailArn },
        },
      },
      {
        Sid: 'NobodyBypassesTheLock',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:BypassGovernanceRetention',
        Resource: { 'Fn::Join': ['', [bucketArn, '/*']] },
      },
    ]);
  });

  test('digest files may be written with AES256: no statement demands an encryption header', () => {
    expect(JSON.stringify(template.findResources('AWS::S3::BucketPolicy'))).not.toContain(
      'x-amz-server-side-encryption',
    );
  });

  test('server access logs go to a bucket that is brought', () => {
    const stack = newStack();
    const accessLogsBucket = s3.Bucket.fromBucketName(stack, 'AccessLogs', 'access-logs-111122223333');
    new AgentAuditTrail(stack, 'Audit', { accessLogsBucket });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      LoggingConfiguration: { DestinationBucketName: 'access-logs-111122223333', LogFilePrefix: 'S/Audit/' },
    });
  });
});

describe('the delivery to CloudWatch Logs', () => {
  const { template } = auditStack();

  test('an encrypted log group that keeps a year, resists deletion and outlives the stack', () => {
    template.hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: {
        KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuditKey'), 'Arn'] },
        RetentionInDays: 365,
        DeletionProtectionEnabled: true,
      },
    });
  });

  test('its name differs each time it is created, and fits the pattern in the key policy', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: {
        'Fn::Join': [
          '',
          [
            '/aws/cloudtrail/S-Audit-34E3B4E6-us-east-1/',
            { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuditDeliveryRole'), 'RoleId'] },
          ],
        ],
      },
    });
    expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).toContain(
      ':logs:us-east-1:111122223333:log-group:/aws/cloudtrail/S-Audit-34E3B4E6-us-east-1/*',
    );
  });

  test('a change of the name of the trail keeps it', () => {
    const logGroups = [undefined, 'agents'].map((trailName) => {
      const stack = new Stack(new App(), 'S');
      new AgentAuditTrail(stack, 'Audit', { trailName });
      return Template.fromStack(stack).findResources('AWS::Logs::LogGroup');
    });
    expect(logGroups[1]).toEqual(logGroups[0]);
  });

  test('the role writes the streams of this account and Region and uses the key only through CloudWatch Logs', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    const [write, useKey, describeKey] = policy.Properties.PolicyDocument.Statement;
    expect(write.Action).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
    expect(JSON.stringify(write.Resource)).toContain(':log-stream:111122223333_CloudTrail_us-east-1*');
    expect(useKey.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect(useKey.Condition.ArnLike).toHaveProperty(['kms:EncryptionContext:aws:logs:arn']);
    for (const { Condition } of [useKey, describeKey]) {
      expect(Condition.StringEquals).toEqual({ 'kms:ViaService': 'logs.us-east-1.amazonaws.com' });
    }
  });

  test('only CloudTrail assumes the role, without source conditions, which a field report says stop the delivery', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'cloudtrail.amazonaws.com' } }],
      },
    });
  });
});

describe('the topic', () => {
  test('is encrypted, TLS-only, and published to by the alarms of this account and Region alone', () => {
    const { template } = auditStack();
    template.hasResourceProperties('AWS::SNS::Topic', {
      KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AuditKey'), 'Arn'] },
    });
    const [policy] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
    const statements = policy.Properties.PolicyDocument.Statement as Record<string, unknown>[];
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Sid: 'AlarmsPublish',
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Resource: { Ref: expect.stringMatching(/^AuditAlarmTopic/) },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: {
            'aws:SourceArn': {
              'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':cloudwatch:us-east-1:111122223333:alarm:*']],
            },
          },
        },
      },
    ]);
    expect(statements).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });
});

describe('the key', () => {
  test('an own key carries every statement its users need', () => {
    const { template } = auditStack();
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    const services = (key.Properties.KeyPolicy.Statement as { Principal: { Service?: string } }[])
      .map(({ Principal }) => Principal.Service)
      .filter(Boolean);
    expect(services).toEqual([
      'cloudtrail.amazonaws.com',
      'cloudtrail.amazonaws.com',
      'logs.us-east-1.amazonaws.com',
      'cloudwatch.amazonaws.com',
    ]);
  });

  test('a key of another stack is used without a cycle', () => {
    const app = new App();
    const encryptionKey = new AgentKey(new Stack(app, 'K', { env }), 'Key');
    const stack = new Stack(app, 'S', { env });
    new AgentAuditTrail(stack, 'Audit', { encryptionKey });
    expect(() => app.synth()).not.toThrow();
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
  });

  test('for an imported key every missing statement is printed', () => {
    const stack = newStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'K', 'arn:aws:kms:us-east-1:111122223333:key/1234abcd');
    new AgentAuditTrail(stack, 'Audit', { encryptionKey });
    const warnings = Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('keyPolicyNotUpdated'))
      .map(({ entry }) => entry.data as string)
      .join('\n');
    for (const statement of [
      'CloudTrailEncrypts',
      'CloudTrailChecksTheKey',
      'CloudWatchLogs',
      'cloudwatch.amazonaws.com',
    ]) {
      expect(warnings).toContain(statement);
    }
  });
});

describe('who may read', () => {
  interface Statement {
    readonly Action: string | string[];
    readonly Resource: unknown;
    readonly Condition?: Record<string, Record<string, unknown>>;
  }
  function granted(grant: (audit: AgentAuditTrail, reader: iam.IGrantable) => iam.Grant): Statement[] {
    const stack = newStack();
    const audit = new AgentAuditTrail(stack, 'Audit', { alarms: [] });
    grant(audit, new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() })).assertSuccess();
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    return policy.Properties.PolicyDocument.Statement as Statement[];
  }

  test('a reader of files gets them and the key, only through S3 and only for this bucket', () => {
    const [files, key] = granted((audit, reader) => audit.grants.readFiles(reader));
    expect(files.Action).toEqual(['s3:GetBucketLocation', 's3:GetObject', 's3:GetObjectVersion', 's3:ListBucket']);
    expect(key.Action).toBe('kms:Decrypt');
    expect(key.Condition?.StringEquals).toEqual({ 'kms:ViaService': 's3.us-east-1.amazonaws.com' });
    expect(key.Condition?.ArnLike['kms:EncryptionContext:aws:s3:arn']).toHaveLength(2);
  });

  test('a reader of events reads the log group and decrypts only through CloudWatch Logs', () => {
    const statements = granted((audit, reader) => audit.grants.readEvents(reader));
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions).toEqual(expect.arrayContaining(['logs:FilterLogEvents', 'kms:Decrypt', 'kms:DescribeKey']));
    expect(actions).not.toContain('kms:GenerateDataKey');
    for (const { Condition } of statements.filter(({ Action }) => String(Action).startsWith('kms:'))) {
      expect(Condition?.StringEquals).toEqual({ 'kms:ViaService': 'logs.us-east-1.amazonaws.com' });
    }
  });

  test('no reader can change anything', () => {
    const actions = [
      ...granted((audit, reader) => audit.grants.readFiles(reader)),
      ...granted((audit, reader) => audit.grants.readEvents(reader)),
    ].flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/:(Get|List|Describe|Filter|Decrypt)/.test(action))).toEqual([]);
  });
});

describe('a trail that is brought', () => {
  const arn = 'arn:aws:cloudtrail:us-east-1:444455556666:trail/organization';

  test('makes nothing by itself', () => {
    const stack = newStack();
    AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', { trailArn: arn });
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });

  test('with its log group carries the alarms of the agents', () => {
    const stack = newStack();
    const audit = AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', {
      trailArn: arn,
      logGroup: logs.LogGroup.fromLogGroupName(stack, 'Logs', 'org-trail'),
      alarmTopic: new sns.Topic(stack, 'Topic'),
    });
    const role = iam.Role.fromRoleArn(stack, 'R', 'arn:aws:iam::111122223333:role/session');
    audit.addAlarm(stack, AuditAlarm.unexpectedSessionRoleUse(role));
    audit.addAlarm(stack, AuditAlarm.TRAIL_TAMPERING);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::CloudWatch::Alarm', 2);
    template.allResourcesProperties('AWS::Logs::MetricFilter', { LogGroupName: 'org-trail' });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Topic') }],
    });
  });

  test('without its log group warns and prints the filter to make elsewhere', () => {
    const stack = newStack();
    const audit = AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', { trailArn: arn });
    expect(audit.addAlarm(stack, AuditAlarm.ROOT_USE)).toBeUndefined();
    Annotations.fromStack(stack).hasWarning('/S', Match.stringLikeRegexp('RootUse cannot be made.*userIdentity.type'));
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  test('refuses to grant what it does not know', () => {
    const stack = newStack();
    const audit = AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', { trailArn: arn });
    const reader = new iam.AccountRootPrincipal();
    expect(() => audit.grants.readFiles(reader)).toThrow(/S\/Audit: grants.readFiles .*pass `bucket`/);
    expect(() => audit.grants.readEvents(reader)).toThrow(/S\/Audit: grants.readEvents .*pass `logGroup`/);
  });

  test('grants without a key when it has none', () => {
    const stack = newStack();
    const audit = AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', {
      trailArn: arn,
      bucket: s3.Bucket.fromBucketName(stack, 'B', 'org-trail-files'),
    });
    audit.grants.readFiles(new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() }));
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).not.toContain('kms:');
  });

  test('refuses what is not the ARN of a trail, and takes what is known only at deployment', () => {
    const stack = newStack();
    expect(() => AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'A', { trailArn: 'organization' })).toThrow(
      /trailArn 'organization'/,
    );
    const parameter = new CfnParameter(stack, 'TrailArn');
    expect(() =>
      AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'B', { trailArn: parameter.valueAsString }),
    ).not.toThrow();
  });

  test('the selectors it needs can be read off', () => {
    const needed = AgentAuditTrail.eventSelectors().map(({ name }) => name);
    expect(needed).toContain('Mantle project data events');
    expect(needed).not.toContain('Use of the trail files');
  });
});

describe('bad input', () => {
  test.each<[string, () => AgentAuditTrailProps, string]>([
    ['a trail name that is too short', () => ({ trailName: 'ab' }), "S/Audit: trailName 'ab'"],
    ['a trail name with two dashes in a row', () => ({ trailName: 'agent--audit' }), 'trailName'],
    ['a trail name that looks like an address', () => ({ trailName: '192.168.5.4' }), 'trailName'],
    ['a trail name with a space', () => ({ trailName: 'agent audit' }), 'trailName'],
    ['a trail name of 129 characters', () => ({ trailName: 'a'.repeat(129) }), 'trailName'],
    [
      'a retention that is shorter than the lock',
      () => ({ retention: Duration.days(364) }),
      "retention '364 days' is not accepted. Allowed: at least as long as the lock (365 days)",
    ],
    [
      'a retention of part of a day',
      () => ({ retention: Duration.hours(36), lock: ObjectLock.none() }),
      'retention 1.5',
    ],
    ['a lock of no days', () => ({ lock: ObjectLock.governance(Duration.days(0)) }), 'ObjectLock.governance: period 0'],
    ['a lock of two centuries', () => ({ lock: ObjectLock.compliance(Duration.days(73_000)) }), 'period 73000'],
    [
      'network activity of bedrock-mantle',
      () => ({ networkEventSources: ['bedrock-mantle.amazonaws.com'] }),
      "networkEventSources 'bedrock-mantle.amazonaws.com'",
    ],
    ['a service name that is no event source', () => ({ networkEventSources: ['kms'] }), "networkEventSources 'kms'"],
  ])('%s is refused', (_name, props, message) => {
    expect(() => new AgentAuditTrail(newStack(), 'Audit', props())).toThrow(message);
  });

  test('a trail name known only at deployment passes', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name');
    expect(() => new AgentAuditTrail(stack, 'Audit', { trailName: name.valueAsString })).not.toThrow();
  });

  test('a second trail in the same account is refused', () => {
    const app = new App();
    new AgentAuditTrail(new Stack(app, 'One', { env }), 'Audit');
    new AgentAuditTrail(new Stack(app, 'Two', { env }), 'Audit');
    expect(() => app.synth()).toThrow(/there is an AgentAuditTrail in this account already \(One\/Audit\)/);
  });

  test('a trail in each of two accounts is fine, also in two stages', () => {
    const app = new App();
    for (const account of ['111122223333', '444455556666']) {
      const stage = new Stage(app, `Stage${account}`, { env: { ...env, account } });
      new AgentAuditTrail(new Stack(stage, 'S'), 'Audit');
    }
    expect(() => app.synth()).not.toThrow();
  });
});

describe('economy and rule packs', () => {
  test('a whole audit trail has 18 resources, an agent adds two', () => {
    const stack = newStack();
    const audit = new AgentAuditTrail(stack, 'Audit');
    const count = (): number =>
      Object.keys((Template.fromStack(stack).toJSON() as { Resources: object }).Resources).length;
    const role = iam.Role.fromRoleArn(stack, 'R', 'arn:aws:iam::111122223333:role/session');
    audit.addAlarm(stack, AuditAlarm.unexpectedSessionRoleUse(role));
    expect(count()).toBe(20);
  });

  // The three reasons, written out in docs/audit.md.
  const STREAMS = expect.stringMatching(/^AwsSolutions-IAM5\[Resource::.*:log-stream:.*_CloudTrail_.*\*\]$/) as string;
  test.each([
    ['AwsSolutions', new AwsSolutionsChecks(), [STREAMS, 'AwsSolutions-S1']],
    [
      'NIST 800-53 r5',
      new NIST80053R5Checks(),
      ['NIST.800.53.R5-S3BucketLoggingEnabled', 'NIST.800.53.R5-S3BucketReplicationEnabled'],
    ],
    [
      'HIPAA',
      new HIPAASecurityChecks(),
      ['HIPAA.Security-S3BucketLoggingEnabled', 'HIPAA.Security-S3BucketReplicationEnabled'],
    ],
    [
      'PCI DSS',
      new PCIDSS321Checks(),
      ['PCI.DSS.321-S3BucketLoggingEnabled', 'PCI.DSS.321-S3BucketReplicationEnabled'],
    ],
  ])('%s finds what docs/audit.md explains and nothing else', (_name, pack, expected) => {
    const { stack } = auditStack();
    expect(
      pack
        .validateScope(stack)
        .violations.map(({ ruleName }) => ruleName)
        .sort(),
    ).toEqual(expected);
  });
});
