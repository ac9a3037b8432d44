import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, may, of, ref, type Resources, roleOf, sub } from './app';
import { type Pair, pair } from './pair';

const OBJECTS = sub('${Evidence.Arn}/*');
const OUTSIDE = 's3://collector/turns';
const INSIDE = sub('s3://${Data}/turns');

/** Data of an agent is moved out of the app, or to a place in it. */
const moved = (name: string, bad: unknown, good: unknown, make: (to: any) => Resources): Pair =>
  pair('MA-STO1', name, bad, good, (to) => ({ add: make(to) }));

/** A role of a service that reads the evidence. */
const reader = (service: string) => ({
  Reader: roleOf(`${service}.amazonaws.com`, may(['s3:GetObject', 's3:ListBucket'], [arnOf('Evidence'), OBJECTS])),
});

const location = (id: string) =>
  of('AWS::DataSync::LocationS3', { S3BucketArn: arnOf(id), S3Config: { BucketAccessRoleArn: arnOf('Reader') } });
const knowledge = (StorageConfiguration: object) => ({
  ...reader('bedrock'),
  Base: of('AWS::Bedrock::KnowledgeBase', {
    Name: 'evidence',
    RoleArn: arnOf('Reader'),
    KnowledgeBaseConfiguration: { Type: 'VECTOR' },
    StorageConfiguration,
  }),
  Documents: of('AWS::Bedrock::DataSource', {
    KnowledgeBaseId: ref('Base'),
    Name: 'turns',
    DataSourceConfiguration: { Type: 'S3', S3Configuration: { BucketArn: arnOf('Evidence') } },
  }),
});
const VECTORS = {
  Type: 'S3_VECTORS',
  S3VectorsConfiguration: { IndexArn: `arn:aws:s3vectors:us-east-1:${ACCOUNT}:bucket/b/index/i` },
};

/** Services that read a store of an agent and write to a bucket, a host or an account outside of the app. */
export const MOVED_AWAY: readonly Pair[] = [
  moved('a scheduled query of the logs', OUTSIDE, INSIDE, (DestinationIdentifier) => ({
    QueryRole: roleOf('logs.amazonaws.com'),
    Query: of('AWS::Logs::ScheduledQuery', {
      Name: 'copy',
      QueryLanguage: 'CWLI',
      QueryString: 'fields @message',
      LogGroupIdentifiers: [ref('RuntimeLogs')],
      ScheduleExpression: 'cron(0 * * * ? *)',
      ExecutionRoleArn: arnOf('QueryRole'),
      DestinationConfiguration: { S3Configuration: { DestinationIdentifier, RoleArn: arnOf('QueryRole') } },
    }),
  })),
  moved('a rule that centralizes all log groups', FOREIGN, ACCOUNT, (Account) => ({
    Central: of('AWS::ObservabilityAdmin::OrganizationCentralizationRule', {
      RuleName: 'central',
      Rule: {
        Source: { Regions: ['us-east-1'], SourceLogsConfiguration: { LogGroupSelectionCriteria: '*' } },
        Destination: { Region: 'us-east-1', Account },
      },
    }),
  })),
  ...(
    [
      ['a container of another cloud', 'AzureBlob', { AzureBlobContainerUrl: 'https://x.blob.core.windows.net/c' }],
      ['an object storage', 'ObjectStorage', { ServerHostname: 'objects.example.net', BucketName: 'turns' }],
      ['a file server', 'NFS', { ServerHostname: 'files.example.net', Subdirectory: '/' }],
    ] as const
  ).map(([name, type, rest]) =>
    moved(`a task that copies to ${name}`, of(`AWS::DataSync::Location${type}`, rest), location('Data'), (To) => ({
      ...reader('datasync'),
      From: location('Evidence'),
      To,
      Copy: of('AWS::DataSync::Task', { SourceLocationArn: ref('From'), DestinationLocationArn: ref('To') }),
    })),
  ),
  moved('a connector with a role that reads the evidence', 'Evidence', 'Data', (id) => ({
    Sends: roleOf('transfer.amazonaws.com', may('s3:GetObject', sub(`\${${id}.Arn}/*`))),
    Connector: of('AWS::Transfer::Connector', {
      AccessRole: arnOf('Sends'),
      Url: 'sftp://drop.example.net',
      SftpConfig: { UserSecretId: 'sftp' },
    }),
  })),
  moved('a permission of Lake Formation', FOREIGN, `arn:aws:iam::${ACCOUNT}:role/Analyst`, (who) => ({
    Lake: of('AWS::LakeFormation::PrincipalPermissions', {
      Principal: { DataLakePrincipalIdentifier: who },
      Resource: { DataLocation: { CatalogId: ACCOUNT, ResourceArn: arnOf('Evidence') } },
      Permissions: ['DATA_LOCATION_ACCESS'],
      PermissionsWithGrantOption: [],
    }),
  })),
  moved(
    'a knowledge base in an index of another vendor',
    { Type: 'PINECONE', PineconeConfiguration: { ConnectionString: 'https://x.svc.pinecone.io' } },
    VECTORS,
    knowledge,
  ),
  moved(
    'a knowledge base in a cluster that is named without a scheme',
    { Type: 'MONGO_DB_ATLAS', MongoDbAtlasConfiguration: { Endpoint: 'x.abcde.mongodb.net' } },
    VECTORS,
    knowledge,
  ),
  moved('a subscriber of Security Lake', FOREIGN, ACCOUNT, (Principal) => ({
    Subscriber: of('AWS::SecurityLake::Subscriber', {
      SubscriberName: 's',
      AccessTypes: ['S3'],
      DataLakeArn: `arn:aws:securitylake:us-east-1:${ACCOUNT}:data-lake/default`,
      SubscriberIdentity: { Principal, ExternalId: 'x' },
      Sources: [{ AwsLogSource: { SourceName: 'CLOUD_TRAIL_MGMT', SourceVersion: '2.0' } }],
    }),
  })),
  moved('a processing job', OUTSIDE, INSIDE, (S3Uri) => ({
    ...reader('sagemaker'),
    Job: of('AWS::SageMaker::ProcessingJob', {
      RoleArn: arnOf('Reader'),
      AppSpecification: { ImageUri: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1' },
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 5 } },
      ProcessingInputs: [{ InputName: 'i', S3Input: { S3Uri: sub('s3://${Evidence}/turns'), S3DataType: 'S3Prefix' } }],
      ProcessingOutputConfig: {
        Outputs: [
          { OutputName: 'o', S3Output: { S3Uri, LocalPath: '/opt/ml/processing/i', S3UploadMode: 'EndOfJob' } },
        ],
      },
    }),
  })),
  moved('the results of a query', OUTSIDE, INSIDE, (OutputLocation) => ({
    Group: of('AWS::Athena::WorkGroup', {
      Name: 'turns',
      WorkGroupConfiguration: { ResultConfiguration: { OutputLocation } },
    }),
    Query: of('AWS::Athena::NamedQuery', {
      Database: 'turns',
      WorkGroup: ref('Group'),
      QueryString: sub(`SELECT * FROM t WHERE "$path" LIKE 's3://\${Evidence}/%'`),
    }),
  })),
  moved('a profile of the files', 'collector', ref('Data'), (Bucket) => ({
    ...reader('databrew'),
    Files: of('AWS::DataBrew::Dataset', {
      Name: 'files',
      Input: { S3InputDefinition: { Bucket: ref('Evidence'), Key: 'turns/' } },
    }),
    Profile: of('AWS::DataBrew::Job', {
      Name: 'profile',
      Type: 'PROFILE',
      DatasetName: ref('Files'),
      RoleArn: arnOf('Reader'),
      OutputLocation: { Bucket },
    }),
  })),
  moved('a classifier that is trained with the evidence', OUTSIDE, INSIDE, (S3Uri) => ({
    ...reader('comprehend'),
    Classifier: of('AWS::Comprehend::DocumentClassifier', {
      DocumentClassifierName: 'c',
      LanguageCode: 'en',
      DataAccessRoleArn: arnOf('Reader'),
      InputDataConfig: { S3Uri: sub('s3://${Evidence}/turns') },
      OutputDataConfig: { S3Uri },
    }),
  })),
  moved('an exchange of documents', 'collector', ref('Data'), (BucketName) => ({
    Capability: of('AWS::B2BI::Capability', {
      Name: 'c',
      Type: 'edi',
      Configuration: {
        Edi: { InputLocation: { BucketName: ref('Evidence'), Key: 'turns' }, OutputLocation: { BucketName, Key: 'o' } },
      },
    }),
  })),
  moved('a schedule of inferences', 'collector', ref('Data'), (Bucket) => ({
    ...reader('lookoutequipment'),
    Inference: of('AWS::LookoutEquipment::InferenceScheduler', {
      ModelName: 'm',
      DataUploadFrequency: 'PT1H',
      RoleArn: arnOf('Reader'),
      DataInputConfiguration: { S3InputConfiguration: { Bucket: ref('Evidence') } },
      DataOutputConfiguration: { S3OutputConfiguration: { Bucket } },
    }),
  })),
  moved('a flow between two nodes', 'collector', ref('Data'), (BucketName) => ({
    ...reader('bedrock'),
    Flow: of('AWS::Bedrock::Flow', {
      Name: 'f',
      ExecutionRoleArn: arnOf('Reader'),
      Definition: {
        Nodes: [
          {
            Name: 'Take',
            Type: 'Retrieval',
            Configuration: { Retrieval: { ServiceConfiguration: { S3: { BucketName: ref('Evidence') } } } },
          },
          {
            Name: 'Keep',
            Type: 'Storage',
            Configuration: { Storage: { ServiceConfiguration: { S3: { BucketName } } } },
          },
        ],
      },
    }),
  })),
  moved('a collaboration with another account', FOREIGN, ACCOUNT, (AccountId) => ({
    ...reader('cleanrooms'),
    Room: of('AWS::CleanRooms::Collaboration', {
      Name: 'r',
      Description: 'r',
      CreatorDisplayName: 'us',
      CreatorMemberAbilities: [],
      QueryLogStatus: 'ENABLED',
      Members: [{ AccountId, DisplayName: 'them', MemberAbilities: ['CAN_QUERY', 'CAN_RECEIVE_RESULTS'] }],
    }),
    Member: of('AWS::CleanRooms::Membership', {
      CollaborationIdentifier: arnOf('Room', 'CollaborationIdentifier'),
      QueryLogStatus: 'ENABLED',
    }),
    Shared: of('AWS::CleanRooms::ConfiguredTableAssociation', {
      Name: 'turns',
      ConfiguredTableIdentifier: 'table',
      MembershipIdentifier: arnOf('Member', 'MembershipIdentifier'),
      RoleArn: arnOf('Reader'),
    }),
  })),
  moved('a matching of records', OUTSIDE, INSIDE, (OutputS3Path) => ({
    ...reader('entityresolution'),
    Matching: of('AWS::EntityResolution::MatchingWorkflow', {
      WorkflowName: 'm',
      RoleArn: arnOf('Reader'),
      InputSourceConfig: [{ InputSourceARN: `arn:aws:glue:us-east-1:${ACCOUNT}:table/d/t`, SchemaArn: 'schema' }],
      OutputSourceConfig: [{ OutputS3Path, Output: [] }],
      ResolutionTechniques: { ResolutionType: 'RULE_MATCHING' },
    }),
  })),
  moved('a bucket of another Region, by its address', 's3a://collector/turns', INSIDE, (S3Uri) => ({
    ...reader('comprehend'),
    Flywheel: of('AWS::Comprehend::Flywheel', {
      FlywheelName: 'f',
      DataAccessRoleArn: arnOf('Reader'),
      DataLakeS3Uri: S3Uri,
    }),
  })),
];
