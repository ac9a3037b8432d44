import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { CfnBackupVault } from 'aws-cdk-lib/aws-backup';
import { Trail } from 'aws-cdk-lib/aws-cloudtrail';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as config from 'aws-cdk-lib/aws-config';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { CfnDetector } from 'aws-cdk-lib/aws-guardduty';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnAnalyzer } from 'aws-cdk-lib/aws-accessanalyzer';
import { CfnInstance, CfnPermissionSet } from 'aws-cdk-lib/aws-sso';
import { CfnHub } from 'aws-cdk-lib/aws-securityhub';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnServer } from 'aws-cdk-lib/aws-transfer';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { CfnResourceShare } from 'aws-cdk-lib/aws-ram';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SlackChannelConfiguration } from 'aws-cdk-lib/aws-chatbot';
import { CodeBuildStep, CodePipeline, CodePipelineSource } from 'aws-cdk-lib/pipelines';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import {
  Aws,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  CfnResource,
  CfnStackSet,
  Duration,
  Fn,
  NestedStack,
  PermissionsBoundary,
  SecretValue,
  Stack,
  Stage,
  Tags,
} from 'aws-cdk-lib/core';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ENV } from '../governed-app';
import { functionIn } from './compute';
import { oneStack, type OrdinaryApp } from './app';

function templateFile(template: object): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'template-')), 'template.json');
  fs.writeFileSync(file, JSON.stringify(template));
  return file;
}

const PARTNER = '222233334444';

/** Resources that an organization has in all accounts, and usual forms of templates. */
export const LANDING_ZONE: readonly OrdinaryApp[] = [
  oneStack('a bus that partners send orders to, and a rule that sends on', (stack) => {
    const bus = new events.EventBus(stack, 'Orders', { eventBusName: 'orders' });
    bus.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'partner',
        principals: [new iam.AccountPrincipal(PARTNER)],
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
      }),
    );
    new events.Rule(stack, 'Forward', {
      eventBus: bus,
      eventPattern: { source: ['orders'] },
      targets: [
        new targets.EventBus(
          events.EventBus.fromEventBusArn(stack, 'Central', `arn:aws:events:us-east-1:${PARTNER}:event-bus/central`),
        ),
        new targets.SqsQueue(new sqs.Queue(stack, 'Copies')),
      ],
    });
  }),
  oneStack('a deployment role with AdministratorAccess, as CDK bootstrap has it', (stack) => {
    const execution = new iam.Role(stack, 'CloudFormation', {
      roleName: 'cdk-example-cfn-exec-role',
      assumedBy: new iam.ServicePrincipal('cloudformation.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
    });
    const deploy = new iam.Role(stack, 'Deploy', {
      roleName: 'cdk-example-deploy-role',
      assumedBy: new iam.CompositePrincipal(new iam.AccountRootPrincipal(), new iam.AccountPrincipal(PARTNER)),
    });
    execution.grantPassRole(deploy);
    deploy.addToPolicy(new iam.PolicyStatement({ actions: ['cloudformation:*'], resources: ['*'] }));
  }),
  oneStack('permission sets and an administrator for emergencies', (stack) => {
    const instance = new CfnInstance(stack, 'Identity');
    new CfnPermissionSet(stack, 'Admins', {
      instanceArn: instance.attrInstanceArn,
      name: 'admins',
      managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    });
    new iam.Role(stack, 'BreakGlass', {
      assumedBy: new iam.AccountRootPrincipal().withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
    });
  }),
  oneStack('a user with an access key for a tool outside', (stack) => {
    const user = new iam.User(stack, 'Backup', { userName: 'backup-tool' });
    new Bucket(stack, 'Backups').grantReadWrite(user);
    const key = new iam.AccessKey(stack, 'Key', { user });
    new CfnOutput(stack, 'KeyId', { value: key.accessKeyId });
  }),
  oneStack('AWS Config, GuardDuty, Security Hub and Access Analyzer', (stack) => {
    const bucket = new Bucket(stack, 'Config');
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('config.amazonaws.com'),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWS_ConfigRole')],
    });
    bucket.grantWrite(role);
    new config.CfnConfigurationRecorder(stack, 'Recorder', { roleArn: role.roleArn });
    new config.CfnDeliveryChannel(stack, 'Channel', { s3BucketName: bucket.bucketName });
    const rule = new config.ManagedRule(stack, 'Rule', {
      identifier: config.ManagedRuleIdentifiers.S3_BUCKET_VERSIONING_ENABLED,
    });
    rule.onComplianceChange('Change', { target: new targets.LambdaFunction(functionIn(stack)) });
    new CfnDetector(stack, 'Detector', { enable: true });
    new CfnHub(stack, 'Hub');
    new CfnAnalyzer(stack, 'Analyzer', { type: 'ACCOUNT' });
  }),
  oneStack('a trail of the organization and a budget', (stack) => {
    new Trail(stack, 'Trail', { isOrganizationTrail: false, sendToCloudWatchLogs: true });
    new CfnBudget(stack, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: 100, unit: 'USD' } },
    });
    new CfnBackupVault(stack, 'Vault', {
      backupVaultName: 'shared',
      accessPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${PARTNER}:root` },
            Action: 'backup:CopyIntoBackupVault',
            Resource: '*',
          },
        ],
      },
    });
  }),
  oneStack('a transit gateway that is shared, with a VPC in it', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const gateway = new ec2.CfnTransitGateway(stack, 'Transit', { defaultRouteTableAssociation: 'enable' });
    const attachment = new ec2.CfnTransitGatewayAttachment(stack, 'Attachment', {
      transitGatewayId: gateway.ref,
      vpcId: vpc.vpcId,
      subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
    });
    vpc.privateSubnets.forEach(({ routeTable }, at) => {
      new ec2.CfnRoute(stack, `Route${at}`, {
        routeTableId: routeTable.routeTableId,
        destinationCidrBlock: '10.0.0.0/8',
        transitGatewayId: gateway.ref,
      }).addResourceDependency(attachment);
    });
    new CfnResourceShare(stack, 'Share', {
      name: 'transit',
      resourceArns: [`arn:aws:ec2:us-east-1:${ENV.account}:transit-gateway/${gateway.ref}`],
      principals: [PARTNER],
    });
  }),
  oneStack('EKS with a node group and roles for service accounts', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const role = (id: string, service: string, ...names: string[]) =>
      new iam.Role(stack, id, {
        assumedBy: new iam.ServicePrincipal(service),
        managedPolicies: names.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
      });
    const cluster = new eks.CfnCluster(stack, 'Cluster', {
      roleArn: role('Control', 'eks.amazonaws.com', 'AmazonEKSClusterPolicy').roleArn,
      resourcesVpcConfig: { subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId), endpointPublicAccess: true },
    });
    new eks.CfnNodegroup(stack, 'Nodes', {
      clusterName: cluster.ref,
      nodeRole: role('Node', 'ec2.amazonaws.com', 'AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryReadOnly')
        .roleArn,
      subnets: vpc.privateSubnets.map(({ subnetId }) => subnetId),
    });
    const provider = new iam.OpenIdConnectProvider(stack, 'Oidc', {
      url: 'https://oidc.eks.us-east-1.amazonaws.com/id/ABC',
    });
    new Bucket(stack, 'Data').grantRead(
      new iam.Role(stack, 'Pod', {
        assumedBy: new iam.FederatedPrincipal(
          provider.openIdConnectProviderArn,
          { StringEquals: { 'oidc.eks.us-east-1.amazonaws.com/id/ABC:sub': 'system:serviceaccount:shop:reader' } },
          'sts:AssumeRoleWithWebIdentity',
        ),
      }),
    );
  }),
  oneStack('ECS with images of its own repository and a secret', (stack) => {
    const repository = new ecr.Repository(stack, 'Images', { imageScanOnPush: false });
    repository.grantPull(new iam.AccountPrincipal(PARTNER));
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    const key = new kms.Key(stack, 'Key', { enableKeyRotation: false });
    task.addContainer('Main', {
      image: ecs.ContainerImage.fromEcrRepository(repository, 'latest'),
      environment: { STAGE: 'prod', KEY: key.keyId },
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'x', logRetention: 1 }),
    });
    task.addToTaskRolePolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
  }),
  oneStack('CDK Pipelines that deploys this app', (stack) => {
    const pipeline = new CodePipeline(stack, 'Pipeline', {
      synth: new CodeBuildStep('Synth', {
        input: CodePipelineSource.gitHub('example-org/example', 'main', {
          authentication: SecretValue.secretsManager('github-token'),
        }),
        commands: ['npm ci', 'npx cdk synth'],
        rolePolicyStatements: [new iam.PolicyStatement({ actions: ['codeartifact:*'], resources: ['*'] })],
      }),
    });
    const stage = new Stage(stack, 'Deploy', { env: ENV });
    functionIn(new Stack(stage, 'Service'));
    pipeline.addStage(stage);
  }),
  oneStack('builds of pull requests with a webhook', (stack) => {
    const project = new codebuild.Project(stack, 'Build', {
      source: codebuild.Source.gitHub({
        owner: 'example-org',
        repo: 'example',
        webhook: true,
        webhookFilters: [codebuild.FilterGroup.inEventOf(codebuild.EventAction.PULL_REQUEST_CREATED)],
      }),
      environmentVariables: {
        TOKEN: { type: codebuild.BuildEnvironmentVariableType.SECRETS_MANAGER, value: 'npm:token' },
      },
    });
    project.role!.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess'));
  }),
  oneStack('functions that call models, an agent of Bedrock and a knowledge base', (stack) => {
    const caller = functionIn(stack);
    caller.addToRolePolicy(new iam.PolicyStatement({ actions: ['bedrock:InvokeModel*'], resources: ['*'] }));
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: ['arn:aws:bedrock:us-east-1::foundation-model/*'],
      }),
    );
    new bedrock.CfnAgent(stack, 'Classic', {
      agentName: 'classic',
      agentResourceRoleArn: role.roleArn,
      foundationModel: 'amazon.nova-lite-v1:0',
      instruction: 'Answer questions about orders, politely and briefly, in the language of the customer.',
    });
    new bedrock.CfnGuardrail(stack, 'Guardrail', {
      name: 'simple',
      blockedInputMessaging: 'no',
      blockedOutputsMessaging: 'no',
      contentPolicyConfig: { filtersConfig: [{ type: 'HATE', inputStrength: 'LOW', outputStrength: 'LOW' }] },
    });
  }),
  oneStack('memory, gateway, browser and code interpreter of AgentCore, of another team', (stack) => {
    const trust = new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com');
    const memoryRole = new iam.Role(stack, 'MemoryRole', { assumedBy: trust });
    memoryRole.addToPolicy(new iam.PolicyStatement({ actions: ['bedrock:InvokeModel'], resources: ['*'] }));
    new agentcore.CfnMemory(stack, 'Memory', {
      name: 'notes',
      eventExpiryDuration: 30,
      memoryExecutionRoleArn: memoryRole.roleArn,
    });
    const gatewayRole = new iam.Role(stack, 'GatewayRole', { assumedBy: trust });
    const tool = functionIn(stack);
    tool.grantInvoke(gatewayRole);
    new agentcore.CfnGateway(stack, 'Gateway', {
      name: 'tools',
      protocolType: 'MCP',
      authorizerType: 'AWS_IAM',
      roleArn: gatewayRole.roleArn,
    });
    new agentcore.CfnBrowserCustom(stack, 'Browser', {
      name: 'browser',
      networkConfiguration: { networkMode: 'PUBLIC' },
      executionRoleArn: new iam.Role(stack, 'BrowserRole', { assumedBy: trust }).roleArn,
    });
    new agentcore.CfnCodeInterpreterCustom(stack, 'Interpreter', {
      name: 'code',
      networkConfiguration: { networkMode: 'PUBLIC' },
    });
  }),
  oneStack('a CloudFormation template that is included, with parameters and conditions', (stack) => {
    new CfnInclude(stack, 'Old', {
      templateFile: templateFile({
        Parameters: {
          Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] },
          Role: { Type: 'String', Default: 'app-role' },
        },
        Mappings: { Sizes: { dev: { size: 't3.small' }, prod: { size: 'm5.large' } } },
        Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
        Resources: {
          Topic: { Type: 'AWS::SNS::Topic', Condition: 'Prod' },
          Policy: {
            Type: 'AWS::IAM::Policy',
            Properties: {
              PolicyName: 'old',
              Roles: [{ Ref: 'Role' }],
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }],
              },
            },
          },
          Host: {
            Type: 'AWS::EC2::Instance',
            Properties: {
              ImageId: 'ami-0123456789abcdef0',
              InstanceType: { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'size'] },
            },
          },
        },
      }),
    });
  }),
  oneStack('a SAM template that is included', (stack) => {
    new CfnInclude(stack, 'Sam', {
      templateFile: templateFile({
        Transform: 'AWS::Serverless-2016-10-31',
        Globals: { Function: { Timeout: 10, Environment: { Variables: { STAGE: 'prod' } } } },
        Resources: {
          Hello: {
            Type: 'AWS::Serverless::Function',
            Properties: {
              Runtime: 'python3.12',
              Handler: 'app.handler',
              InlineCode: 'def handler(e, c): return {}',
              Events: { Get: { Type: 'Api', Properties: { Path: '/hello', Method: 'get' } } },
              Policies: ['AmazonDynamoDBFullAccess'],
            },
          },
        },
      }),
    });
  }),
  oneStack('parameters, conditions and dynamic references', (stack) => {
    const stage = new CfnParameter(stack, 'Stage', { default: 'dev' });
    const vpcId = new CfnParameter(stack, 'VpcId', { type: 'AWS::EC2::VPC::Id' });
    const accounts = new CfnParameter(stack, 'Accounts', { type: 'CommaDelimitedList' });
    const isProd = new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(stage, 'prod') });
    const group = new ec2.CfnSecurityGroup(stack, 'Group', { groupDescription: 'x', vpcId: vpcId.valueAsString });
    group.cfnOptions.condition = isProd;
    const bucket = new Bucket(stack, 'Bucket');
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects('*')],
        conditions: { StringEquals: { 'aws:PrincipalAccount': accounts.valueAsList } },
      }),
    );
    functionIn(stack, 'Function', {
      environment: { URL: `https://${stage.valueAsString}.example.com`, DOMAIN: Fn.importValue('shared-domain') },
      role: iam.Role.fromRoleArn(stack, 'Existing', `arn:aws:iam::${Aws.ACCOUNT_ID}:role/shared-lambda`),
    });
  }),
  oneStack('a boundary for every role of the stack, and tags', (stack) => {
    const boundary = new iam.ManagedPolicy(stack, 'Boundary', {
      statements: [new iam.PolicyStatement({ notActions: ['iam:*'], resources: ['*'] })],
    });
    iam.PermissionsBoundary.of(stack).apply(boundary);
    functionIn(stack);
    new iam.Role(stack, 'Free', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    Tags.of(stack).add('team', 'shop');
  }),
  {
    name: 'a Stage with a boundary, nested stacks and another Region',
    add: (app, id) => {
      const stage = new Stage(app, `${id}Stage`, {
        env: { ...ENV, region: 'eu-central-1' },
        permissionsBoundary: PermissionsBoundary.fromName('company-boundary'),
      });
      const stack = new Stack(stage, 'Service');
      functionIn(new NestedStack(stack, 'Inner'));
      new sqs.Queue(stack, 'Queue', { visibilityTimeout: Duration.minutes(1) });
    },
  },
  {
    name: 'a stack without an environment, with literal Regions',
    add: (app, id) => {
      const stack = new Stack(app, `${id}Plain`);
      const handler = functionIn(stack);
      handler.addToRolePolicy(
        new iam.PolicyStatement({
          actions: ['sqs:SendMessage'],
          resources: ['arn:aws:sqs:us-west-2:111122223333:jobs'],
        }),
      );
      new sns.Topic(stack, 'Topic').grantPublish(handler);
    },
  },
  oneStack('stack sets, resources of other vendors and a macro', (stack) => {
    new CfnStackSet(stack, 'Everywhere', {
      stackSetName: 'baseline',
      permissionModel: 'SERVICE_MANAGED',
      templateUrl: 'https://s3.amazonaws.com/example/baseline.yaml',
    });
    new CfnResource(stack, 'Monitor', {
      type: 'Datadog::Monitors::Monitor',
      properties: { Name: 'x', Type: 'metric alert' },
    });
    new CfnResource(stack, 'Nested', {
      type: 'AWS::CloudFormation::Stack',
      properties: { TemplateURL: 'https://s3.amazonaws.com/example/vpc.yaml' },
    });
    stack.addTransform('CompanyMacro');
  }),
  oneStack('SFTP for partners and messages to Slack', (stack) => {
    new CfnServer(stack, 'Sftp', { identityProviderType: 'SERVICE_MANAGED', protocols: ['SFTP'] });
    const slack = new SlackChannelConfiguration(stack, 'Slack', {
      slackChannelConfigurationName: 'ops',
      slackWorkspaceId: 'T0123456',
      slackChannelId: 'C0123456',
      notificationTopics: [new sns.Topic(stack, 'Topic')],
    });
    slack.addToRolePolicy(new iam.PolicyStatement({ actions: ['cloudwatch:Get*'], resources: ['*'] }));
  }),
];
