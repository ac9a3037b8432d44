import * as apprunner from 'aws-cdk-lib/aws-apprunner';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as hooks from 'aws-cdk-lib/aws-autoscaling-hooktargets';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as cloudmap from 'aws-cdk-lib/aws-servicediscovery';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as patterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Size } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const image = () => ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable');

/** Services and jobs in containers, as a platform team writes them with the constructs of aws-cdk-lib. */
export const CONTAINERS: readonly OrdinaryApp[] = [
  oneStack('services with Service Connect, Cloud Map, exec, EFS and a scheduled task', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const cluster = new ecs.Cluster(stack, 'Cluster', {
      vpc,
      defaultCloudMapNamespace: { name: 'shop.internal', useForServiceConnect: true },
      containerInsightsV2: ecs.ContainerInsights.ENHANCED,
      executeCommandConfiguration: {
        logging: ecs.ExecuteCommandLogging.OVERRIDE,
        logConfiguration: { cloudWatchLogGroup: new logs.LogGroup(stack, 'Exec') },
      },
    });
    const files = new efs.FileSystem(stack, 'Files', { vpc });
    const definition = new ecs.FargateTaskDefinition(stack, 'Definition', {
      volumes: [{ name: 'data', efsVolumeConfiguration: { fileSystemId: files.fileSystemId } }],
    });
    definition.addContainer('App', {
      image: image(),
      portMappings: [{ containerPort: 80, name: 'http' }],
      secrets: { PASSWORD: ecs.Secret.fromSecretsManager(new secretsmanager.Secret(stack, 'Secret')) },
      logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'app' }),
    });
    const service = new ecs.FargateService(stack, 'Service', {
      cluster,
      taskDefinition: definition,
      enableExecuteCommand: true,
      circuitBreaker: { rollback: true },
      serviceConnectConfiguration: { services: [{ portMappingName: 'http' }] },
    });
    files.connections.allowDefaultPortFrom(service);
    new patterns.ScheduledFargateTask(stack, 'Nightly', {
      cluster,
      schedule: Schedule.cron({ hour: '3', minute: '0' }),
      scheduledFargateTaskImageOptions: { image: image() },
    });
    const namespace = new cloudmap.PrivateDnsNamespace(stack, 'Namespace', { vpc, name: 'svc.local' });
    namespace.createService('Legacy');
  }),
  oneStack('a network load balanced EC2 service with a capacity provider and lifecycle hooks', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    const cluster = new ecs.Cluster(stack, 'Cluster', { vpc });
    const group = new autoscaling.AutoScalingGroup(stack, 'Group', {
      vpc,
      instanceType: new ec2.InstanceType('m7g.large'),
      machineImage: ecs.EcsOptimizedImage.amazonLinux2023(ecs.AmiHardwareType.ARM),
      maxCapacity: 3,
    });
    group.addLifecycleHook('Drain', {
      lifecycleTransition: autoscaling.LifecycleTransition.INSTANCE_TERMINATING,
      notificationTarget: new hooks.FunctionHook(functionIn(stack, 'Hook')),
    });
    cluster.addAsgCapacityProvider(new ecs.AsgCapacityProvider(stack, 'Provider', { autoScalingGroup: group }));
    new patterns.NetworkLoadBalancedEc2Service(stack, 'Service', {
      cluster,
      memoryLimitMiB: 512,
      taskImageOptions: { image: image() },
    });
  }),
  oneStack('Batch on EC2 with EFS, a fair share queue and a job that a rule submits', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const environment = new batch.ManagedEc2EcsComputeEnvironment(stack, 'Environment', { vpc, spot: true });
    const policy = new batch.FairshareSchedulingPolicy(stack, 'Policy');
    const queue = new batch.JobQueue(stack, 'Queue', {
      schedulingPolicy: policy,
      computeEnvironments: [{ computeEnvironment: environment, order: 1 }],
    });
    const definition = new batch.EcsJobDefinition(stack, 'Definition', {
      container: new batch.EcsEc2ContainerDefinition(stack, 'Container', {
        image: image(),
        memory: Size.mebibytes(512),
        cpu: 1,
      }),
    });
    new events.Rule(stack, 'Uploaded', {
      eventPattern: { source: ['aws.s3'], detailType: ['Object Created'], detail: { bucket: { name: ['uploads'] } } },
      targets: [new targets.BatchJob(queue.jobQueueArn, queue, definition.jobDefinitionArn, definition)],
    });
  }),
  oneStack('EKS with manifests, Helm, the load balancer controller and Karpenter roles', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const cluster = new eks.CfnCluster(stack, 'Cluster', {
      roleArn: new iam.Role(stack, 'ClusterRole', {
        assumedBy: new iam.ServicePrincipal('eks.amazonaws.com'),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSClusterPolicy')],
      }).roleArn,
      resourcesVpcConfig: {
        subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
        endpointPublicAccess: true,
        publicAccessCidrs: ['203.0.113.0/24'],
      },
      accessConfig: { authenticationMode: 'API' },
    });
    const node = new iam.Role(stack, 'KarpenterNode', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [
        'AmazonEKSWorkerNodePolicy',
        'AmazonEKS_CNI_Policy',
        'AmazonEC2ContainerRegistryReadOnly',
        'AmazonSSMManagedInstanceCore',
      ].map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    const karpenter = new iam.Role(stack, 'Karpenter', {
      assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com').withSessionTags(),
    });
    karpenter.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'ec2:RunInstances',
          'ec2:CreateFleet',
          'ec2:CreateLaunchTemplate',
          'ec2:Describe*',
          'ec2:TerminateInstances',
          'ec2:CreateTags',
          'pricing:GetProducts',
          'ssm:GetParameter',
        ],
        resources: ['*'],
      }),
    );
    karpenter.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [node.roleArn] }));
    karpenter.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'iam:CreateInstanceProfile',
          'iam:AddRoleToInstanceProfile',
          'iam:GetInstanceProfile',
          'iam:TagInstanceProfile',
        ],
        resources: ['*'],
      }),
    );
    new eks.CfnPodIdentityAssociation(stack, 'KarpenterIdentity', {
      clusterName: cluster.ref,
      namespace: 'karpenter',
      serviceAccount: 'karpenter',
      roleArn: karpenter.roleArn,
    });
    const controller = new iam.Role(stack, 'Controller', {
      assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com').withSessionTags(),
    });
    controller.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          'elasticloadbalancing:*',
          'ec2:CreateSecurityGroup',
          'ec2:AuthorizeSecurityGroupIngress',
          'ec2:DeleteSecurityGroup',
          'wafv2:*',
          'acm:*',
          'cognito-idp:DescribeUserPoolClient',
          'iam:CreateServiceLinkedRole',
        ],
        resources: ['*'],
      }),
    );
    const external = new iam.Role(stack, 'ExternalSecrets', {
      assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com').withSessionTags(),
    });
    external.addToPolicy(
      new iam.PolicyStatement({
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:ListSecrets', 'ssm:GetParameter*'],
        resources: ['*'],
      }),
    );
    new eks.CfnAccessEntry(stack, 'Admins', {
      clusterName: cluster.ref,
      principalArn:
        'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef',
      accessPolicies: [
        {
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
          accessScope: { type: 'cluster' },
        },
      ],
    });
    new events.Rule(stack, 'Interruption', {
      eventPattern: { source: ['aws.ec2'], detailType: ['EC2 Spot Instance Interruption Warning'] },
      targets: [new targets.SnsTopic(new sns.Topic(stack, 'Spot'))],
    });
  }),
  oneStack('App Runner with a VPC connector and an instance role', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const connector = new apprunner.CfnVpcConnector(stack, 'Connector', {
      subnets: vpc.privateSubnets.map(({ subnetId }) => subnetId),
    });
    const role = new iam.Role(stack, 'Instance', {
      assumedBy: new iam.ServicePrincipal('tasks.apprunner.amazonaws.com'),
    });
    new s3.Bucket(stack, 'Files').grantReadWrite(role);
    new apprunner.CfnService(stack, 'Service', {
      instanceConfiguration: { instanceRoleArn: role.roleArn },
      networkConfiguration: {
        egressConfiguration: { egressType: 'VPC', vpcConnectorArn: connector.attrVpcConnectorArn },
      },
      sourceConfiguration: {
        imageRepository: {
          imageIdentifier: 'public.ecr.aws/aws-containers/hello-app-runner:latest',
          imageRepositoryType: 'ECR_PUBLIC',
          imageConfiguration: { port: '8000' },
        },
      },
    });
  }),
];
