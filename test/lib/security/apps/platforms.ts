import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as chatbot from 'aws-cdk-lib/aws-chatbot';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as patterns from 'aws-cdk-lib/aws-ecs-patterns';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, PermissionsBoundary, Stack, Stage, TimeZone } from 'aws-cdk-lib/core';
import * as bma from '../../../../lib';
import * as blueprints from '../../../../lib/blueprint';
import * as ops from '../../../../lib/operations';
import * as triggers from '../../../../lib/trigger';
import * as wf from '../../../../lib/workflow';
import { ENV } from '../governed-app';
import { functionIn } from './compute';

function broughtVpc(stack: Stack) {
  return new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    restrictDefaultSecurityGroup: true,
    subnetConfiguration: [
      { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'app', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      { name: 'agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
    flowLogs: { all: {} },
  });
}

/** Agents as platform teams deploy them, with different options of this library, next to apps of others. */
export const PLATFORMS: readonly { name: string; app(): App }[] = [
  {
    name: 'reviewer in a brought VPC with public load balancer, service and database, existing keys',
    app: () => {
      const app = new App();
      const shared = new Stack(app, 'Shared', { env: ENV });
      const vpc = broughtVpc(shared);
      new patterns.ApplicationLoadBalancedFargateService(shared, 'Web', {
        vpc,
        taskImageOptions: { image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable') },
      });
      const database = new rds.DatabaseInstance(shared, 'Database', {
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_17 }),
      });
      database.addRotationSingleUser();
      const stack = new Stack(app, 'Reviews', { env: ENV });
      const auditTrail = new bma.AgentAuditTrail(stack, 'Audit');
      const network = bma.AgentNetwork.fromVpc(stack, 'Network', { vpc });
      const dataKey = new bma.AgentKey(stack, 'Data');
      const evidenceKey = new bma.AgentKey(stack, 'Evidence');
      const baseline = new bma.AgentBaseline(stack, 'Baseline', { network, auditTrail, dataKey, evidenceKey });
      new blueprints.PullRequestReviewer(stack, 'Reviewer', {
        codeHost: blueprints.CodeHost.codeCommit(codecommit.Repository.fromRepositoryName(stack, 'Repo', 'shop')),
        registries: [bma.PackageRegistry.codeArtifact({ domainName: 'example', repositoryName: 'npm' })],
        gate: blueprints.ReviewGate.failFrom(blueprints.ReviewSeverity.HIGH),
        baseline,
      });
      return app;
    },
  },
  {
    name: 'GitHub reviewer with an allow-list, kill switch, budget, alarms, a dashboard and Slack',
    app: () => {
      const app = new App();
      const stack = new Stack(app, 'Reviews', { env: ENV });
      const network = new bma.AgentNetwork(stack, 'Network', {
        egress: bma.AgentEgress.allowList(['registry.npmjs.org', '*.pypi.org'], { reason: 'Packages of builds' }),
      });
      const auditTrail = new bma.AgentAuditTrail(stack, 'Audit');
      const baseline = new bma.AgentBaseline(stack, 'Baseline', { network, auditTrail });
      const credentials = new Secret(stack, 'GitHub', { encryptionKey: baseline.dataKey });
      const reviewer = new blueprints.PullRequestReviewer(stack, 'Reviewer', {
        codeHost: blueprints.CodeHost.gitHub({
          repositories: ['example-org/shop'],
          webhook: new triggers.GitHubWebhook(stack, 'Webhook', { encryptionKey: baseline.dataKey }),
          credentials,
          reviewCommand: '/review',
        }),
        baseline,
      });
      const killSwitch = new ops.AgentKillSwitch(stack, 'Kill', {
        workflows: [reviewer.workflow],
        notify: auditTrail.alarmTopic,
      });
      new ops.AgentBudget(stack, 'Budget', {
        workflows: [reviewer.workflow],
        monthlyLimitUsd: 500,
        hourlyLimitUsd: 10,
        actions: [
          ops.AgentBudgetAction.notify(50, auditTrail.alarmTopic!),
          ops.AgentBudgetAction.refuseTurns(90),
          ops.AgentBudgetAction.engage(100, killSwitch),
        ],
      });
      new ops.AgentAlarms(stack, 'Alarms', { workflows: [reviewer.workflow], notify: auditTrail.alarmTopic });
      new ops.AgentDashboard(stack, 'Dashboard', { workflows: [reviewer.workflow] });
      new chatbot.SlackChannelConfiguration(stack, 'Slack', {
        slackChannelConfigurationName: 'agents',
        slackWorkspaceId: 'T0123456',
        slackChannelId: 'C0123457',
        notificationTopics: [auditTrail.alarmTopic!],
      });
      killSwitch.grants.engage(new iam.Role(stack, 'OnCall', { assumedBy: new iam.AccountRootPrincipal() }));
      return app;
    },
  },
  {
    name: 'responder and auditor, two agents of one network in a Stage, with a boundary and stores of the shop',
    app: () => {
      const app = new App();
      const stage = new Stage(app, 'Prod', { env: ENV, permissionsBoundary: PermissionsBoundary.fromName('platform') });
      const networkStack = new Stack(stage, 'Network');
      const network = new bma.AgentNetwork(networkStack, 'Network');
      const shop = new Stack(stage, 'Shop');
      const handler = functionIn(shop, 'Checkout');
      new apigateway.LambdaRestApi(shop, 'Api', { handler });
      const stack = new Stack(stage, 'Agents');
      const auditTrail = new bma.AgentAuditTrail(stack, 'Audit');
      const key = new bma.AgentKey(stack, 'Key', { protects: 'agents' });
      const baseline = new bma.AgentBaseline(stack, 'Baseline', { network, auditTrail, dataKey: key });
      const alarm = new cloudwatch.Alarm(shop, 'Errors', {
        metric: handler.metricErrors(),
        threshold: 1,
        evaluationPeriods: 1,
      });
      const group = new logs.LogGroup(stack, 'CheckoutLogs', {
        encryptionKey: key,
        retention: logs.RetentionDays.ONE_YEAR,
      });
      const onCall = new sns.Topic(stack, 'OnCall', { masterKey: key, enforceSSL: true });
      new blueprints.IncidentResponder(stack, 'Responder', {
        serviceName: 'checkout',
        baseline,
        alarms: [alarm],
        logGroups: [group],
        metricNamespaces: ['AWS/Lambda'],
        deployments: {
          codeDeployGroups: [{ applicationName: 'checkout', deploymentGroupName: 'live' }],
          functions: [handler],
        },
        notify: onCall,
        opsCenter: blueprints.OpsCenter.opsItems(),
        resumeOn: [
          blueprints.ResumeEvent.alarmRecovers(),
          blueprints.ResumeEvent.timer({ after: Duration.minutes(20) }),
        ],
        remediation: blueprints.IncidentRemediation.withApproval({
          runbooks: [
            blueprints.RemediationRunbook.automation({
              documentName: 'AWS-RestartEC2Instance',
              parameters: { InstanceId: blueprints.RunbookParameter.oneOf(['i-0123456789abcdef0']) },
              automationRoleArn: 'arn:aws:iam::111122223333:role/restarter',
            }),
          ],
        }),
      });
      const bundles = new s3.Bucket(stack, 'Bundles', { encryptionKey: key, enforceSSL: true, versioned: true });
      new blueprints.SecurityAuditor(stack, 'Auditor', {
        repositories: [
          bma.SourceRepository.codeCommit(codecommit.Repository.fromRepositoryName(stack, 'Shop', 'shop')),
          bma.SourceRepository.s3Bundle('legacy', bundles, 'legacy.bundle'),
        ],
        schedule: ScheduleExpression.cron({ minute: '0', hour: '3', timeZone: TimeZone.EUROPE_BERLIN }),
        securityHub: blueprints.SecurityHubImport.newFindings(),
        baseline,
      });
      return app;
    },
  },
  {
    name: 'no environment, existing roles, an approval, tools with outputs, the pack on a stack',
    app: () => {
      const app = new App();
      const stack = new Stack(app, 'Agents', { env: { region: 'us-west-2' } });
      const auditTrail = new bma.AgentAuditTrail(stack, 'Audit');
      const baseline = new bma.AgentBaseline(stack, 'Baseline', { auditTrail });
      const outputs = new s3.Bucket(stack, 'Outputs', {
        encryptionKey: baseline.dataKey,
        enforceSSL: true,
        versioned: true,
      });
      const agent = new bma.ManagedAgent(stack, 'Writer', {
        model: bma.AgentModel.GPT_5_6_LUNA,
        instructions: 'Write the report.',
        baseline,
        tools: [bma.AgentTool.outputs({ bucket: outputs, prefix: 'reports/' })],
      });
      const workflow = new wf.TurnWorkflow(stack, 'Turns', { agent, approval: wf.TurnApproval.always() });
      workflow.addTrigger(triggers.AgentTrigger.onEvent('Orders', { source: ['shop.orders'] }));
      const approvers = new iam.Role(stack, 'Approvers', { assumedBy: new iam.AccountRootPrincipal() });
      workflow.grants.approveTurns(approvers);
      const second = new bma.ManagedAgent(stack, 'Checker', {
        model: bma.AgentModel.GPT_5_6_LUNA,
        instructions: 'Check the report.',
        baseline,
      });
      const checks = new wf.TurnWorkflow(stack, 'Checks', { agent: second });
      checks.addTrigger(triggers.AgentTrigger.onTurnOutcome(workflow));
      return app;
    },
  },
  {
    name: 'a network of another app by attributes, an imported trail, an agent and an API of the shop',
    app: () => {
      const app = new App();
      const stack = new Stack(app, 'Agents', { env: ENV });
      const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a', 'us-east-1b'],
        isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
      });
      const network = bma.AgentNetwork.fromVpc(stack, 'Network', {
        vpc,
        existingEndpoints: [{ service: bma.AgentNetworkService.S3, vpcEndpointId: 'vpce-0123456789abcdef0' }],
      });
      const auditTrail = bma.AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Audit', {
        trailArn: `arn:aws:cloudtrail:us-east-1:${ENV.account}:trail/org`,
      });
      const baseline = new bma.AgentBaseline(stack, 'Baseline', { network, auditTrail });
      const agent = new bma.ManagedAgent(stack, 'Helper', {
        model: bma.AgentModel.GPT_5_6_LUNA,
        instructions: 'Help.',
        baseline,
      });
      const workflow = new wf.TurnWorkflow(stack, 'Turns', { agent });
      workflow.addTrigger(triggers.AgentTrigger.onSchedule('Daily', ScheduleExpression.rate(Duration.days(1))));
      const shop = new Stack(app, 'Shop', { env: ENV });
      const handler = functionIn(shop, 'Handler', {
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
        securityGroups: [new ec2.SecurityGroup(shop, 'Group', { vpc })],
      });
      handler.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE });
      return app;
    },
  },
];
