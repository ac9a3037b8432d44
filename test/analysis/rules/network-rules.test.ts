import { checkModel, checkStacks } from '../../../analysis/rules/check';
import { MA_NET1 } from '../../../analysis/rules/ma-net1';
import { MA_NET2 } from '../../../analysis/rules/ma-net2';
import { MA_NET3 } from '../../../analysis/rules/ma-net3';
import { MA_NET4 } from '../../../analysis/rules/ma-net4';
import type { Rule } from '../../../analysis/rules/rule';
import { agentApp } from '../model/agent-app';
import { appWith, att, ref, resource } from '../network/app';

type Changes = Parameters<typeof appWith>[0];

const found = (rule: Rule, changes: Changes = {}, sections = {}) =>
  checkModel(appWith(changes, sections), { rules: [rule] })
    .filter(({ rule: id }) => id !== 'MA-DECL1')
    .map(({ rule: id, location }) => `${id} ${location.logicalId}`);

const route = (properties: object) => resource('AWS::EC2::Route', { RouteTableId: ref('Table'), ...properties });
const declaredEgress = (peer: string, port = 443) => ({
  Metadata: { AgentDeclarations: [{ kind: 'egress', reason: 'Chosen', vpc: ref('Vpc'), peer, port }] },
});
const egress = (properties: object) => ({
  Rule: resource('AWS::EC2::SecurityGroupEgress', {
    GroupId: att('Group', 'GroupId'),
    IpProtocol: 'tcp',
    ...properties,
  }),
});
const HTTPS = { FromPort: 443, ToPort: 443 };

describe('MA-NET1', () => {
  test('an isolated Runtime is fine', () => expect(found(MA_NET1)).toEqual([]));

  test.each([
    ['half of all addresses', { DestinationCidrBlock: '128.0.0.0/1', TransitGatewayId: 'tgw-1' }],
    ['a private network', { DestinationCidrBlock: '10.9.0.0/16', VpcPeeringConnectionId: 'pcx-1' }],
    ['an instance', { DestinationCidrBlock: '0.0.0.0/0', InstanceId: 'i-1' }],
  ])('a route to %s is a way out, whatever it leads through', (_name, properties) => {
    expect(found(MA_NET1, { Route: route(properties) })).toEqual(['MA-NET1 Route']);
  });

  test('a finding about a resource of another stack is at that resource, not at the export that it uses', () => {
    const Endpoint = resource('AWS::EC2::InstanceConnectEndpoint', { SubnetId: { 'Fn::ImportValue': 'subnet' } });
    const Outputs = { Subnet: { Value: ref('SubnetA'), Export: { Name: 'subnet' } } };
    const other = { id: 'Other', template: { Resources: { Endpoint } } };
    const ties = checkModel(appWith({}, { Outputs }, [other]), { rules: [MA_NET1] });
    expect(ties.map(({ location }) => `${location.stack} ${location.logicalId}`)).toEqual(['Other Endpoint']);
  });

  test('a route of another table is not', () => {
    const Route = resource('AWS::EC2::Route', {
      RouteTableId: ref('Public'),
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: 'igw-1',
    });
    expect(found(MA_NET1, { Public: resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') }), Route })).toEqual([]);
  });

  test('a declaration of all addresses covers a NAT gateway, not an internet gateway', () => {
    const nat = { Route: route({ DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' }) };
    const internet = { Route: route({ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' }) };
    expect(found(MA_NET1, nat, declaredEgress('0.0.0.0/0'))).toEqual([]);
    expect(found(MA_NET1, internet, declaredEgress('0.0.0.0/0'))).toEqual(['MA-NET1 Route']);
    const peering = { Route: route({ DestinationCidrBlock: '10.9.0.0/16', VpcPeeringConnectionId: 'pcx-1' }) };
    expect(found(MA_NET1, peering, declaredEgress('0.0.0.0/0'))).toEqual([]);
    expect(found(MA_NET1, peering, declaredEgress('10.9.0.0/16'))).toEqual([]);
    expect(found(MA_NET1, peering, declaredEgress('10.8.0.0/16'))).toEqual(['MA-NET1 Route']);
  });

  test.each<[string, Changes]>([
    [
      'names that other servers answer',
      {
        Forward: resource('AWS::Route53Resolver::ResolverRule', { RuleType: 'FORWARD', DomainName: '0.0.0.0/0' }),
        Way: resource('AWS::Route53Resolver::ResolverRuleAssociation', {
          ResolverRuleId: ref('Forward'),
          VPCId: ref('Vpc'),
        }),
      },
    ],
    [
      'the services of a service network',
      {
        Way: resource('AWS::VpcLattice::ServiceNetworkVpcAssociation', {
          ServiceNetworkIdentifier: 'sn-1',
          VpcIdentifier: ref('Vpc'),
        }),
      },
    ],
  ])('a declaration of all addresses doesn’t cover %s', (_name, changes) => {
    const declared = found(MA_NET1, changes, declaredEgress('0.0.0.0/0'));
    expect(declared).toContain('MA-NET1 Way');
    expect(declared).toEqual(found(MA_NET1, changes));
  });

  test('a network outside of the assembly is one thing that can’t be read', () => {
    const Runtime = resource('AWS::BedrockAgentCore::Runtime', {
      NetworkConfiguration: {
        NetworkMode: 'VPC',
        NetworkModeConfig: { Subnets: ['subnet-0aaaaaaaa', 'subnet-0bbbbbbbb'], SecurityGroups: ['sg-0aaaaaaaa'] },
      },
    });
    expect(found(MA_NET1, { Runtime })).toEqual(['MA-READ1 Runtime']);
  });

  test('a copy of the traffic is reported, a database in the VPC is not', () => {
    const mirror = resource('AWS::EC2::TrafficMirrorTarget', { NetworkLoadBalancerArn: 'x', SubnetId: ref('SubnetA') });
    expect(found(MA_NET1, { Mirror: mirror })).toEqual(['MA-NET1 Mirror']);
    const Metadata = {
      AgentDeclarations: [{ kind: 'unreadable', reason: 'Reviewed', parts: [{ logicalIds: ['Mirror'] }] }],
    };
    expect(found(MA_NET1, { Mirror: mirror }, { Metadata })).toEqual([]);
    const database = resource('AWS::RDS::DBSubnetGroup', { SubnetIds: [ref('SubnetA'), ref('SubnetB')] });
    expect(found(MA_NET1, { Database: database })).toEqual([]);
  });
});

describe('MA-NET1: a browser with a way to the internet', () => {
  const BROWSER = att('Browser', 'BrowserArn');
  const says = (policy: object, Metadata: object = {}, NetworkMode = 'PUBLIC', sections: object = {}) => {
    const Browser = resource('AWS::BedrockAgentCore::BrowserCustom', { NetworkConfiguration: { NetworkMode } });
    const More = resource('AWS::IAM::Policy', {
      PolicyName: 'more',
      Roles: [ref('ExecutionRole')],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'bedrock-agentcore:StartBrowserSession', ...policy }] },
    });
    const RoleArn = { 'Fn::If': ['IsProd', att('ExecutionRole', 'Arn'), att('TestRole', 'Arn')] };
    const roles = {
      TestRole: agentApp().ExecutionRole,
      Runtime: resource('AWS::BedrockAgentCore::Runtime', { RoleArn }),
    };
    const Resources = { ...agentApp('Conditions' in sections ? roles : {}), Browser, More };
    const template = { ...sections, Metadata, Resources };
    return checkStacks({
      stacks: [{ id: 'App', account: '111122223333', region: 'us-east-1', template }],
      rules: [MA_NET1],
    })
      .filter(({ location }) => location.logicalId === 'Browser')
      .map((finding) => finding.says);
  };
  const USED = [
    'The execution role of an agent may use AWS::BedrockAgentCore::BrowserCustom, which reaches the internet',
  ];

  test('is a way out of the agent that may use it', () => {
    expect(says({ Resource: BROWSER })).toEqual(USED);
    expect(says({ Resource: ['*', BROWSER] })).toEqual(USED);
    expect(says({ Resource: BROWSER }, {}, 'VPC')).toEqual([]);
    expect(says({ Resource: BROWSER, Effect: 'Deny' })).toEqual([]);
    expect(says({ NotResource: BROWSER })).toEqual([]);
    expect(says({ Resource: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:browser-custom/other' })).toEqual([]);
  });

  test('is one if one of its execution roles may use it', () => {
    const Parameters = { Stage: { Type: 'String' } };
    const Conditions = { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } };
    expect(says({ Resource: BROWSER }, {}, 'PUBLIC', { Parameters, Conditions })).toEqual(USED);
    expect(says({ Resource: BROWSER, Effect: 'Deny' }, {}, 'PUBLIC', { Parameters, Conditions })).toEqual([]);
  });

  test('may be declared', () => {
    const AgentDeclarations = [
      { kind: 'unreadable', reason: 'Reviewed', parts: [{ stack: 'App', logicalIds: ['Browser'] }] },
    ];
    expect(says({ Resource: BROWSER }, { AgentDeclarations })).toEqual([]);
  });
});

describe('MA-NET2', () => {
  test('names each endpoint that is missing, and the way to S3', () => {
    const says = checkModel(appWith(), { rules: [MA_NET2] }).map((finding) => finding.says);
    expect(says).toEqual([
      'The VPC of the Runtime has no logs endpoint. A subnet of the Runtime has no route to S3 through an endpoint',
    ]);
  });

  test('leaves the endpoints of a VPC that isn’t in the app to MA-NET1', () => {
    const subnet = resource('AWS::EC2::Subnet', { VpcId: 'vpc-0aaaaaaaa', CidrBlock: '10.0.0.0/24' });
    const Group = resource('AWS::EC2::SecurityGroup', { VpcId: 'vpc-0aaaaaaaa' });
    const outside = { Vpc: undefined, Endpoint: undefined, Table: undefined, InA: undefined, InB: undefined };
    expect(found(MA_NET2, { ...outside, SubnetA: subnet, SubnetB: subnet, Group })).toEqual([]);
  });

  test('asks for a way to S3 of the subnets that are in the app', () => {
    const Runtime = resource('AWS::BedrockAgentCore::Runtime', {
      NetworkConfiguration: {
        NetworkMode: 'VPC',
        NetworkModeConfig: { Subnets: ['subnet-0aaaaaaaa'], SecurityGroups: [att('Group', 'GroupId')] },
      },
    });
    const says = checkModel(appWith({ Runtime }), { rules: [MA_NET2] }).map((finding) => finding.says);
    expect(says).toEqual(['The VPC of the Runtime has no logs endpoint']);
  });

  test('finds no way to S3 where the only table of the subnet has no endpoint', () => {
    const Objects = (table: string) =>
      resource('AWS::EC2::VPCEndpoint', {
        VpcId: ref('Vpc'),
        VpcEndpointType: 'Gateway',
        ServiceName: 'com.amazonaws.us-east-1.s3',
        RouteTableIds: [ref(table)],
      });
    const Other = resource('AWS::EC2::RouteTable', { VpcId: ref('Vpc') });
    const s3 = (table: string, changes: Changes = {}) =>
      checkModel(appWith({ Objects: Objects(table), Other, ...changes }), { rules: [MA_NET2] }).filter(({ says }) =>
        says.includes('S3'),
      );
    expect(s3('Table')).toEqual([]);
    expect(s3('Other')).toHaveLength(1);
    expect(s3('Table', { InB: undefined })).toHaveLength(1);
  });

  test('an endpoint of another Region doesn’t serve', () => {
    const model = appWith({
      Endpoint: resource('AWS::EC2::VPCEndpoint', {
        VpcId: ref('Vpc'),
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.eu-west-1.bedrock-mantle',
        PrivateDnsEnabled: true,
      }),
    });
    // The Region of the stack isn't known, so the name of a Region may be it.
    expect(checkModel(model, { rules: [MA_NET2] }).map(({ says }) => says)).not.toContain(
      'The VPC of the Runtime has no bedrock-mantle endpoint',
    );
  });
});

describe('MA-NET3', () => {
  const endpoint = (properties: object) => ({
    Logs: resource('AWS::EC2::VPCEndpoint', {
      VpcId: ref('Vpc'),
      VpcEndpointType: 'Interface',
      ServiceName: 'com.amazonaws.us-east-1.logs',
      ...properties,
    }),
  });
  const policy = (statement: object) =>
    endpoint({
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'logs:PutLogEvents', Resource: '*', ...statement }],
      },
    });
  const account = (value: unknown) => ({ Condition: { StringEquals: { 'aws:PrincipalAccount': value } } });

  test.each([
    ['callers of this account', account(ref('AWS::AccountId'))],
    ['callers of the organization', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
  ])('%s pass', (_name, statement) => expect(found(MA_NET3, policy(statement))).toEqual([]));

  test.each([
    ['no condition', {}],
    ['a condition that everybody meets', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    [
      'a condition that passes without the key',
      { Condition: { StringEqualsIfExists: { 'aws:PrincipalAccount': '1' } } },
    ],
    ['every account', { Condition: { StringLike: { 'aws:PrincipalAccount': '*' } } }],
    ['actions by wildcard', { Action: 'logs:*', ...account(ref('AWS::AccountId')) }],
  ])('%s is reported', (_name, statement) => expect(found(MA_NET3, policy(statement))).toEqual(['MA-NET3 Logs']));

  test('an endpoint without a policy, or to somebody’s own service, is reported', () => {
    expect(found(MA_NET3, endpoint({}))).toEqual(['MA-NET3 Logs']);
    const own = { ...account(ref('AWS::AccountId')) };
    const foreign = policy(own);
    foreign.Logs.Properties.ServiceName = 'com.amazonaws.vpce.us-east-1.vpce-svc-0aaaaaaaa';
    expect(found(MA_NET3, foreign)).toEqual(['MA-NET3 Logs']);
  });
});

describe('MA-NET4', () => {
  test('egress to the group of the endpoints is fine', () => expect(found(MA_NET4)).toEqual([]));

  test.each([
    ['HTTPS to a port that only the deployment knows', { FromPort: 443, ToPort: ref('Last') }, ['MA-NET4 Rule']],
    ['HTTPS with one port', HTTPS, []],
    ['HTTPS with a first port only', { FromPort: 443 }, []],
    ['several ports', { FromPort: 443, ToPort: 444 }, ['MA-NET4 Rule']],
  ])('egress to the group of the endpoints: %s', (_name, ports, expected) => {
    const Parameters = { Last: { Type: 'String' } };
    const group = { DestinationSecurityGroupId: att('EndpointGroup', 'GroupId') };
    expect(found(MA_NET4, egress({ ...group, ...ports }), { Parameters })).toEqual(expected);
  });

  const target = resource('AWS::EFS::MountTarget', { SubnetId: ref('SubnetA'), SecurityGroups: [ref('Files')] });
  const instance = resource('AWS::EC2::Instance', { SubnetId: ref('SubnetA'), SecurityGroupIds: [ref('Files')] });
  test.each<[string, Changes, string[]]>([
    ['a mount target', { Target: target }, []],
    ['nothing', {}, ['MA-NET4 Rule']],
    ['a mount target and an instance', { Target: target, Instance: instance }, ['MA-NET4 Rule']],
  ])('egress for NFS to a group of %s', (_name, members, expected) => {
    const Files = resource('AWS::EC2::SecurityGroup', { GroupDescription: 'files', VpcId: ref('Vpc') });
    const nfs = egress({ FromPort: 2049, ToPort: 2049, DestinationSecurityGroupId: ref('Files') });
    expect(found(MA_NET4, { Files, ...members, ...nfs })).toEqual(expected);
  });

  test.each([
    ['the S3 prefix list', { ...HTTPS, DestinationPrefixListId: 'pl-63a5400a' }, []],
    ['an unknown prefix list', { ...HTTPS, DestinationPrefixListId: 'pl-0aaaaaaaa' }, ['MA-NET4 Rule']],
    ['another port', { FromPort: 22, ToPort: 22, DestinationPrefixListId: 'pl-63a5400a' }, ['MA-NET4 Rule']],
    ['all addresses', { ...HTTPS, CidrIp: '0.0.0.0/0' }, ['MA-NET4 Rule']],
    ['a group outside of the assembly', { ...HTTPS, DestinationSecurityGroupId: 'sg-0aaaaaaaa' }, ['MA-NET4 Rule']],
  ])('egress to %s', (_name, properties, expected) => expect(found(MA_NET4, egress(properties))).toEqual(expected));

  test.each([
    ['0.0.0.0/0, port 443', { ...HTTPS, CidrIp: '0.0.0.0/0' }],
    ['10.0.0.0/8, ports 1 to 5', { FromPort: 1, ToPort: 5, CidrIp: '10.0.0.0/8' }],
    ['10.0.0.0/8, any port', { IpProtocol: '-1', CidrIp: '10.0.0.0/8' }],
    ['10.0.0.0/8, any port (udp)', { IpProtocol: 'udp', CidrIp: '10.0.0.0/8' }],
    ['10.0.0.0/8, port 443', { ...HTTPS, IpProtocol: 'udp', CidrIp: '10.0.0.0/8' }],
    ['anywhere, port 443', HTTPS],
    ['the prefix list pl-0aaaaaaaa, port 443', { ...HTTPS, DestinationPrefixListId: 'pl-0aaaaaaaa' }],
    [
      'the prefix list pl-63a5400a, port 2049',
      { FromPort: 2049, ToPort: 2049, DestinationPrefixListId: 'pl-63a5400a' },
    ],
    [
      'the prefix list pl-63a5400a, ports 443 to 444',
      { FromPort: 443, ToPort: 444, DestinationPrefixListId: 'pl-63a5400a' },
    ],
    [
      'the prefix list ${Partners} (10.1.0.0/16, 10.2.0.0/16), port 443',
      { ...HTTPS, DestinationPrefixListId: ref('Partners') },
    ],
    [
      "the security group sg-0aaaaaaaa, which isn't only of endpoints or mount targets, port 443",
      { ...HTTPS, DestinationSecurityGroupId: 'sg-0aaaaaaaa' },
    ],
  ])('says that a Runtime may connect to %s', (says, properties) => {
    const Partners = resource('AWS::EC2::PrefixList', { Entries: [{ Cidr: '10.1.0.0/16' }, { Cidr: '10.2.0.0/16' }] });
    const findings = checkModel(appWith({ Partners, ...egress(properties) }), { rules: [MA_NET4] });
    expect(findings.map((finding) => finding.says)).toEqual([`A Runtime may connect to ${says}`]);
    expect(findings[0].data).toEqual({ exit: 'App#Rule', runtime: 'App#Runtime' });
  });

  test.each<[string, object, string[]]>([
    ['one port that agents need', HTTPS, ['MA-READ1 Rule']],
    ['NFS', { FromPort: 2049, ToPort: 2049 }, ['MA-READ1 Rule']],
    ['another port', { FromPort: 22, ToPort: 22 }, ['MA-NET4 Rule']],
    ['several ports', { FromPort: 443, ToPort: 444 }, ['MA-NET4 Rule']],
    ['another protocol', { ...HTTPS, IpProtocol: 'udp' }, ['MA-NET4 Rule']],
  ])('whoever deploys decides about a parameter, for %s', (_name, ports, expected) => {
    const Parameters = { Peer: { Type: 'String' } };
    expect(found(MA_NET4, egress({ ...ports, CidrIp: ref('Peer') }), { Parameters })).toEqual(expected);
  });

  test('a finding is at the rule in the group, and at the VPC for its default group', () => {
    const at = (changes: Changes) =>
      checkModel(appWith(changes), { rules: [MA_NET4] }).map(({ says, location }) => [
        location.logicalId,
        location.path,
        says,
      ]);
    const group = (properties: object) => ({
      Group: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc'), ...properties }),
      ToEndpoint: undefined,
    });
    const rule = { IpProtocol: 'tcp', ...HTTPS, CidrIp: '10.0.0.0/8' };
    expect(at(group({ SecurityGroupEgress: [rule] }))).toEqual([
      ['Group', 'Properties.SecurityGroupEgress[0].CidrIp', 'A Runtime may connect to 10.0.0.0/8, port 443'],
    ]);
    expect(at(group({}))).toEqual([
      ['Group', 'Properties.SecurityGroupEgress', expect.stringContaining("doesn't set its egress")],
    ]);
    const runtime = (groups: unknown[]) => ({
      Runtime: resource('AWS::BedrockAgentCore::Runtime', {
        NetworkConfiguration: {
          NetworkMode: 'VPC',
          NetworkModeConfig: { Subnets: [ref('SubnetA')], SecurityGroups: groups },
        },
      }),
    });
    expect(at(runtime([att('Vpc', 'DefaultSecurityGroup')]))).toEqual([
      ['Runtime', 'Properties', expect.stringContaining('default security group')],
    ]);
    expect(at(runtime([]))).toEqual([
      ['Runtime', 'Properties.NetworkConfiguration', 'The Runtime has no security group of its own'],
    ]);
  });

  test('a declaration covers its peer and port only', () => {
    const rule = egress({ ...HTTPS, CidrIp: '0.0.0.0/0' });
    expect(found(MA_NET4, rule, declaredEgress('0.0.0.0/0'))).toEqual([]);
    expect(found(MA_NET4, rule, declaredEgress('0.0.0.0/0', 22))).toEqual(['MA-NET4 Rule']);
    expect(found(MA_NET4, rule, declaredEgress('198.51.100.0/24'))).toEqual(['MA-NET4 Rule']);
  });

  test('NFS goes to mount targets, not to an instance', () => {
    const to = (type: string, property: string) => ({
      Files: resource('AWS::EC2::SecurityGroup', { VpcId: ref('Vpc') }),
      Server: resource(type, { [property]: [att('Files', 'GroupId')] }),
      ...egress({ FromPort: 2049, ToPort: 2049, DestinationSecurityGroupId: att('Files', 'GroupId') }),
    });
    expect(found(MA_NET4, to('AWS::EFS::MountTarget', 'SecurityGroups'))).toEqual([]);
    expect(found(MA_NET4, to('AWS::EC2::Instance', 'SecurityGroupIds'))).toEqual(['MA-NET4 Rule']);
  });

  test('a server with the group of the endpoints can be connected to, too', () => {
    const proxy = resource('AWS::EC2::Instance', { SecurityGroupIds: [att('EndpointGroup', 'GroupId')] });
    expect(found(MA_NET4, { Proxy: proxy })).toEqual(['MA-NET4 ToEndpoint']);
  });

  test('ingress is reported', () => {
    const Ingress = resource('AWS::EC2::SecurityGroupIngress', {
      GroupId: att('Group', 'GroupId'),
      IpProtocol: 'tcp',
      ...HTTPS,
      CidrIp: '10.0.0.0/8',
    });
    expect(found(MA_NET4, { Ingress })).toEqual(['MA-NET4 Ingress']);
  });
});
