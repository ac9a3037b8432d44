import { checkStacks } from '../../../analysis/rules/check';
import { MA_AUD1 } from '../../../analysis/rules/ma-aud1';
import { MA_AUD2 } from '../../../analysis/rules/ma-aud2';
import { MA_AUD3 } from '../../../analysis/rules/ma-aud3';
import { MA_COST1 } from '../../../analysis/rules/ma-cost1';
import { MA_GRD2 } from '../../../analysis/rules/ma-grd2';
import { agentApp } from '../model/agent-app';
import { allow, arnOf } from '../model/templates';

const RULES = [MA_AUD1, MA_AUD2, MA_AUD3, MA_COST1, MA_GRD2];

const logs = (LogGroupName: unknown) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { LogGroupName, KmsKeyId: arnOf('Key'), RetentionInDays: 365 },
});
const logsOf = (lambda: string) => logs({ 'Fn::Sub': `/aws/lambda/\${${lambda}}` });
const selector = (fields: Record<string, object>) => ({
  FieldSelectors: Object.entries(fields).map(([Field, operator]) => ({ Field, ...operator })),
});
const data = (type: string) => selector({ eventCategory: { Equals: ['Data'] }, 'resources.type': { Equals: [type] } });
const filter = (Type: string) => ({ Type, InputStrength: 'HIGH', OutputStrength: 'HIGH' });

/** Compliant with the rules of this file. */
function app(): Record<string, any> {
  return {
    ...agentApp(),
    RuntimeLogs: logs({ 'Fn::Sub': '/aws/bedrock-agentcore/runtimes/${Runtime.AgentRuntimeId}-DEFAULT' }),
    OpenLogs: logsOf('Open'),
    StarterLogs: logsOf('Starter'),
    Trail: {
      Type: 'AWS::CloudTrail::Trail',
      Properties: {
        S3BucketName: { Ref: 'TrailBucket' },
        IsLogging: true,
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
        KMSKeyId: arnOf('Key'),
        AdvancedEventSelectors: [
          selector({ eventCategory: { Equals: ['Management'] } }),
          data('AWS::BedrockMantle::Project'),
          data('AWS::BedrockAgentCore::Runtime'),
          data('AWS::BedrockAgentCore::RuntimeEndpoint'),
        ],
      },
    },
    TrailBucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 3650 }] },
      },
    },
    TrailBucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'TrailBucket' },
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: '*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
    Spend: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: { Namespace: 'AWS/BedrockMantle', MetricName: 'TotalOutputTokens', AlarmActions: ['x'] },
    },
    Guardrail: {
      Type: 'AWS::Bedrock::Guardrail',
      Properties: {
        ContentPolicyConfig: {
          FiltersConfig: ['HATE', 'INSULTS', 'SEXUAL', 'VIOLENCE', 'MISCONDUCT', 'PROMPT_ATTACK'].map(filter),
        },
        SensitiveInformationPolicyConfig: {
          PiiEntitiesConfig: ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'PASSWORD', 'EMAIL'].map((Type) => ({
            Type,
            Action: 'BLOCK',
          })),
        },
      },
    },
    Screens: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyDocument: allow('bedrock:ApplyGuardrail', arnOf('Guardrail', 'GuardrailArn')),
        Roles: [{ Ref: 'OpenRole' }],
      },
    },
  };
}

/** A bucket that a function of turns writes evidence to, by the variable that the library sets. */
function keepsEvidence(app: Record<string, any>, lock: object): void {
  app.Open.Properties.Environment = { Variables: { BMA_EVIDENCE_BUCKET: { Ref: 'Records' } } };
  app.Records = { Type: 'AWS::S3::Bucket', Properties: lock };
}

/** Another statement in the policy of the trail's bucket. */
const letting =
  (statement: object) =>
  ({ TrailBucketPolicy }: Record<string, any>) =>
    TrailBucketPolicy.Properties.PolicyDocument.Statement.push({
      Effect: 'Allow',
      ...('NotAction' in statement ? {} : { Action: 's3:DeleteObject' }),
      Resource: '*',
      ...statement,
    });

const lockOf = (Days: number) => ({
  ObjectLockEnabled: true,
  ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days } } },
});

function found(change: (resources: Record<string, any>) => void): string[] {
  const Resources = app();
  change(Resources);
  const stacks = [{ id: 'App', account: '111122223333', region: 'us-east-1', template: { Resources } }];
  return checkStacks({ stacks, rules: RULES }).map(({ rule, says }) => `${rule} ${says}`);
}

test('an app with a trail, logs, a guardrail and a spend alarm has no finding', () => {
  expect(found(() => undefined)).toEqual([]);
});

test.each<[string, (resources: Record<string, any>) => void]>([
  [
    'MA-AUD1 The trail records only some data events of AWS::BedrockMantle::Project',
    ({ Trail }) => {
      const [, project] = Trail.Properties.AdvancedEventSelectors;
      project.FieldSelectors[1].NotStartsWith = ['x'];
    },
  ],
  [
    'MA-AUD1 The trail records only some data events of AWS::BedrockMantle::Project',
    ({ Trail }) =>
      Trail.Properties.AdvancedEventSelectors[1].FieldSelectors.push({
        Field: 'eventName',
        Equals: ['CreateInference'],
      }),
  ],
  [
    'MA-AUD1 The trail records no data events of AWS::BedrockAgentCore::Runtime',
    ({ Trail }) => Trail.Properties.AdvancedEventSelectors.splice(2, 1),
  ],
  [
    'MA-AUD1 The trail does not record all management events',
    ({ Trail }) =>
      Trail.Properties.AdvancedEventSelectors[0].FieldSelectors.push({ Field: 'readOnly', Equals: ['false'] }),
  ],
  ['MA-AUD1 No trail of this app records what the agent does', (app) => delete app.Trail],
  ['MA-AUD1 The trail is switched off', ({ Trail }) => (Trail.Properties.IsLogging = 'false')],
  ...['IsMultiRegionTrail', 'EnableLogFileValidation'].map((property): [string, (app: Record<string, any>) => void] => [
    `MA-AUD2 The ${property === 'IsMultiRegionTrail' ? 'trail records one Region only' : 'files of the trail are not validated'}`,
    ({ Trail }) => (Trail.Properties[property] = false),
  ]),
  ...['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].map(
    (block): [string, (app: Record<string, any>) => void] => [
      'MA-AUD2 The bucket of the trail does not block public access',
      ({ TrailBucket }) => delete TrailBucket.Properties.PublicAccessBlockConfiguration[block],
    ],
  ),
  ...[
    { Action: 's3:GetObject' },
    { Principal: { AWS: 'arn:aws:iam::111122223333:root' } },
    { Principal: { Service: '*' } },
    { Effect: 'Allow', Principal: { AWS: '111122223333' } },
    { Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
    { Condition: { Bool: { 'aws:ViaAWSService': 'false' } } },
    { Condition: { StringEquals: { 'aws:SecureTransport': 'false' } } },
    { Condition: { Bool: { 'aws:SecureTransport': 'false', 'aws:ViaAWSService': 'false' } } },
    { Condition: {} },
  ].map((change): [string, (app: Record<string, any>) => void] => [
    'MA-AUD2 The bucket of the trail accepts plain HTTP',
    ({ TrailBucketPolicy }) => Object.assign(TrailBucketPolicy.Properties.PolicyDocument.Statement[0], change),
  ]),
  [
    'MA-AUD2 The bucket of the trail is not versioned',
    ({ TrailBucket }) => (TrailBucket.Properties.VersioningConfiguration.Status = 'Suspended'),
  ],
  [
    'MA-AUD2 The bucket of the trail has no lifecycle rule',
    ({ TrailBucket }) => (TrailBucket.Properties.LifecycleConfiguration.Rules[0].Status = 'Disabled'),
  ],
  [
    'MA-AUD2 The bucket of the trail deletes every file at a date',
    ({ TrailBucket }) =>
      (TrailBucket.Properties.LifecycleConfiguration.Rules = [{ Status: 'Enabled', ExpirationDate: '2030-01-01' }]),
  ],
  [
    'MA-AUD2 The bucket of the trail has no default retention lock',
    ({ TrailBucket }) => (TrailBucket.Properties.ObjectLockEnabled = false),
  ],
  [
    'MA-AUD2 The bucket of the trail locks files for less than 90 days',
    ({ TrailBucket }) => (TrailBucket.Properties.ObjectLockConfiguration.Rule.DefaultRetention.Days = 1),
  ],
  [
    'MA-AUD2 The bucket of the trail deletes files after less than 90 days',
    ({ TrailBucket }) => (TrailBucket.Properties.LifecycleConfiguration.Rules[0].ExpirationInDays = 1),
  ],
  ['MA-AUD2 The bucket of the evidence of turns has no default retention lock', (app) => keepsEvidence(app, {})],
  [
    'MA-AUD2 The bucket of the evidence of turns locks files for less than 90 days',
    (app) => keepsEvidence(app, lockOf(1)),
  ],
  [
    "MA-AUD2 The trail writes to elsewhere, which isn't a bucket of this app",
    ({ Trail }) => (Trail.Properties.S3BucketName = 'elsewhere'),
  ],
  ['MA-AUD2 The trail has no customer-managed key', ({ Trail }) => (Trail.Properties.KMSKeyId = 'alias/aws/s3')],
  ...[
    { Action: 's3:DeleteObject' },
    { Action: ['s3:GetObject', 's3:PutObject'] },
    { NotAction: 's3:GetObject' },
    { Action: { 'Fn::ImportValue': 'action' } },
  ].map((actions): [string, (resources: Record<string, any>) => void] => [
    "MA-AUD2 The policy of the trail's bucket lets arn:aws:iam::999988887777:root change files of the trail",
    letting({ Principal: { AWS: 'arn:aws:iam::999988887777:root' }, ...actions }),
  ]),
  [
    "MA-AUD2 The policy of the trail's bucket lets everybody except arn:aws:iam::111122223333:root change files of the trail",
    letting({ NotPrincipal: { AWS: 'arn:aws:iam::111122223333:root' } }),
  ],
  [
    "MA-AUD2 The policy of the trail's bucket lets arn:aws:iam::111122223333:saml-provider/staff change files of the trail",
    letting({ Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/staff' } }),
  ],
  [
    'MA-AUD3 The log group keeps its events for less than 7 days',
    ({ OpenLogs }) => (OpenLogs.Properties.RetentionInDays = 1),
  ],
  ['MA-AUD3 The log group has no customer-managed key', ({ StarterLogs }) => delete StarterLogs.Properties.KmsKeyId],
  ['MA-AUD3 The log group of the Runtime is created by the service, not by the app', (app) => delete app.RuntimeLogs],
  [
    'MA-AUD3 The log group of a function that reaches an agent is created by Lambda, not by the app',
    (app) => delete app.StarterLogs,
  ],
  [
    'MA-AUD3 The log group of an agent is sent to arn:aws:logs:us-east-1:999988887777:destination:x, which is in another account',
    (app) =>
      (app.Stream = {
        Type: 'AWS::Logs::SubscriptionFilter',
        Properties: {
          LogGroupName: { Ref: 'OpenLogs' },
          DestinationArn: 'arn:aws:logs:us-east-1:999988887777:destination:x',
        },
      }),
  ],
  [
    'MA-COST1 No alarm or budget of this app monitors the cost of the agent',
    ({ Spend }) => (Spend.Properties.ActionsEnabled = false),
  ],
  [
    'MA-GRD2 The guardrail does not look for prompt attacks in the input',
    ({ Guardrail }) => (Guardrail.Properties.ContentPolicyConfig.FiltersConfig[5].InputEnabled = 'false'),
  ],
  [
    'MA-GRD2 The guardrail does not filter text for HATE in both directions with at least medium strength',
    ({ Guardrail }) => (Guardrail.Properties.ContentPolicyConfig.FiltersConfig[0].InputModalities = ['IMAGE']),
  ],
  [
    'MA-GRD2 The guardrail does not filter text for VIOLENCE in both directions with at least medium strength',
    ({ Guardrail }) => (Guardrail.Properties.ContentPolicyConfig.FiltersConfig[3].OutputStrength = 'LOW'),
  ],
  [
    'MA-GRD2 The guardrail neither blocks nor masks PASSWORD in what the agent says',
    ({ Guardrail }) => (Guardrail.Properties.SensitiveInformationPolicyConfig.PiiEntitiesConfig[2].Action = 'NONE'),
  ],
])('%s', (expected, change) => {
  expect(found(change)).toEqual([expected]);
});

/** One setting of a filter or an entity of the guardrail, what is right, and what isn't. */
const SETTINGS: readonly [list: string, index: number, setting: string, right: unknown, wrong: unknown][] = [
  ['Filters', 0, 'InputStrength', 'MEDIUM', 'LOW'],
  ['Filters', 0, 'OutputStrength', 'MEDIUM', 'LOW'],
  ['Filters', 0, 'InputEnabled', true, false],
  ['Filters', 0, 'OutputEnabled', 'true', 'false'],
  ['Filters', 0, 'InputAction', 'BLOCK', 'NONE'],
  ['Filters', 0, 'OutputAction', 'BLOCK', 'NONE'],
  ['Filters', 0, 'OutputModalities', ['IMAGE', 'TEXT'], ['IMAGE']],
  ['Filters', 4, 'InputStrength', 'LOW', 'NONE'],
  ['Filters', 5, 'InputStrength', 'MEDIUM', 'LOW'],
  ['Filters', 5, 'InputAction', 'BLOCK', 'NONE'],
  ['PiiEntities', 0, 'Action', 'ANONYMIZE', 'NONE'],
  ['PiiEntities', 0, 'OutputAction', 'ANONYMIZE', 'NONE'],
  ['PiiEntities', 0, 'OutputEnabled', true, false],
  ['PiiEntities', 3, 'OutputAction', 'BLOCK', 'NONE'],
];

test.each(SETTINGS)('MA-GRD2: %s %s of the guardrail with %s', (list, index, setting, right, wrong) => {
  const at = (value: unknown) =>
    found(({ Guardrail: { Properties } }) => {
      const { FiltersConfig } = Properties.ContentPolicyConfig;
      const { PiiEntitiesConfig } = Properties.SensitiveInformationPolicyConfig;
      (list === 'Filters' ? FiltersConfig : PiiEntitiesConfig)[index][setting] = value;
    }).map((each) => each.slice(0, 'MA-GRD2'.length));
  expect(at(right)).toEqual([]);
  expect(at(wrong)).toEqual(['MA-GRD2']);
  expect(at({ 'Fn::ImportValue': 'setting-of-another-app' })).toEqual(['MA-READ']);
});

const NO_KEY = 'MA-AUD3 The log group has no customer-managed key';
const FOR_EVER = 'MA-AUD3 The log group keeps its events for ever';
const TOO_SHORT = 'MA-AUD3 The log group keeps its events for less than 7 days';
const NOT_READ = expect.stringMatching(/^MA-READ1 /);
test.each<[setting: string, value: unknown, says: unknown[]]>([
  ['KmsKeyId', 'arn:aws:kms:us-east-1:111122223333:key/1', []],
  ['KmsKeyId', 'arn:aws:kms:us-east-1:111122223333:alias/own', []],
  ['KmsKeyId', 'arn:aws:kms:us-east-1:111122223333:alias/aws/logs', [NO_KEY]],
  ['KmsKeyId', { Ref: 'AWS::NoValue' }, [NO_KEY]],
  ['KmsKeyId', { 'Fn::ImportValue': 'key' }, [NOT_READ]],
  ['RetentionInDays', 7, []],
  ['RetentionInDays', '7', []],
  ['RetentionInDays', 5, [TOO_SHORT]],
  ['RetentionInDays', undefined, [FOR_EVER]],
  ['RetentionInDays', { 'Fn::ImportValue': 'days' }, [NOT_READ]],
  ['LogGroupClass', 'STANDARD', []],
  ['LogGroupClass', 'DELIVERY', ['MA-AUD3 The log group is of the class DELIVERY, which keeps its events for a day']],
])('MA-AUD3: a log group with the %s %j', (setting, value, says) => {
  expect(found(({ OpenLogs }) => (OpenLogs.Properties[setting] = value))).toEqual(says);
});

test.each<[string, (resources: Record<string, any>) => void]>([
  [
    'a lock and a life of several years',
    ({ TrailBucket }) => {
      TrailBucket.Properties.ObjectLockConfiguration.Rule.DefaultRetention = { Mode: 'COMPLIANCE', Years: 1 };
      TrailBucket.Properties.LifecycleConfiguration.Rules[0].ExpirationInDays = 400;
    },
  ],
  ['evidence that is locked for 90 days', (app) => keepsEvidence(app, lockOf(90))],
  ['a policy for the own account', letting({ Principal: { AWS: 'arn:aws:iam::111122223333:root' } })],
  ['a policy for a service', letting({ Principal: { Service: 'cloudtrail.amazonaws.com' } })],
  ['a policy for a role of the app', letting({ Principal: { AWS: arnOf('OpenRole') } })],
  ['a statement for nobody', letting({})],
  ['a policy that denies', letting({ Effect: 'Deny', Principal: '*' })],
  [
    'a policy for readers of another account',
    letting({ Principal: { AWS: '999988887777' }, Action: ['s3:GetObject', 's3:ListBucket'] }),
  ],
  ...['aws:PrincipalAccount', 'aws:PrincipalOrgID', 'aws:PrincipalArn'].map(
    (key): [string, (resources: Record<string, any>) => void] => [
      `a policy that ${key} limits`,
      letting({ Principal: '*', Condition: { StringEquals: { [key]: 'x' } } }),
    ],
  ),
  [
    'filters that are on in words, for text and images',
    ({ Guardrail }) => {
      const [hate] = Guardrail.Properties.ContentPolicyConfig.FiltersConfig;
      Object.assign(hate, { InputEnabled: 'true', InputModalities: ['IMAGE', 'TEXT'] });
    },
  ],
  [
    'logs and guardrails of something else',
    (app) => {
      app.Other = { Type: 'AWS::Logs::LogGroup' };
      app.Chat = { Type: 'AWS::Bedrock::Guardrail', Properties: { Name: 'chat' } };
    },
  ],
  [
    'a stream within the account',
    (app) =>
      (app.Stream = {
        Type: 'AWS::Logs::SubscriptionFilter',
        Properties: {
          LogGroupName: { Ref: 'OpenLogs' },
          DestinationArn: 'arn:aws:logs:us-east-1:111122223333:destination:x',
        },
      }),
  ],
])('%s is no finding', (_name, change) => {
  expect(found(change)).toEqual([]);
});

test.each<[string, string, boolean]>([
  ['of the account', 'arn:aws:cloudtrail:us-east-1:111122223333:trail/central', true],
  ['of another account', 'arn:aws:cloudtrail:us-east-1:999988887777:trail/central', false],
  ['that is none', 'arn:aws:sns:us-east-1:111122223333:trail/central', false],
])('a declared trail %s', (_name, trail, records) => {
  const Resources = { ...app(), Trail: { Type: 'AWS::SNS::Topic' } };
  const Metadata = { AgentDeclarations: [{ kind: 'unreadable', reason: 'The central trail.', names: [trail] }] };
  const stacks = [{ id: 'App', account: '111122223333', region: 'us-east-1', template: { Metadata, Resources } }];
  expect(checkStacks({ stacks, rules: [MA_AUD1] }).map(({ says }) => says)).toEqual(
    records ? [] : ['No trail of this app records what the agent does'],
  );
});

test('a setting that only one deployment has is a finding with its case', () => {
  const Resources = app();
  Resources.OpenLogs.Properties.RetentionInDays = { 'Fn::If': ['IsProd', 365, { Ref: 'AWS::NoValue' }] };
  const template = {
    Parameters: { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } },
    Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Resources,
  };
  const stacks = [{ id: 'App', account: '111122223333', region: 'us-east-1', template }];
  expect(checkStacks({ stacks, rules: RULES }).map(({ says }) => says)).toEqual([
    'The log group keeps its events for ever (when Stage = test)',
  ]);
});

test.each<[string, object, boolean]>([
  ['without selectors', {}, true],
  ['with basic selectors for data', { EventSelectors: [{ IncludeManagementEvents: false }] }, false],
  ['with selectors for data', { AdvancedEventSelectors: [data('AWS::BedrockMantle::Project')] }, false],
])('MA-AUD1: whether a trail %s records management events', (_name, selectors, records) => {
  const says = found(({ Trail }) => {
    delete Trail.Properties.AdvancedEventSelectors;
    Object.assign(Trail.Properties, selectors);
  });
  const lacks = says.some((text) => text.includes('does not record all management events'));
  expect(lacks).toBe(!records);
});
