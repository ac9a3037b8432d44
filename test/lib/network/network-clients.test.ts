import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { App, Stack } from 'aws-cdk-lib/core';
import { AgentNetwork, AgentNetworkService } from '../../../lib/network';
import { ACCOUNT, build, client, EAST, policyOf } from './network-scene';

describe('connect', () => {
  test('opens 443 to the endpoints and to the prefix lists of S3 and DynamoDB, and nothing else', () => {
    const { stack, network } = build();
    network.connect(client(stack, network));
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Net/Client',
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [
        Match.objectLike({ DestinationPrefixListId: 'pl-63a5400a', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
        Match.objectLike({ DestinationPrefixListId: 'pl-02cd2c6b', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
      ],
    });
    template.resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    const endpointGroup = stack.resolve(network.endpointSecurityGroup.securityGroupId);
    template.hasResourceProperties('AWS::EC2::SecurityGroupEgress', {
      DestinationSecurityGroupId: endpointGroup,
      FromPort: 443,
      ToPort: 443,
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: endpointGroup,
      FromPort: 443,
      ToPort: 443,
    });
  });

  test.each([
    ['us-east-2', 'pl-7ba54012', 'pl-4ca54025'],
    ['us-west-2', 'pl-68a54001', 'pl-00a54069'],
  ])('knows the prefix lists of %s', (region, s3, dynamoDb) => {
    const { stack, network } = build(undefined, { env: { account: ACCOUNT, region } });
    network.connect(client(stack, network));
    const group = Object.values(
      Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup', {
        Properties: { GroupDescription: 'Net/Client' },
      }),
    )[0].Properties;
    expect(group.SecurityGroupEgress.map((rule: Record<string, string>) => rule.DestinationPrefixListId)).toEqual([
      s3,
      dynamoDb,
    ]);
  });

  test('may be repeated', () => {
    const { stack, network } = build();
    const group = client(stack, network);
    network.connect(group);
    const before = Template.fromStack(stack).toJSON();
    const again = build();
    const groupAgain = client(again.stack, again.network);
    again.network.connect(groupAgain);
    again.network.connect(groupAgain);
    expect(Template.fromStack(again.stack).toJSON()).toEqual(before);
  });

  test('refuses a group that allows all outbound traffic, by name and with the repair', () => {
    const { stack, network } = build();
    expect(() => network.connect(client(stack, network, 'Wide', true))).toThrow(
      /Net\/Wide: allowAllOutbound true is not accepted.*allowAllOutbound: false/,
    );
  });

  test('refuses a client without a security group', () => {
    const { network } = build();
    expect(() => network.connect({ connections: new ec2.Connections() })).toThrow(
      /Fix: create it with a security group/,
    );
  });
});

describe('an agent in another stack', () => {
  function twoStacks() {
    const app = new App();
    const net = new Stack(app, 'Net', EAST);
    const network = new AgentNetwork(net, 'Network');
    const agent = new Stack(app, 'Agent', EAST);
    return { app, net, network, agent };
  }

  test('connects and adds services without the network depending on it', () => {
    const { app, net, network, agent } = twoStacks();
    network.connect(client(agent, network));
    network.addService(AgentNetworkService.SECRETS_MANAGER.withActions(['secretsmanager:ListSecretVersionIds']));
    new iam.Role(agent, 'Role', {
      assumedBy: new iam.AccountRootPrincipal().withConditions({
        StringEquals: { 'aws:SourceVpce': network.vpcEndpointId(AgentNetworkService.SECRETS_MANAGER) },
      }),
    });
    expect(() => app.synth()).not.toThrow();
    expect(net.dependencies).toEqual([]);
    expect(agent.dependencies).toEqual([net]);
  });

  test('keeps the rules of its security group in its own stack and the endpoint in the stack of the network', () => {
    const { net, network, agent } = twoStacks();
    network.connect(client(agent, network));
    network.addService(AgentNetworkService.SSM);
    const agentTemplate = Template.fromStack(agent);
    agentTemplate.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    agentTemplate.resourceCountIs('AWS::EC2::SecurityGroupEgress', 1);
    agentTemplate.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    Template.fromStack(net).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    expect(policyOf(net, 'ssm')).toHaveLength(1);
  });

  test('leaves no rule behind in a security group that is retained', () => {
    const { net, network, agent } = twoStacks();
    network.connect(client(agent, network));
    const group = Object.values(Template.fromStack(agent).findResources('AWS::EC2::SecurityGroup'))[0].Properties;
    expect(JSON.stringify(group.SecurityGroupEgress)).not.toContain('DestinationSecurityGroupId');
    expect(net.dependencies).toEqual([]);
  });

  test('adds three resources', () => {
    const { network, agent } = twoStacks();
    network.connect(client(agent, network));
    expect(Object.keys(Template.fromStack(agent).toJSON().Resources)).toHaveLength(3);
  });
});
