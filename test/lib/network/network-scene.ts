/** A network in a stack, and what tests read of the policies of its endpoints. */
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AgentNetwork, type AgentNetworkProps } from '../../../lib/network';

export const ACCOUNT = '111111111111';
export const EAST: StackProps = { env: { account: ACCOUNT, region: 'us-east-1' } };

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export function build(props?: AgentNetworkProps, stackProps: StackProps = EAST) {
  const app = new App();
  const stack = new Stack(app, 'Net', stackProps);
  const network = new AgentNetwork(stack, 'Network', props);
  return { app, stack, network, template: () => Template.fromStack(stack) };
}

export function client(stack: Stack, network: { vpc: ec2.IVpc }, id = 'Client', outbound = false): ec2.SecurityGroup {
  return new ec2.SecurityGroup(stack, id, { vpc: network.vpc, allowAllOutbound: outbound });
}

/** Policy statements of the endpoint of a service, with joins written as plain text. */
export function policyOf(stack: Stack, service: string): Statement[] {
  const endpoints = Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint');
  const found = Object.values(endpoints).filter((each) => text(each.Properties.ServiceName).endsWith(`.${service}`));
  expect(found).toHaveLength(1);
  return plain(found[0].Properties.PolicyDocument.Statement) as Statement[];
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Join' in value || 'Ref' in value) return text(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  const node = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (node['Fn::Join']) return node['Fn::Join'][1].map(text).join(node['Fn::Join'][0]);
  return `{${node.Ref ?? JSON.stringify(value)}}`;
}

export const list = (value: string | string[]) => (Array.isArray(value) ? value : [value]);
export const allowed = (statements: Statement[]) =>
  statements.filter((each) => each.Effect === 'Allow').flatMap((each) => list(each.Action));
