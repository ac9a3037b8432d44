import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as route53resolver from 'aws-cdk-lib/aws-route53resolver';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { App, CfnCondition, CfnParameter, CfnResource, Fn, Stack, Stage } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentModel, AgentTool, ManagedAgent } from '../../../lib';
import { DeployedText } from '../../../lib/quotas/deployed-text';
import { WrittenTemplates } from '../../../lib/quotas/written-templates';
import { checkQuotas } from '../../../lib/quotas/check-quotas';
import { responderScene } from '../blueprint/responder-scene';

const ENV = { account: '111122223333', region: 'us-east-1' };
const count = (length: number) => Array.from({ length }, (_, index) => index + 1);

function errorsOf(add: (stack: Stack) => void): string[] {
  const stack = new Stack(new App(), 'S', { env: ENV });
  checkQuotas(stack);
  add(stack);
  return refusals(stack.node.root as App);
}

/** What a synthesis is refused for: no error, or each with the stack or Stage that it is about. */
function refusals(stage: Stage): string[] {
  try {
    stage.synth();
    return [];
  } catch (error) {
    const [title, ...errors] = (error as Error).message.split('\n  ');
    expect(title).toBe('Validation failed with the following errors:');
    // Without the manifest nothing is deployed.
    expect(fs.existsSync(path.join(stage.outdir, 'manifest.json'))).toBe(false);
    return errors.map((each) => each.replace(/^\[.*?\] /, ''));
  }
}

function watchedService(stack: Stack, groups: number, sharedKey: boolean) {
  const key = sharedKey ? new kms.Key(stack, 'ServiceKey') : undefined;
  return count(groups).map(
    (index) =>
      new logs.LogGroup(stack, `ServiceLogs${index}`, { encryptionKey: key ?? new kms.Key(stack, `Key${index}`) }),
  );
}

interface Document {
  readonly Statement: { readonly Action: string | string[]; readonly Resource: unknown; readonly Condition?: object }[];
}

test.each([
  ['one key', 50, true],
  ['a key each', 20, false],
  ['a key each', 50, false],
])('an incident responder fits: %s, %d log groups, 20 alarms, 20 functions', (_, groups, sharedKey) => {
  const { stack } = responderScene((scope) => ({
    alarms: count(20).map(
      (index) =>
        new cloudwatch.Alarm(scope, `Alarm${index}`, {
          alarmName: `Checkout-Alarm-${index}`,
          metric: new cloudwatch.Metric({ namespace: 'AWS/Lambda', metricName: `Errors${index}` }),
          threshold: 1,
          evaluationPeriods: 1,
        }),
    ),
    logGroups: watchedService(scope, groups, sharedKey),
    deployments: {
      functions: count(20).map((index) =>
        lambda.Function.fromFunctionName(scope, `Function${index}`, `checkout-function-${index}`),
      ),
    },
  }));
  const template = Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string; Properties: never }>;
  // Measured here without the code under test: documents as JSON, with every log group's name of 45 characters
  // (Shop-ServiceLogs12…-…) and every other reference as long as the ARN of a key.
  const policies = Object.values(template)
    .filter(({ Type }) => /^AWS::IAM::(Managed)?Policy$/.test(Type))
    .map(({ Type, Properties }) => {
      const { PolicyDocument, Roles } = Properties as { PolicyDocument: Document; Roles?: { Ref: string }[] };
      const text = JSON.stringify(PolicyDocument)
        .replace(/\{"Ref":"AWS::Partition"\}/g, '"aws"')
        .replace(/\{"Ref":"ServiceLogs[^"]*"\}/g, JSON.stringify('x'.repeat(45)))
        .replace(/\{"(Ref|Fn::GetAtt)":(\[[^\]]*\]|"[^"]*")\}/g, JSON.stringify('x'.repeat(75)))
        .replace(/\{"Fn::Join":\["",\[|\]\]\}|","/g, '');
      return { Type, size: text.length, role: Roles?.[0].Ref, PolicyDocument };
    });
  const execution = policies.filter(({ role }) => role?.includes('ExecutionRole'));
  const inline = execution.filter(({ Type }) => Type === 'AWS::IAM::Policy');
  expect(inline.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(10_240);
  for (const { size } of execution.filter(({ Type }) => Type === 'AWS::IAM::ManagedPolicy')) {
    expect(size).toBeLessThan(6_144);
  }
  // Nothing was lost on the way: every log group can be queried.
  const statements = execution.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const queried = statements
    .filter(({ Action }) => [Action].flat().includes('logs:StartQuery'))
    .flatMap(({ Resource }) => Resource as unknown[]);
  expect(queried).toHaveLength(2 * groups);
});

test('log groups of one key share a statement that names each of them', () => {
  const stack = new Stack(new App(), 'S', { env: ENV });
  const logGroups = watchedService(stack, 10, true);
  const baseline = new AgentBaseline(stack, 'Baseline');
  new ManagedAgent(stack, 'Agent', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Read logs.',
    baseline,
    tools: [AgentTool.cloudWatch({ logGroups })],
  });
  const [policy] = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => Object.entries(Template.fromStack(stack).findResources(type)))
    .filter(([id]) => id.includes('Toolcloudwatch'))
    .map(([, { Properties }]) => (Properties as { PolicyDocument: Document }).PolicyDocument);
  const ofKey = policy.Statement.filter(({ Action }) => Action === 'kms:Decrypt');
  expect(ofKey).toHaveLength(1);
  expect(JSON.stringify(ofKey[0].Condition).match(/ServiceLogs\d+/g)).toHaveLength(10);
});

const statement = (index: number, length = 100) =>
  new iam.PolicyStatement({
    sid: `S${index}`,
    actions: ['s3:GetObject'],
    resources: [`arn:aws:s3:::${'b'.repeat(length)}${index}`],
  });
const role = (stack: Stack, props: Partial<iam.RoleProps> = {}) =>
  new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'), ...props });

const filter = (stack: Stack, id: string, logGroup: logs.ILogGroup) =>
  new logs.MetricFilter(stack, id, {
    logGroup,
    filterPattern: logs.FilterPattern.allEvents(),
    metricNamespace: 'N',
    metricName: id,
  });

const BROKEN: [string, (stack: Stack) => void, RegExp][] = [
  [
    'inline policies of a role',
    (stack) =>
      count(4).forEach((each) => {
        const statements = count(20).map((index) => statement(index));
        new iam.Policy(stack, `P${each}`, {
          statements,
          roles: [(stack.node.tryFindChild('Role') as iam.Role) ?? role(stack)],
        });
      }),
    /^S\/Role\/Resource: inline policies of the role, together would have about 1\d{4} of at most 10240/,
  ],
  [
    'a managed policy',
    (stack) => new iam.ManagedPolicy(stack, 'P', { statements: count(50).map((index) => statement(index)) }),
    /^S\/P\/Resource: managed policy would have about \d+ of at most 6144/,
  ],
  [
    'managed policies of a role',
    (stack) => {
      const many = role(stack);
      count(11).forEach((each) =>
        many.addManagedPolicy(new iam.ManagedPolicy(stack, `P${each}`, { statements: [statement(1)] })),
      );
    },
    /^S\/Role\/Resource: managed policies attached to the role would have about 11 of at most 10/,
  ],
  [
    'a trust policy',
    (stack) =>
      role(stack, {
        assumedBy: new iam.CompositePrincipal(
          ...count(40).map((n) => new iam.ArnPrincipal(`arn:aws:iam::111122223333:role/a-long-name-of-a-role-${n}`)),
        ),
      }),
    /^S\/Role\/Resource: trust policy of the role/,
  ],
  [
    'rules of a security group',
    (stack) => {
      const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'] });
      const group = new ec2.SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false });
      count(61).forEach((port) => group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(port)));
    },
    /^S\/Group\/Resource: rules of the security group in one direction would have about 61 of at most 60/,
  ],
  [
    'a parameter',
    (stack) => new ssm.StringParameter(stack, 'P', { stringValue: 'x'.repeat(4050) + role(stack).roleArn }),
    /^S\/P\/Resource: value of the SSM parameter would have about 41\d\d of at most 4096/,
  ],
  [
    'an event pattern',
    (stack) =>
      new CfnResource(stack, 'Rule', {
        type: 'AWS::Events::Rule',
        properties: {
          EventPattern: {
            resources: count(20).map((n) => `arn:aws:cloudwatch:us-east-1:111122223333:alarm:${'n'.repeat(60)}${n}`),
          },
        },
      }),
    /^S\/Rule: event pattern of the rule would have about \d{4} of at most 2048/,
  ],
  [
    'a definition',
    (stack) =>
      new CfnResource(stack, 'Machine', {
        type: 'AWS::StepFunctions::StateMachine',
        properties: { DefinitionString: 'x'.repeat(1_048_577) },
      }),
    /^S\/Machine: definition of the state machine/,
  ],
  [
    'a policy of a queue',
    (stack) =>
      count(70).forEach((n) =>
        ((stack.node.tryFindChild('Queue') as sqs.Queue) ?? new sqs.Queue(stack, 'Queue')).addToResourcePolicy(
          new iam.PolicyStatement({
            sid: `S${n}`,
            principals: [new iam.ServicePrincipal('events.amazonaws.com')],
            actions: ['sqs:SendMessage'],
            resources: [`arn:aws:sqs:us-east-1:111122223333:${n}`],
          }),
        ),
      ),
    /^S\/Queue\/Policy\/Resource: policy of the queue/,
  ],
  [
    'variables of a function',
    (stack) =>
      new CfnResource(stack, 'F', {
        type: 'AWS::Lambda::Function',
        properties: { Environment: { Variables: { A: 'x'.repeat(4000), B: { 'Fn::GetAtt': ['Role', 'Arn'] } } } },
      }),
    /^S\/F: environment variables of the function/,
  ],
  [
    'a policy of a key',
    (stack) => {
      const key = new kms.Key(stack, 'Key');
      count(250).forEach((index) => {
        const shared = statement(index, 50);
        shared.addAccountRootPrincipal();
        key.addToResourcePolicy(shared);
      });
    },
    /^S\/Key\/Resource: key policy would have about \d+ of at most 32768/,
  ],
  [
    'two endpoints of one service',
    (stack) =>
      count(2).forEach(
        (n) =>
          new ec2.CfnVPCEndpoint(stack, `E${n}`, {
            vpcId: 'vpc-1',
            serviceName: 'com.amazonaws.us-east-1.logs',
            vpcEndpointType: 'Interface',
            privateDnsEnabled: true,
          }),
      ),
    /^S\/E2 \(and S\/E1\): endpoints with private DNS for one service in one VPC/,
  ],
  [
    'values of event selectors',
    (stack) =>
      new CfnResource(stack, 'Trail', {
        type: 'AWS::CloudTrail::Trail',
        properties: { AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventSource', Equals: count(501) }] }] },
      }),
    /^S\/Trail: values of all advanced event selectors of the trail would have about 501 of at most 500/,
  ],
  [
    'domains of a DNS Firewall list',
    (stack) =>
      new route53resolver.CfnFirewallDomainList(stack, 'Names', { domains: count(1_001).map((n) => `h${n}.example`) }),
    /^S\/Names: domains of the DNS Firewall list would have about 1001 of at most 1000/,
  ],
  [
    'tags',
    (stack) =>
      new CfnResource(stack, 'R', {
        type: 'AWS::EC2::VPC',
        properties: { Tags: count(51).map((n) => ({ Key: `t${n}`, Value: 'x' })) },
      }),
    /^S\/R: tags of the resource would have about 51 of at most 50/,
  ],
  [
    'metric filters of a log group',
    (stack) => {
      const group = new logs.LogGroup(stack, 'Logs');
      count(101).forEach((n) => filter(stack, `F${n}`, group));
    },
    /^S\/Logs\/Resource: metric filters of the log group would have about 101 of at most 100/,
  ],
  ['a name', (stack) => role(stack, { roleName: 'r'.repeat(60) + 'too-long' }), /RoleName|role name/i],
  [
    'a template',
    (stack) =>
      count(12).forEach(
        (n) => new CfnResource(stack, `R${n}`, { type: 'A::B::C', properties: { Text: 'x'.repeat(90_000) } }),
      ),
    /^S: template of the stack would have about \d{7} of at most 1000000/,
  ],
];

test.each(BROKEN)('%s beyond the quota: path, value, limit, fix and source', (_, add, expected) => {
  let errors: string[];
  try {
    errors = errorsOf(add);
  } catch (error) {
    errors = [(error as Error).message]; // The CDK refuses some names itself.
  }
  expect(errors.filter((error) => expected.test(error))).toHaveLength(1);
  expect(errors[0]).toMatch(/Fix: .* Source: |name/);
});

describe('what many stacks add to one resource', () => {
  const shared = (stage: Stage) => {
    const first = new Stack(stage, 'First', { env: ENV });
    checkQuotas(first);
    const vpc = ec2.Vpc.fromVpcAttributes(first, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'] });
    const group = new ec2.SecurityGroup(first, 'Group', { vpc, allowAllOutbound: false });
    return { group, logGroup: new logs.LogGroup(first, 'Logs'), literal: 'sg-0123456789abcdef0' };
  };
  const addTo = ({ group, logGroup, literal }: ReturnType<typeof shared>, stage: Stage, each: number) =>
    count(11).forEach((s) => {
      const stack = new Stack(stage, `Team${s}`, { env: ENV });
      count(each).forEach((n) => {
        for (const groupId of [group.securityGroupId, literal]) {
          const id = `${groupId === literal ? 'Literal' : 'Own'}${n}`;
          new ec2.CfnSecurityGroupIngress(stack, id, { groupId, ipProtocol: 'tcp', fromPort: n, toPort: n });
        }
        filter(stack, `F${n}`, logGroup);
      });
    });

  test('is counted together, and for each Stage on its own', () => {
    const app = new App();
    const [dev, prod] = ['Dev', 'Prod'].map((id) => new Stage(app, id));
    addTo(shared(dev), dev, 10);
    addTo(shared(prod), prod, 5);
    expect(refusals(dev).map((error) => error.replace(/ Fix:.*/, ''))).toEqual([
      'Dev/First/Group/Resource: rules of the security group in one direction would have about 110 of at most 60 rules (AWS raises it on request).',
      'sg-0123456789abcdef0: rules of the security group in one direction would have about 110 of at most 60 rules (AWS raises it on request).',
      'Dev/First/Logs/Resource: metric filters of the log group would have about 110 of at most 100 filters.',
    ]);
    expect(refusals(prod)).toEqual([]);
  });
});

test('a synthesis that was refused can be repeated, and leaves no construct behind', () => {
  const app = new App();
  const stack = new Stack(app, 'S', { env: ENV });
  checkQuotas(stack);
  const own = role(stack);
  count(4).forEach((n) =>
    own.attachInlinePolicy(new iam.Policy(stack, `P${n}`, { statements: count(20).map((i) => statement(i)) })),
  );
  const children = app.node.children.map(({ node }) => node.id);
  const [error] = refusals(app);
  expect(error).toMatch(/^S\/Role\/Resource: inline policies/);
  expect(refusals(app)).toEqual([error]);
  count(4).forEach((n) => stack.node.tryRemoveChild(`P${n}`));
  expect(refusals(app)).toEqual([]);
  expect(app.node.children.map(({ node }) => node.id).filter((id) => id !== 'Tree')).toEqual(children);
});

test('a refused synthesis leaves no manifest of an earlier one, with which its templates could be deployed', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'refused-'));
  const appWith = (tags: number) => {
    const app = new App({ outdir });
    const stack = new Stack(app, 'S', { env: ENV });
    checkQuotas(stack);
    new CfnResource(stack, 'R', {
      type: 'AWS::EC2::VPC',
      properties: { Tags: count(tags).map((n) => ({ Key: `t${n}`, Value: 'x' })) },
    });
    return app;
  };
  try {
    expect(refusals(appWith(50))).toEqual([]);
    expect(fs.existsSync(path.join(outdir, 'manifest.json'))).toBe(true);
    expect(refusals(appWith(51))).toEqual([expect.stringMatching(/^S\/R: tags of the resource/)]);
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
});

test('every stack of an app is checked, whatever the order in which they were made', () => {
  const app = new App();
  const stacks = count(3).map((n) => new Stack(app, `S${n}`, { env: ENV }));
  [...stacks].reverse().forEach((stack) => {
    checkQuotas(stack);
    new CfnResource(stack, 'R', {
      type: 'AWS::EC2::VPC',
      properties: { Tags: count(51).map((n) => ({ Key: `t${n}`, Value: 'x' })) },
    });
  });
  expect(refusals(app).map((error) => error.split(':')[0])).toEqual(['S1/R', 'S2/R', 'S3/R']);
});

test('a stack within its quotas has no error', () => {
  const within = errorsOf((stack) => {
    const one = role(stack);
    count(60).forEach((index) => one.addToPolicy(statement(index, 20)));
    new ssm.StringParameter(stack, 'P', { stringValue: 'x'.repeat(4096) });
  });
  expect(within).toEqual([]);
});

test('references are counted as long as they will be, also across stacks', () => {
  const app = new App();
  const first = new Stack(app, 'First', { env: ENV });
  const second = new Stack(app, 'Second', { env: ENV });
  const key = new kms.Key(first, 'Key');
  const named = new iam.Role(first, 'Named', { roleName: 'reviewer', assumedBy: new iam.AccountRootPrincipal() });
  const unnamed = new iam.Role(first, 'Unnamed', { assumedBy: new iam.AccountRootPrincipal() });
  new CfnResource(second, 'User', { type: 'A::B::C', properties: { Arn: key.keyArn } });
  const text = new DeployedText(first);
  expect(text.lengthOf(key.keyArn)).toBeGreaterThanOrEqual('arn:aws:kms:us-east-1:111122223333:key/'.length + 36);
  expect(text.lengthOf(named.roleName)).toBe('reviewer'.length);
  expect(text.lengthOf(unnamed.roleName)).toBeLessThanOrEqual(64);
  app.synth();
  const [imported] = Object.values(Template.fromStack(second).findResources('A::B::C'));
  const written = new WrittenTemplates(app).of(second).text;
  expect(written.lengthOfResolved(imported.Properties.Arn)).toBe(text.lengthOf(key.keyArn));
});

test('a name that only the deployment knows is not refused, and of two possible ones the longer counts', () => {
  const withName = (queueName: (stack: Stack) => string) =>
    errorsOf((stack) => {
      new sqs.CfnQueue(stack, 'Queue', { queueName: queueName(stack) });
    });
  expect(withName((stack) => new CfnParameter(stack, 'Name').valueAsString)).toEqual([]);
  const either = (long: string) => (stack: Stack) => {
    const prod = new CfnCondition(stack, 'Prod', { expression: Fn.conditionEquals(new CfnParameter(stack, 'S'), 'p') });
    return Fn.conditionIf(prod.logicalId, 'events', long).toString();
  };
  expect(withName(either('events-of-development'))).toEqual([]);
  expect(withName(either('x'.repeat(81)))).toEqual([expect.stringContaining('81 of at most 80')]);
});

test('a property that an override makes something else than a list is no error of the quotas', () => {
  const found = errorsOf((stack) => {
    const role = new iam.CfnRole(stack, 'Role', { assumeRolePolicyDocument: {} });
    role.addPropertyOverride('Policies.0', { PolicyName: 'own' });
    role.addPropertyOverride('ManagedPolicyArns', 'arn:aws:iam::aws:policy/ReadOnlyAccess');
  });
  expect(found).toEqual([]);
});
