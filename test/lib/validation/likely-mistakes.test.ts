import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  AgentCoreEnvironment,
  AgentModel,
  AgentNetwork,
  AgentTool,
  ManagedAgent,
  TurnWorkflow,
  type TurnWorkflowProps,
} from '../../../lib';

const env = { account: '111122223333', region: 'us-east-1' };
const newStack = () => new Stack(new App(), 'Stack', { env });

describe('mistakes that a compiler would find', () => {
  const agent = (given: object) => () =>
    new ManagedAgent(newStack(), 'Agent', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Work.',
      ...given,
    });

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
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
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
