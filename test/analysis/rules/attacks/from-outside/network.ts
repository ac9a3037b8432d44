import { arnOf } from '../../../model/templates';
import { ACCOUNT, FOREIGN, type Resources, document, may, of, ref } from '../app';
import type { Pair } from '../pair';
import { also, adding, type Numbered, row } from './row';

const OTHER_VPC = {
  OtherVpc: of('AWS::EC2::VPC', { CidrBlock: '10.9.0.0/16' }),
  OtherTable: of('AWS::EC2::RouteTable', { VpcId: ref('OtherVpc') }),
  PublicTable: of('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }),
};
/** Routes in the table of the agent, of another subnet in its VPC, and of another VPC. */
const inTable = (name: string, add: (table: object) => Resources): Pair[] =>
  row(
    'MA-NET1',
    name,
    'RouteTable',
    { 'the table of other subnets': 'PublicTable', 'another VPC': 'OtherTable' },
    (id) => ({ add: { ...OTHER_VPC, ...add(ref(id)) } }),
  );
const route = (RouteTableId: object, rest: object) => of('AWS::EC2::Route', { RouteTableId, ...rest });
const OWN = { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } };
const logsEndpoint = (name: string, bad: object, good: Readonly<Record<string, object>>): Pair[] =>
  row('MA-NET3', name, bad, { ...good, denied: { ...bad, Effect: 'Deny' } }, (rest) => ({
    set: {
      'LogsEndpoint.PolicyDocument.Statement': (own: object[]) =>
        rest.Effect === 'Deny'
          ? [...own, { ...may('logs:*', '*'), Principal: '*', ...rest }]
          : [{ ...may(['logs:CreateLogStream', 'logs:PutLogEvents'], '*'), Principal: '*', ...rest }],
    },
  }));
const egress = (name: string, bad: object, good: Readonly<Record<string, object>>, add: Resources = {}): Pair[] =>
  row('MA-NET4 MA-READ1', name, bad, good, (rule) => ({
    add,
    set: {
      'RuntimeGroup.SecurityGroupEgress': adding({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, ...rule }),
    },
  }));
const list = (Cidr: string) =>
  of('AWS::EC2::PrefixList', { PrefixListName: 'all', MaxEntries: 1, AddressFamily: 'IPv4', Entries: [{ Cidr }] });
const interpreter = (network: object) => ({
  InterpreterRole: of('AWS::IAM::Role', {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
        ArnLike: { 'aws:SourceArn': `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:*` },
      },
    }),
  }),
  Interpreter: of('AWS::BedrockAgentCore::CodeInterpreterCustom', {
    Name: 'c',
    ExecutionRoleArn: arnOf('InterpreterRole'),
    NetworkConfiguration: network,
  }),
});
const endpointTo = (service: string, Action: unknown) => ({
  Added: of('AWS::EC2::VPCEndpoint', {
    VpcEndpointType: 'Interface',
    VpcId: ref('Vpc'),
    ServiceName: service,
    SubnetIds: [ref('SubnetA')],
    SecurityGroupIds: [arnOf('EndpointGroup', 'GroupId')],
    PolicyDocument: document({ ...may(Action, '*', { Condition: OWN }), Principal: '*' }),
  }),
});
const declaredEgress = (peer: string) => ({
  Metadata: { AgentDeclarations: [{ kind: 'egress', reason: 'Reviewed', vpc: ref('Vpc'), peer }] },
});

const ACTIONS: Readonly<Record<string, string>> = {
  'execute-api': 'execute-api:Invoke',
  monitoring: 'cloudwatch:PutMetricData',
  ssm: 'ssm:GetParameter',
  events: 'events:PutEvents',
  states: 'states:StartExecution',
  'vpce-svc-0evil': 'execute-api:Invoke',
};

/** Attacks of outsiders on the network of an agent. */
export const NETWORK: Numbered = [
  [
    24,
    inTable('halved default routes through a transit gateway', (table) => ({
      One: route(table, { DestinationCidrBlock: '0.0.0.0/1', TransitGatewayId: 'tgw-1' }),
      Two: route(table, { DestinationCidrBlock: '128.0.0.0/1', TransitGatewayId: 'tgw-1' }),
    })),
  ],
  [
    26,
    inTable('a default route to a VPN gateway', (table) => ({
      Gateway: of('AWS::EC2::VPNGateway', { Type: 'ipsec.1' }),
      One: route(table, { DestinationCidrBlock: '0.0.0.0/0', GatewayId: ref('Gateway') }),
    })),
  ],
  [
    27,
    inTable('routes that a VPN gateway propagates', (table) => ({
      Gateway: of('AWS::EC2::VPNGateway', { Type: 'ipsec.1' }),
      Propagated: of('AWS::EC2::VPNGatewayRoutePropagation', { RouteTableIds: [table], VpnGatewayId: ref('Gateway') }),
    })),
  ],
  [
    29,
    logsEndpoint(
      'an endpoint for its own and another account',
      { Condition: { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT, FOREIGN] } } },
      { 'its own account': { Condition: { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT] } } } },
    ),
  ],
  [
    30,
    logsEndpoint(
      'an endpoint for the root of another account',
      { Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` } },
      {
        'the root of the own account': { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } },
        'the number of the own account': { Principal: { AWS: ACCOUNT } },
        'the execution role': { Principal: { AWS: arnOf('ExecutionRole') } },
      },
    ),
  ],
  [
    32,
    row(
      'MA-NET1',
      'a code interpreter in public mode',
      { NetworkMode: 'PUBLIC' },
      {
        sandbox: { NetworkMode: 'SANDBOX' },
        'the subnets of the agent': {
          NetworkMode: 'VPC',
          VpcConfig: { Subnets: [ref('SubnetA')], SecurityGroups: [arnOf('RuntimeGroup', 'GroupId')] },
        },
      },
      (network) => ({
        ...also(
          'ExecutionRole',
          may(
            ['bedrock-agentcore:StartCodeInterpreterSession', 'bedrock-agentcore:InvokeCodeInterpreter'],
            arnOf('Interpreter', 'CodeInterpreterArn'),
          ),
        ),
        add: interpreter(network),
      }),
    ),
  ],
  [
    95,
    inTable('a prefix list with every address through a transit gateway', (table) => ({
      List: list('0.0.0.0/0'),
      One: route(table, { DestinationPrefixListId: arnOf('List', 'PrefixListId'), TransitGatewayId: 'tgw-1' }),
    })),
  ],
  [
    96,
    inTable('an internet gateway by parameter', (table) => ({
      Gateway: of('AWS::EC2::InternetGateway'),
      One: route(table, { DestinationCidrBlock: '52.0.0.0/8', GatewayId: ref('Gateway') }),
    })),
  ],
  [
    98,
    egress(
      'a prefix list of the app with every address',
      { DestinationPrefixListId: arnOf('Every', 'PrefixListId') },
      {
        'the endpoints': { DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId') },
        'a list of Amazon S3': { DestinationPrefixListId: 'pl-63a5400a' },
      },
      { Every: list('0.0.0.0/0') },
    ),
  ],
  [
    99,
    row(
      'MA-NET4',
      'the default security group of the VPC',
      'Runtime.NetworkConfiguration.NetworkModeConfig.SecurityGroups',
      { 'of a function': 'Worker.VpcConfig' },
      (path: string) => ({
        set: path.startsWith('Runtime')
          ? { [path]: [arnOf('Vpc', 'DefaultSecurityGroup')] }
          : { [path]: { SubnetIds: [ref('SubnetA')], SecurityGroupIds: [arnOf('Vpc', 'DefaultSecurityGroup')] } },
      }),
    ),
  ],
  [
    101,
    row(
      'MA-NET3',
      'an endpoint to the service of somebody',
      'com.amazonaws.vpce.us-east-1.vpce-svc-0evil',
      // Where CloudTrail can record what an endpoint denied, the trail has to (MA-AUD1).
      Object.fromEntries(
        ['execute-api', 'monitoring', 'ssm', 'events', 'states'].map((name) => [
          name,
          `com.amazonaws.us-east-1.${name}`,
        ]),
      ),
      (service: string) => ({ add: endpointTo(service, ACTIONS[service.split('.').at(-1)!]) }),
    ),
  ],
  [
    102,
    row('MA-NET1', 'names are forwarded to a server outside', 'Vpc', { 'of another VPC': 'OtherVpc' }, (id) => ({
      add: {
        ...OTHER_VPC,
        Forward: of('AWS::Route53Resolver::ResolverRule', {
          RuleType: 'FORWARD',
          DomainName: '.',
          TargetIps: [{ Ip: '198.51.100.1' }],
          ResolverEndpointId: 'rslvr-out-1',
        }),
        Joined: of('AWS::Route53Resolver::ResolverRuleAssociation', { ResolverRuleId: ref('Forward'), VPCId: ref(id) }),
      },
    })),
  ],
  [
    140,
    row(
      'MA-NET4 MA-READ1',
      'egress to a prefix list that nobody here knows',
      'pl-0other',
      { declared: 'pl-0deadbeef' },
      (peer: string) => ({
        sections: declaredEgress(peer),
        set: {
          'RuntimeGroup.SecurityGroupEgress': adding({
            IpProtocol: 'tcp',
            FromPort: 443,
            ToPort: 443,
            DestinationPrefixListId: 'pl-0deadbeef',
          }),
        },
      }),
    ),
  ],
  [
    141,
    egress(
      'egress to a group that is not in the app',
      { DestinationSecurityGroupId: 'sg-0proxy' },
      { 'the group of the endpoints': { DestinationSecurityGroupId: arnOf('EndpointGroup', 'GroupId') } },
    ),
  ],
  [
    143,
    row('MA-NET4', 'NFS to an instance that is no mount target', 'instance', { 'a mount target': 'mount' }, (kind) => ({
      set: {
        'RuntimeGroup.SecurityGroupEgress': adding({
          IpProtocol: 'tcp',
          FromPort: 2049,
          ToPort: 2049,
          DestinationSecurityGroupId: arnOf('Files', 'GroupId'),
        }),
      },
      add: {
        Files: of('AWS::EC2::SecurityGroup', { GroupDescription: 'x', VpcId: ref('Vpc') }),
        Store: of('AWS::EFS::FileSystem', { Encrypted: true, KmsKeyId: arnOf('Key') }),
        Holder:
          kind === 'mount'
            ? of('AWS::EFS::MountTarget', {
                FileSystemId: ref('Store'),
                SubnetId: ref('SubnetA'),
                SecurityGroups: [arnOf('Files', 'GroupId')],
              })
            : of('AWS::EC2::Instance', { ImageId: 'ami-1', SecurityGroupIds: [arnOf('Files', 'GroupId')] }),
      },
    })),
  ],
  [
    144,
    logsEndpoint(
      'an endpoint with a condition for services',
      { Condition: { StringEquals: { 'aws:SourceAccount': FOREIGN } } },
      {
        'the account of the caller': { Condition: OWN },
        'the organization of the caller': { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } } },
      },
    ),
  ],
];
