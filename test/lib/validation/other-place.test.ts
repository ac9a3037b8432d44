import { App, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentCoreEnvironment,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentTool,
  GitHubWebhook,
  ManagedAgent,
  SourceRepository,
  TurnApproval,
  TurnWorkflow,
} from '../../../lib';
import {
  CodeHost,
  IncidentRemediation,
  IncidentResponder,
  PullRequestReviewer,
  RemediationRunbook,
} from '../../../lib/blueprint';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const HERE = { account: ACCOUNT, region: 'us-east-1' };

function places(there: { account: string; region: string }): { app: App; here: Stack; other: Stack } {
  const app = new App();
  return { app, here: new Stack(app, 'Here', { env: HERE }), other: new Stack(app, 'There', { env: there }) };
}

const agentIn = (stack: Stack, baseline?: AgentBaseline) =>
  new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });

const withTool = (stack: Stack, tool: AgentTool) =>
  new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', tools: [tool] });

const gateway = (gatewayArn: string) =>
  AgentTool.gateway({
    serverLabel: 'gateway',
    gatewayArn,
    gatewayUrl: `https://tools.gateway.bedrock-agentcore.${gatewayArn.split(':')[3]}.amazonaws.com/mcp`,
  });

const METRIC = new cloudwatch.Metric({ namespace: 'AWS/Lambda', metricName: 'Errors' });

const PARTS: [string, (here: Stack, other: Stack) => unknown][] = [
  ['network', (here, other) => new AgentBaseline(here, 'B', { network: new AgentNetwork(other, 'Network') })],
  ['dataKey', (here, other) => new AgentBaseline(here, 'B', { dataKey: new AgentKey(other, 'Key') })],
  ['evidenceKey', (here, other) => new AgentBaseline(here, 'B', { evidenceKey: new AgentKey(other, 'Key') })],
  ['accessLogsBucket', (here, other) => new AgentBaseline(here, 'B', { accessLogsBucket: new s3.Bucket(other, 'L') })],
  ['baseline', (here, other) => agentIn(here, new AgentBaseline(other, 'B', { dataKey: new AgentKey(other, 'Key') }))],
  [
    'environment',
    (here, other) =>
      new ManagedAgent(here, 'Agent', {
        model: AgentModel.GPT_5_6_LUNA,
        instructions: 'Work.',
        environment: new AgentCoreEnvironment(other, 'Environment'),
      }),
  ],
  ['agent', (here, other) => new TurnWorkflow(here, 'Turns', { agent: agentIn(other) })],
  [
    'guardrail',
    (here, other) =>
      new TurnWorkflow(here, 'Turns', { agent: agentIn(here), guardrail: AgentGuardrail.standard(other, 'Guardrail') }),
  ],
  [
    'approval.notify',
    (here, other) =>
      new TurnWorkflow(here, 'Turns', {
        agent: agentIn(here),
        approval: TurnApproval.always({ notify: new sns.Topic(other, 'Topic') }),
      }),
  ],
  [
    'tools[0].bucket',
    (here, other) => withTool(here, AgentTool.outputs({ bucket: new s3.Bucket(other, 'B'), prefix: 'reports/' })),
  ],
  [
    'tools[0].staged.bucket',
    (here, other) =>
      withTool(here, AgentTool.source({ staged: { bucket: new s3.Bucket(other, 'B'), prefix: 'staged/' } })),
  ],
  [
    'tools[0].repositories[0].bucket',
    (here, other) =>
      withTool(
        here,
        AgentTool.source({
          repositories: [SourceRepository.s3Bundle('shop', new s3.Bucket(other, 'B'), 'shop.bundle')],
        }),
      ),
  ],
  [
    'tools[0].gatewayArn',
    (here, other) =>
      withTool(here, gateway(`arn:aws:bedrock-agentcore:${other.region}:${other.account}:gateway/tools`)),
  ],
  [
    'executionRoleArn',
    (here, other) =>
      ManagedAgent.fromManagedAgentAttributes(here, 'Known', {
        agentName: 'known',
        sessionRoleArn: `arn:aws:iam::${ACCOUNT}:role/session`,
        executionRoleArn: new iam.Role(other, 'R', { assumedBy: new iam.AccountRootPrincipal() }).roleArn,
      }),
  ],
  [
    'codeHost.repository',
    (here, other) =>
      new PullRequestReviewer(here, 'Reviewer', {
        codeHost: CodeHost.codeCommit(new codecommit.Repository(other, 'R', { repositoryName: 'shop' })),
      }),
  ],
  [
    'notify',
    (here, other) =>
      new IncidentResponder(here, 'Responder', {
        serviceName: 'shop',
        alarms: [new cloudwatch.Alarm(here, 'Alarm', { metric: METRIC, threshold: 1, evaluationPeriods: 1 })],
        logGroups: [new logs.LogGroup(here, 'Logs')],
        metricNamespaces: ['AWS/Lambda'],
        notify: new sns.Topic(other, 'Topic'),
      }),
  ],
  [
    'remediation.notify',
    (here, other) =>
      new IncidentResponder(here, 'Responder', {
        serviceName: 'shop',
        alarms: [new cloudwatch.Alarm(here, 'Alarm', { metric: METRIC, threshold: 1, evaluationPeriods: 1 })],
        logGroups: [new logs.LogGroup(here, 'Logs')],
        metricNamespaces: ['AWS/Lambda'],
        remediation: IncidentRemediation.withApproval({
          runbooks: [RemediationRunbook.automation({ documentName: 'Restart' })],
          notify: new sns.Topic(other, 'Topic'),
        }),
      }),
  ],
  ['secret', (here, other) => new GitHubWebhook(here, 'Webhook', { secret: new Secret(other, 'Secret') })],
  ['alarmTopic', (here, other) => new AgentAuditTrail(here, 'Audit', { alarmTopic: new sns.Topic(other, 'Topic') })],
];

describe.each([
  ['another Region', { account: ACCOUNT, region: 'us-west-2' }],
  ['another account', { account: OTHER, region: 'us-east-1' }],
])('what is in %s is refused by name', (_, there) => {
  test.each(PARTS)('%s', (input, use) => {
    const { here, other } = places(there);
    expect(() => use(here, other)).toThrow(
      new RegExp(
        `Here.*: ${input.replace(/[[\].]/g, '\\$&')} .* in ${there.account}/${there.region}' is not accepted.*Allowed: a.* in ${ACCOUNT}/us-east-1`,
      ),
    );
  });

  test('keys, topics and VPCs that were imported by ARN', () => {
    const { here } = places(there);
    const arn = (service: string, resource: string) =>
      `arn:aws:${service}:${there.region}:${there.account}:${resource}`;
    const key = kms.Key.fromKeyArn(here, 'Key', arn('kms', 'key/1234abcd'));
    const topic = sns.Topic.fromTopicArn(here, 'Topic', arn('sns', 'alarms'));
    expect(() => new AgentBaseline(here, 'B', { dataKey: key })).toThrow(/dataKey 'Here\/Key in/);
    expect(() => new AgentAuditTrail(here, 'Audit', { alarmTopic: topic })).toThrow(/alarmTopic 'Here\/Topic in/);
  });
});

test('stacks without an environment share, because they are deployed to one', () => {
  const app = new App();
  const shared = new Stack(app, 'Shared');
  const baseline = new AgentBaseline(shared, 'Baseline', { network: new AgentNetwork(shared, 'Network') });
  agentIn(new Stack(app, 'Agents'), baseline);
  expect(() => app.synth()).not.toThrow();
});

test('a stack with and a stack without an environment do not share, because CDK cannot refer from one to the other', () => {
  const app = new App();
  const network = new AgentNetwork(new Stack(app, 'Shared'), 'Network');
  expect(() => new AgentBaseline(new Stack(app, 'S', { env: HERE }), 'B', { network })).toThrow(
    /network 'Shared\/Network in the account of the deployment\/the Region of the deployment'/,
  );
});

test('what is in another Stage is refused; by its ARN it can be imported', () => {
  const app = new App();
  const [one, two] = ['Test', 'Prod'].map((id) => new Stack(new Stage(app, id, { env: HERE }), 'S'));
  const dataKey = new AgentKey(one, 'Key');
  expect(() => new AgentBaseline(two, 'B', { dataKey })).toThrow(
    /Prod\/S\/B: dataKey 'Test\/S\/Key' .*a key of the same Stage/,
  );
  const imported = kms.Key.fromKeyArn(two, 'Key', `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd`);
  expect(() => new AgentBaseline(two, 'B2', { dataKey: imported })).not.toThrow();
});

test('programs that the agent runs may be told of resources that are elsewhere', () => {
  const { here } = places({ account: OTHER, region: 'us-west-2' });
  const arn = `arn:aws:dynamodb:us-west-2:${OTHER}:table/orders`;
  const tool = AgentTool.stdio({ serverLabel: 'orders', command: '/opt/orders', args: ['--table', arn] });
  expect(() => withTool(here, tool)).not.toThrow();
});

describe('one trail for an account', () => {
  const west = { account: ACCOUNT, region: 'us-west-2' };

  test('serves agents of another Region; their alarms are in the Region of the trail', () => {
    const { app, here, other } = places(west);
    const auditTrail = new AgentAuditTrail(here, 'Audit', { alarms: [] });
    const baseline = new AgentBaseline(other, 'Baseline', { auditTrail });
    agentIn(other, baseline);
    app.synth();
    const [role] = Object.values(
      Template.fromStack(other).findResources('AWS::IAM::Role', {
        Properties: { Description: Match.stringLikeRegexp('^Session role') },
      }),
    );
    const name = role.Properties.RoleName as string;
    const filters = Object.values(Template.fromStack(here).findResources('AWS::Logs::MetricFilter'));
    expect(JSON.stringify(filters)).toContain(`:iam::${ACCOUNT}:role/${name}`);
    Template.fromStack(here).resourceCountIs('AWS::CloudWatch::Alarm', 1);
    expect(
      Object.keys(
        Template.fromStack(other).findResources('AWS::Logs::MetricFilter', {
          Properties: { MetricNamespace: 'BedrockManagedAgents/Audit' },
        }),
      ),
    ).toEqual([]);
    // The key of the trail is in the other Region.
    expect(baseline.evidenceKey.env.region).toBe('us-west-2');
  });

  test('asks for a name when CDK cannot refer to a role of another Region', () => {
    const { here, other } = places(west);
    const auditTrail = new AgentAuditTrail(here, 'Audit');
    const sessionRole = new iam.Role(other, 'Role', { assumedBy: new iam.ServicePrincipal('x.amazonaws.com') });
    expect(
      () =>
        new ManagedAgent(other, 'Agent', {
          model: AgentModel.GPT_5_6_LUNA,
          instructions: 'Work.',
          sessionRole,
          baseline: new AgentBaseline(other, 'Baseline', { auditTrail }),
        }),
    ).toThrow(/There\/Agent: auditTrail .*Fix: .*roleName/);
  });

  test('of another account or Stage has to be imported', () => {
    const { app, here, other } = places({ account: OTHER, region: 'us-east-1' });
    const auditTrail = new AgentAuditTrail(here, 'Audit');
    expect(() => new AgentBaseline(other, 'B', { auditTrail })).toThrow(/auditTrail .*fromAgentAuditTrailAttributes/);
    const stage = new Stage(app, 'Prod', { env: HERE });
    expect(() => new AgentBaseline(new Stack(stage, 'S'), 'B', { auditTrail })).toThrow(
      /auditTrail 'Here\/Audit' is not accepted. Allowed: a trail of the same Stage/,
    );
    const imported = AgentAuditTrail.fromAgentAuditTrailAttributes(other, 'Trail', {
      trailArn: `arn:aws:cloudtrail:us-west-2:${ACCOUNT}:trail/organization`,
    });
    expect(() => new AgentBaseline(other, 'B2', { auditTrail: imported })).not.toThrow();
  });

  test.each([
    ['two Regions', [HERE, west]],
    ['two stacks without an environment', [undefined, undefined]],
  ])('is the only one, in %s', (_, envs) => {
    const app = new App();
    envs.forEach((env, index) => new AgentAuditTrail(new Stack(app, `S${index}`, { env }), 'Audit'));
    expect(() => app.synth()).toThrow(/S1\/Audit.*there is an AgentAuditTrail in this account already \(S0\/Audit\)/);
  });

  test('is the only one across Stages of an account; where that is not known, a warning asks', () => {
    const app = new App();
    const [one, two] = ['Test', 'Prod'].map((id) => new Stack(new Stage(app, id, { env: HERE }), 'S'));
    new AgentAuditTrail(one, 'Audit');
    new AgentAuditTrail(two, 'Audit');
    expect(() => app.synth()).toThrow(/there is an AgentAuditTrail in this account already/);

    const unknown = new App();
    const stacks = ['Test', 'Prod'].map((id) => new Stack(new Stage(unknown, id), 'S'));
    stacks.forEach((stack) => new AgentAuditTrail(stack, 'Audit'));
    const warnings = stacks.flatMap((stack) =>
      Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('maybeSecondTrail')),
    );
    expect(warnings).toHaveLength(1);
  });

  test('has a name of its own in every Region and Stage', () => {
    const names = [
      new Stack(new App(), 'S', { env: HERE }),
      new Stack(new App(), 'S', { env: west }),
      new Stack(new Stage(new App(), 'Prod', { env: HERE }), 'S'),
    ].map((stack) => new AgentAuditTrail(stack, 'Audit').trailName);
    expect(new Set(names).size).toBe(3);
  });
});

describe('topics of alarms', () => {
  const stack = () => new Stack(new App(), 'Here', { env: HERE });

  test('a FIFO topic is refused, also an imported one', () => {
    const here = stack();
    const fifo = new sns.Topic(here, 'Topic', { fifo: true });
    const imported = sns.Topic.fromTopicArn(here, 'Imported', `arn:aws:sns:us-east-1:${ACCOUNT}:alarms.fifo`);
    for (const alarmTopic of [fifo, imported]) {
      expect(() => new AgentAuditTrail(here, `Audit-${alarmTopic.node.id}`, { alarmTopic })).toThrow(
        /alarmTopic .*Allowed: a standard topic/,
      );
    }
    expect(() => new AgentNetwork(here, 'Network', { alarmTopic: fifo })).toThrow(/alarmTopic .*standard topic/);
  });

  test('the key of a topic admits CloudWatch', () => {
    const here = stack();
    const masterKey = new kms.Key(here, 'Key');
    new AgentAuditTrail(here, 'Audit', { alarmTopic: new sns.Topic(here, 'Topic', { masterKey }) });
    Template.fromStack(here).hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({ Sid: 'cloudwatchPublishesToTopics', Principal: { Service: 'cloudwatch.amazonaws.com' } }),
        ]),
      },
    });
  });

  test('a topic under the key of AWS is refused, because that key does not admit CloudWatch', () => {
    const here = stack();
    const masterKey = kms.Alias.fromAliasName(here, 'Sns', 'alias/aws/sns');
    const alarmTopic = new sns.Topic(here, 'Topic', { masterKey });
    expect(() => new AgentAuditTrail(here, 'Audit', { alarmTopic })).toThrow(/customer-managed key/);
  });
});

test('a VPC of another Region is refused', () => {
  const { here, other } = places({ account: ACCOUNT, region: 'us-west-2' });
  expect(() => AgentNetwork.fromVpc(here, 'Network', { vpc: new ec2.Vpc(other, 'Vpc') })).toThrow(
    /Here\/Network: vpc 'There\/Vpc in/,
  );
});

test('a guardrail of another stack is refused: its next version would need an export that is in use to change', () => {
  const { here, other } = places(HERE);
  const guardrail = AgentGuardrail.standard(other, 'Guardrail');
  expect(() => new TurnWorkflow(here, 'Turns', { agent: agentIn(here), guardrail, maxConcurrency: 1 })).toThrow(
    /Here\/Turns: guardrail 'There\/Guardrail'.*in the stack of the workflow.*Fix: create the guardrail in the stack Here/s,
  );
});
