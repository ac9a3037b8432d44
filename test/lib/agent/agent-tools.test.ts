import * as fs from 'fs';
import * as path from 'path';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, FargateService } from 'aws-cdk-lib/aws-ecs';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { App, CfnParameter, Duration, Size, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentCoreEnvironment,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentTool,
  ManagedAgent,
  ManagedAgentChecks,
  OutputOverwrite,
} from '../../../lib';
import type { SessionDefinitionFile } from '../../../lib/contracts/session';
import { RESOURCELESS_ACTIONS } from '../../../lib/identity/perms';
import { decideFor } from '../../iam/decide';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const KNOWLEDGE_BASE = arn('bedrock', 'knowledge-base/KB12345678');
const GATEWAY = arn('bedrock-agentcore', 'gateway/tools-abcdefghij');
const GATEWAY_URL = `https://tools-abcdefghij.gateway.bedrock-agentcore.${REGION}.amazonaws.com/mcp`;

function scene() {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: ACCOUNT, region: REGION } });
  const key = new AgentKey(stack, 'Key');
  const network = new AgentNetwork(stack, 'Network', { encryptionKey: key });
  const baseline = new AgentBaseline(stack, 'Baseline', { network, dataKey: key });
  const agent = (tools: AgentTool[], id = 'Agent') =>
    new ManagedAgent(stack, id, {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Investigate.',
      baseline,
      tools,
    });
  return { app, stack, key, network, baseline, agent };
}

/** Everything the tools can be given, by names of their own. */
function everything(stack: Stack) {
  const logKey = Key.fromKeyArn(stack, 'LogKey', arn('kms', 'key/logs'));
  const own = new Key(stack, 'OwnLogKey');
  const bucketKey = new AgentKey(stack, 'BucketKey');
  const group = (name: string) => LogGroup.fromLogGroupName(stack, `Group${name}`, `/app/${name}`);
  const alarm = (name: string) => Alarm.fromAlarmArn(stack, `Alarm${name}`, arn('cloudwatch', `alarm:${name}`));
  const lambda = (name: string) =>
    LambdaFunction.fromFunctionArn(stack, `Fn${name}`, arn('lambda', `function:${name}`));
  const service = FargateService.fromFargateServiceAttributes(stack, 'Service', {
    serviceName: 'checkout',
    cluster: Cluster.fromClusterAttributes(stack, 'Cluster', {
      clusterName: 'main',
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'] }),
    }),
  });
  return {
    cloudWatch: AgentTool.cloudWatch({
      logGroups: [group('checkout'), new LogGroup(stack, 'Cart', { logGroupName: '/app/cart', encryptionKey: own })],
      logGroupKeys: [logKey],
      metricNamespaces: ['AWS/Lambda', 'Shop Metrics'],
      alarms: [alarm('checkout-errors')],
      maxTimeRange: Duration.hours(6),
      maxScanned: Size.gibibytes(2),
      maxResults: 200,
      deadline: Duration.seconds(30),
    }),
    deployments: AgentTool.deployments({
      codeDeployGroups: [{ applicationName: 'Shop', deploymentGroupName: 'Blue' }],
      stackNames: ['ShopStack'],
      services: [service],
      functions: [lambda('checkout')],
      versionedFunctions: [lambda('cart')],
      changeEventSources: ['lambda.amazonaws.com'],
    }),
    knowledgeBase: AgentTool.knowledgeBase({ knowledgeBaseArn: KNOWLEDGE_BASE }),
    outputs: AgentTool.outputs({
      bucket: new Bucket(stack, 'Outputs', { bucketName: 'outputs-bucket', encryptionKey: bucketKey }),
      prefix: 'reviewer/',
    }),
    gateway: AgentTool.gateway({ serverLabel: 'shared', gatewayArn: GATEWAY, gatewayUrl: GATEWAY_URL }),
  };
}

/** The tools of the published session definition. */
function publishedTools(app: App) {
  const { directory } = app.synth();
  const file = fs.readdirSync(directory).find((name) => name.startsWith('asset.') && name.endsWith('.json'))!;
  return (JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')) as SessionDefinitionFile).agent
    .tools as any[];
}

describe('the definition of a bundled tool', () => {
  test('names the server in the image, its scope and no value of a credential', () => {
    const { app, stack, agent } = scene();
    agent(Object.values(everything(stack)));
    const [cloudWatch, deployments, knowledgeBase, outputs, gateway] = publishedTools(app);
    expect(cloudWatch).toEqual({
      type: 'mcp',
      server_label: 'cloudwatch',
      transport: {
        type: 'stdio',
        command: '/usr/bin/env',
        args: ['node', '/opt/agent/mcp/cloudwatch/server.js'],
        cwd: '/mnt/agent/workspace',
        env: {
          AWS_REGION: 'us-east-1',
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
          BMA_TOOL_DEADLINE_SECONDS: '30',
          // The name of a log group of this app is known at deployment only.
          BMA_LOG_GROUPS: '/app/checkout,{{binding:0}}',
          BMA_METRIC_NAMESPACES: 'AWS/Lambda,Shop Metrics',
          BMA_ALARMS: 'checkout-errors',
          BMA_MAX_TIME_RANGE_SECONDS: '21600',
          BMA_MAX_SCANNED_BYTES: '2147483648',
          BMA_MAX_RESULTS: '200',
        },
        env_vars: expect.arrayContaining(['PATH', 'AWS_CONTAINER_CREDENTIALS_FULL_URI']),
      },
      allowed_tools: ['query_logs', 'query_rows', 'metric_data', 'alarms', 'alarm_history'],
    });
    expect(deployments.transport.env).toMatchObject({
      BMA_DEPLOYMENT_GROUPS: 'Shop/Blue',
      BMA_STACKS: 'ShopStack',
      BMA_ECS_SERVICES: 'main/checkout',
      BMA_FUNCTIONS: 'checkout',
      BMA_VERSIONED_FUNCTIONS: 'cart',
      BMA_EVENT_SOURCES: 'lambda.amazonaws.com',
      BMA_MAX_TIME_RANGE_SECONDS: '604800',
    });
    expect(knowledgeBase.transport.env).toMatchObject({ BMA_KNOWLEDGE_BASE_ID: 'KB12345678', BMA_MAX_RESULTS: '10' });
    expect(outputs.transport).toMatchObject({
      args: ['node', '/opt/agent/mcp/outputs/server.js', '/mnt/agent/workspace'],
      env: {
        BMA_OUTPUT_PREFIX: 'reviewer/',
        BMA_OUTPUT_BUCKET_OWNER: ACCOUNT,
        BMA_OUTPUT_FILE_TYPES: 'csv,diff,json,jsonl,log,md,patch,sarif,txt,xml,yaml',
        BMA_OUTPUT_MAX_FILE_BYTES: '10485760',
        BMA_OUTPUT_OVERWRITE: 'never',
      },
    });
    expect(gateway).toEqual({
      type: 'mcp',
      server_label: 'shared',
      required: true,
      connection_origin: 'service',
      transport: { type: 'http', server_url: GATEWAY_URL },
    });
  });

  test('offers the tools of its scope only', () => {
    const { app, agent } = scene();
    agent([AgentTool.deployments({ stackNames: ['A'], serverLabel: 'changes' })]);
    expect(publishedTools(app)).toEqual([
      expect.objectContaining({ server_label: 'changes', allowed_tools: ['stack_events'] }),
    ]);
  });

  test('takes names that are known at deployment only', () => {
    const { app, stack, agent } = scene();
    const given = new CfnParameter(stack, 'KnowledgeBase').valueAsString;
    agent([AgentTool.knowledgeBase({ knowledgeBaseArn: given })]);
    const [{ transport }] = publishedTools(app);
    expect(transport.env.BMA_KNOWLEDGE_BASE_ID).toBe('{{binding:0}}');
  });

  test('keeps one label per agent', () => {
    const { agent } = scene();
    const tool = AgentTool.deployments({ stackNames: ['A'] });
    expect(() => agent([tool, tool])).toThrow(/every server label once/);
  });
});

describe('endpoints', () => {
  const endpoints = (stack: Stack) =>
    Object.fromEntries(
      new SynthesizedAccount(stack)
        .all('AWS::EC2::VPCEndpoint')
        .map(({ properties }) => [String(properties.ServiceName).replace(/^.*amazonaws\.us-east-1\./, ''), properties]),
    );
  const allowed = (endpoint: any): string[] =>
    endpoint.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Allow').flatMap(
      ({ Action }: any) => Action,
    );

  test('are made for what the tools call, once however many agents use them', () => {
    const { stack, agent } = scene();
    const { gateway, ...tools } = everything(stack);
    agent(Object.values(tools), 'One');
    agent(Object.values(tools), 'Two');
    const names = Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')).length;
    const found = endpoints(stack);
    expect(Object.keys(found)).toHaveLength(names);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        'bedrock-agent-runtime',
        'cloudformation',
        'cloudtrail',
        'codedeploy',
        'ecs',
        'lambda',
        'logs',
        'monitoring',
      ]),
    );
    expect(gateway.serverLabel).toBe('shared');
  });

  test('let through what the tool needs and nothing that changes something', () => {
    const { stack, agent } = scene();
    agent(Object.values(everything(stack)));
    const found = endpoints(stack);
    expect(allowed(found.lambda).sort()).toEqual(['lambda:ListAliases', 'lambda:ListVersionsByFunction']);
    expect(allowed(found.monitoring).sort()).toEqual([
      'cloudwatch:DescribeAlarmHistory',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
    ]);
    expect(allowed(found.logs)).toEqual(
      expect.arrayContaining(['logs:StartQuery', 'logs:GetQueryResults', 'logs:StopQuery']),
    );
    expect(allowed(found.cloudtrail)).toEqual(['cloudtrail:LookupEvents']);
  });

  test('are not made for an agent without tools', () => {
    const { stack, agent } = scene();
    agent([]);
    expect(Object.keys(endpoints(stack))).not.toEqual(expect.arrayContaining(['monitoring']));
    expect(allowed(endpoints(stack).logs)).not.toContain('logs:StartQuery');
  });
});

describe('permissions', () => {
  const { stack, agent } = scene();
  agent(Object.values(everything(stack)));
  const account = new SynthesizedAccount(stack);
  const role = (part: string) => account.find('AWS::IAM::Role', part).id;
  const keyArn = (part: string) => account.arn(account.find('AWS::KMS::Key', part).id);
  const through = (service: string) => ({ 'kms:ViaService': `${service}.${REGION}.amazonaws.com` });
  const object = (key: string) => `arn:aws:s3:::outputs-bucket/${key}`;
  const create = { 's3:if-none-match': '*' };

  const decide = (as: string, action: string, resource: string, context: Record<string, string> = {}) =>
    decideFor(account, role(as), { action, resource, context });

  test.each<[string, string, Record<string, string>?]>([
    ['logs:StartQuery', arn('logs', 'log-group:/app/checkout')],
    ['logs:StartQuery', arn('logs', 'log-group:/app/checkout:*')],
    ['logs:GetQueryResults', arn('logs', 'log-group:/app/cart')],
    ['logs:StopQuery', '*'],
    ['cloudwatch:GetMetricData', '*'],
    ['cloudwatch:DescribeAlarms', arn('cloudwatch', 'alarm:checkout-errors')],
    ['cloudwatch:DescribeAlarmHistory', arn('cloudwatch', 'alarm:checkout-errors')],
    ['codedeploy:ListDeployments', arn('codedeploy', 'deploymentgroup:Shop/Blue')],
    ['codedeploy:BatchGetDeployments', arn('codedeploy', 'deploymentgroup:Shop/Blue')],
    ['cloudformation:DescribeStackEvents', arn('cloudformation', 'stack/ShopStack/0a1b')],
    ['ecs:DescribeServices', arn('ecs', 'service/main/checkout')],
    ['ecs:ListServiceDeployments', arn('ecs', 'service/main/checkout')],
    ['lambda:ListAliases', arn('lambda', 'function:checkout')],
    ['lambda:ListVersionsByFunction', arn('lambda', 'function:cart')],
    ['cloudtrail:LookupEvents', '*'],
    ['bedrock:Retrieve', KNOWLEDGE_BASE],
    ['s3:PutObject', object('reviewer/report.json'), create],
    ['kms:GenerateDataKey', keyArn('BucketKey'), through('s3')],
  ])('the execution role may %s on %s', async (...[action, resource, context]) => {
    expect(await decide('ExecutionRole', action, resource, context)).toBe('Allowed');
  });

  test.each<[string, string, Record<string, string>?]>([
    ['logs:StartQuery', arn('logs', 'log-group:/app/checkout2')],
    ['logs:StartQuery', arn('logs', 'log-group:/aws/cloudtrail')],
    ['logs:FilterLogEvents', arn('logs', 'log-group:/app/checkout')],
    ['logs:DeleteLogGroup', arn('logs', 'log-group:/app/checkout')],
    ['cloudwatch:DescribeAlarms', arn('cloudwatch', 'alarm:payments')],
    ['cloudwatch:PutMetricData', '*'],
    ['cloudwatch:SetAlarmState', arn('cloudwatch', 'alarm:checkout-errors')],
    ['codedeploy:ListDeployments', arn('codedeploy', 'deploymentgroup:Shop/Green')],
    ['codedeploy:CreateDeployment', arn('codedeploy', 'deploymentgroup:Shop/Blue')],
    ['codedeploy:StopDeployment', arn('codedeploy', 'deploymentgroup:Shop/Blue')],
    ['cloudformation:DescribeStackEvents', arn('cloudformation', 'stack/ShopStack2/0a1b')],
    ['cloudformation:GetTemplate', arn('cloudformation', 'stack/ShopStack/0a1b')],
    ['cloudformation:UpdateStack', arn('cloudformation', 'stack/ShopStack/0a1b')],
    ['ecs:DescribeServices', arn('ecs', 'service/main/payments')],
    ['ecs:DescribeTaskDefinition', '*'],
    ['ecs:UpdateService', arn('ecs', 'service/main/checkout')],
    ['lambda:ListAliases', arn('lambda', 'function:cart')],
    ['lambda:ListVersionsByFunction', arn('lambda', 'function:checkout')],
    ['lambda:GetFunction', arn('lambda', 'function:cart')],
    ['lambda:UpdateFunctionCode', arn('lambda', 'function:cart')],
    ['lambda:InvokeFunction', arn('lambda', 'function:checkout')],
    ['cloudtrail:GetTrail', arn('cloudtrail', 'trail/all')],
    ['bedrock:Retrieve', arn('bedrock', 'knowledge-base/KB00000000')],
    ['bedrock:RetrieveAndGenerate', '*'],
    ['s3:PutObject', object('reviewer/report.json')],
    ['s3:PutObject', object('other/report.json'), create],
    ['s3:PutObject', object('reviewer-2/report.json'), create],
    ['s3:GetObject', object('reviewer/report.json')],
    ['s3:DeleteObject', object('reviewer/report.json')],
    ['s3:PutObjectAcl', object('reviewer/report.json')],
    ['s3:ListBucket', 'arn:aws:s3:::outputs-bucket'],
    ['kms:GenerateDataKey', keyArn('BucketKey')],
    ['kms:Decrypt', keyArn('BucketKey'), through('s3')],
    ['bedrock-agentcore:InvokeGateway', GATEWAY],
  ])('the execution role may not %s on %s', async (...[action, resource, context]) => {
    expect(await decide('ExecutionRole', action, resource, context)).not.toBe('Allowed');
  });

  // The simulator drops context keys that the service authorization reference does not list by name.
  test('the keys of log groups are used through CloudWatch Logs, for these log groups only', () => {
    const context = 'kms:EncryptionContext:aws:logs:arn';
    const uses = account
      .identityPolicies(role('ExecutionRole'))
      .filter(({ name }) => name.includes('Tool'))
      .flatMap(({ policy }) => policy.Statement)
      .filter(({ Action }) => Action === 'kms:Decrypt');
    const use = (key: string, group: string) => ({
      Action: 'kms:Decrypt',
      Effect: 'Allow',
      Resource: key,
      Condition: { StringEquals: through('logs'), ArnLike: { [context]: arn('logs', `log-group:${group}`) } },
    });
    expect(uses).toEqual([use(arn('kms', 'key/logs'), '/app/checkout'), use(keyArn('OwnLogKey'), '/app/cart')]);
  });

  test('the session role may call the one gateway, and use none of the other tools', async () => {
    expect(await decide('SessionRole', 'bedrock-agentcore:InvokeGateway', GATEWAY)).toBe('Allowed');
    const other = GATEWAY.replace('tools', 'other');
    expect(await decide('SessionRole', 'bedrock-agentcore:InvokeGateway', other)).not.toBe('Allowed');
    expect(await decide('SessionRole', 'logs:StartQuery', arn('logs', 'log-group:/app/checkout'))).not.toBe('Allowed');
  });

  test('"*" stands only beside actions that have no resource-level form', () => {
    const everywhere = account
      .identityPolicies(role('ExecutionRole'))
      .flatMap(({ policy }) => policy.Statement)
      .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'))
      .flatMap(({ Action }) => [Action].flat() as string[]);
    expect(everywhere).toEqual(expect.arrayContaining(['logs:StopQuery', 'cloudtrail:LookupEvents']));
    expect(everywhere.filter((action) => !(action in RESOURCELESS_ACTIONS))).toEqual([]);
  });

  test('a tool grants nothing of the others', () => {
    const alone = scene();
    alone.agent([AgentTool.knowledgeBase({ knowledgeBaseArn: KNOWLEDGE_BASE })]);
    const granted = JSON.stringify(Template.fromStack(alone.stack).findResources('AWS::IAM::Policy'));
    expect(granted).toContain('bedrock:Retrieve');
    expect(granted).not.toMatch(/logs:StartQuery|cloudwatch:|codedeploy:|cloudtrail:|"s3:PutObject"/);
  });

  test('permission to overwrite is given only when asked for', () => {
    const replacing = scene();
    const bucket = Bucket.fromBucketName(replacing.stack, 'Bucket', 'outputs-bucket');
    replacing.agent([AgentTool.outputs({ bucket, prefix: 'r/', overwrite: OutputOverwrite.WHEN_ASKED })]);
    Template.fromStack(replacing.stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Sid: 'PublishOutputs', Action: 's3:PutObject', Condition: Match.absent() })],
      },
    });
  });

  test('a role that cannot be changed yields a warning with the policy of each tool', () => {
    const own = scene();
    const executionRole = Role.fromRoleArn(own.stack, 'Role', `arn:aws:iam::${ACCOUNT}:role/Execution`, {
      mutable: false,
    });
    const environment = new AgentCoreEnvironment(own.stack, 'Env', { baseline: own.baseline, executionRole });
    new ManagedAgent(own.stack, 'Agent', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'x',
      environment,
      tools: [AgentTool.knowledgeBase({ knowledgeBaseArn: KNOWLEDGE_BASE })],
    });
    Annotations.fromStack(own.stack).hasWarning('/Stack/Agent', Match.stringLikeRegexp('bedrock:Retrieve'));
  });
});

test('an agent with every tool passes the security checks; what is left is the audit trail this app lacks', () => {
  const { app, stack, agent } = scene();
  agent(Object.values(everything(stack)));
  const { violations } = new ManagedAgentChecks(undefined).validateScope(app);
  const toolViolations = violations.filter(({ violatingResources }) =>
    violatingResources.some(({ constructPath }) => /Agent\/.*(Policy|Tool)|Network/.test(constructPath ?? '')),
  );
  expect(toolViolations).toEqual([]);
  expect(violations.map(({ ruleName }) => ruleName).filter((rule) => /MA-(ID|NET)/.test(rule))).toEqual([]);
});

describe('bad input', () => {
  const { stack } = scene();
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'outputs-bucket');
  const metric = new Metric({ namespace: 'A', metricName: 'b' });
  const one = new Alarm(stack, 'One', { metric, threshold: 1, evaluationPeriods: 1 });
  const group = (index: number) => LogGroup.fromLogGroupName(stack, `G${index}`, `/g/${index}`);

  test.each<[string, () => AgentTool, RegExp]>([
    ['cloudWatch without a scope', () => AgentTool.cloudWatch({}), /at least one log group/],
    [
      '51 log groups',
      () => AgentTool.cloudWatch({ logGroups: Array.from({ length: 51 }, (_, i) => group(i)) }),
      /0 to 50/,
    ],
    ['a namespace with a comma', () => AgentTool.cloudWatch({ metricNamespaces: ['A,B'] }), /metric namespaces/],
    ['a namespace twice', () => AgentTool.cloudWatch({ metricNamespaces: ['A', 'A'] }), /every name once/],
    ['a range of seconds', () => AgentTool.cloudWatch({ alarms: [one], maxTimeRange: Duration.seconds(59) }), /60 to/],
    ['no rows', () => AgentTool.cloudWatch({ alarms: [one], maxResults: 0 }), /1 to 10000/],
    ['no bytes', () => AgentTool.cloudWatch({ alarms: [one], maxScanned: Size.bytes(0) }), /bytes/],
    ['a long deadline', () => AgentTool.cloudWatch({ alarms: [one], deadline: Duration.minutes(16) }), /1 to 900/],
    ['an empty label', () => AgentTool.cloudWatch({ alarms: [one], serverLabel: ' ' }), /non-empty label/],
    ['deployments without a scope', () => AgentTool.deployments({}), /at least one deployment group/],
    [
      'the ARN of a stack',
      () => AgentTool.deployments({ stackNames: [arn('cloudformation', 'stack/a/b')] }),
      /not ARNs/,
    ],
    ['a wildcard stack', () => AgentTool.deployments({ stackNames: ['Shop*'] }), /names of stacks/],
    [
      'a service for an event source',
      () => AgentTool.deployments({ changeEventSources: ['lambda'] }),
      /lambda\.amazonaws\.com/,
    ],
    [
      'a wildcard deployment group',
      () => AgentTool.deployments({ codeDeployGroups: [{ applicationName: '*', deploymentGroupName: 'x' }] }),
      /CodeDeploy accepts/,
    ],
    [
      'a range over 90 days',
      () => AgentTool.deployments({ stackNames: ['A'], maxTimeRange: Duration.days(91) }),
      /60 to/,
    ],
    ['the id of a knowledge base', () => AgentTool.knowledgeBase({ knowledgeBaseArn: 'KB12345678' }), /not its id/],
    ['101 passages', () => AgentTool.knowledgeBase({ knowledgeBaseArn: KNOWLEDGE_BASE, maxResults: 101 }), /1 to 100/],
    ['the whole bucket', () => AgentTool.outputs({ bucket, prefix: '' }), /prefix/],
    ['a prefix without a slash', () => AgentTool.outputs({ bucket, prefix: 'reviews' }), /followed by a slash/],
    ['a wildcard prefix', () => AgentTool.outputs({ bucket, prefix: 'r*/' }), /prefix/],
    ['a prefix that goes up', () => AgentTool.outputs({ bucket, prefix: 'a/../b/' }), /prefix/],
    ['an unknown file type', () => AgentTool.outputs({ bucket, prefix: 'a/', fileTypes: ['exe'] }), /some of csv/],
    ['no file type', () => AgentTool.outputs({ bucket, prefix: 'a/', fileTypes: [] }), /at least one file type/],
    [
      'a huge file',
      () => AgentTool.outputs({ bucket, prefix: 'a/', maxFileSize: Size.mebibytes(101) }),
      /1 to 104857600/,
    ],
    [
      'the ARN of a Runtime',
      () =>
        AgentTool.gateway({
          serverLabel: 'g',
          gatewayArn: arn('bedrock-agentcore', 'runtime/x'),
          gatewayUrl: GATEWAY_URL,
        }),
      /gateway\/ID/,
    ],
    [
      'plain HTTP',
      () =>
        AgentTool.gateway({ serverLabel: 'g', gatewayArn: GATEWAY, gatewayUrl: GATEWAY_URL.replace('https', 'http') }),
      /https URL/,
    ],
    [
      'another host',
      () => AgentTool.gateway({ serverLabel: 'g', gatewayArn: GATEWAY, gatewayUrl: 'https://example.com/mcp' }),
      /https URL/,
    ],
  ])('%s is refused', (_, make, why) => {
    expect(make).toThrow(why);
  });
});
