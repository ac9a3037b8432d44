/**
 * Two apps of the same size, for bench/synth.mjs: agents of this library, and stock constructs of aws-cdk-lib of the same
 * kinds, as many of each. The stock constructs get the properties that the agents' resources have: encryption, log groups,
 * TLS only, roles with a dozen statements, state machines of 90 and 55 states. Kinds without an L2 are L1s in both.
 *
 * Run by bench/synth.mjs: node apps.cjs ours|stock AGENTS DIRECTORY. Prints the CPU time of making and synthesizing the app.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import * as trail from 'aws-cdk-lib/aws-cloudtrail';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as resolver from 'aws-cdk-lib/aws-route53resolver';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { App, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { CiPipelineAgentStack } from '../examples/ci-pipeline-agent/ci-pipeline-agent-stack';
import { CiPipelineNetworkStack } from '../examples/ci-pipeline-agent/ci-pipeline-network-stack';

/** A trail is one per account: each agent gets an account. */
const environment = (index: number) => ({ account: String(111122223330 + index), region: 'us-east-1' });

function ours(app: App, agents: number): void {
  for (let index = 0; index < agents; index += 1) {
    const env = environment(index);
    const { network } = new CiPipelineNetworkStack(app, `Network${index}`, { env });
    new CiPipelineAgentStack(app, `Agent${index}`, { env, network });
  }
}

function stock(app: App, agents: number, work: string): void {
  const code = functionDirectories(work);
  for (let index = 0; index < agents; index += 1) {
    const env = environment(index);
    const { vpc } = new StockNetwork(app, `Network${index}`, { env });
    new StockAgent(app, `Agent${index}`, { env, vpc, code });
  }
}

const FUNCTIONS = 14;

const ASSETS = path.join(__dirname, '..', '..', 'assets');
const IMAGE = path.join(ASSETS, 'image');

/** The files of our functions, a directory for each of them: fingerprinted as many times. */
function functionDirectories(work: string): string[] {
  const handlers = path.join(ASSETS, 'handlers');
  const files = JSON.parse(readFileSync(path.join(handlers, 'files.json'), 'utf8')) as Record<string, string[]>;
  return Object.values(files)
    .slice(0, FUNCTIONS)
    .map((each, index) => {
      const directory = path.join(work, 'functions', String(index));
      for (const file of each) {
        mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
        cpSync(path.join(handlers, file), path.join(directory, file));
      }
      return directory;
    });
}

class StockNetwork extends Stack {
  public readonly vpc: ec2.Vpc;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const key = new kms.Key(this, 'Key', { enableKeyRotation: true, alias: `alias/${id}` });
    key.grantEncryptDecrypt(new iam.ServicePrincipal('logs.us-east-1.amazonaws.com'));
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'Agent', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    const flow = new logs.LogGroup(this, 'Flow', { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR });
    this.vpc.addFlowLog('FlowLog', { destination: ec2.FlowLogDestination.toCloudWatchLogs(flow) });
    const group = new ec2.SecurityGroup(this, 'Group', { vpc: this.vpc, allowAllOutbound: false });
    for (const name of ['bedrock', 'bedrock-runtime', 'logs', 'kms', 'sts', 'ecr.api', 'ecr.dkr', 'monitoring']) {
      const endpoint = new ec2.InterfaceVpcEndpoint(this, `Endpoint-${name}`, {
        vpc: this.vpc,
        service: new ec2.InterfaceVpcEndpointAwsService(name),
        securityGroups: [group],
        open: false,
      });
      endpoint.addToPolicy(statement('execute-api:Invoke', this.formatArn({ service: 'execute-api', resource: name })));
    }
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    const lists = ['allow', 'block'].map(
      (name) => new resolver.CfnFirewallDomainList(this, name, { domains: ['amazonaws.com.'] }),
    );
    const rules = new resolver.CfnFirewallRuleGroup(this, 'Rules', {
      firewallRules: lists.map(({ attrId }, index) => ({
        action: index ? 'BLOCK' : 'ALLOW',
        blockResponse: index ? 'NODATA' : undefined,
        priority: index + 1,
        firewallDomainListId: attrId,
      })),
    });
    new resolver.CfnFirewallRuleGroupAssociation(this, 'Association', {
      firewallRuleGroupId: rules.attrId,
      priority: 101,
      vpcId: this.vpc.vpcId,
    });
    const queries = new logs.LogGroup(this, 'Queries', { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR });
    const logging = new resolver.CfnResolverQueryLoggingConfig(this, 'Logging', {
      destinationArn: queries.logGroupArn,
    });
    new resolver.CfnResolverQueryLoggingConfigAssociation(this, 'LoggingAssociation', {
      resolverQueryLogConfigId: logging.attrId,
      resourceId: this.vpc.vpcId,
    });
    const topic = new sns.Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    alarm(this, 'Blocked', queries, topic);
  }
}

interface StockAgentProps extends StackProps {
  readonly vpc: ec2.IVpc;
  readonly code: readonly string[];
}

class StockAgent extends Stack {
  constructor(scope: Construct, id: string, props: StockAgentProps) {
    super(scope, id, props);
    const { vpc } = props;
    const [key] = ['Data', 'Trail'].map((name) => {
      const each = new kms.Key(this, `${name}Key`, { enableKeyRotation: true, alias: `alias/${id}-${name}` });
      each.grantEncryptDecrypt(new iam.ServicePrincipal('logs.us-east-1.amazonaws.com'));
      each.grantEncryptDecrypt(new iam.ServicePrincipal('cloudtrail.amazonaws.com'));
      return each;
    });
    const buckets = ['Records', 'Material', 'Evidence'].map(
      (name) =>
        new s3.Bucket(this, `${name}Bucket`, {
          encryptionKey: key,
          enforceSSL: true,
          versioned: true,
          blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
          lifecycleRules: [{ expiration: Duration.days(365) }],
        }),
    );
    const group = (name: string) =>
      new logs.LogGroup(this, `${name}Logs`, { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR });
    const trailLogs = group('Trail');
    new trail.Trail(this, 'Trail', {
      bucket: buckets[0],
      encryptionKey: key,
      sendToCloudWatchLogs: true,
      cloudWatchLogGroup: trailLogs,
    }).addS3EventSelector([{ bucket: buckets[1] }]);
    const topic = new sns.Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    for (let n = 0; n < 5; n += 1) alarm(this, `Filter${n}`, trailLogs, topic);
    const groups = ['Runtime', 'Steps'].map(
      (name) => new ec2.SecurityGroup(this, `${name}Group`, { vpc, allowAllOutbound: false }),
    );
    groups[1].connections.allowTo(groups[0], ec2.Port.tcp(443));
    groups[0].connections.allowTo(groups[1], ec2.Port.tcp(443));
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryptionKey: key,
      timeToLiveAttribute: 'ttl',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    });
    table.addGlobalSecondaryIndex({
      indexName: 'by-deletion',
      partitionKey: { name: 'day', type: dynamodb.AttributeType.STRING },
    });
    new events.EventBus(this, 'Bus', { kmsKey: key });
    const queue = (name: string) =>
      new sqs.Queue(this, `${name}Queue`, {
        encryptionMasterKey: key,
        enforceSSL: true,
        retentionPeriod: Duration.days(14),
      });
    const queues = Array.from({ length: 7 }, (_, n) => queue(String(n)));
    const functions = props.code.map((directory, n) => {
      const each = new lambda.Function(this, `Function${n}`, {
        code: lambda.Code.fromAsset(directory),
        runtime: lambda.Runtime.NODEJS_24_X,
        architecture: lambda.Architecture.ARM_64,
        handler: 'index.handler',
        description: `Step ${n} of ${id}`,
        memorySize: 512,
        timeout: Duration.seconds(90),
        environmentEncryption: key,
        loggingFormat: lambda.LoggingFormat.JSON,
        logGroup: group(`Function${n}`),
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
        securityGroups: [groups[1]],
        environment: {
          AGENT_NAME: id,
          LEDGER_TABLE: table.tableName,
          EVIDENCE_BUCKET: buckets[2].bucketName,
          DEADLINE_SECONDS: '3600',
          RETENTION_SECONDS: '1209600',
          MAX_CONCURRENCY: '4',
          INDEX: 'by-deletion',
        },
      });
      table.grantReadWriteData(each);
      buckets[2].grantRead(each);
      events.EventBus.grantAllPutEvents(each);
      // A second policy for what the function calls, as our functions have.
      if (n < 12) {
        const roles = [each.role!];
        new iam.Policy(this, `Function${n}Calls`, { roles, statements: this.calls(n % 3 ? 7 : 3) });
      }
      return each;
    });
    functions.slice(0, 2).forEach((each, n) => each.addEventSource(new SqsEventSource(queues[n])));
    ['CodeCommit', 'Outcome', 'Other'].forEach((name, n) =>
      new events.Rule(this, `${name}Rule`, {
        eventPattern: { source: ['aws.codecommit'], detail: { event: ['pullRequestCreated'] } },
      }).addTarget(new targets.SqsQueue(queues[n], { deadLetterQueue: queues[6] })),
    );
    const schedules = new scheduler.ScheduleGroup(this, 'Schedules');
    new scheduler.Schedule(this, 'Schedule', {
      schedule: scheduler.ScheduleExpression.rate(Duration.days(1)),
      scheduleGroup: schedules,
      target: new SqsSendMessage(queues[3], { deadLetterQueue: queues[6] }),
    });
    [90, 55].forEach((states, n) => {
      const machine = new sfn.StateMachine(this, `Machine${n}`, {
        definitionBody: sfn.DefinitionBody.fromChainable(this.chain(`Machine${n}`, states, functions)),
        logs: { destination: group(`Machine${n}`), level: sfn.LogLevel.ERROR },
        tracingEnabled: true,
        encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(key),
      });
      table.grantReadWriteData(machine);
      buckets[2].grantReadWrite(machine);
      this.calls(8).forEach((each) => machine.addToRolePolicy(each));
    });
    this.agent(key, groups[0], vpc);
    new ssm.StringParameter(this, 'Parameter', { stringValue: JSON.stringify({ model: 'openai.gpt-5.5', tools: [] }) });
    group('Runtime');
  }

  /** Function, choice, function, …: each function with a retry and a catch. */
  private chain(name: string, states: number, functions: readonly lambda.Function[]): sfn.IChainable {
    const end = new sfn.Succeed(this, `${name} ends`);
    let next: sfn.IChainable & sfn.INextable & sfn.State = new sfn.Pass(this, `${name} last`);
    next.next(end);
    for (let n = states - 2; n > 0; n -= 2) {
      const task = new LambdaInvoke(this, `${name} step ${n}`, {
        lambdaFunction: functions[n % functions.length],
        payload: sfn.TaskInput.fromObject(payload(n)),
        resultPath: '$.answer',
        retryOnServiceExceptions: true,
      });
      task.addCatch(end, { errors: ['States.ALL'], resultPath: '$.failure' });
      task.next(next);
      const choice = new sfn.Choice(this, `${name} choice ${n}`);
      choice.when(sfn.Condition.stringEquals('$.turn.state', `state ${n}`), task).otherwise(end);
      const pass = new sfn.Pass(this, `${name} pass ${n}`);
      pass.next(choice);
      next = pass;
      n -= 1;
    }
    return next;
  }

  private agent(key: kms.Key, group: ec2.SecurityGroup, vpc: ec2.IVpc): void {
    const runtime = new agentcore.Runtime(this, 'Runtime', {
      agentRuntimeArtifact: agentcore.AgentRuntimeArtifact.fromAsset(IMAGE),
      networkConfiguration: agentcore.RuntimeNetworkConfiguration.usingVpc(this, {
        vpc,
        securityGroups: [group],
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      }),
    });
    runtime.addEndpoint('live');
    for (const resourceArn of [runtime.agentRuntimeArn, `${runtime.agentRuntimeArn}/runtime-endpoint/live`]) {
      new agentcore.CfnResourcePolicy(this, `Policy${resourceArn.length}`, {
        resourceArn,
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: resourceArn }],
        }),
      });
    }
    const guardrail = new bedrock.CfnGuardrail(this, 'Guardrail', {
      name: `${this.stackName}-guardrail`,
      blockedInputMessaging: 'stopped',
      blockedOutputsMessaging: 'withheld',
      kmsKeyArn: key.keyArn,
      contentPolicyConfig: {
        filtersConfig: ['SEXUAL', 'VIOLENCE', 'HATE', 'INSULTS', 'MISCONDUCT', 'PROMPT_ATTACK'].map((type) => ({
          type,
          inputStrength: 'HIGH',
          outputStrength: type === 'PROMPT_ATTACK' ? 'NONE' : 'HIGH',
        })),
      },
    });
    new bedrock.CfnGuardrailVersion(this, 'GuardrailVersion', { guardrailIdentifier: guardrail.attrGuardrailId });
    // Roles of the session and of operators.
    for (let n = 0; n < 2; n += 1) {
      const role = new iam.Role(this, `Role${n}`, { assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com') });
      this.calls(10).forEach((each) => role.addToPolicy(each));
    }
  }

  private calls(count: number): iam.PolicyStatement[] {
    return Array.from({ length: count }, (_, n) =>
      statement(`bedrock:Action${n}`, this.formatArn({ service: 'bedrock', resource: `kind${n}`, resourceName: '*' })),
    );
  }
}

/** As large as the parameters of a step of a turn. */
function payload(n: number) {
  const parts = ['request', 'session', 'ledger', 'limits', 'policy', 'evidence', 'detail', 'approval', 'screening'];
  return {
    step: `step ${n}`,
    at: sfn.JsonPath.stateEnteredTime,
    execution: sfn.JsonPath.executionName,
    ...Object.fromEntries(parts.map((part) => [part, sfn.JsonPath.objectAt(`$.turn.${part}.of.this.step`)])),
    note: 'What the step does with the turn, and what it hands to the next step of the turn. '.repeat(3),
  };
}

function statement(action: string, resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [action],
    resources: [resource],
    principals: action.startsWith('execute-api') ? [new iam.AnyPrincipal()] : undefined,
    conditions: { StringEquals: { 'aws:ResourceAccount': '111122223333' } },
  });
}

function alarm(scope: Construct, name: string, logGroup: logs.ILogGroup, topic: sns.Topic): void {
  const metric = new logs.MetricFilter(scope, name, {
    logGroup,
    filterPattern: logs.FilterPattern.stringValue('$.eventSource', '=', 'bedrock.amazonaws.com'),
    metricName: name,
    metricNamespace: 'Bench',
  }).metric({ statistic: 'Sum' });
  new cloudwatch.Alarm(scope, `${name}Alarm`, { metric, threshold: 1, evaluationPeriods: 1 }).addAlarmAction({
    bind: () => ({ alarmActionArn: topic.topicArn }),
  });
}

const [kind, agents, work] = process.argv.slice(2);
const app = new App({ outdir: path.join(work, `${kind}.out`) });
const cpu = process.cpuUsage();
if (kind === 'ours') ours(app, Number(agents));
else stock(app, Number(agents), work);
const assembly = app.synth();
const { user, system } = process.cpuUsage(cpu);
const templates = assembly.stacks.map(({ template }) => template as { Resources: Record<string, { Type: string }> });
const resources = templates.flatMap(({ Resources }) => Object.values(Resources));
console.log(
  JSON.stringify({
    cpuMs: (user + system) / 1000,
    resources: resources.length,
    bytes: templates.reduce((sum, template) => sum + JSON.stringify(template).length, 0),
    bytesOfKinds: templates
      .flatMap(({ Resources }) => Object.values(Resources))
      .reduce<Record<string, number>>(
        (all, each) => ({ ...all, [each.Type]: (all[each.Type] ?? 0) + JSON.stringify(each).length }),
        {},
      ),
    kinds: resources.reduce<Record<string, number>>((all, { Type }) => ({ ...all, [Type]: (all[Type] ?? 0) + 1 }), {}),
    files: readdirSync(assembly.directory).length,
  }),
);
