import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, bucketPolicy, document, may, of, ref, roleOf, sub } from './app';
import { type Pair, pair } from './pair';

const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };
const reading = (rest: object) =>
  bucketPolicy('Evidence', { ...may('s3:GetObject', sub('${Evidence.Arn}/*')), ...rest });
const evidence = (name: string, bad: object, good: object): Pair =>
  pair('MA-STO1', name, bad, good, (rest) => ({ add: { EvidencePolicy: reading(rest) } }));
const everybody = (name: string, bad: object, good: object = OWN): Pair =>
  evidence(name, { Principal: '*', Condition: bad }, { Principal: '*', Condition: good });
/** A value of another account, and the same value of the app's account. */
const accounts = (
  rules: string,
  name: string,
  change: (account: string) => ReturnType<Parameters<typeof pair>[4]>,
): Pair => pair(rules, name, FOREIGN, ACCOUNT, change);
const role = (id: string) => roleOf('s3.amazonaws.com', may('s3:GetObject', sub(`\${${id}.Arn}/*`)));

/** Other accounts in any policy, condition or copy. */
export const ACCOUNTS: readonly Pair[] = [
  accounts('MA-STO1', 'a user of another account', (account) => ({
    add: { EvidencePolicy: reading({ Principal: { AWS: `arn:aws:iam::${account}:user/x` } }) },
  })),
  accounts('MA-STO1', 'an account number alone', (account) => ({
    add: { EvidencePolicy: reading({ Principal: { AWS: [account] } }) },
  })),
  accounts('MA-STO1', 'an account by the default of a parameter', (account) => ({
    sections: { Parameters: { Reader: { Type: 'String', Default: account, AllowedValues: [account] } } },
    add: {
      EvidencePolicy: reading({ Principal: { AWS: { 'Fn::Join': ['', ['arn:aws:iam::', ref('Reader'), ':root']] } } }),
    },
  })),
  accounts('MA-STO1', 'an account in a map', (account) => ({
    sections: { Mappings: { Accounts: { backup: { id: account } } } },
    add: { EvidencePolicy: reading({ Principal: { AWS: { 'Fn::FindInMap': ['Accounts', 'backup', 'id'] } } }) },
  })),
  evidence(
    'a canonical user',
    { Principal: { CanonicalUser: 'f'.repeat(64) } },
    {
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    },
  ),
  evidence('NotPrincipal', { NotPrincipal: { AWS: arnOf('WorkerRole') } }, { Principal: { AWS: arnOf('WorkerRole') } }),
  evidence(
    'a service of another account',
    { Principal: { Service: 's3.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': FOREIGN } } },
    { Principal: { Service: 's3.amazonaws.com' }, Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } },
  ),
  everybody('everybody with TLS', { Bool: { 'aws:SecureTransport': 'true' } }),
  everybody('everybody from every address', { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } }),
  everybody('everybody since a date', { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }),
  everybody('everybody whose account matches a pattern', { StringLike: { 'aws:PrincipalAccount': '*' } }),
  everybody('everybody but one account', { StringNotEquals: { 'aws:PrincipalAccount': FOREIGN } }),
  everybody('everybody who has an account, IfExists', { StringEqualsIfExists: { 'aws:PrincipalAccount': ACCOUNT } }),
  everybody('everybody with no value, ForAllValues', {
    'ForAllValues:StringEquals': { 'aws:PrincipalAccount': ACCOUNT },
  }),
  everybody('everybody who has an organization', { Null: { 'aws:PrincipalOrgID': 'false' } }),
  everybody('everybody by user agent', { StringLike: { 'aws:UserAgent': 'x*' } }),
  everybody('own and another account', { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, FOREIGN] } }),
  everybody(
    'a role of another account by condition',
    { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${FOREIGN}:role/x` } },
    { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/x` } },
  ),
  accounts('MA-STO1', 'an access point of another account', (account) => ({
    add: {
      Point: of('AWS::S3::AccessPoint', {
        Bucket: ref('Evidence'),
        Policy: document({ ...may('s3:GetObject', '*'), Principal: { AWS: `arn:aws:iam::${account}:root` } }),
      }),
    },
  })),
  accounts('MA-STO1', 'the policy of an access point of its own type', (account) => ({
    add: {
      Point: of('AWS::S3::AccessPoint', { Bucket: ref('Evidence') }),
      Multi: of('AWS::S3::MultiRegionAccessPoint', { Name: 'm', Regions: [{ Bucket: ref('Evidence') }] }),
      MultiPolicy: of('AWS::S3::MultiRegionAccessPointPolicy', {
        MrapName: ref('Multi'),
        Policy: document({ ...may('s3:GetObject', '*'), Principal: { AWS: `arn:aws:iam::${account}:root` } }),
      }),
    },
  })),
  accounts('MA-STO1', 'replication of the evidence', (account) => ({
    add: { Copies: role('Evidence') },
    set: {
      'Evidence.ReplicationConfiguration': {
        Role: arnOf('Copies'),
        Rules: [{ Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::team-data', Account: account } }],
      },
    },
  })),
  accounts('MA-STO1', 'the inventory of the evidence', (account) => ({
    set: {
      'Evidence.InventoryConfigurations': [
        {
          Id: 'i',
          Enabled: true,
          IncludedObjectVersions: 'All',
          ScheduleFrequency: 'Daily',
          Destination: { BucketArn: 'arn:aws:s3:::team-data', BucketAccountId: account, Format: 'CSV' },
        },
      ],
    },
  })),
  accounts('MA-STO1', 'events of the evidence go to a topic', (account) => ({
    set: {
      'Evidence.NotificationConfiguration': {
        TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: `arn:aws:sns:us-east-1:${account}:news` }],
      },
    },
  })),
  accounts('MA-STO1', 'a queue subscribes to the outcomes', (account) => ({
    add: {
      Sub: of('AWS::SNS::Subscription', {
        TopicArn: ref('Topic'),
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:us-east-1:${account}:q`,
      }),
    },
  })),
  accounts('MA-STO1', 'the policy of the ledger', (account) => ({
    set: {
      'Ledger.ResourcePolicy': {
        PolicyDocument: document({
          ...may('dynamodb:GetItem', '*'),
          Principal: { AWS: `arn:aws:iam::${account}:root` },
        }),
      },
    },
  })),
  accounts('MA-AUD3 MA-STO1', 'a log group is subscribed by a destination', (account) => ({
    add: {
      Filter: of('AWS::Logs::SubscriptionFilter', {
        LogGroupName: ref('RuntimeLogs'),
        FilterPattern: '',
        DestinationArn: `arn:aws:logs:us-east-1:${account}:destination:d`,
      }),
    },
  })),
  accounts('MA-AUD3 MA-STO1', 'all logs of the account are subscribed', (account) => ({
    add: {
      Filter: of('AWS::Logs::AccountPolicy', {
        PolicyName: 'p',
        PolicyType: 'SUBSCRIPTION_FILTER_POLICY',
        PolicyDocument: JSON.stringify({
          DestinationArn: `arn:aws:firehose:us-east-1:${account}:deliverystream/d`,
          FilterPattern: '',
        }),
      }),
    },
  })),
  accounts('MA-STO1', 'the events of the agent go to another bus', (account) => ({
    add: {
      Copies: roleOf(
        'events.amazonaws.com',
        may('events:PutEvents', `arn:aws:events:us-east-1:${account}:event-bus/b`),
      ),
      Copy: of('AWS::Events::Rule', {
        EventBusName: ref('Bus'),
        EventPattern: { source: ['my.app'] },
        Targets: [{ Id: 't', Arn: `arn:aws:events:us-east-1:${account}:event-bus/b`, RoleArn: arnOf('Copies') }],
      }),
    },
  })),
  accounts('MA-STO1 MA-ENC1', 'a secret of the agent', (account) => ({
    add: {
      ...{
        More: of('AWS::IAM::Policy', {
          PolicyName: 'p',
          Roles: [ref('OpenRole')],
          PolicyDocument: document(may('secretsmanager:GetSecretValue', ref('Secret'))),
        }),
      },
      SecretPolicy: of('AWS::SecretsManager::ResourcePolicy', {
        SecretId: ref('Secret'),
        ResourcePolicy: document({
          ...may('secretsmanager:GetSecretValue', '*'),
          Principal: { AWS: `arn:aws:iam::${account}:root` },
        }),
      }),
    },
  })),
  accounts('MA-STO1 MA-IMG1', 'images are pushed by another account', (account) => ({
    set: {
      'Repository.RepositoryPolicyText': document({
        Effect: 'Allow',
        Action: ['ecr:PutImage', 'ecr:InitiateLayerUpload'],
        Principal: { AWS: `arn:aws:iam::${account}:role/build` },
      }),
    },
  })),
  accounts('MA-STO1 MA-IMG1', 'images are replicated to another registry', (account) => ({
    add: {
      Replication: of('AWS::ECR::ReplicationConfiguration', {
        ReplicationConfiguration: { Rules: [{ Destinations: [{ Region: 'us-west-2', RegistryId: account }] }] },
      }),
    },
  })),
  accounts('MA-ENC1', 'a key lets another account decrypt by condition', (account) => ({
    set: {
      'Key.KeyPolicy.Statement': (statements: object[]) => [
        ...statements,
        {
          ...may('kms:Decrypt', '*', { Condition: { StringEquals: { 'kms:CallerAccount': account } } }),
          Principal: { AWS: '*' },
        },
      ],
    },
  })),
  accounts('MA-AUD2', 'the trail is read by another account', (account) => ({
    set: {
      'TrailBucketPolicy.PolicyDocument.Statement': (statements: object[]) => [
        ...statements,
        { ...may('s3:PutBucketPolicy', arnOf('TrailBucket')), Principal: { AWS: `arn:aws:iam::${account}:root` } },
      ],
    },
  })),
  accounts('MA-STO1', 'backups are copied to another vault', (account) => ({
    add: {
      Vault: of('AWS::Backup::BackupVault', { BackupVaultName: 'v', EncryptionKeyArn: arnOf('Key') }),
      Plan: of('AWS::Backup::BackupPlan', {
        BackupPlan: {
          BackupPlanName: 'p',
          BackupPlanRule: [
            {
              RuleName: 'r',
              TargetBackupVault: ref('Vault'),
              CopyActions: [{ DestinationBackupVaultArn: `arn:aws:backup:us-east-1:${account}:backup-vault:v` }],
            },
          ],
        },
      }),
      BackupRole: roleOf('backup.amazonaws.com'),
      Selection: of('AWS::Backup::BackupSelection', {
        BackupPlanId: ref('Plan'),
        BackupSelection: { SelectionName: 's', IamRoleArn: arnOf('BackupRole'), Resources: [arnOf('Ledger')] },
      }),
    },
  })),
  accounts('MA-STO1', 'failed turns go to a queue of another account', (account) => ({
    add: {
      Failed: of('AWS::Lambda::EventInvokeConfig', {
        FunctionName: ref('Starter'),
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:us-east-1:${account}:q` } },
      }),
    },
  })),
  evidence(
    'another account of an organization',
    {
      Principal: '*',
      Condition: { StringEquals: { 'aws:PrincipalAccount': FOREIGN, 'aws:PrincipalOrgID': 'o-team' } },
    },
    {
      Principal: '*',
      Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT, 'aws:PrincipalOrgID': 'o-team' } },
    },
  ),
  pair('MA-STO1', 'the log groups are shown to a monitoring account', FOREIGN, ACCOUNT, (account) => ({
    add: {
      Link: of('AWS::Oam::Link', {
        ResourceTypes: ['AWS::Logs::LogGroup'],
        SinkIdentifier: `arn:aws:oam:us-east-1:${account}:sink/shared`,
      }),
    },
  })),
  pair('MA-STO1', 'a policy of all log groups', FOREIGN, ACCOUNT, (account) => ({
    add: {
      Reading: of('AWS::Logs::ResourcePolicy', {
        PolicyName: 'reading',
        PolicyDocument: JSON.stringify(
          document({ ...may('logs:GetLogEvents', '*'), Principal: { AWS: `arn:aws:iam::${account}:root` } }),
        ),
      }),
    },
  })),
  pair('MA-STO1', 'the policy of the registry', FOREIGN, ACCOUNT, (account) => ({
    add: {
      Registry: of('AWS::ECR::RegistryPolicy', {
        PolicyText: document({
          ...may('ecr:ReplicateImage', '*'),
          Principal: { AWS: `arn:aws:iam::${account}:root` },
        }),
      }),
    },
  })),
  pair('MA-STO1', 'a backup of the ledger is copied', FOREIGN, ACCOUNT, (account) => ({
    add: {
      Plan: of('AWS::Backup::BackupPlan', {
        BackupPlan: {
          BackupPlanName: 'daily',
          BackupPlanRule: [
            {
              RuleName: 'daily',
              TargetBackupVault: 'Default',
              CopyActions: [{ DestinationBackupVaultArn: `arn:aws:backup:us-east-1:${account}:backup-vault:far` }],
            },
          ],
        },
      }),
      Selection: of('AWS::Backup::BackupSelection', {
        BackupPlanId: ref('Plan'),
        BackupSelection: { SelectionName: 's', IamRoleArn: arnOf('WorkerRole'), Resources: [arnOf('Ledger')] },
      }),
    },
  })),
  pair('MA-STO1', 'the image of a function is of another account', FOREIGN, ACCOUNT, (account) => ({
    set: {
      'Open.PackageType': 'Image',
      'Open.Code': { ImageUri: `${account}.dkr.ecr.us-east-1.amazonaws.com/open@sha256:${'b'.repeat(64)}` },
      'Open.Runtime': undefined,
      'Open.Handler': undefined,
    },
  })),
  pair('MA-STO1', 'messages that fail go to another account', FOREIGN, ACCOUNT, (account) => ({
    set: {
      'Queue.RedrivePolicy': { deadLetterTargetArn: `arn:aws:sqs:us-east-1:${account}:dead`, maxReceiveCount: 3 },
    },
  })),
  pair('MA-STO1', 'logs are delivered out of AWS', 'HttpEndpoint', 'ExtendedS3', (kind) => ({
    add: {
      Stream: of('AWS::KinesisFirehose::DeliveryStream', {
        DeliveryStreamEncryptionConfigurationInput: { KeyARN: arnOf('Key') },
        [`${kind}DestinationConfiguration`]: {
          ...(kind === 'HttpEndpoint' ? { EndpointConfiguration: { Url: 'https://collect.example.net' } } : {}),
          BucketARN: arnOf('Data'),
          RoleARN: arnOf('WorkerRole'),
        },
      }),
      Subscription: of('AWS::Logs::SubscriptionFilter', {
        LogGroupName: ref('RuntimeLogs'),
        FilterPattern: '',
        DestinationArn: arnOf('Stream'),
        RoleArn: arnOf('WorkerRole'),
      }),
    },
  })),
];
