import { arnOf } from '../../../model/templates';
import { ACCOUNT, FOREIGN, may, of, ref, sub } from '../app';
import type { Pair } from '../pair';
import { also, adding, type Numbered, row } from './row';

const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };
const root = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` });
const key = (name: string, bad: object, good: Readonly<Record<string, object>>): Pair[] =>
  row('MA-ENC1', name, bad, { ...good, denied: { ...bad, Effect: 'Deny' } }, (statement) => ({
    set: { 'Key.KeyPolicy.Statement': adding({ ...may('kms:Decrypt', '*'), ...statement }) },
  }));
const filters = (change: (each: any) => any) => (list: object[]) => list.map(change);
const FILTERS = 'Guardrail.ContentPolicyConfig.FiltersConfig';
const selectors = (operator: string) => (list: any[]) =>
  list.map(({ FieldSelectors }) => ({
    FieldSelectors: FieldSelectors.map((each: any) =>
      each.Field === 'errorCode' ? { Field: 'errorCode', [operator]: each.Equals } : each,
    ),
  }));
const strength =
  (value: string) =>
  (each: any): object => ({
    ...each,
    InputStrength: value,
    OutputStrength: each.OutputStrength === 'NONE' ? 'NONE' : value,
  });

/** Attacks of outsiders on the trail, the keys, the stores and the guardrail of an agent. */
export const RECORDS: Numbered = [
  [
    33,
    row(
      'MA-AUD2',
      'the bucket of the trail lets another account delete',
      FOREIGN,
      { 'its own account': ACCOUNT },
      (account) => ({
        set: {
          'TrailBucketPolicy.PolicyDocument.Statement': adding({
            ...may(
              ['s3:DeleteObjectVersion', 's3:BypassGovernanceRetention', 's3:GetObject'],
              sub('${TrailBucket.Arn}/*'),
            ),
            Principal: root(account),
          }),
        },
      }),
    ),
  ],
  [
    35,
    key(
      'a key that another account administers',
      { Principal: root(FOREIGN), Action: 'kms:*' },
      {
        'its own account': { Principal: root(ACCOUNT), Action: 'kms:*' },
      },
    ),
  ],
  [
    36,
    key(
      'a key for everybody with TLS',
      { Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
      {
        'everybody of the account': { Principal: '*', Condition: OWN },
        'everybody of an organization': {
          Principal: '*',
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
        },
        'TLS and the account': {
          Principal: '*',
          Condition: { Bool: { 'aws:SecureTransport': 'true' }, StringEquals: { 'kms:CallerAccount': ACCOUNT } },
        },
      },
    ),
  ],
  [
    38,
    key(
      'a key for everybody through a service',
      { Principal: { AWS: '*' }, Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } } },
      {
        'of the account': {
          Principal: { AWS: '*' },
          Condition: {
            StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com', 'kms:CallerAccount': ACCOUNT },
          },
        },
        'a role of the app': {
          Principal: { AWS: arnOf('OpenRole') },
          Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
        },
      },
    ),
  ],
  [
    39,
    row(
      'MA-STO1',
      'everybody reads the evidence',
      { Principal: '*' },
      {
        'its own account': { Principal: root(ACCOUNT) },
        'everybody of the account': { Principal: '*', Condition: OWN },
        'a role of the app': { Principal: { AWS: arnOf('WorkerRole') } },
      },
      (rest) => ({
        set: {
          'Evidence.PublicAccessBlockConfiguration': undefined,
          'EvidencePolicy.PolicyDocument.Statement': adding({
            ...may('s3:GetObject', sub('${Evidence.Arn}/*')),
            ...rest,
          }),
        },
      }),
    ),
  ],
  [
    41,
    row(
      'MA-STO1',
      'an ACL lets everybody read the evidence',
      'PublicRead',
      { private: 'Private', 'for the owner': 'BucketOwnerFullControl', 'for logs of the service': 'LogDeliveryWrite' },
      (AccessControl) => ({
        set: { 'Evidence.PublicAccessBlockConfiguration': undefined, 'Evidence.AccessControl': AccessControl },
      }),
    ),
  ],
  [
    105,
    key(
      'a key for callers of another account',
      { Principal: { AWS: '*' }, Action: 'kms:*', Condition: { StringEquals: { 'kms:CallerAccount': FOREIGN } } },
      {
        'of its own account': {
          Principal: { AWS: '*' },
          Action: 'kms:*',
          Condition: { StringEquals: { 'kms:CallerAccount': ACCOUNT } },
        },
      },
    ),
  ],
  [
    107,
    row(
      'MA-STO1',
      'the evidence is replicated to another account',
      [FOREIGN, 'arn:aws:s3:::evil'],
      { 'a bucket of the app': [ACCOUNT, arnOf('Data')], 'by its name': [ACCOUNT, 'arn:aws:s3:::team-data'] },
      ([Account, Bucket]) => ({
        set: {
          'Evidence.ReplicationConfiguration': {
            Role: `arn:aws:iam::${ACCOUNT}:role/r`,
            Rules: [{ Status: 'Enabled', Prefix: '', Destination: { Bucket, Account } }],
          },
        },
      }),
    ),
  ],
  [
    108,
    row(
      'MA-STO1',
      'everybody may subscribe to the outcomes',
      { Principal: '*' },
      {
        'its own account': { Principal: root(ACCOUNT) },
        'everybody of the account': { Principal: '*', Condition: { StringEquals: { 'aws:SourceOwner': ACCOUNT } } },
      },
      (rest) => ({
        set: { 'TopicPolicy.PolicyDocument.Statement': adding({ ...may('sns:Subscribe', ref('Topic')), ...rest }) },
      }),
    ),
  ],
  [
    116,
    row('MA-GRD2', 'the filters are off, by text', 'false', { 'on, by text': 'true', on: true }, (value) => ({
      set: { [FILTERS]: filters((each) => ({ ...each, InputEnabled: value, OutputEnabled: value })) },
    })),
  ],
  [
    146,
    row('MA-AUD1', 'the trail records everything but denials', 'NotEquals', { denials: 'Equals' }, (operator) => ({
      set: { 'Trail.AdvancedEventSelectors': selectors(operator) },
    })),
  ],
  [
    147,
    row('MA-AUD2', 'a lock of one day', 1, { '90 days': 90, 'ten years': 3650 }, (days) => ({
      set: {
        'TrailBucket.ObjectLockConfiguration.Rule.DefaultRetention.Days': days,
      },
    })),
  ],
  [
    149,
    row(
      'MA-AUD2 MA-READ1',
      'the trail writes to a bucket that nobody here knows',
      'evil-bucket',
      { 'its bucket by name': 'agent-trail' },
      (name) => ({ set: { 'TrailBucket.BucketName': 'agent-trail', 'Trail.S3BucketName': name } }),
    ),
  ],
  [
    150,
    row(
      'MA-AUD3 MA-STO1',
      'a log group streams to another account',
      FOREIGN,
      { 'its own account': ACCOUNT },
      (account) => ({
        add: {
          Filter: of('AWS::Logs::SubscriptionFilter', {
            LogGroupName: ref('RuntimeLogs'),
            FilterPattern: '',
            DestinationArn: `arn:aws:logs:us-east-1:${account}:destination:x`,
          }),
        },
      }),
    ),
  ],
  [
    152,
    row(
      'MA-ENC2',
      'the file system of the Runtime is not encrypted',
      { Encrypted: false },
      { 'with the key': { Encrypted: true, KmsKeyId: arnOf('Key') } },
      (encryption) => ({
        set: {
          'Runtime.FilesystemConfigurations': [
            { EfsAccessPoint: { AccessPointArn: arnOf('Point'), MountPath: '/mnt/x' } },
          ],
        },
        add: {
          Files: of('AWS::EFS::FileSystem', encryption),
          Point: of('AWS::EFS::AccessPoint', { FileSystemId: ref('Files') }),
        },
      }),
    ),
  ],
  [
    153,
    row(
      'MA-ENC2',
      'a memory without a key',
      undefined,
      { 'with the key': arnOf('Key'), 'with the id of the key': ref('Key') },
      (EncryptionKeyArn) => ({
        ...also('ExecutionRole', may('bedrock-agentcore:CreateEvent', arnOf('Memory', 'MemoryArn'))),
        add: {
          Memory: of('AWS::BedrockAgentCore::Memory', {
            Name: 'm',
            EventExpiryDuration: 30,
            ...(EncryptionKeyArn ? { EncryptionKeyArn } : {}),
          }),
        },
      }),
    ),
  ],
  [
    158,
    row('MA-GRD2', 'all filters are low', 'LOW', { medium: 'MEDIUM', high: 'HIGH' }, (value) => ({
      set: { [FILTERS]: filters(strength(value)) },
    })),
  ],
  [
    159,
    row(
      'MA-GRD2',
      'the filters judge images only',
      ['IMAGE'],
      { text: ['TEXT'], both: ['TEXT', 'IMAGE'] },
      (modalities) => ({
        set: {
          [FILTERS]: filters((each) => ({
            ...each,
            InputModalities: modalities,
            ...(each.Type === 'PROMPT_ATTACK' ? {} : { OutputModalities: modalities }),
          })),
        },
      }),
    ),
  ],
  [
    173,
    row('MA-AUD3', 'a log group keeps a day', 1, { week: 7, year: 365 }, (days) => ({
      set: { 'RuntimeLogs.RetentionInDays': days },
    })),
  ],
  [
    174,
    row(
      'MA-AUD2',
      'the key of the trail is one of AWS',
      'alias/aws/s3',
      { 'the key of the app': ref('Key'), 'an alias of it': 'alias/agents' },
      (id) => ({
        set: { 'Trail.KMSKeyId': id },
        add: { Alias: of('AWS::KMS::Alias', { AliasName: 'alias/agents', TargetKeyId: ref('Key') }) },
      }),
    ),
  ],
  [
    176,
    row(
      'MA-ENC2',
      'a replica of a global table has no key',
      {},
      {
        'a key in its Region': {
          SSESpecification: {
            KMSMasterKeyId: `arn:aws:kms:us-west-2:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`,
          },
        },
      },
      (rest) => ({
        ...also('OpenRole', may('dynamodb:PutItem', arnOf('Global'))),
        add: {
          Global: of('AWS::DynamoDB::GlobalTable', {
            KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
            BillingMode: 'PAY_PER_REQUEST',
            SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
            Replicas: [
              { Region: 'us-east-1', SSESpecification: { KMSMasterKeyId: arnOf('Key') } },
              { Region: 'us-west-2', ...rest },
            ],
          }),
        },
      }),
    ),
  ],
  [
    167,
    row(
      'MA-IMG1',
      'the digest of the image is a parameter',
      { Default: 'latest' },
      {
        'one digest': { Default: 'a'.repeat(64), AllowedValues: ['a'.repeat(64)] },
        'a default digest': { Default: 'a'.repeat(64) },
        'digests only': { AllowedPattern: '^[0-9a-f]{64}$' },
      },
      (rest) => ({
        sections: { Parameters: { Digest: { Type: 'String', ...rest } } },
        set: {
          'Runtime.AgentRuntimeArtifact.ContainerConfiguration.ContainerUri': sub(
            `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/\${Repository}@sha256:\${Digest}`,
          ),
        },
      }),
    ),
  ],
  [
    177,
    row(
      'MA-IMG1',
      'the image of another registry, by digest',
      FOREIGN,
      { 'of its own registry': ACCOUNT },
      (account) => ({
        set: {
          'Runtime.AgentRuntimeArtifact.ContainerConfiguration.ContainerUri': `${account}.dkr.ecr.us-east-1.amazonaws.com/x@sha256:${'b'.repeat(64)}`,
        },
      }),
    ),
  ],
];
