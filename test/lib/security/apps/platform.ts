import * as appconfig from 'aws-cdk-lib/aws-appconfig';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { LifecycleHook, LifecycleTransition } from 'aws-cdk-lib/aws-autoscaling';
import { QueueHook } from 'aws-cdk-lib/aws-autoscaling-hooktargets';
import * as backup from 'aws-cdk-lib/aws-backup';
import { CfnBudget, CfnBudgetsAction } from 'aws-cdk-lib/aws-budgets';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as config from 'aws-cdk-lib/aws-config';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { CfnDetector } from 'aws-cdk-lib/aws-guardduty';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as imagebuilder from 'aws-cdk-lib/aws-imagebuilder';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lakeformation from 'aws-cdk-lib/aws-lakeformation';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { KinesisEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CfnFirewall, CfnFirewallPolicy } from 'aws-cdk-lib/aws-networkfirewall';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CfnResolverEndpoint, CfnResolverRule, CfnResolverRuleAssociation } from 'aws-cdk-lib/aws-route53resolver';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import { LambdaDestination, SqsDestination as S3ToQueue } from 'aws-cdk-lib/aws-s3-notifications';
import * as catalog from 'aws-cdk-lib/aws-servicecatalog';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, LambdaSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import * as synthetics from 'aws-cdk-lib/aws-synthetics';
import { CfnServiceNetwork, CfnServiceNetworkVpcAssociation } from 'aws-cdk-lib/aws-vpclattice';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { CfnStackSet, CustomResource, Duration, Fn, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib/core';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep, Wave } from 'aws-cdk-lib/pipelines';
import { ENV } from '../governed-app';
import { oneStack, stackIn, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const TOOLS = '222233334444';
const ORGANIZATION = 'o-exampleorg1';

/** What a platform team runs beside an agent, none of it related to the agent. */
export const PLATFORM: readonly OrdinaryApp[] = [
  oneStack('a shared VPC with NAT, endpoints with policies and flow logs', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Shared', {
      maxAzs: 2,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'apps', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      flowLogs: { all: { destination: ec2.FlowLogDestination.toCloudWatchLogs() } },
    });
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    vpc.addGatewayEndpoint('Dynamo', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    for (const [name, service] of [
      ['Ecr', ec2.InterfaceVpcEndpointAwsService.ECR],
      ['Logs', ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS],
      ['Secrets', ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
      ['Runtime', ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME],
    ] as const) {
      vpc.addInterfaceEndpoint(name, { service });
    }
    functionIn(stack, 'Function', { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } });
    const cluster = new ecs.Cluster(stack, 'Cluster', { vpc, enableFargateCapacityProviders: true });
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('Main', { image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable') });
    new ecs.FargateService(stack, 'Service', { cluster, taskDefinition: task, enableExecuteCommand: true });
  }),
  oneStack('a pipeline that deploys into other accounts', (stack) => {
    const key = new kms.Key(stack, 'ArtifactKey', { removalPolicy: RemovalPolicy.DESTROY });
    const bucket = new s3.Bucket(stack, 'Artifacts', { encryptionKey: key });
    const target = iam.Role.fromRoleArn(stack, 'Target', `arn:aws:iam::${TOOLS}:role/deployer`, { mutable: false });
    bucket.grantReadWrite(new iam.AccountPrincipal(TOOLS));
    key.grantEncryptDecrypt(new iam.AccountPrincipal(TOOLS));
    const source = new codepipeline.Artifact();
    const pipeline = new codepipeline.Pipeline(stack, 'Pipeline', { artifactBucket: bucket, crossAccountKeys: true });
    pipeline.addStage({
      stageName: 'Source',
      actions: [
        new actions.CodeStarConnectionsSourceAction({
          actionName: 'Source',
          connectionArn: `arn:aws:codeconnections:us-east-1:${ENV.account}:connection/0b1c2d3e-0000-4000-8000-000000000000`,
          owner: 'example-org',
          repo: 'shop',
          output: source,
        }),
      ],
    });
    pipeline.addStage({
      stageName: 'Deploy',
      actions: [
        new actions.CloudFormationCreateReplaceChangeSetAction({
          actionName: 'Prepare',
          stackName: 'shop',
          changeSetName: 'next',
          adminPermissions: true,
          role: target,
          deploymentRole: iam.Role.fromRoleArn(stack, 'Formation', `arn:aws:iam::${TOOLS}:role/cloudformation`),
          templatePath: source.atPath('template.yaml'),
          account: TOOLS,
        }),
      ],
    });
  }),
  oneStack('GitHub Actions pushes images and updates a service', (stack) => {
    const provider = new iam.OidcProviderNative(stack, 'GitHub', {
      url: 'https://token.actions.githubusercontent.com',
      clientIds: ['sts.amazonaws.com'],
    });
    const role = new iam.Role(stack, 'Deploy', {
      roleName: 'github-deploy',
      assumedBy: new iam.WebIdentityPrincipal(provider.oidcProviderArn, {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:example-org/shop:environment:production' },
      }),
      maxSessionDuration: Duration.hours(1),
    });
    new ecr.Repository(stack, 'Images').grantPullPush(role);
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('Main', { image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable') });
    const service = new ecs.FargateService(stack, 'Service', {
      cluster: new ecs.Cluster(stack, 'Cluster', { vpc }),
      taskDefinition: task,
    });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ecs:UpdateService', 'ecs:DescribeServices'],
        resources: [service.serviceArn],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['ecs:RegisterTaskDefinition', 'ecs:DescribeTaskDefinition'],
        resources: ['*'],
      }),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [task.taskRole.roleArn, task.obtainExecutionRole().roleArn],
      }),
    );
  }),
  oneStack('a registry for the organization: pulls, replication and a cache', (stack) => {
    const repository = new ecr.Repository(stack, 'Base', {
      lifecycleRules: [{ maxImageCount: 30 }],
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
    });
    repository.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.OrganizationPrincipal(ORGANIZATION)],
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      }),
    );
    new ecr.CfnReplicationConfiguration(stack, 'Replication', {
      replicationConfiguration: { rules: [{ destinations: [{ region: 'eu-west-1', registryId: TOOLS }] }] },
    });
    new ecr.CfnPullThroughCacheRule(stack, 'Cache', {
      ecrRepositoryPrefix: 'public',
      upstreamRegistryUrl: 'public.ecr.aws',
    });
    new ecr.CfnRegistryPolicy(stack, 'Policy', {
      policyText: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${TOOLS}:root` },
            Action: ['ecr:CreateRepository', 'ecr:ReplicateImage'],
            Resource: `arn:aws:ecr:us-east-1:${ENV.account}:repository/*`,
          },
        ],
      },
    });
  }),
  oneStack('a web shop: CloudFront with access control, a function, a firewall and logs', (stack) => {
    const site = new s3.Bucket(stack, 'Site', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    const acl = new CfnWebACL(stack, 'Acl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'acl', sampledRequestsEnabled: true },
      rules: [
        {
          name: 'rate',
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: 'IP' } },
          visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'rate', sampledRequestsEnabled: true },
        },
      ],
    });
    const distribution = new cloudfront.Distribution(stack, 'Cdn', {
      webAclId: acl.attrArn,
      defaultRootObject: 'index.html',
      enableLogging: true,
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(site),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: new cloudfront.Function(stack, 'Rewrite', {
              code: cloudfront.FunctionCode.fromInline('function handler(event) { return event.request; }'),
            }),
          },
        ],
      },
    });
    new BucketDeployment(stack, 'Deploy', {
      sources: [Source.data('index.html', '<h1>Shop</h1>')],
      destinationBucket: site,
      distribution,
      distributionPaths: ['/*'],
      prune: false,
    });
  }),
  oneStack('EKS with access entries, pod identities, add-ons and Fargate', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const subnetIds = vpc.privateSubnets.map(({ subnetId }) => subnetId);
    const cluster = new eks.CfnCluster(stack, 'Cluster', {
      roleArn: new iam.Role(stack, 'Control', {
        assumedBy: new iam.ServicePrincipal('eks.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSClusterPolicy')],
      }).roleArn,
      resourcesVpcConfig: { subnetIds, endpointPrivateAccess: true },
      accessConfig: { authenticationMode: 'API' },
    });
    const admins = new iam.Role(stack, 'Admins', { assumedBy: new iam.AccountRootPrincipal() });
    new eks.CfnAccessEntry(stack, 'Entry', {
      clusterName: cluster.ref,
      principalArn: admins.roleArn,
      accessPolicies: [
        {
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
          accessScope: { type: 'cluster' },
        },
      ],
    });
    new eks.CfnAddon(stack, 'Cni', { clusterName: cluster.ref, addonName: 'vpc-cni' });
    const pod = new iam.Role(stack, 'Pod', {
      assumedBy: new iam.SessionTagsPrincipal(new iam.ServicePrincipal('pods.eks.amazonaws.com')),
    });
    new sqs.Queue(stack, 'Jobs').grantConsumeMessages(pod);
    new eks.CfnPodIdentityAssociation(stack, 'Association', {
      clusterName: cluster.ref,
      namespace: 'shop',
      serviceAccount: 'worker',
      roleArn: pod.roleArn,
    });
    new eks.CfnFargateProfile(stack, 'Fargate', {
      clusterName: cluster.ref,
      podExecutionRoleArn: new iam.Role(stack, 'PodExecution', {
        assumedBy: new iam.ServicePrincipal('eks-fargate-pods.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSFargatePodExecutionRolePolicy')],
      }).roleArn,
      selectors: [{ namespace: 'shop' }],
      subnets: subnetIds,
    });
  }),
  oneStack('MySQL with a rotated secret, a proxy, events and an export of snapshots', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const database = new rds.DatabaseInstance(stack, 'Database', {
      vpc,
      engine: rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.VER_8_0 }),
      credentials: rds.Credentials.fromGeneratedSecret('shop', { excludeCharacters: '"@/' }),
      storageEncrypted: true,
      monitoringInterval: Duration.minutes(1),
      cloudwatchLogsExports: ['error'],
    });
    database.addRotationSingleUser({ automaticallyAfter: Duration.days(30) });
    const proxy = database.addProxy('Proxy', { vpc, secrets: [database.secret!], iamAuth: true });
    const handler = functionIn(stack, 'Function', { vpc });
    proxy.grantConnect(handler, 'shop');
    database.connections.allowDefaultPortFrom(handler);
    database.secret!.grantRead(handler);
    const topic = new sns.Topic(stack, 'Events');
    new rds.CfnEventSubscription(stack, 'Subscription', { snsTopicArn: topic.topicArn, sourceType: 'db-instance' });
    const exporter = new iam.Role(stack, 'Exporter', {
      assumedBy: new iam.ServicePrincipal('export.rds.amazonaws.com'),
    });
    new s3.Bucket(stack, 'Snapshots').grantReadWrite(exporter);
  }),
  oneStack('a FIFO topic and a fan-out with filters, functions and dead letters', (stack) => {
    const fifo = new sns.Topic(stack, 'Orders', { fifo: true, contentBasedDeduplication: true });
    const dead = new sqs.Queue(stack, 'Dead', { fifo: true });
    const queue = new sqs.Queue(stack, 'Invoices', {
      fifo: true,
      deadLetterQueue: { queue: dead, maxReceiveCount: 3 },
    });
    fifo.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
    functionIn(stack).addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true }));
    const topic = new sns.Topic(stack, 'News');
    topic.addSubscription(
      new LambdaSubscription(functionIn(stack, 'Mailer'), {
        filterPolicy: { kind: sns.SubscriptionFilter.stringFilter({ allowlist: ['mail'] }) },
        deadLetterQueue: new sqs.Queue(stack, 'Undelivered'),
      }),
    );
    topic.addSubscription(new EmailSubscription('team@example.com'));
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } },
      }),
    );
    const uploads = new s3.Bucket(stack, 'Uploads');
    uploads.addEventNotification(s3.EventType.OBJECT_CREATED, new S3ToQueue(new sqs.Queue(stack, 'Scans')), {
      prefix: 'incoming/',
    });
    uploads.addEventNotification(s3.EventType.OBJECT_REMOVED, new LambdaDestination(functionIn(stack, 'Cleaner')));
  }),
  oneStack('Cognito with triggers, groups and a client for machines', (stack) => {
    const trigger = functionIn(stack, 'PreSignUp');
    const pool = new cognito.UserPool(stack, 'Users', {
      selfSignUpEnabled: true,
      lambdaTriggers: { preSignUp: trigger, postConfirmation: functionIn(stack, 'Welcome') },
    });
    const server = pool.addResourceServer('Api', {
      identifier: 'api',
      scopes: [new cognito.ResourceServerScope({ scopeName: 'read', scopeDescription: 'Read' })],
    });
    pool.addClient('Machine', {
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: [
          cognito.OAuthScope.resourceServer(
            server,
            new cognito.ResourceServerScope({ scopeName: 'read', scopeDescription: 'Read' }),
          ),
        ],
      },
    });
    pool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'shop-example' } });
    new cognito.CfnUserPoolGroup(stack, 'Group', {
      userPoolId: pool.userPoolId,
      roleArn: new iam.Role(stack, 'Member', {
        assumedBy: new iam.FederatedPrincipal(
          'cognito-identity.amazonaws.com',
          { 'ForAnyValue:StringLike': { 'cognito-identity.amazonaws.com:amr': 'authenticated' } },
          'sts:AssumeRoleWithWebIdentity',
        ),
      }).roleArn,
    });
  }),
  oneStack('backups by tag, copied to another account, and reports', (stack) => {
    const vault = new backup.BackupVault(stack, 'Vault', {
      lockConfiguration: { minRetention: Duration.days(7) },
      accessPolicy: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.AnyPrincipal()],
            actions: ['backup:DeleteRecoveryPoint'],
            resources: ['*'],
          }),
        ],
      }),
    });
    const plan = backup.BackupPlan.dailyWeeklyMonthly7YearRetention(stack, 'Plan', vault);
    plan.addRule(
      new backup.BackupPlanRule({
        scheduleExpression: events.Schedule.cron({ hour: '3', minute: '0' }),
        copyActions: [
          {
            destinationBackupVault: backup.BackupVault.fromBackupVaultArn(
              stack,
              'Remote',
              `arn:aws:backup:us-east-1:${TOOLS}:backup-vault:central`,
            ),
          },
        ],
      }),
    );
    plan.addSelection('Everything', {
      resources: [backup.BackupResource.fromTag('backup', 'true')],
      allowRestores: true,
    });
  }),
  oneStack('AWS Config with a custom rule, a repair by automation and an aggregator', (stack) => {
    const check = functionIn(stack, 'Check');
    check.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['config:PutEvaluations', 'iam:List*'], resources: ['*'] }),
    );
    new config.CustomRule(stack, 'Rule', {
      lambdaFunction: check,
      configurationChanges: true,
      ruleScope: config.RuleScope.fromResources([config.ResourceType.IAM_ROLE]),
    });
    const managed = new config.ManagedRule(stack, 'Keys', {
      identifier: config.ManagedRuleIdentifiers.ACCESS_KEYS_ROTATED,
    });
    const role = new iam.Role(stack, 'Repair', { assumedBy: new iam.ServicePrincipal('ssm.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['s3:PutBucketPublicAccessBlock', 'iam:UpdateAccessKey'], resources: ['*'] }),
    );
    new config.CfnRemediationConfiguration(stack, 'Remediation', {
      configRuleName: managed.configRuleName,
      targetId: 'AWS-DisableS3BucketPublicReadWrite',
      targetType: 'SSM_DOCUMENT',
      automatic: true,
      maximumAutomaticAttempts: 3,
      retryAttemptSeconds: 60,
      parameters: { AutomationAssumeRole: { StaticValue: { Values: [role.roleArn] } } },
    });
    new config.CfnConfigurationAggregator(stack, 'Aggregator', {
      accountAggregationSources: [{ accountIds: [TOOLS], allAwsRegions: true }],
    });
    new config.CfnConformancePack(stack, 'Pack', {
      conformancePackName: 'basics',
      templateS3Uri: 's3://example-packs/basics.yaml',
    });
  }),
  oneStack('findings of GuardDuty that a function stores and a person reads', (stack) => {
    new CfnDetector(stack, 'Detector', { enable: true, features: [{ name: 'S3_DATA_EVENTS', status: 'ENABLED' }] });
    const topic = new sns.Topic(stack, 'Security');
    const handler = functionIn(stack, 'Contain');
    handler.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateSecurityGroup', 'ec2:ModifyInstanceAttribute', 'ec2:Describe*', 'iam:AttachRolePolicy'],
        resources: ['*'],
      }),
    );
    new events.Rule(stack, 'Findings', {
      eventPattern: { source: ['aws.guardduty', 'aws.securityhub'], detail: { severity: [{ numeric: ['>=', 7] }] } },
      targets: [new targets.SnsTopic(topic), new targets.LambdaFunction(handler, { retryAttempts: 2 })],
    });
  }),
  oneStack('the trail of an organization in the account of the log archive', (stack) => {
    const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: ['kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:*:trail/*' } },
      }),
    );
    const bucket = new s3.Bucket(stack, 'Archive', { encryptionKey: key, versioned: true, enforceSSL: true });
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject', 's3:ListBucket'],
        resources: [bucket.bucketArn, bucket.arnForObjects('*')],
        conditions: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } },
      }),
    );
    new cloudtrail.Trail(stack, 'Trail', {
      bucket,
      encryptionKey: key,
      isMultiRegionTrail: true,
      isOrganizationTrail: true,
      orgId: ORGANIZATION,
      sendToCloudWatchLogs: true,
    });
  }),
  oneStack('a budget that stops instances and attaches a policy', (stack) => {
    const brake = new iam.ManagedPolicy(stack, 'Brake', {
      statements: [
        new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ec2:RunInstances'], resources: ['*'] }),
      ],
    });
    const developers = new iam.Role(stack, 'Developers', { assumedBy: new iam.AccountRootPrincipal() });
    const actor = new iam.Role(stack, 'Actor', { assumedBy: new iam.ServicePrincipal('budgets.amazonaws.com') });
    actor.addToPolicy(
      new iam.PolicyStatement({
        actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
        resources: [developers.roleArn],
        conditions: { ArnEquals: { 'iam:PolicyARN': brake.managedPolicyArn } },
      }),
    );
    const budget = new CfnBudget(stack, 'Budget', {
      budget: {
        budgetName: 'ec2',
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: 500, unit: 'USD' },
      },
    });
    new CfnBudgetsAction(stack, 'Action', {
      budgetName: budget.ref,
      actionThreshold: { type: 'PERCENTAGE', value: 100 },
      actionType: 'APPLY_IAM_POLICY',
      definition: { iamActionDefinition: { policyArn: brake.managedPolicyArn, roles: [developers.roleName] } },
      executionRoleArn: actor.roleArn,
      notificationType: 'ACTUAL',
      subscribers: [{ type: 'EMAIL', address: 'team@example.com' }],
      approvalModel: 'AUTOMATIC',
    });
  }),
  oneStack('Lake Formation with an administrator, a location and grants', (stack) => {
    const lake = new s3.Bucket(stack, 'Lake');
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    const service = new iam.Role(stack, 'Service', {
      assumedBy: new iam.ServicePrincipal('lakeformation.amazonaws.com'),
    });
    lake.grantReadWrite(service);
    new lakeformation.CfnDataLakeSettings(stack, 'Settings', {
      admins: [{ dataLakePrincipalIdentifier: analyst.roleArn }],
    });
    new lakeformation.CfnResource(stack, 'Location', {
      resourceArn: lake.bucketArn,
      roleArn: service.roleArn,
      useServiceLinkedRole: false,
    });
    new lakeformation.CfnPrincipalPermissions(stack, 'Grant', {
      principal: { dataLakePrincipalIdentifier: analyst.roleArn },
      resource: { database: { catalogId: stack.account, name: 'lake' } },
      permissions: ['DESCRIBE'],
      permissionsWithGrantOption: [],
    });
  }),
  oneStack('SSM documents, a maintenance window, patches and an association', (stack) => {
    const role = new iam.Role(stack, 'Automation', { assumedBy: new iam.ServicePrincipal('ssm.amazonaws.com') });
    role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonSSMAutomationRole'));
    const document = new ssm.CfnDocument(stack, 'Restart', {
      documentType: 'Automation',
      documentFormat: 'YAML',
      content: {
        schemaVersion: '0.3',
        assumeRole: role.roleArn,
        mainSteps: [
          {
            name: 'restart',
            action: 'aws:executeAwsApi',
            inputs: { Service: 'ecs', Api: 'UpdateService', service: 'shop', forceNewDeployment: true },
          },
        ],
      },
    });
    const window = new ssm.CfnMaintenanceWindow(stack, 'Window', {
      name: 'sundays',
      schedule: 'cron(0 3 ? * SUN *)',
      duration: 2,
      cutoff: 1,
      allowUnassociatedTargets: false,
    });
    new ssm.CfnMaintenanceWindowTask(stack, 'Task', {
      windowId: window.ref,
      taskType: 'AUTOMATION',
      taskArn: document.ref,
      priority: 1,
      serviceRoleArn: role.roleArn,
    });
    new ssm.CfnPatchBaseline(stack, 'Baseline', { name: 'linux', operatingSystem: 'AMAZON_LINUX_2023' });
    new ssm.CfnAssociation(stack, 'Agent', {
      name: 'AWS-UpdateSSMAgent',
      targets: [{ key: 'InstanceIds', values: ['*'] }],
      scheduleExpression: 'rate(14 days)',
    });
  }),
  oneStack('custom resources of the CDK: log retention, emptied buckets, calls and providers', (stack) => {
    const handler = functionIn(stack, 'Old', { logRetention: logs.RetentionDays.ONE_WEEK });
    new logs.LogRetention(stack, 'Retention', {
      logGroupName: '/aws/rds/instance/shop/error',
      retention: logs.RetentionDays.ONE_MONTH,
    });
    new s3.Bucket(stack, 'Scratch', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
    new AwsCustomResource(stack, 'Certificate', {
      onUpdate: {
        service: 'IAM',
        action: 'getRole',
        parameters: { RoleName: 'shop' },
        physicalResourceId: PhysicalResourceId.fromResponse('Role.RoleId'),
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
    });
    new AwsCustomResource(stack, 'Retain', {
      onCreate: {
        service: 'CloudWatchLogs',
        action: 'putRetentionPolicy',
        parameters: { logGroupName: '/aws/codebuild/shop', retentionInDays: 30 },
        physicalResourceId: PhysicalResourceId.of('retain'),
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
    });
    const provider = new Provider(stack, 'Provider', { onEventHandler: handler });
    handler.addToRolePolicy(new iam.PolicyStatement({ actions: ['route53:*', 'acm:*'], resources: ['*'] }));
    new CustomResource(stack, 'Zone', { serviceToken: provider.serviceToken });
    ec2.Vpc.fromVpcAttributes(stack, 'Imported', { vpcId: 'vpc-0123', availabilityZones: ['us-east-1a'] });
    new ec2.Vpc(stack, 'Restricted', { maxAzs: 1, natGateways: 0, restrictDefaultSecurityGroup: true });
  }),
  {
    name: 'a pipeline of three environments with waves and approvals',
    add: (app, id) => {
      const stack = stackIn(app, id);
      const pipeline = new CodePipeline(stack, 'Pipeline', {
        crossAccountKeys: true,
        dockerEnabledForSynth: true,
        synth: new ShellStep('Synth', {
          input: CodePipelineSource.connection('example-org/shop', 'main', {
            connectionArn: `arn:aws:codeconnections:us-east-1:${ENV.account}:connection/0b1c2d3e-0000-4000-8000-000000000000`,
          }),
          commands: ['npm ci', 'npx cdk synth'],
        }),
        codeBuildDefaults: {
          rolePolicy: [
            new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: ['arn:*:iam::*:role/cdk-*'] }),
          ],
        },
      });
      const stage = (name: string, account: string) => {
        const made = new Stage(stack, name, { env: { ...ENV, account } });
        const service = new Stack(made, 'Service');
        new s3.Bucket(service, 'Data').grantReadWrite(functionIn(service));
        return made;
      };
      const wave: Wave = pipeline.addWave('Tests', { post: [new ShellStep('Smoke', { commands: ['npm run smoke'] })] });
      wave.addStage(stage('Dev', ENV.account));
      wave.addStage(stage('Test', TOOLS));
      pipeline.addStage(stage('Prod', ENV.account), { pre: [new ManualApprovalStep('Approve')] });
    },
  },
  oneStack('what another team owns: an imported VPC, role, key, zone and queue', (stack) => {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: Fn.importValue('network-vpc'),
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      privateSubnetIds: [Fn.importValue('subnet-a'), Fn.importValue('subnet-b')],
    });
    const key = kms.Key.fromKeyArn(
      stack,
      'Key',
      `arn:aws:kms:us-east-1:${ENV.account}:key/0b1c2d3e-0000-4000-8000-000000000000`,
    );
    const role = iam.Role.fromRoleName(stack, 'Role', 'application');
    const queue = sqs.Queue.fromQueueArn(stack, 'Queue', `arn:aws:sqs:us-east-1:${ENV.account}:jobs`);
    queue.grantSendMessages(role);
    key.grantEncryptDecrypt(role);
    functionIn(stack, 'Function', { vpc, role, environmentEncryption: key });
    const zone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
      hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      zoneName: 'example.com',
    });
    new route53.CnameRecord(stack, 'Record', { zone, domainName: 'cdn.example.net', recordName: 'www' });
    Certificate.fromCertificateArn(stack, 'Cert', `arn:aws:acm:us-east-1:${ENV.account}:certificate/1`);
  }),
  oneStack('stack sets with the administration and execution roles of AWS', (stack) => {
    const administration = new iam.Role(stack, 'Administration', {
      roleName: 'AWSCloudFormationStackSetAdministrationRole',
      assumedBy: new iam.ServicePrincipal('cloudformation.amazonaws.com'),
    });
    administration.addToPolicy(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: ['arn:aws:iam::*:role/AWSCloudFormationStackSetExecutionRole'],
      }),
    );
    new iam.Role(stack, 'Execution', {
      roleName: 'AWSCloudFormationStackSetExecutionRole',
      assumedBy: new iam.AccountPrincipal(TOOLS),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
    });
    new CfnStackSet(stack, 'Set', {
      stackSetName: 'config',
      permissionModel: 'SELF_MANAGED',
      administrationRoleArn: administration.roleArn,
      templateBody: JSON.stringify({ Resources: { Hub: { Type: 'AWS::SecurityHub::Hub' } } }),
      stackInstancesGroup: [{ regions: ['us-east-1'], deploymentTargets: { accounts: [TOOLS] } }],
    });
  }),
  oneStack('a portfolio of Service Catalog with a launch role', (stack) => {
    const product = new catalog.CloudFormationProduct(stack, 'Product', {
      productName: 'bucket',
      owner: 'platform',
      productVersions: [
        {
          cloudFormationTemplate: catalog.CloudFormationTemplate.fromUrl(
            'https://s3.amazonaws.com/example/bucket.json',
          ),
        },
      ],
    });
    const portfolio = new catalog.Portfolio(stack, 'Portfolio', {
      displayName: 'self-service',
      providerName: 'platform',
    });
    portfolio.addProduct(product);
    const launch = new iam.Role(stack, 'Launch', {
      assumedBy: new iam.ServicePrincipal('servicecatalog.amazonaws.com'),
    });
    launch.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'));
    portfolio.setLaunchRole(product, launch);
    portfolio.giveAccessToRole(new iam.Role(stack, 'Developer', { assumedBy: new iam.AccountRootPrincipal() }));
    portfolio.shareWithAccount(TOOLS);
  }),
  oneStack('images by Image Builder and a group of instances with session manager', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    const role = new iam.Role(stack, 'Instance', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [
        iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'),
        iam.ManagedPolicy.fromAwsManagedPolicyName('EC2InstanceProfileForImageBuilder'),
      ],
    });
    const profile = new iam.InstanceProfile(stack, 'Profile', { role });
    new imagebuilder.CfnInfrastructureConfiguration(stack, 'Infrastructure', {
      name: 'golden',
      instanceProfileName: profile.instanceProfileName,
      subnetId: vpc.privateSubnets[0]!.subnetId,
      securityGroupIds: [new ec2.SecurityGroup(stack, 'Builder', { vpc }).securityGroupId],
    });
    const group = new autoscaling.AutoScalingGroup(stack, 'Group', {
      vpc,
      launchTemplate: new ec2.LaunchTemplate(stack, 'Template', {
        instanceType: new ec2.InstanceType('t3.small'),
        machineImage: ec2.MachineImage.latestAmazonLinux2023(),
        role,
        securityGroup: new ec2.SecurityGroup(stack, 'Instances', { vpc }),
        requireImdsv2: true,
      }),
    });
    new LifecycleHook(stack, 'Hook', {
      autoScalingGroup: group,
      lifecycleTransition: LifecycleTransition.INSTANCE_TERMINATING,
      notificationTarget: new QueueHook(new sqs.Queue(stack, 'Terminations')),
    });
  }),
  oneStack('Step Functions over files, with callbacks and a nested machine', (stack) => {
    const bucket = new s3.Bucket(stack, 'Files');
    const queue = new sqs.Queue(stack, 'Approvals');
    const child = new sfn.StateMachine(stack, 'Child', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'Done')),
    });
    const each = new sfn.DistributedMap(stack, 'Each', {
      itemReader: new sfn.S3ObjectsItemReader({ bucket, prefix: 'in/' }),
      resultWriterV2: new sfn.ResultWriterV2({ bucket, prefix: 'out/' }),
      maxConcurrency: 10,
    });
    each.itemProcessor(
      new tasks.LambdaInvoke(stack, 'Convert', { lambdaFunction: functionIn(stack) }).next(
        new tasks.StepFunctionsStartExecution(stack, 'Nested', {
          stateMachine: child,
          integrationPattern: sfn.IntegrationPattern.RUN_JOB,
        }),
      ),
    );
    new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(
        each.next(
          new tasks.SqsSendMessage(stack, 'Ask', {
            queue,
            integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            messageBody: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }),
          }),
        ),
      ),
      tracingEnabled: true,
      logs: { destination: new logs.LogGroup(stack, 'Log'), level: sfn.LogLevel.ALL },
    });
  }),
  oneStack('private names: zones, resolver endpoints and rules for on-premises names', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, createInternetGateway: false });
    new route53.PrivateHostedZone(stack, 'Zone', { vpc, zoneName: 'corp.example.com' });
    const group = new ec2.SecurityGroup(stack, 'Resolver', { vpc });
    const endpoint = new CfnResolverEndpoint(stack, 'Outbound', {
      direction: 'OUTBOUND',
      securityGroupIds: [group.securityGroupId],
      ipAddresses: vpc.isolatedSubnets.map(({ subnetId }) => ({ subnetId })),
    });
    const rule = new CfnResolverRule(stack, 'Rule', {
      ruleType: 'FORWARD',
      domainName: 'onprem.example.com',
      resolverEndpointId: endpoint.attrResolverEndpointId,
      targetIps: [{ ip: '10.1.0.2', port: '53' }],
    });
    new CfnResolverRuleAssociation(stack, 'Association', { resolverRuleId: rule.ref, vpcId: vpc.vpcId });
  }),
  oneStack('peered VPCs, VPC Lattice and an endpoint service', (stack) => {
    const [left, right] = ['Left', 'Right'].map(
      (id, at) => new ec2.Vpc(stack, id, { maxAzs: 2, ipAddresses: ec2.IpAddresses.cidr(`10.${at}.0.0/16`) }),
    );
    const peering = new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: left!.vpcId, peerVpcId: right!.vpcId });
    left!.privateSubnets.forEach((subnet, at) => {
      new ec2.CfnRoute(stack, `To${at}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: right!.vpcCidrBlock,
        vpcPeeringConnectionId: peering.ref,
      });
    });
    const network = new CfnServiceNetwork(stack, 'Lattice', { authType: 'AWS_IAM' });
    new CfnServiceNetworkVpcAssociation(stack, 'Member', {
      serviceNetworkIdentifier: network.ref,
      vpcIdentifier: right!.vpcId,
    });
    new ec2.CfnVPCEndpointServicePermissions(stack, 'Permissions', {
      serviceId: 'vpce-svc-0123456789abcdef0',
      allowedPrincipals: [`arn:aws:iam::${TOOLS}:root`],
    });
  }),
  oneStack('a firewall in an inspection VPC', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Inspection', { maxAzs: 2, natGateways: 2 });
    const policy = new CfnFirewallPolicy(stack, 'Policy', {
      firewallPolicyName: 'egress',
      firewallPolicy: {
        statelessDefaultActions: ['aws:forward_to_sfe'],
        statelessFragmentDefaultActions: ['aws:forward_to_sfe'],
      },
    });
    new CfnFirewall(stack, 'Firewall', {
      firewallName: 'egress',
      firewallPolicyArn: policy.ref,
      vpcId: vpc.vpcId,
      subnetMappings: vpc.publicSubnets.map(({ subnetId }) => ({ subnetId })),
    });
  }),
  oneStack('a canary, metrics of logs and logs that a central account gets', (stack) => {
    new synthetics.Canary(stack, 'Canary', {
      runtime: synthetics.Runtime.SYNTHETICS_NODEJS_PUPPETEER_9_1,
      schedule: synthetics.Schedule.rate(Duration.minutes(5)),
      test: synthetics.Test.custom({
        code: synthetics.Code.fromInline('exports.handler = async () => {};'),
        handler: 'index.handler',
      }),
    });
    const group = new logs.LogGroup(stack, 'Log', { retention: logs.RetentionDays.ONE_DAY });
    group.addMetricFilter('Errors', {
      filterPattern: logs.FilterPattern.literal('ERROR'),
      metricNamespace: 'Shop',
      metricName: 'Errors',
    });
    new logs.CfnSubscriptionFilter(stack, 'Central', {
      logGroupName: group.logGroupName,
      filterPattern: '',
      destinationArn: `arn:aws:logs:us-east-1:${TOOLS}:destination:central`,
    });
  }),
  oneStack('functions with versions, layers, destinations and a stream', (stack) => {
    const handler = functionIn(stack, 'Function', {
      layers: [
        lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', `arn:aws:lambda:us-east-1:${TOOLS}:layer:tracing:7`),
      ],
      onFailure: new SqsDestination(new sqs.Queue(stack, 'Failures')),
      tracing: lambda.Tracing.ACTIVE,
      insightsVersion: lambda.LambdaInsightsVersion.VERSION_1_0_229_0,
    });
    handler.addEventSource(
      new KinesisEventSource(new Stream(stack, 'Stream'), { startingPosition: lambda.StartingPosition.LATEST }),
    );
    new lambda.Alias(stack, 'Live', { aliasName: 'live', version: handler.currentVersion });
    handler.addPermission('Partner', {
      principal: new iam.AccountPrincipal(TOOLS),
      action: 'lambda:InvokeFunction',
    });
    const application = new appconfig.Application(stack, 'Flags');
    new appconfig.HostedConfiguration(stack, 'Configuration', {
      application,
      content: appconfig.ConfigurationContent.fromInlineText('on'),
    });
  }),
  oneStack('a build for operators with every permission, started by people and a schedule', (stack) => {
    const project = new codebuild.Project(stack, 'Ops', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: ['make'] } } }),
      environment: { privileged: true, buildImage: codebuild.LinuxBuildImage.STANDARD_7_0 },
    });
    project.role!.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess'));
    new events.Rule(stack, 'Weekly', {
      schedule: events.Schedule.rate(Duration.days(7)),
      targets: [new targets.CodeBuildProject(project)],
    });
    const operator = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    operator.addToPolicy(
      new iam.PolicyStatement({ actions: ['codebuild:StartBuild'], resources: [project.projectArn] }),
    );
  }),
];
