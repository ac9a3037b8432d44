import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as pipelines from 'aws-cdk-lib/pipelines';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

/** How containers are built and deployed, as a platform team writes them with the constructs of aws-cdk-lib. */
export const CONTAINER_DELIVERY: readonly OrdinaryApp[] = [
  oneStack('blue/green with CodeDeploy and a pipeline that builds and deploys the service', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const cluster = new ecs.Cluster(stack, 'Cluster', { vpc });
    const repository = new ecr.Repository(stack, 'Images');
    const definition = new ecs.FargateTaskDefinition(stack, 'Definition');
    definition.addContainer('App', {
      image: ecs.ContainerImage.fromEcrRepository(repository),
      portMappings: [{ containerPort: 80 }],
    });
    const service = new ecs.FargateService(stack, 'Service', {
      cluster,
      taskDefinition: definition,
      deploymentController: { type: ecs.DeploymentControllerType.CODE_DEPLOY },
    });
    const balancer = new elbv2.ApplicationLoadBalancer(stack, 'Balancer', { vpc, internetFacing: true });
    const listener = balancer.addListener('Http', { port: 80 });
    const blue = listener.addTargets('Blue', { port: 80, targets: [service] });
    const green = new elbv2.ApplicationTargetGroup(stack, 'Green', { vpc, port: 80, targetType: elbv2.TargetType.IP });
    const group = new codedeploy.EcsDeploymentGroup(stack, 'Group', {
      service,
      blueGreenDeploymentConfig: { blueTargetGroup: blue, greenTargetGroup: green, listener },
    });
    const project = new codebuild.PipelineProject(stack, 'Build', {
      environment: { privileged: true, buildImage: codebuild.LinuxBuildImage.STANDARD_7_0 },
      vpc,
    });
    repository.grantPullPush(project);
    const source = new codepipeline.Artifact();
    const built = new codepipeline.Artifact();
    new codepipeline.Pipeline(stack, 'Pipeline', {
      crossAccountKeys: true,
      stages: [
        {
          stageName: 'Source',
          actions: [
            new actions.CodeStarConnectionsSourceAction({
              actionName: 'GitHub',
              owner: 'example-org',
              repo: 'shop',
              output: source,
              connectionArn:
                'arn:aws:codeconnections:us-east-1:111122223333:connection/0f0f0f0f-0000-4000-8000-000000000000',
            }),
          ],
        },
        {
          stageName: 'Build',
          actions: [new actions.CodeBuildAction({ actionName: 'Build', project, input: source, outputs: [built] })],
        },
        {
          stageName: 'Deploy',
          actions: [
            new actions.CodeDeployEcsDeployAction({
              actionName: 'Deploy',
              deploymentGroup: group,
              appSpecTemplateInput: built,
              taskDefinitionTemplateInput: built,
            }),
            new actions.LambdaInvokeAction({ actionName: 'Notify', lambda: functionIn(stack, 'Notify'), runOrder: 2 }),
            new actions.CloudFormationCreateUpdateStackAction({
              actionName: 'Infra',
              stackName: 'shop-infra',
              templatePath: built.atPath('template.json'),
              adminPermissions: true,
              runOrder: 3,
            }),
          ],
        },
      ],
    });
  }),
  oneStack('CDK Pipelines with a synth step that assumes look-up roles, cross-account keys and Docker', (stack) => {
    new pipelines.CodePipeline(stack, 'Pipeline', {
      crossAccountKeys: true,
      dockerEnabledForSynth: true,
      selfMutation: true,
      synth: new pipelines.CodeBuildStep('Synth', {
        input: pipelines.CodePipelineSource.connection('example-org/platform', 'main', {
          connectionArn:
            'arn:aws:codeconnections:us-east-1:111122223333:connection/0f0f0f0f-0000-4000-8000-000000000000',
        }),
        commands: ['npm ci', 'npx cdk synth'],
        rolePolicyStatements: [
          new iam.PolicyStatement({
            actions: ['sts:AssumeRole'],
            resources: ['*'],
            conditions: { StringEquals: { 'iam:ResourceTag/aws-cdk:bootstrap-role': 'lookup' } },
          }),
          new iam.PolicyStatement({
            actions: ['codeartifact:GetAuthorizationToken', 'codeartifact:ReadFromRepository'],
            resources: ['*'],
          }),
          new iam.PolicyStatement({ actions: ['sts:GetServiceBearerToken'], resources: ['*'] }),
        ],
      }),
    });
  }),
  oneStack('a self-hosted runner of GitHub in an instance, Jenkins with wide permissions, and a bastion', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    new ec2.BastionHostLinux(stack, 'Bastion', { vpc });
    const jenkins = new ec2.Instance(stack, 'Jenkins', {
      vpc,
      instanceType: new ec2.InstanceType('t3.large'),
      machineImage: ec2.MachineImage.latestAmazonLinux2023(),
      ssmSessionPermissions: true,
    });
    jenkins.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['ecr:*', 'ecs:*', 's3:*', 'cloudformation:*', 'lambda:UpdateFunctionCode'],
        resources: ['*'],
      }),
    );
    jenkins.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: ['arn:aws:iam::*:role/cdk-*'] }),
    );
    jenkins.connections.allowFrom(ec2.Peer.ipv4('198.51.100.0/24'), ec2.Port.HTTPS);
    jenkins.userData.addCommands('yum install -y jenkins');
    new codebuild.Project(stack, 'Runner', {
      source: codebuild.Source.gitHub({
        owner: 'example-org',
        repo: 'shop',
        webhook: true,
        webhookFilters: [codebuild.FilterGroup.inEventOf(codebuild.EventAction.WORKFLOW_JOB_QUEUED)],
      }),
      environmentVariables: {
        TOKEN: { type: codebuild.BuildEnvironmentVariableType.SECRETS_MANAGER, value: 'runner/token' },
      },
    });
    new iam.User(stack, 'Mailer', { userName: 'smtp' }).addToPolicy(
      new iam.PolicyStatement({ actions: ['ses:SendRawEmail'], resources: ['*'] }),
    );
  }),
];
