import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as patterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { AgentNetwork } from '../../../../lib';
import { AgentNetworkService } from '../../../../lib/network';
import { stackIn, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const image = () => ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable');

/** Apps of other teams in the network of an agent. */
export const SAME_NETWORK: readonly OrdinaryApp[] = [
  {
    name: 'an internal service on Fargate and a file system in the VPC of the agent',
    add: (app, id, { networkStack }) => {
      const stack = stackIn(app, id);
      const network = networkStack.node.findChild('Network') as AgentNetwork;
      const { vpc } = network;
      const vpcSubnets = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
      const files = new efs.FileSystem(stack, 'Files', { vpc, vpcSubnets });
      const service = new patterns.ApplicationLoadBalancedFargateService(stack, 'Service', {
        vpc,
        publicLoadBalancer: false,
        taskSubnets: vpcSubnets,
        taskImageOptions: { image: image() },
        openListener: false,
      });
      files.connections.allowDefaultPortFrom(service.service);
    },
  },
  {
    name: 'a database with a rotated secret in the VPC of the agent',
    add: (app, id, { networkStack }) => {
      const stack = stackIn(app, id);
      const { vpc } = networkStack.node.findChild('Network') as AgentNetwork;
      const database = new rds.DatabaseInstance(stack, 'Database', {
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
        engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_17 }),
      });
      database.addRotationSingleUser();
    },
  },
  {
    name: 'a build and a function of another team in the VPC of the agent with all outbound',
    add: (app, id, { networkStack }) => {
      const stack = stackIn(app, id);
      const { vpc } = networkStack.node.findChild('Network') as AgentNetwork;
      const subnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED };
      new codebuild.Project(stack, 'Build', {
        vpc,
        subnetSelection,
        buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2', phases: { build: { commands: ['make'] } } }),
      });
      functionIn(stack, 'Function', { vpc, vpcSubnets: subnetSelection });
    },
  },
  {
    name: 'endpoints with policies that another team adds to the network by addService',
    add: (_app, _id, { networkStack }) => {
      const network = networkStack.node.findChild('Network') as AgentNetwork;
      network.addService(AgentNetworkService.interface('sqs', { actions: ['sqs:SendMessage'] }));
    },
  },
];
