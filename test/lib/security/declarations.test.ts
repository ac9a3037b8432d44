import * as fs from 'fs';
import * as path from 'path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Aws, CfnResource, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentEgress,
  AgentModel,
  AgentNetwork,
  Declaration,
  Declarations,
  ManagedAgent,
  ManagedAgentChecks,
} from '../../../lib';
import { DECLARATIONS_KEY, type DeclarationRecord } from '../../../lib/contracts/declarations';
import { RULES } from '../../../analysis/rules';
import { checkModel, checkStacks } from '../../../analysis/rules/check';
import { statementsOf } from '../../../analysis/statement/build';
import { statementMarkdown } from '../../../analysis/statement/markdown';
import { readConstructTree } from '../../../lib/security/construct-tree';
import { readDirectory } from '../../../analysis/model/read-directory';
import { TemplateModel } from '../../../analysis/model/template-model';
import { ENV } from './governed-app';

const reason = 'Reviewed in SEC-42';
const stackIn = (scope: App | Stage, id: string, env: object | undefined = ENV) => new Stack(scope, id, { env });

/** The records in the template of a stack, after synthesis of the app. */
function recordsIn(stack: Stack): DeclarationRecord[] {
  (stack.node.root as App).synth();
  const file = path.join(Stage.of(stack)!.outdir, stack.templateFile);
  return JSON.parse(fs.readFileSync(file, 'utf8')).Metadata?.[DECLARATIONS_KEY] ?? [];
}

/** The ids of the rules that find something in a cloud assembly. */
const findingsIn = (directory: string) =>
  checkModel(new TemplateModel(readDirectory(directory)), { rules: RULES }).map(({ rule }) => rule);

const rules = (scope: IConstruct) => [
  ...new Set(new ManagedAgentChecks().validateScope(scope).violations.map(({ ruleName }) => ruleName)),
];

/** An agent that may list CodeArtifact domains and reach a mirror, in another stack than its network. */
function agentApp(env: object | undefined = ENV) {
  const app = new App();
  const networkStack = stackIn(app, 'Net', env);
  const network = new AgentNetwork(networkStack, 'Network');
  const stack = stackIn(app, 'Agent', env);
  return { app, networkStack, network, ...addAgent(stack, network) };
}

function addAgent(stack: Stack, network: AgentNetwork) {
  new AgentAuditTrail(stack, 'Audit');
  const model = AgentModel.GPT_5_6_LUNA;
  const baseline = new AgentBaseline(stack, 'Baseline', { network });
  const agent = new ManagedAgent(stack, 'Reviewer', { model, instructions: 'Review.', baseline });
  agent.executionRole.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['codeartifact:ListDomains'], resources: ['*'] }),
  );
  agent.connections.allowTo(ec2.Peer.ipv4('10.20.0.0/16'), ec2.Port.tcp(443));
  return { stack, agent };
}

describe('an action and egress', () => {
  const both = ({ agent, network }: { agent: ManagedAgent; network: AgentNetwork }, expires?: Date) => [
    Declaration.action(agent, 'codeartifact:ListDomains', { reason: 'No resource-level form', expires }),
    Declaration.egress(network, ec2.Peer.ipv4('10.20.0.0/16'), { reason: 'The package mirror', expires }),
  ];

  test.each([
    ['with an environment', ENV],
    ['without an environment', undefined],
  ])('are accepted in the scope they are declared for, %s', (_, env) => {
    const made = agentApp(env);
    Declarations.of(made.stack).add(...both(made));
    const report = new ManagedAgentChecks().validateScope(made.app);

    expect(report.violations.filter(({ severity }) => severity !== 'warning')).toEqual([]);
    expect(report.metadata).toEqual({
      'action codeartifact:ListDomains (Agent/Reviewer)': 'No resource-level form',
      'egress 10.20.0.0/16:443 (Net/Network)': 'The package mirror',
    });
  });

  test('are accepted in nested stacks of a Stage, at synth and in the assembly', () => {
    const app = new App();
    const stage = new Stage(app, 'Prod', { env: ENV });
    const networkStack = stackIn(stage, 'Net');
    const network = new AgentNetwork(new NestedStack(networkStack, 'Nested'), 'Network');
    const nested = new NestedStack(stackIn(stage, 'Agents'), 'Nested');
    const made = addAgent(nested, network);
    const judge = () => new ManagedAgentChecks().validateScope(stage);
    Declarations.of(stage).add(...both({ ...made, network }));
    const { directory } = app.synth();

    expect(judge().violations).toEqual([]);
    // COST is not among the default families.
    expect(findingsIn(directory)).toEqual(['MA-COST1']);
  });

  test.each<[string, (made: ReturnType<typeof agentApp>) => void]>([
    ['nobody declares them', () => {}],
    ['they are declared for another stack', (made) => Declarations.of(made.networkStack).add(...both(made))],
    ['they are declared for a sibling', (made) => Declarations.of(new sns.Topic(made.stack, 'T')).add(...both(made))],
    ['they have expired', (made) => Declarations.of(made.app).add(...both(made, new Date('2020-01-01')))],
    [
      'another port, action or role is meant',
      ({ app, agent, network }) =>
        Declarations.of(app).add(
          Declaration.action(agent, 'codeartifact:ListRepositories', { reason }),
          Declaration.action(agent.sessionRole, 'codeartifact:ListDomains', { reason }),
          Declaration.action(agent, 'codeartifact:ListDomains', { reason, resources: ['arn:aws:s3:::b'] }),
          Declaration.egress(network, ec2.Peer.ipv4('10.20.0.0/16'), { reason, port: 8443 }),
        ),
    ],
    [
      'another network is meant',
      (made) => {
        const other = new AgentNetwork(made.networkStack, 'Other');
        const peer = ec2.Peer.ipv4('10.20.0.0/16');
        Declarations.of(made.app).add(Declaration.egress(other, peer, { reason }));
      },
    ],
  ])('are findings when %s', (_, add) => {
    const made = agentApp();
    add(made);
    expect(rules(made.app)).toEqual(expect.arrayContaining(['MA-ID7', 'MA-NET4']));
  });

  test('hold until they end, to the second', () => {
    const made = agentApp();
    Declarations.of(made.app).add(...both(made, new Date('2027-06-30T12:00:00Z')));
    made.app.synth();
    const stacks = readConstructTree(made.app);
    const at = (now: string) =>
      checkStacks({ stacks, options: { now: new Date(now) } }).filter(({ rule }) =>
        ['MA-ID7', 'MA-NET4'].includes(rule),
      );

    expect(at('2027-06-30T11:59:59Z')).toEqual([]);
    expect(at('2027-06-30T12:00:00Z')).toHaveLength(2);
  });

  test('of a scope hold for that scope only', () => {
    const made = agentApp();
    Declarations.of(made.agent).add(...both(made));
    expect(rules(made.app)).toEqual([]);
    const [{ within }] = recordsIn(made.stack);
    expect(within).toContain(made.stack.getLogicalId(made.agent.executionRole.node.defaultChild as CfnResource));
    expect(within).not.toContain(
      made.stack.getLogicalId(made.stack.node.findChild('Audit').node.findChild('Trail') as CfnResource),
    );
  });

  test('are read from the assembly by the statement, with references of other stacks resolved', () => {
    const made = agentApp();
    Declarations.of(made.app).add(...both(made, new Date('2027-06-30')));
    const [statement] = statementsOf(new TemplateModel(readDirectory(made.app.synth().directory)));

    expect(statement.declarations).toEqual([
      {
        what: 'action codeartifact:ListDomains (Agent/Reviewer)',
        reason: 'No resource-level form',
        expires: '2027-06-30T00:00:00.000Z',
      },
      {
        what: 'egress 10.20.0.0/16:443 (Net/Network)',
        reason: 'The package mirror',
        expires: '2027-06-30T00:00:00.000Z',
      },
    ]);
    expect(statementMarkdown(statement)).toContain('`The package mirror`, until `2027-06-30T00:00:00.000Z`');
  });

  test('tie no stacks together: a network may declare what its agents do', () => {
    const made = agentApp();
    Declarations.of(made.networkStack).add(...both(made));
    expect(recordsIn(made.networkStack)).toContainEqual(
      expect.objectContaining({ kind: 'action', role: expect.stringMatching(/^\$\{Agent#.*ExecutionRole.*\.Arn\}$/) }),
    );
    expect(made.networkStack.dependencies).toEqual([]);
  });
});

describe('the metadata', () => {
  test('is in every stack of the scope: later ones, nested ones, those of Stages, and no other', () => {
    const app = new App();
    const stage = new Stage(app, 'Prod', { env: ENV });
    const role = iam.Role.fromRoleName(stackIn(app, 'Roles'), 'Imported', 'agent-execution');
    const other = stackIn(app, 'Other');
    new sns.Topic(other, 'Topic');
    Declarations.of(stage).add(Declaration.action(role, 'codeartifact:ListDomains', { reason }));
    const stack = stackIn(stage, 'Agents');
    const nested = new NestedStack(stack, 'Nested');
    new sns.Topic(nested, 'Topic');

    const expected = {
      kind: 'action',
      subject: 'Roles/Imported',
      role: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:role/agent-execution']] },
      action: 'codeartifact:ListDomains',
      reason,
    };
    expect(recordsIn(stack)).toEqual([expected]);
    expect(recordsIn(nested)).toEqual([expected]);
    expect(recordsIn(other)).toEqual([]);
  });

  test('names a resource of the same stack by a reference, one of a nested stack by its place', () => {
    const app = new App();
    const stack = stackIn(app, 'Agents');
    const nested = new NestedStack(stack, 'Nested');
    const assumedBy = new iam.ServicePrincipal('lambda.amazonaws.com');
    const roles = [new iam.Role(stack, 'Here', { assumedBy }), new iam.Role(nested, 'There', { assumedBy })];
    Declarations.of(stack).add(...roles.map((role) => Declaration.action(role, 'ecr:DescribeRegistry', { reason })));

    const places = (from: Stack) => recordsIn(from).map((record) => record.kind === 'action' && record.role);
    expect(places(stack)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^Here/), 'Arn'] },
      expect.stringMatching(/^\$\{Agents\/NestedNestedStack.*#There.*\.Arn\}$/),
    ]);
    expect(places(nested)).toEqual([
      expect.stringMatching(/^\$\{Agents#Here.*\.Arn\}$/),
      { 'Fn::GetAtt': [expect.stringMatching(/^There/), 'Arn'] },
    ]);
  });

  test('names a role of another account without asking it for a physical name', () => {
    const app = new App();
    const foreign = stackIn(app, 'Foreign', { account: '999988887777', region: 'us-west-2' });
    const role = new iam.Role(foreign, 'Role', { assumedBy: new iam.AccountPrincipal('111122223333') });
    const stack = stackIn(app, 'Agents');
    Declarations.of(stack).add(
      Declaration.principal(role, { reason }),
      Declaration.principal(new iam.AccountPrincipal(Fn.importValue('Partner')), { reason }),
    );

    expect(recordsIn(stack)).toEqual([
      { kind: 'principal', principal: { AWS: [expect.stringMatching(/^\$\{Foreign#Role.*\.Arn\}$/)] }, reason },
      expect.objectContaining({ principal: { AWS: [expect.objectContaining({ 'Fn::Join': expect.anything() })] } }),
    ]);
  });

  test.each<[string, object]>([
    ['everybody', { principal: { AWS: ['*'] } }],
    [
      'an organization',
      { principal: { AWS: ['*'] }, conditions: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } },
    ],
    ['an account and everybody', { principal: { AWS: ['999988887777', '*'] } }],
  ])('about %s does not accept a bucket that is open to everybody', (_, record) => {
    const made = agentApp();
    made.stack.addMetadata(DECLARATIONS_KEY, [{ kind: 'principal', reason, ...record }]);
    const bucket = new s3.Bucket(made.stack, 'Results', { enforceSSL: true });
    bucket.grantRead(made.agent.executionRole);
    new s3.CfnBucketPolicy(made.stack, 'Open', {
      bucket: bucket.bucketName,
      policyDocument: {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: bucket.arnForObjects('*') }],
      },
    });
    expect(rules(made.app)).toContain('MA-STO1');
  });

  test('keeps records that were written by hand, and reads those of a resource', () => {
    const made = agentApp();
    const byHand = { kind: 'exempt', reason };
    made.networkStack.addMetadata(DECLARATIONS_KEY, [byHand]);
    Declarations.of(made.app).add(Declaration.principal(new iam.AccountPrincipal('999988887777'), { reason }));
    expect(recordsIn(made.networkStack)).toEqual([byHand, expect.objectContaining({ kind: 'principal' })]);
  });

  test('of a resource holds for that resource', () => {
    const made = agentApp();
    const group = made.agent.connections.securityGroups[0].node.defaultChild as ec2.CfnSecurityGroup;
    const record = { kind: 'egress', vpc: group.vpcId, peer: '10.20.0.0/16', reason };
    group.addMetadata(DECLARATIONS_KEY, [record]);
    expect(rules(made.app)).toEqual(['MA-ID7']);
  });

  test.each([
    [{ kind: 'exempt' }],
    [{ kind: 'exempt', reason: ' ' }],
    [{ kind: 'exempt', reason, expires: 'never' }],
    [{ kind: 'exempt', reason, expires: 0 }],
    [{ kind: 'everything', reason }],
    [{ kind: 'principal', reason }],
    [{ kind: 'egress', reason, vpc: ['vpc-1'], peer: null }],
    [{ kind: 'exempt', reason, subject: {} }],
    ['exempt'],
    [null],
    [[[{ kind: 'exempt', reason }]]],
  ])('that makes no sense declares nothing: %j', (record) => {
    const made = agentApp();
    made.stack.addMetadata(DECLARATIONS_KEY, [record]);
    expect(rules(made.app)).toEqual(expect.arrayContaining(['MA-ID7', 'MA-NET4']));
  });
});

describe('an exempt stack', () => {
  test('has no findings, nor have the stacks nested in it; the reason is in the report', () => {
    const app = new App();
    const stack = stackIn(app, 'Legacy');
    const trust = {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'bedrock-mantle.amazonaws.com' } },
      ],
    };
    const role = (scope: Stack) =>
      new CfnResource(scope, 'Raw', { type: 'AWS::IAM::Role', properties: { AssumeRolePolicyDocument: trust } });
    role(new NestedStack(stack, 'Nested'));
    role(stackIn(app, 'Current'));
    Declarations.of(app).add(Declaration.exempt(stack, { reason: 'Retired in March' }));
    const report = new ManagedAgentChecks().validateScope(app);

    const found = report.violations.flatMap(({ violatingResources }) => violatingResources);
    expect(found.map(({ templatePath }) => path.basename(templatePath!))).toContain('Current.template.json');
    expect(found.filter(({ templatePath }) => /Legacy/.test(templatePath!))).toEqual([]);
    expect(report.metadata).toEqual({ 'exempt (Legacy)': 'Retired in March' });
  });

  test('has to be in the scope', () => {
    const app = new App();
    const declarations = Declarations.of(stackIn(app, 'A'));
    expect(() => declarations.add(Declaration.exempt(stackIn(app, 'B'), { reason }))).toThrow(
      /at or below the scope.*Fix: /,
    );
  });
});

describe('imports declare themselves', () => {
  function importingApp(env?: object) {
    const app = new App();
    const stack = stackIn(app, 'Agents', env ?? ENV);
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['us-east-1a'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0'],
      isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0'],
    });
    return { app, stack, vpc };
  }

  test('a VPC, roles and a trail that exist, with the names that templates use', () => {
    const { stack, vpc } = importingApp();
    const network = AgentNetwork.fromVpc(stack, 'Network', { vpc });
    AgentAuditTrail.fromAgentAuditTrailAttributes(stack, 'Trail', {
      trailArn: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/org',
    });
    const sessionRole = iam.Role.fromRoleName(stack, 'Session', 'agent-session');
    const model = AgentModel.GPT_5_6_LUNA;
    const baseline = new AgentBaseline(stack, 'Baseline', { network });
    new ManagedAgent(stack, 'Reviewer', { model, instructions: 'Review.', baseline, sessionRole });

    expect(recordsIn(stack)).toEqual([
      {
        kind: 'unreadable',
        subject: 'Agents/Vpc',
        names: ['vpc-0123456789abcdef0'],
        reason: "The VPC vpc-0123456789abcdef0 was imported by Agents/Network and isn't part of this app",
      },
      {
        kind: 'unreadable',
        subject: 'Agents/Trail',
        names: ['arn:aws:cloudtrail:us-east-1:111122223333:trail/org'],
        reason: expect.stringContaining('Agents/Trail'),
      },
      {
        kind: 'unreadable',
        subject: 'Agents/Session',
        names: expect.arrayContaining(['agent-session']),
        reason: expect.stringContaining('Agents/Reviewer'),
      },
    ]);
  });

  test('what a stack of the app makes is readable and is not declared', () => {
    const app = new App();
    const base = stackIn(app, 'Base');
    const vpc = new ec2.Vpc(base, 'Vpc', {
      natGateways: 0,
      subnetConfiguration: [{ name: 'agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    const stack = stackIn(app, 'Agents');
    AgentNetwork.fromVpc(stack, 'Network', { vpc });
    expect(recordsIn(stack)).toEqual([]);
  });
});

describe('a way out that was chosen', () => {
  const withEgress = (egress: AgentEgress) => {
    const app = new App();
    const network = new AgentNetwork(stackIn(app, 'Net'), 'Network', { egress });
    const stack = stackIn(app, 'Agents');
    new AgentAuditTrail(stack, 'Audit');
    const model = AgentModel.GPT_5_6_LUNA;
    const baseline = new AgentBaseline(stack, 'Baseline', { network });
    new ManagedAgent(stack, 'Reviewer', { model, instructions: 'Review.', baseline });
    return { app, stack };
  };

  test.each([
    ['an allow-list', (options?: object) => AgentEgress.allowList(['registry.npmjs.org'], options)],
    ['the whole internet', (options?: object) => AgentEgress.open(options)],
  ])('%s: with a reason it is declared, without one it is a finding', (_, choose) => {
    expect(rules(withEgress(choose()).app).sort()).toEqual(['MA-NET1', 'MA-NET4']);
    expect(rules(withEgress(choose({ reason })).app)).toEqual([]);
  });

  test('the finding about an allow-list without a reason names the domains', () => {
    const { violations } = new ManagedAgentChecks().validateScope(
      withEgress(AgentEgress.allowList(['registry.npmjs.org'])).app,
    );
    expect(violations.map(({ description }) => description)).toContainEqual(
      expect.stringMatching(/Only these names resolve \(AgentEgress\.allowList\): [^:]*registry\.npmjs\.org/),
    );
  });

  test('the declaration of an allow-list names the domains', () => {
    const { stack } = withEgress(AgentEgress.allowList(['registry.npmjs.org'], { reason }));
    expect(recordsIn(stack)).toEqual([
      expect.objectContaining({
        kind: 'egress',
        peer: '0.0.0.0/0',
        port: 443,
        reason: `${reason} (only these names resolve: registry.npmjs.org)`,
      }),
    ]);
  });
});

test('an unreadable construct is named by its resources', () => {
  const app = new App();
  const legacy = stackIn(app, 'Legacy');
  const topic = new sns.Topic(legacy, 'Topic');
  const stack = stackIn(app, 'Agents');
  Declarations.of(stack).add(Declaration.unreadable(legacy, { reason }), Declaration.unreadable(topic, { reason }));
  expect(recordsIn(stack)).toMatchObject([
    { subject: 'Legacy', parts: [{ stack: 'Legacy' }] },
    { subject: 'Legacy/Topic', parts: [{ stack: 'Legacy', logicalIds: [expect.stringMatching(/^Topic/)] }] },
  ]);
});

describe('refuses', () => {
  const role = () => iam.Role.fromRoleName(new Stack(new App(), 'S'), 'R', 'r');
  const network = () => new AgentNetwork(new Stack(new App(), 'S'), 'N');
  test.each<[string, () => unknown]>([
    ['no reason', () => Declaration.action(role(), 's3:ListAllMyBuckets', { reason: ' ' })],
    ['a reason that only the deployment knows', () => Declaration.unreadable(role(), { reason: Aws.STACK_NAME })],
    ['a reason with a credential', () => Declaration.unreadable(role(), { reason: 'key AKIA' + 'IOSFODNN7EXAMPLE' })],
    ['a wildcard', () => Declaration.action(role(), 's3:*', { reason })],
    ['a token', () => Declaration.action(role(), `s3:${Aws.REGION}`, { reason })],
    ['a list of no resources', () => Declaration.action(role(), 's3:GetObject', { reason, resources: [] })],
    [
      'a service as the grantee',
      () => Declaration.action(new iam.ServicePrincipal('s3.amazonaws.com'), 's3:GetObject', { reason }),
    ],
    ['a port out of range', () => Declaration.egress(network(), ec2.Peer.anyIpv4(), { reason, port: 0 })],
    ['everybody', () => Declaration.principal(new iam.AnyPrincipal(), { reason })],
    ['an organization', () => Declaration.principal(new iam.OrganizationPrincipal('o-a1b2c3d4e5'), { reason })],
    [
      'a principal with conditions',
      () =>
        Declaration.principal(
          new iam.AccountPrincipal('999988887777').withConditions({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
          { reason },
        ),
    ],
    ['everybody, written otherwise', () => Declaration.principal(new iam.StarPrincipal(), { reason })],
    [
      'a date that is none',
      () => Declaration.principal(new iam.AccountPrincipal('999988887777'), { reason, expires: new Date('soon') }),
    ],
    ['egress with an empty reason', () => AgentEgress.open({ reason: '' })],
  ])('%s', (_, declareIt) => {
    expect(declareIt).toThrow(/Allowed: .*Fix: /);
  });
});
