import { arnOf } from '../../model/templates';
import { ACCOUNT, bucketPolicy, FOREIGN, may, of, ref, sessionRoleOnly, sub } from './app';
import { type Pair, pair, policyFor } from './pair';

const set = (rules: string, name: string, path: string, bad: unknown, good: unknown): Pair =>
  pair(rules, name, bad, good, (value) => ({ set: { [path]: value } }));
const selectors = (change: (each: any, at: number) => any) => (list: any[]) => list.map(change).filter(Boolean);
const field = (Field: string, rest: object) => ({ Field, ...rest });
const at = (index: number, ...more: object[]) =>
  selectors((each, i) => (i === index ? { FieldSelectors: [...each.FieldSelectors, ...more] } : each));
const retention = (DefaultRetention: object) => ({ ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention } });

/** Records that are not complete, can be changed or end too early. */
export const RECORDS: readonly Pair[] = [
  ...[['s3:BypassGovernanceRetention', 's3:DeleteObjectVersion'], 's3:*'].map((action) =>
    pair(
      'MA-AUD2',
      `the policy of the bucket lets a role outside of the app call ${String(action)}`,
      action,
      's3:GetObject',
      (Action) => ({
        add: {
          Janitor: bucketPolicy('TrailBucket', {
            ...may(Action, sub('${TrailBucket.Arn}/*')),
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/Janitor` },
          }),
        },
      }),
    ),
  ),
  set(
    'MA-AUD1',
    'sessions of one name are not recorded',
    'Trail.AdvancedEventSelectors',
    at(1, field('eventName', { NotEquals: ['CreateInference'] })),
    at(1),
  ),
  set(
    'MA-AUD1',
    'only writes are recorded',
    'Trail.AdvancedEventSelectors',
    at(1, field('readOnly', { Equals: ['false'] })),
    at(1),
  ),
  set(
    'MA-AUD1',
    'one project only',
    'Trail.AdvancedEventSelectors',
    at(1, field('resources.ARN', { StartsWith: ['arn:aws:bedrock-mantle:us-east-1:111122223333:project/x'] })),
    at(1),
  ),
  set(
    'MA-AUD1',
    'another Runtime only',
    'Trail.AdvancedEventSelectors',
    at(2, field('resources.ARN', { StartsWith: ['arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/x'] })),
    at(2, field('resources.ARN', { StartsWith: ['arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/'] })),
  ),
  set(
    'MA-AUD1',
    'the Runtimes of another Region',
    'Trail.AdvancedEventSelectors',
    at(2, field('resources.ARN', { StartsWith: ['arn:aws:bedrock-agentcore:us-west-2:111122223333:runtime/'] })),
    at(2, field('resources.ARN', { Equals: [arnOf('Runtime', 'AgentRuntimeArn')] })),
  ),
  set(
    'MA-AUD1',
    'endpoints other than those of the Runtime',
    'Trail.AdvancedEventSelectors',
    at(3, field('resources.ARN', { Equals: [arnOf('Runtime', 'AgentRuntimeArn')] })),
    at(3, field('resources.ARN', { StartsWith: [arnOf('Runtime', 'AgentRuntimeArn')] })),
  ),
  set(
    'MA-AUD1',
    'every project but one',
    'Trail.AdvancedEventSelectors',
    at(1, field('resources.ARN', { NotStartsWith: ['arn:aws:bedrock-mantle:us-east-1:111122223333:project/x'] })),
    at(1, field('resources.ARN', { StartsWith: ['arn:aws:bedrock-mantle:us-east-1:111122223333:project/'] })),
  ),
  set(
    'MA-AUD1',
    'management events without KMS',
    'Trail.AdvancedEventSelectors',
    at(0, field('readOnly', { Equals: ['true'] })),
    at(0),
  ),
  set(
    'MA-AUD1',
    'endpoints of the Runtime are not recorded',
    'Trail.AdvancedEventSelectors',
    selectors((each, i) => (i === 3 ? undefined : each)),
    selectors((each) => each),
  ),
  set(
    'MA-AUD1',
    'denials of another service',
    'Trail.AdvancedEventSelectors',
    selectors((each, i) =>
      i === 5
        ? {
            FieldSelectors: [
              each.FieldSelectors[0],
              field('eventSource', { Equals: ['ec2.amazonaws.com'] }),
              each.FieldSelectors[2],
            ],
          }
        : each,
    ),
    at(5),
  ),
  set('MA-AUD1', 'the trail does not log', 'Trail.IsLogging', false, true),
  set('MA-AUD1', 'the trail logs in one case', 'Trail.IsLogging', 'false', 'true'),
  pair('MA-AUD1', 'the trail is made in one case only', 'Prod', undefined, (Condition) => ({
    sections: { Parameters: { S: { Type: 'String' } }, Conditions: { Prod: { 'Fn::Equals': [ref('S'), 'p'] } } },
    set: Condition ? { 'Trail.IsLogging': { 'Fn::If': ['Prod', true, false] } } : {},
  })),
  set('MA-AUD2', 'one Region', 'Trail.IsMultiRegionTrail', false, true),
  set('MA-AUD2', 'no validation', 'Trail.EnableLogFileValidation', 'false', 'true'),
  set(
    'MA-AUD2',
    'the lock of a week',
    'TrailBucket.ObjectLockConfiguration',
    retention({ Mode: 'COMPLIANCE', Days: 7 }),
    retention({ Mode: 'COMPLIANCE', Days: 90 }),
  ),
  set(
    'MA-AUD2',
    'a lock without default',
    'TrailBucket.ObjectLockConfiguration',
    { ObjectLockEnabled: 'Enabled' },
    retention({ Mode: 'GOVERNANCE', Years: 1 }),
  ),
  set(
    'MA-AUD2',
    'the lifecycle deletes early',
    'TrailBucket.LifecycleConfiguration',
    { Rules: [{ Status: 'Enabled', ExpirationInDays: 30 }] },
    { Rules: [{ Status: 'Enabled', ExpirationInDays: 400 }] },
  ),
  set(
    'MA-AUD2',
    'versions are suspended',
    'TrailBucket.VersioningConfiguration',
    { Status: 'Suspended' },
    { Status: 'Enabled' },
  ),
  set(
    'MA-AUD2',
    'one flag of public access',
    'TrailBucket.PublicAccessBlockConfiguration.RestrictPublicBuckets',
    false,
    true,
  ),
  set('MA-AUD2', 'a bucket outside of the app', 'Trail.S3BucketName', 'somebodys-bucket', ref('TrailBucket')),
  set('MA-AUD3', 'a day of logs', 'RuntimeLogs.RetentionInDays', 3, 7),
  set('MA-AUD3', 'logs without end', 'Logs.RetentionInDays', undefined, 30),
  set('MA-AUD3', 'logs without a key', 'Logs.KmsKeyId', undefined, arnOf('Key')),
  set(
    'MA-AUD3',
    'logs are infrequent access and streamed',
    'Logs.RetentionInDays',
    { 'Fn::If': ['Missing', 1, 1] },
    90,
  ),
  pair('MA-ID7', 'the execution role shortens its logs', 'logs:PutRetentionPolicy', 'logs:PutLogEvents', (action) => ({
    add: {
      More: of('AWS::IAM::Policy', {
        PolicyName: 'p',
        Roles: [ref('ExecutionRole')],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: arnOf('RuntimeLogs') }] },
      }),
    },
  })),
  pair('MA-ID7 MA-ID5', 'the execution role stops the trail', 'cloudtrail:StopLogging', 's3:GetObject', (action) => ({
    add: {
      More: of('AWS::IAM::Policy', {
        PolicyName: 'p',
        Roles: [ref('ExecutionRole')],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: action,
              Resource: action.startsWith('s3') ? 'arn:aws:s3:::team-data/*' : arnOf('Trail'),
            },
          ],
        },
      }),
    },
  })),
  pair('MA-AUD2 MA-STO1', 'the trail is replicated to another account', FOREIGN, '111122223333', (Account) => ({
    set: {
      'TrailBucket.ReplicationConfiguration': {
        Role: arnOf('WorkerRole'),
        Rules: [{ Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::team-data', Account } }],
      },
    },
  })),
  set(
    'MA-AUD2',
    'the lifecycle deletes everything at a date',
    'TrailBucket.LifecycleConfiguration',
    { Rules: [{ Status: 'Enabled', ExpirationDate: '2027-01-01T00:00:00Z' }] },
    { Rules: [{ Status: 'Enabled', ExpirationInDays: 400 }] },
  ),
  set('MA-ENC1', 'the key is disabled', 'Key.Enabled', 'false', 'true'),
  pair(
    'MA-ID7',
    'the function that opens sessions deletes logs',
    'logs:DeleteLogStream',
    'logs:PutLogEvents',
    (action) => ({
      add: { More: policyFor(ref('OpenRole'), may(action, arnOf('RuntimeLogs'))) },
    }),
  ),
  ...(
    [
      ['a starter sets when files of the trail expire', 'StarterRole', 's3:PutLifecycleConfiguration', 'TrailBucket'],
      ['a starter deletes the filters of a log group', 'StarterRole', 'logs:DeleteMetricFilter', 'RuntimeLogs'],
      ['the workflow deletes its ledger', 'MachineRole', 'dynamodb:DeleteTable', 'Ledger'],
    ] as const
  ).map(([name, role, action, id]) =>
    pair('MA-ID7', name, id, 'Data', (target) => ({
      add: { More: policyFor(ref(role), may(action, arnOf(target))) },
    })),
  ),
  pair(
    'MA-AUD2',
    'a function may delete locked files',
    's3:BypassGovernanceRetention',
    's3:GetObjectVersion',
    (action) => ({
      add: { More: policyFor(ref('WorkerRole'), may(action, sub('${TrailBucket.Arn}/*'))) },
    }),
  ),
  pair('MA-AUD3', 'a starter logs to a group outside of the app', '/shared/lambda', ref('Logs'), (LogGroup) => ({
    set: { 'Starter.LoggingConfig.LogGroup': LogGroup },
  })),
  pair(
    'MA-AUD3',
    'the workflow logs to a group outside of the app',
    'arn:aws:logs:us-east-1:111122223333:log-group:shared:*',
    arnOf('Logs'),
    (LogGroupArn) => ({
      set: {
        'Machine.LoggingConfiguration': {
          Level: 'ALL',
          IncludeExecutionData: true,
          Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn } }],
        },
      },
    }),
  ),
  set('MA-AUD3', 'a log group of the class DELIVERY', 'RuntimeLogs.LogGroupClass', 'DELIVERY', 'INFREQUENT_ACCESS'),
  pair('MA-AUD3', 'an endpoint without a log group of its own', 'other', 'live', (name) => ({
    add: {
      Live: of('AWS::BedrockAgentCore::RuntimeEndpoint', {
        AgentRuntimeId: arnOf('Runtime', 'AgentRuntimeId'),
        Name: 'live',
      }),
      LivePolicy: sessionRoleOnly(arnOf('Live', 'AgentRuntimeEndpointArn')),
      LiveLogs: of('AWS::Logs::LogGroup', {
        KmsKeyId: arnOf('Key'),
        RetentionInDays: 365,
        LogGroupName: sub(`/aws/bedrock-agentcore/runtimes/\${Runtime.AgentRuntimeId}-${name}`),
      }),
    },
  })),
  pair('MA-AUD1', 'reads and writes are recorded apart, and one is missing', 'true', 'false', (other) => ({
    set: {
      'Trail.AdvancedEventSelectors': (list: any[]) => [
        ...list.slice(0, 2),
        { FieldSelectors: [...list[2].FieldSelectors, field('readOnly', { Equals: ['true'] })] },
        { FieldSelectors: [...list[2].FieldSelectors, field('readOnly', { Equals: [other] })] },
        ...list.slice(3),
      ],
    },
  })),
];
