/**
 * The actions of ordinary grants of aws-cdk-lib, reviewed one by one: every action and pattern that its grants name,
 * every action of lib/identity/perms.ts, and what an agent needs to query data that has no L2 grant. An agent's role may read and write data. The classes don't come from the
 * access level, because `Write` covers both PutItem and DeleteTable. A pattern is accepted only in the spelling of the
 * grants.
 *
 * Source: the files of grants and permissions of aws-cdk-lib 2.276.0 (scripts/facts/cdk-grants.ts finds them; a test fails
 * for one without a class here). Meaning of each action: the AWS Service Authorization Reference.
 */

/**
 * - `data-read`: reads data, or what its caller must know of the resource to read or write it
 * - `data-write`: writes or deletes data
 * - `start`: starts something, or sends it an event, a message or a request: what this leads to is reach, not data
 * - `control`: changes, governs or runs a service, or is too wide a pattern; not for an agent's role without a declaration
 */
export type DataClass = 'data-read' | 'data-write' | 'start' | 'control';

const TABLE: Readonly<Record<DataClass, Readonly<Record<string, string>>>> = {
  'data-read': {
    appconfig: 'GetLatestConfiguration StartConfigurationSession',
    appmesh: 'StreamAggregatedResources',
    appsync: 'EventConnect EventSubscribe',
    // A query reads and writes with the permissions of its caller, which are judged themselves.
    athena: 'GetQueryExecution GetQueryResults StartQueryExecution StopQueryExecution',
    batch: 'DescribeConsumableResource ListJobsByConsumableResource',
    bedrock: 'ApplyGuardrail Retrieve',
    // The tokens of workload identities and the credentials of a provider are read like a secret: by a named resource.
    'bedrock-agentcore':
      'AuthorizeAction GetApiKeyCredentialProvider GetBrowser GetBrowserSession GetCodeInterpreter ' +
      'GetCodeInterpreterSession GetEvent GetGateway GetGatewayTarget GetMemory GetMemoryRecord ' +
      'GetOauth2CredentialProvider GetPolicy GetPolicyEngine GetResourceApiKey GetResourceOauth2Token ' +
      'GetWorkloadAccessToken GetWorkloadAccessTokenForJWT GetWorkloadAccessTokenForUserId GetWorkloadIdentity ' +
      'ListActors ListApiKeyCredentialProviders ListBrowserSessions ListBrowsers ListCodeInterpreterSessions ' +
      'ListCodeInterpreters ListEvents ListGatewayTargets ListGateways ListMemoryRecords ' +
      'ListOauth2CredentialProviders ListSessions ListWorkloadIdentities PartiallyAuthorizeActions ' +
      'RetrieveMemoryRecords',
    cassandra: 'Select',
    cloudformation: 'DescribeStackEvents DescribeStacks',
    cloudfront: 'GetInvalidation',
    cloudtrail: 'LookupEvents',
    cloudwatch: 'DescribeAlarmHistory DescribeAlarms GetMetricData',
    codeartifact: 'GetAuthorizationToken GetRepositoryEndpoint ReadFromRepository',
    codecommit:
      'Describe* EvaluatePullRequestApprovalRules Get* GetBlob GetCommentsForPullRequest GetDifferences GetPullRequest ' +
      'GitPull',
    codedeploy: 'BatchGetDeployments ListDeployments',
    'codeguru-profiler': 'DescribeProfilingGroup GetProfile',
    dynamodb:
      'BatchGetItem ConditionCheckItem DescribeStream DescribeTable GetItem GetRecords GetShardIterator ListStreams ' +
      'Query Scan',
    ecr:
      'BatchCheckLayerAvailability BatchGetImage DescribeImages DescribeRepositories GetAuthorizationToken ' +
      'GetDownloadUrlForLayer ListImages ListTagsForResource',
    'ecr-public': 'GetAuthorizationToken',
    ecs: 'DescribeServices ListServiceDeployments',
    elasticfilesystem: 'ClientMount',
    es: 'ESHttpGet ESHttpHead',
    glue:
      'BatchGetPartition GetDatabase GetPartition GetPartitionIndexes GetPartitions GetTable GetTableVersion GetTableVersions ' +
      'GetTables',
    kafka: 'DescribeCluster GetBootstrapBrokers ListScramSecrets',
    // Not WriteData: the ARN of a topic doesn't say what reads it, which may start turns.
    'kafka-cluster':
      'AlterGroup Connect DescribeCluster DescribeClusterDynamicConfiguration DescribeGroup DescribeTopic ' +
      'DescribeTopicDynamicConfiguration ReadData',
    kinesis:
      'DescribeStream DescribeStreamConsumer DescribeStreamSummary GetRecords GetShardIterator ListShards ListStreams ' +
      'SubscribeToShard',
    kms: 'Decrypt Decrypt* DescribeKey GetPublicKey Verify VerifyMac',
    lambda: 'ListAliases ListVersionsByFunction',
    logs:
      'DescribeIndexPolicies DescribeLogGroups DescribeLogStreams FilterLogEvents GetLogEvents GetLogGroupFields ' +
      'GetQueryResults StartQuery StopQuery',
    s3:
      'GetBucket* GetObject GetObject* GetObjectVersion GetObjectVersionTagging List* ListBucket ' +
      'ListMultipartUploadParts',
    scheduler: 'GetSchedule ListSchedules',
    secretsmanager: 'DescribeSecret GetRandomPassword GetSecretValue',
    sqs: 'GetQueueAttributes GetQueueUrl ReceiveMessage',
    ssm: 'DescribeParameters GetParameter GetParameterHistory GetParameters GetParametersByPath',
    states:
      'DescribeActivity DescribeExecution DescribeStateMachine DescribeStateMachineForExecution GetExecutionHistory ' +
      'ListActivities ListExecutions ListStateMachines',
    sts: 'GetServiceBearerToken',
    timestream: 'DescribeEndpoints Select',
    xray: 'GetSamplingRules GetSamplingTargets',
  },
  'data-write': {
    'bedrock-agentcore': 'CompleteResourceTokenAuth CreateEvent DeleteEvent DeleteMemoryRecord',
    cassandra: 'Modify',
    cloudfront: 'CreateInvalidation',
    cloudwatch: 'PutMetricData',
    codebuild: 'BatchPutCodeCoverages BatchPutTestCases CreateReport UpdateReport',
    codecommit: 'GitPush PostCommentForPullRequest UpdateComment',
    'codeguru-profiler': 'ConfigureAgent PostAgentProfile',
    dynamodb: 'BatchWriteItem DeleteItem PutItem UpdateItem',
    // Not DbConnectAdmin: the administrator changes who else may connect. A user of the database limits the others.
    dsql: 'DbConnect',
    elasticache: 'Connect',
    elasticfilesystem: 'ClientRootAccess ClientWrite',
    es: 'ESHttpDelete ESHttpPatch ESHttpPost ESHttpPut',
    glue: 'BatchCreatePartition BatchDeletePartition CreatePartition DeletePartition UpdatePartition',
    kms:
      'Encrypt GenerateDataKey GenerateDataKey* GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext ' +
      'GenerateDataKeyWithoutPlaintext GenerateMac ReEncrypt* ReEncryptFrom ReEncryptTo Sign',
    // A log group that AgentCore makes for a Runtime on first use: its L2 grants this on the name of that group.
    logs: 'CreateLogGroup CreateLogStream PutLogEvents',
    memorydb: 'Connect',
    'rds-data':
      'BatchExecuteStatement BeginTransaction CommitTransaction ExecuteSql ExecuteStatement RollbackTransaction',
    'rds-db': 'connect',
    // `PutObject*` includes the ACL of an object. It is what grantWrite gives without the feature flag
    // @aws-cdk/aws-s3:grantWriteWithoutAcl; PutObjectAcl in its own spelling is `control`.
    s3:
      'Abort* AbortMultipartUpload DeleteObject DeleteObject* PutObject PutObject* PutObjectLegalHold ' +
      'PutObjectRetention PutObjectTagging PutObjectVersionTagging',
    secretsmanager: 'PutSecretValue UpdateSecret UpdateSecretVersionStage',
    securityhub: 'BatchImportFindings',
    sqs: 'ChangeMessageVisibility DeleteMessage PurgeQueue',
    ssm: 'CreateOpsItem PutParameter UpdateOpsItem',
    timestream: 'WriteRecords',
    xray: 'PutTelemetryRecords PutTraceSegments',
  },
  start: {
    appsync: 'EventPublish GraphQL',
    batch: 'SubmitJob',
    'bedrock-agentcore':
      'ConnectBrowserAutomationStream ConnectBrowserLiveViewStream InvokeCodeInterpreter InvokeGateway ' +
      'StartBrowserSession StartCodeInterpreterSession StopBrowserSession StopCodeInterpreterSession UpdateBrowserStream',
    events: 'PutEvents',
    'execute-api': 'Invoke ManageConnections',
    firehose: 'PutRecord PutRecordBatch',
    kinesis: 'PutRecord PutRecords',
    lambda: 'InvokeFunction InvokeFunctionUrl InvokeWebFunctionEndpoint',
    ses: 'SendEmail SendRawEmail',
    sns: 'Publish',
    sqs: 'SendMessage',
    ssm: 'StartAutomationExecution',
    states: 'RedriveExecution SendTaskFailure SendTaskHeartbeat SendTaskSuccess StartExecution StartSyncExecution',
  },
  control: {
    apigateway: 'DELETE GET PATCH POST PUT',
    backup: 'DeleteRecoveryPoint UpdateRecoveryPointLifecycle',
    batch: 'UpdateConsumableResource',
    bedrock: 'CallWithBearerToken InvokeModel InvokeModelWithResponseStream',
    'bedrock-agentcore':
      'CreateAgentRuntime CreateAgentRuntimeEndpoint CreateApiKeyCredentialProvider CreateBrowser ' +
      'CreateCodeInterpreter CreateGateway CreateGatewayTarget CreateMemory CreateOauth2CredentialProvider ' +
      'CreateWorkloadIdentity DeleteAgentRuntime DeleteAgentRuntimeEndpoint DeleteApiKeyCredentialProvider ' +
      'DeleteBrowser DeleteCodeInterpreter DeleteGateway DeleteGatewayTarget DeleteMemory ' +
      'DeleteOauth2CredentialProvider DeleteWorkloadIdentity GetAgentRuntime GetAgentRuntimeEndpoint ' +
      'InvokeAgentRuntime InvokeAgentRuntimeForUser ListAgentRuntimeEndpoints ListAgentRuntimeVersions ' +
      'ListAgentRuntimes StopRuntimeSession SynchronizeGatewayTargets UpdateAgentRuntime UpdateAgentRuntimeEndpoint ' +
      'UpdateApiKeyCredentialProvider UpdateGateway UpdateGatewayTarget UpdateMemory UpdateOauth2CredentialProvider ' +
      'UpdateWorkloadIdentity',
    // The library's roles have these for their own purposes (perms.ts); for any other role, they are `control`.
    'bedrock-mantle':
      'CallWithBearerToken ConnectEnvironment CreateAgentSession CreateAgentSessionEvent CreateInference ' +
      'DeleteAgentSession GetAgentSession ListAgentSessionEvents ListAgentSessionItems ListAgentSessions ' +
      'RegisterEnvironment',
    codebuild: 'BatchGetBuilds CreateReportGroup RetryBuild StartBuild StopBuild',
    // Approving a pull request allows a merge.
    codecommit: 'UpdatePullRequestApprovalState',
    codedeploy: 'PutLifecycleEventHookExecutionStatus',
    dynamodb: '* AssociateTableReplica ReadDataForReplication ReplicateSettings WriteDataForReplication',
    ec2:
      'AssignPrivateIpAddresses AttachVolume CreateNetworkInterface CreateNetworkInterfacePermission ' +
      'DeleteNetworkInterface DescribeDhcpOptions DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets ' +
      'DescribeVpcs DetachVolume ModifyNetworkInterfaceAttribute UnassignPrivateIpAddresses',
    // Images are run, so pushing one is code, not data.
    ecr: 'BatchDeleteImage CompleteLayerUpload InitiateLayerUpload PutImage UploadLayerPart',
    ecs:
      'DeregisterContainerInstance DiscoverPollEndpoint Poll PutSystemLogEvents RegisterContainerInstance RunTask ' +
      'StartTelemetrySession Submit* SubmitAttachmentStateChanges SubmitTaskStateChange TagResource ' +
      'UpdateTaskProtection',
    es: 'ESHttp*',
    events: 'DescribeRule PutRule PutTargets',
    glue: 'CreatePartitionIndex DeletePartitionIndex UpdateTable',
    iam: 'AttachRolePolicy DetachRolePolicy PassRole',
    kms:
      '* CancelKeyDeletion Create* CreateGrant Delete* Describe* Disable* Enable* Get* List* Put* Revoke* ' +
      'ScheduleKeyDeletion TagResource UntagResource Update*',
    lambda: '* DeleteFunction GetEventSourceMapping Invoke* UpdateEventSourceMapping',
    logs:
      'CreateLogDelivery DeleteLogDelivery DeleteLogGroup DeleteRetentionPolicy DescribeResourcePolicies ' +
      'GetLogDelivery ListLogDeliveries PutIndexPolicy PutResourcePolicy PutRetentionPolicy UpdateLogDelivery',
    // Written by the role of an AppSync data source; the service authorization reference doesn't have them.
    'rds-data': 'DeleteItems GetItems InsertItems UpdateItems',
    route53: 'ChangeResourceRecordSets ListHostedZonesByName',
    s3:
      '* GetBucketAcl GetBucketLocation GetBucketVersioning GetEncryptionConfiguration GetObjectVersionAcl ' +
      'GetObjectVersionForReplication GetReplicationConfiguration ListAllMyBuckets ObjectOwnerOverrideToBucketOwner ' +
      'PutBucketPolicy PutBucketVersioning PutObjectAcl PutObjectVersionAcl ReplicateDelete ReplicateObject ' +
      'ReplicateTags',
    scheduler: 'CreateSchedule DeleteSchedule UpdateSchedule',
    secretsmanager: 'DeleteSecret',
    // A subscription delivers messages to another destination.
    sns: 'Subscribe',
    ssm: 'AddTagsToResource',
    // A shell in the container with the role.
    ssmmessages: 'CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel',
    states: 'StopExecution',
    sts: 'AssumeRole TagSession',
    synthetics: 'GetCanary',
  },
};

/** Action or pattern in the spelling of the grants, in lower case as IAM compares it → class. */
export const DATA_ACTIONS: ReadonlyMap<string, DataClass> = new Map(
  Object.entries(TABLE).flatMap(([kind, services]) =>
    Object.entries(services).flatMap(([service, names]) =>
      names.split(' ').map((name): [string, DataClass] => [`${service}:${name}`.toLowerCase(), kind as DataClass]),
    ),
  ),
);
