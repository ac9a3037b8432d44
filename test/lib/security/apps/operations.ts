import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import { LifecycleHook, LifecycleTransition } from 'aws-cdk-lib/aws-autoscaling';
import { QueueHook } from 'aws-cdk-lib/aws-autoscaling-hooktargets';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as imagebuilder from 'aws-cdk-lib/aws-imagebuilder';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as catalog from 'aws-cdk-lib/aws-servicecatalog';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { CustomResource, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib/core';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { CodePipeline, CodePipelineSource, ManualApprovalStep, ShellStep, type Wave } from 'aws-cdk-lib/pipelines';
import { ENV } from '../governed-app';
import { oneStack, stackIn, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { addSource } from './pipeline-source';

const TOOLS = '222233334444';
const ORGANIZATION = 'o-exampleorg1';

/** Pipelines, images and operations of a platform team, none of them related to an agent. */
export const OPERATIONS: readonly OrdinaryApp[] = [
  oneStack('a pipeline that deploys into other accounts', (stack) => {
    const key = new kms.Key(stack, 'ArtifactKey', { removalPolicy: RemovalPolicy.DESTROY });
    const bucket = new s3.Bucket(stack, 'Artifacts', { encryptionKey: key });
    const target = iam.Role.fromRoleArn(stack, 'Target', `arn:aws:iam::${TOOLS}:role/deployer`, { mutable: false });
    bucket.grantReadWrite(new iam.AccountPrincipal(TOOLS));
    key.grantEncryptDecrypt(new iam.AccountPrincipal(TOOLS));
    const pipeline = new codepipeline.Pipeline(stack, 'Pipeline', { artifactBucket: bucket, crossAccountKeys: true });
    const source = addSource(pipeline);
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
      subnetId: vpc.privateSubnets[0].subnetId,
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
