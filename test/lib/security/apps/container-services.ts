import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as patterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { CfnResource, Duration, Size, type Stack } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';

const vpcOf = (stack: Stack) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
/** Services and jobs in containers. */
export const CONTAINER_SERVICES: readonly OrdinaryApp[] = [
  oneStack('public Fargate service with auto scaling and a secret', (stack) => {
    const service = new patterns.ApplicationLoadBalancedFargateService(stack, 'Web', {
      vpc: vpcOf(stack),
      publicLoadBalancer: true,
      taskImageOptions: {
        image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:1.27'),
        secrets: { KEY: ecs.Secret.fromSecretsManager(new secrets.Secret(stack, 'S')) },
      },
    });
    service.service
      .autoScaleTaskCount({ maxCapacity: 6 })
      .scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60 });
  }),
  oneStack('queue workers on Fargate with an EFS', (stack) => {
    const vpc = vpcOf(stack);
    const fs = new efs.FileSystem(stack, 'Fs', { vpc, encrypted: true });
    const w = new patterns.QueueProcessingFargateService(stack, 'W', {
      vpc,
      image: ecs.ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:1'),
    });
    w.taskDefinition.addVolume({ name: 'data', efsVolumeConfiguration: { fileSystemId: fs.fileSystemId } });
    fs.connections.allowDefaultPortFrom(w.service);
  }),
  oneStack('batch jobs on spot with a schedule', (stack) => {
    const ce = new batch.FargateComputeEnvironment(stack, 'Ce', { vpc: vpcOf(stack), spot: true });
    const queue = new batch.JobQueue(stack, 'Q', { computeEnvironments: [{ computeEnvironment: ce, order: 1 }] });
    const job = new batch.EcsJobDefinition(stack, 'J', {
      container: new batch.EcsFargateContainerDefinition(stack, 'C', {
        image: ecs.ContainerImage.fromRegistry('public.ecr.aws/docker/library/busybox:1'),
        cpu: 1,
        memory: Size.mebibytes(2048),
      }),
    });
    new events.Rule(stack, 'Nightly', {
      schedule: events.Schedule.rate(Duration.days(1)),
      targets: [new targets.BatchJob(queue.jobQueueArn, queue, job.jobDefinitionArn, job)],
    });
  }),
  oneStack('instances of a group with a balancer and session manager', (stack) => {
    const vpc = vpcOf(stack);
    const asg = new autoscaling.AutoScalingGroup(stack, 'Asg', {
      vpc,
      instanceType: new ec2.InstanceType('t4g.small'),
      machineImage: ec2.MachineImage.latestAmazonLinux2023({ cpuType: ec2.AmazonLinuxCpuType.ARM_64 }),
      ssmSessionPermissions: true,
    });
    asg.connections.allowFromAnyIpv4(ec2.Port.tcp(80));
  }),
  oneStack('express service of ECS', (stack) => {
    const r = (id: string, s: string) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal(s) });
    new CfnResource(stack, 'X', {
      type: 'AWS::ECS::ExpressGatewayService',
      properties: {
        InfrastructureRoleArn: r('I', 'ecs.amazonaws.com').roleArn,
        ExecutionRoleArn: r('E', 'ecs-tasks.amazonaws.com').roleArn,
        TaskRoleArn: r('T', 'ecs-tasks.amazonaws.com').roleArn,
        PrimaryContainer: { Image: 'public.ecr.aws/nginx/nginx:1', ContainerPort: 80 },
      },
    });
  }),
];
