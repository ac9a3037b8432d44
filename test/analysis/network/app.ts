import { assemblyOf, type StackData } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { networkOf, type Network } from '../../../analysis/network/network';

type Properties = Record<string, unknown>;
export type Resources = Record<string, { Type: string; Properties?: Properties; Condition?: string }>;

export const resource = (Type: string, Properties: Properties = {}) => ({ Type, Properties });
export const ref = (Ref: string) => ({ Ref });
export const att = (...names: string[]) => ({ 'Fn::GetAtt': names });

/** A Runtime in two isolated subnets of a VPC with one endpoint, without findings. */
const ISOLATED: Resources = {
  Vpc: resource('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' }),
  SubnetA: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc'), CidrBlock: '10.0.0.0/24' }),
  SubnetB: resource('AWS::EC2::Subnet', { VpcId: ref('Vpc'), CidrBlock: '10.0.1.0/24' }),
  Table: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
  InA: resource('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: ref('SubnetA'), RouteTableId: ref('Table') }),
  InB: resource('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: ref('SubnetB'), RouteTableId: ref('Table') }),
  Group: resource('AWS::EC2::SecurityGroup', {
    VpcId: ref('Vpc'),
    SecurityGroupEgress: [{ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp', FromPort: 252, ToPort: 86 }],
  }),
  EndpointGroup: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') }),
  ToEndpoint: resource('AWS::EC2::SecurityGroupEgress', {
    GroupId: att('Group', 'GroupId'),
    DestinationSecurityGroupId: att('EndpointGroup', 'GroupId'),
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
  }),
  FromAgent: resource('AWS::EC2::SecurityGroupIngress', {
    GroupId: att('EndpointGroup', 'GroupId'),
    SourceSecurityGroupId: att('Group', 'GroupId'),
    IpProtocol: 'tcp',
    FromPort: 443,
    ToPort: 443,
  }),
  Endpoint: resource('AWS::EC2::VPCEndpoint', {
    VpcId: ref('Vpc'),
    VpcEndpointType: 'Interface',
    ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', ref('AWS::Region'), '.bedrock-mantle']] },
    PrivateDnsEnabled: true,
    SubnetIds: [ref('SubnetA'), ref('SubnetB')],
    SecurityGroupIds: [att('EndpointGroup', 'GroupId')],
    PolicyDocument: { Statement: [] },
  }),
  Runtime: resource('AWS::BedrockAgentCore::Runtime', {
    NetworkConfiguration: {
      NetworkMode: 'VPC',
      NetworkModeConfig: { Subnets: [ref('SubnetA'), ref('SubnetB')], SecurityGroups: [att('Group', 'GroupId')] },
    },
  }),
};

/** The model of the isolated app with some resources added, changed, or (`undefined`) removed. */
export function appWith(
  changes: Record<string, Resources[string] | undefined> = {},
  sections: object = {},
  others: readonly StackData[] = [],
): TemplateModel {
  const merged = { ...ISOLATED, ...changes };
  const Resources = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  return new TemplateModel(assemblyOf([{ id: 'App', template: { ...sections, Resources } }, ...others]));
}

/** The network of the Runtime of such an app. */
export function networkWith(changes?: Parameters<typeof appWith>[0], sections?: object): Network {
  const model = appWith(changes, sections);
  return networkOf(model, model.resource('App#Runtime')!);
}
