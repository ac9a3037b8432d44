import * as backup from 'aws-cdk-lib/aws-backup';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cwActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as cpActions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as iot from 'aws-cdk-lib/aws-iot';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as logDest from 'aws-cdk-lib/aws-logs-destinations';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as synthetics from 'aws-cdk-lib/aws-synthetics';
import { CfnResource, Duration } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

/** Central logs, alarms and canaries. */
export const OBSERVABILITY: readonly OrdinaryApp[] = [
  oneStack('central logs: subscription of a group to a stream and a bucket', (stack) => {
    const archive = new s3.Bucket(stack, 'Archive');
    const stream = new firehose.DeliveryStream(stack, 'S', { destination: new firehose.S3Bucket(archive) });
    const group = new logs.LogGroup(stack, 'App');
    new logs.SubscriptionFilter(stack, 'F', {
      logGroup: group,
      destination: new logDest.FirehoseDestination(stream),
      filterPattern: logs.FilterPattern.allEvents(),
    });
  }),
  oneStack('account-wide log policy into an own stream and archive', (stack) => {
    const archive = new s3.Bucket(stack, 'Archive');
    const stream = new firehose.DeliveryStream(stack, 'S', { destination: new firehose.S3Bucket(archive) });
    const role = new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('logs.amazonaws.com') });
    stream.grantPutRecords(role);
    new logs.CfnAccountPolicy(stack, 'P', {
      policyName: 'all',
      policyType: 'SUBSCRIPTION_FILTER_POLICY',
      scope: 'ALL',
      policyDocument: stack.toJsonString({
        DestinationArn: stream.deliveryStreamArn,
        RoleArn: role.roleArn,
        FilterPattern: '',
      }),
    });
  }),
  oneStack('canaries, composite alarms, a dashboard and a mute rule', (stack) => {
    new synthetics.Canary(stack, 'C', {
      runtime: synthetics.Runtime.SYNTHETICS_NODEJS_PUPPETEER_9_1,
      test: synthetics.Test.custom({
        code: synthetics.Code.fromInline('exports.handler=async()=>{}'),
        handler: 'index.handler',
      }),
      schedule: synthetics.Schedule.rate(Duration.minutes(5)),
    });
    const a = new cloudwatch.Alarm(stack, 'A', {
      metric: new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    a.addAlarmAction(new cwActions.SnsAction(new sns.Topic(stack, 'T')));
    new cloudwatch.CompositeAlarm(stack, 'All', { alarmRule: cloudwatch.AlarmRule.anyOf(a) });
    new CfnResource(stack, 'Mute', {
      type: 'AWS::CloudWatch::AlarmMuteRule',
      properties: {
        Name: 'weekend',
        Rule: { Schedule: { Expression: 'cron(0 0 ? * SAT *)', Duration: 'PT24H' } },
        MuteTargets: { AlarmNames: [a.alarmName] },
      },
    });
  }),
  oneStack('telemetry pipeline for logs of a SaaS from S3', (stack) => {
    new CfnResource(stack, 'P', {
      type: 'AWS::ObservabilityAdmin::TelemetryPipelines',
      properties: {
        Name: 'okta',
        Configuration: {
          Body: 'pipeline:\n  source:\n    s3:\n      bucket: logs\n  processor:\n    - drop_events:\n        drop_when: "x"\n  sink:\n    - cloudwatch_logs:\n        log_group: "/okta"\n',
        },
      },
    });
  }),
  oneStack('log group with a bearer token for OTLP, of another app', (stack) => {
    new logs.CfnLogGroup(stack, 'G', { bearerTokenAuthenticationEnabled: true, retentionInDays: 7 });
  }),
];

/** Pipelines and builds. */
export const CI_PIPELINES: readonly OrdinaryApp[] = [
  oneStack('pipeline for pull requests and pushes with builds', (stack) => {
    const source = new codepipeline.Artifact();
    const project = new codebuild.PipelineProject(stack, 'Build');
    const action = new cpActions.CodeStarConnectionsSourceAction({
      actionName: 'Source',
      connectionArn: 'arn:aws:codeconnections:us-east-1:111122223333:connection/c',
      owner: 'example',
      repo: 'shop',
      output: source,
    });
    new codepipeline.Pipeline(stack, 'P', {
      pipelineType: codepipeline.PipelineType.V2,
      triggers: [
        {
          providerType: codepipeline.ProviderType.CODE_STAR_SOURCE_CONNECTION,
          gitConfiguration: { sourceAction: action, pullRequestFilter: [{ branchesIncludes: ['main'] }] },
        },
      ],
      stages: [
        { stageName: 'Source', actions: [action] },
        {
          stageName: 'Build',
          actions: [new cpActions.CodeBuildAction({ actionName: 'Build', project, input: source })],
        },
      ],
    });
  }),
  oneStack('public builds of pull requests by a webhook, with reports', (stack) => {
    const p = new codebuild.Project(stack, 'Build', {
      source: codebuild.Source.gitHub({
        owner: 'example',
        repo: 'shop',
        webhook: true,
        webhookFilters: [codebuild.FilterGroup.inEventOf(codebuild.EventAction.PULL_REQUEST_CREATED)],
      }),
      badge: true,
    });
    new codebuild.ReportGroup(stack, 'Reports').grantWrite(p);
  }),
  oneStack('role of GitHub Actions that deploys by CloudFormation and pushes images', (stack) => {
    const provider = new iam.OpenIdConnectProvider(stack, 'GitHub', {
      url: 'https://token.actions.githubusercontent.com',
      clientIds: ['sts.amazonaws.com'],
    });
    const role = new iam.Role(stack, 'Deploy', {
      assumedBy: new iam.WebIdentityPrincipal(provider.openIdConnectProviderArn, {
        StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:example/shop:*' },
      }),
    });
    new ecr.Repository(stack, 'Images').grantPullPush(role);
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: [`arn:aws:iam::${stack.account}:role/cdk-hnb659fds-*`],
      }),
    );
  }),
  oneStack('canary deployments of a function with alarms', (stack) => {
    const f = functionIn(stack);
    const alias = f.addAlias('live');
    new cloudwatch.Alarm(stack, 'Errors', { metric: alias.metricErrors(), threshold: 1, evaluationPeriods: 1 });
  }),
];

/** Backups, an assistant and devices. */
export const ASSISTANTS: readonly OrdinaryApp[] = [
  oneStack('backups of everything with a copy to a vault of the account', (stack) => {
    const plan = backup.BackupPlan.daily35DayRetention(stack, 'Plan');
    plan.addSelection('All', { resources: [backup.BackupResource.fromTag('backup', 'yes')] });
  }),
  oneStack('harness of AgentCore for support, with tokens of Google', (stack) => {
    const role = new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com') });
    const f = functionIn(stack);
    f.grantInvoke(role);
    new CfnResource(stack, 'H', {
      type: 'AWS::BedrockAgentCore::Harness',
      properties: {
        HarnessName: 'support',
        ExecutionRoleArn: role.roleArn,
        Model: { BedrockModelConfig: { ModelId: 'amazon.nova-lite-v1:0' } },
        AuthorizerConfiguration: {
          CustomJWTAuthorizer: { DiscoveryUrl: 'https://accounts.google.com/.well-known/openid-configuration' },
        },
      },
    });
  }),
  oneStack('devices with rules into a table and a function', (stack) => {
    const f = functionIn(stack);
    f.addPermission('P', { principal: new iam.ServicePrincipal('iot.amazonaws.com'), sourceAccount: stack.account });
    new iot.CfnTopicRule(stack, 'R', {
      topicRulePayload: { sql: "SELECT * FROM 'dt/#'", actions: [{ lambda: { functionArn: f.functionArn } }] },
    });
  }),
];
