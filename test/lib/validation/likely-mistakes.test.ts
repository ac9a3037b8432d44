import { readFileSync } from 'fs';
import * as path from 'path';
import { App, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Role, type CustomizeRolesOptions } from 'aws-cdk-lib/aws-iam';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentCoreEnvironment,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentNetworkService,
  AgentTool,
  AgentTrigger,
  ManagedAgent,
  type ManagedAgentProps,
  TurnWorkflow,
  type TurnWorkflowProps,
} from '../../../lib';
import { AgentBlueprint, type AgentBlueprintProps } from '../../../lib/blueprint';

const env = { account: '111122223333', region: 'us-east-1' };
const newStack = () => new Stack(new App(), 'Stack', { env });

interface CfnResource {
  readonly Type: string;
  readonly Properties?: Record<string, string>;
}

describe('mistakes that a compiler would find', () => {
  const agent = (given: object) => () =>
    new ManagedAgent(newStack(), 'Agent', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Work.',
      ...given,
    });

  const workflow = () => {
    const its = agent({})();
    return new TurnWorkflow(Stack.of(its), 'Turns', { agent: its });
  };
  const patternOf = (pattern: object) => () => workflow().addTrigger(AgentTrigger.onEvent('Event', pattern));

  class Named extends AgentBlueprint {
    constructor(scope: Stack, id: string, props: AgentBlueprintProps) {
      super(scope, id, props);
      this.define({ model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.' });
    }
  }

  test.each([
    [
      'a model as text',
      agent({ model: 'openai.gpt-5.6-luna' }),
      /Stack\/Agent: model 'openai.gpt-5.6-luna' .*AgentModel/,
    ],
    ['no model', agent({ model: undefined }), /Stack\/Agent: model undefined/],
    ['no instructions', agent({ instructions: undefined }), /Stack\/Agent: instructions undefined/],
    ['one tool instead of a list', agent({ tools: {} }), /Stack\/Agent: tools 'Object' .*an array of AgentTool/],
    ['no agent', () => new TurnWorkflow(newStack(), 'Turns', {} as TurnWorkflowProps), /Stack\/Turns: agent undefined/],
    [
      'a number as environment variable',
      () =>
        new AgentCoreEnvironment(newStack(), 'Environment', {
          environmentVariables: { PORT: 8080 } as unknown as Record<string, string>,
        }),
      /environmentVariables.PORT 8080 .*in quotes/,
    ],
    [
      'a command line as command',
      () => AgentTool.stdio({ serverLabel: 'foo', command: 'npx foo' }),
      /command 'npx foo' .*one program.*args/,
    ],
    [
      'a letter too little in a prop, which would be ignored',
      agent({ sesionRole: undefined, agentNme: 'reviewer' }),
      /Stack\/Agent: sesionRole is not accepted\. Allowed: the name sessionRole\. Fix: write sessionRole\./,
    ],
    [
      'two exchanged letters',
      agent({ enviornment: {} }),
      /enviornment is not accepted\. Allowed: the name environment/,
    ],
    [
      'a wrong letter in an option',
      () => AgentTool.stdio({ serverLabel: 'foo', command: '/foo', allowedTolls: [] } as never),
      /allowedTolls is not accepted\. Allowed: the name allowedTools/,
    ],
    [
      'no scope',
      () => new ManagedAgent(undefined as never, 'Agent', {} as never),
      /scope undefined .*Allowed: a Stack/,
    ],
    [
      'an app as scope',
      () => new AgentBaseline(new App(), 'Baseline'),
      /AgentBaseline 'Baseline': scope 'the App' is not accepted\. Allowed: a Stack, or a construct in one/,
    ],
    [
      'an ARN as grantee',
      () => workflow().grants.startTurns('arn' as never),
      /grantee 'arn' .*Fix: Pass a role, or a construct that has one/,
    ],
    [
      'the options of a trigger in its pattern',
      patternOf({ prompt: 'Work.', bus: new ec2.Vpc(newStack(), 'Vpc') }),
      /pattern\.prompt 'Work\.' .*Fix: pass it in the third argument of the trigger/,
    ],
    [
      'a construct in a pattern',
      patternOf({ bus: new ec2.Vpc(newStack(), 'Vpc') }),
      /pattern\.bus "Stack\/Vpc" .*third argument/,
    ],
    [
      'a pattern in a pattern',
      patternOf({ eventPattern: { source: ['x'] } }),
      /pattern\.eventPattern .*write its members directly/,
    ],
    [
      'a member that every object has',
      patternOf({ constructor: ['x'] }),
      /pattern\.constructor .*write members of the event/,
    ],
    [
      'a name that no agent can have',
      () => new Named(newStack(), 'Blueprint', { agentName: 'größe-1' }),
      /Stack\/Blueprint: agentName 'größe-1' .*a letter, then letters/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test.each([
    ['props of another class', { retentionPolicy: 'x' }],
    ['a plural', { agentNames: ['a'] }],
    ['a short name', { model2: 1 }],
    ['a name like that of a prop that is set', { instructionsX: 'x' }],
  ])('%s are passed on', (_, given) => {
    expect(agent(given)).not.toThrow();
  });
});

describe('networks in one VPC', () => {
  test('two of them are refused, because the second private DNS name cannot be deployed', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
    AgentNetwork.fromVpc(stack, 'One', { vpc });
    AgentNetwork.fromVpc(stack, 'Two', { vpc });
    expect(() => stack.node.root instanceof App && stack.node.root.synth()).toThrow(
      /Stack\/Two\/BedrockMantleEndpoint.* is a second endpoint with private DNS/,
    );
  });

  test('so is one next to an endpoint of the app', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { natGateways: 0 });
    vpc.addInterfaceEndpoint('Logs', { service: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS });
    AgentNetwork.fromVpc(stack, 'One', { vpc });
    expect(() => stack.node.root instanceof App && stack.node.root.synth()).toThrow(
      /second endpoint .*the first is Stack\/Vpc\/Logs/,
    );
  });

  test('a selection of subnets waits for the look-up of the VPC', () => {
    const stack = newStack();
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { vpcName: 'shared' });
    expect(() => AgentNetwork.fromVpc(stack, 'One', { vpc, subnets: { subnetGroupName: 'Agents' } })).not.toThrow();
  });
});

test('a gateway has ARN and URL of one Region', () => {
  const gateway = (region: string) =>
    AgentTool.gateway({
      serverLabel: 'gateway',
      gatewayArn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/tools',
      gatewayUrl: `https://tools.gateway.bedrock-agentcore.${region}.amazonaws.com/mcp`,
    });
  expect(() => gateway('us-west-2')).toThrow(/gatewayUrl 'https.*us-west-2.* in its Region.*Fix: /);
  expect(() => gateway('us-east-1')).not.toThrow();
});

describe('names that a service accepts once', () => {
  const agent = (stack: Stack, id: string, agentName: string) =>
    new ManagedAgent(stack, id, { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', agentName });

  test('two agents of one name are refused at synth, in one stack and in two of one environment', () => {
    const app = new App();
    agent(new Stack(app, 'One', { env }), 'A', 'reviewer');
    agent(new Stack(app, 'Two', { env }), 'B', 'reviewer');
    expect(() => app.synth()).toThrow(/Two\/B\] agentName 'reviewer' .*One\/A has this name.*Fix: /);
  });

  test('the name may be used again in another Region, and in a Stage whose account is not known', () => {
    const app = new App();
    agent(new Stack(app, 'One', { env }), 'A', 'reviewer');
    agent(new Stack(app, 'Two', { env: { ...env, region: 'us-west-2' } }), 'B', 'reviewer');
    ['Test', 'Prod'].forEach((id) => agent(new Stack(new Stage(app, id), 'S'), 'A', 'reviewer'));
    expect(() => app.synth()).not.toThrow();
  });

  test('a name that only the deployment knows is refused, because it could be taken', () => {
    const stack = newStack();
    const name = new CfnParameter(stack, 'Name').valueAsString;
    expect(() => agent(stack, 'A', name)).toThrow(/Stack\/A: agentName .*known at synth.*Fix: /);
  });

  test('aliases of keys count, too', () => {
    const stack = newStack();
    ['One', 'Two'].forEach((id) => new AgentKey(stack, id, { alias: 'agents' }));
    expect(() => (stack.node.root as App).synth()).toThrow(/Stack\/Two\] alias 'alias\/agents' .*Stack\/One/);
  });
});

test('ids of constructs in any script make descriptions that IAM and EC2 accept', () => {
  const stack = new Stack(new App(), 'Stack', { env });
  const baseline = new AgentBaseline(stack, '基盤', { auditTrail: new AgentAuditTrail(stack, '監査') });
  const agent = new ManagedAgent(stack, 'Prüfer-日本', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Work.',
    baseline,
  });
  new TurnWorkflow(stack, 'Züge-日本', { agent }).addTrigger(AgentTrigger.onEvent('E', { source: ['x'] }));
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, CfnResource> };
  // docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html; EC2 names of groups and their descriptions are ASCII.
  const texts = Object.values(Resources)
    .filter(({ Type }) => /^AWS::(IAM|EC2::SecurityGroup|Lambda)/.test(Type))
    .flatMap(({ Properties = {} }) => [Properties.Description, Properties.GroupDescription, Properties.RoleName])
    .filter((text) => typeof text === 'string');
  expect(texts.length).toBeGreaterThan(10);
  expect(texts.filter((text) => /[^ -~]/.test(text))).toEqual([]);
});

test('a prop of another construct gets a warning, because it has no effect', () => {
  const stack = newStack();
  new ManagedAgent(stack, 'Agent', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Work.',
    network: new ec2.Vpc(stack, 'Vpc'),
  } as ManagedAgentProps);
  Annotations.fromStack(stack).hasWarning(
    '/Stack',
    Match.stringLikeRegexp("Stack/Agent: 'network' is not a prop of ManagedAgent.*AgentBaselineProps"),
  );
});

describe('roles that somebody else makes', () => {
  const synthesized = (options?: CustomizeRolesOptions) => {
    const stack = newStack();
    Role.customizeRoles(stack, options);
    const agent = new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.' });
    new TurnWorkflow(stack, 'Turns', { agent }).addTrigger(AgentTrigger.onEvent('E', { source: ['x'] }));
    const assembly = (stack.node.root as App).synth();
    const report = readFileSync(path.join(assembly.directory, 'iam-policy-report.txt'), 'utf8');
    const types = Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, CfnResource>);
    return { report, policies: types.filter(({ Type }) => Type.startsWith('AWS::IAM::')).length };
  };

  test('are left out of the template, and their policies are in the report of CDK', () => {
    const { report, policies } = synthesized();
    expect(policies).toBe(0);
    expect(report).toContain('(Stack/Agent/SessionRole)');
    expect(report).toContain('bedrock-mantle:CreateInference');
    expect(report).toContain('WriteOwnLogGroup');
  });

  test('are made as always for a report alone', () => {
    expect(synthesized({ preventSynthesis: false }).policies).toBeGreaterThan(10);
  });
});

test('subnets that the endpoints leave no room in are refused', () => {
  const stack = newStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    natGateways: 0,
    maxAzs: 2,
    ipAddresses: ec2.IpAddresses.cidr('10.0.0.0/24'),
    subnetConfiguration: [{ name: 'Agents', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 28 }],
  });
  const services = ['ecs', 'lambda', 'rds', 'batch', 'glue', 'ssm', 'kinesis', 'athena'].map((name) =>
    AgentNetworkService.interface(name, { actions: [`${name}:List`], hostNames: [`${name}.{region}.amazonaws.com`] }),
  );
  AgentNetwork.fromVpc(stack, 'Network', { vpc, services });
  expect(() => (stack.node.root as App).synth()).toThrow(
    /Stack\/Network\] subnets 'Stack\/Vpc\/AgentsSubnet1' .*11 addresses/,
  );
});
