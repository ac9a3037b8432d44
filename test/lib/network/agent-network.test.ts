import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { App, Lazy, Stack } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import { MonthlyCostEstimate } from '../../../lib/cost';
import { BEARER_TOKEN_ACTIONS } from '../../../lib/identity/perms';
import { AgentEgress, AgentNetwork, AgentNetworkService, AgentNetworkZones } from '../../../lib/network';
import { ACCOUNT, build, client, EAST, text } from './network-scene';

describe('the default network', () => {
  const { stack, network } = build();
  const template = Template.fromStack(stack);

  test('has no way to the internet', () => {
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'EIP', 'EgressOnlyInternetGateway']) {
      template.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
  });

  test('resolves names inside the VPC, which private DNS of the endpoints needs', () => {
    template.hasResourceProperties('AWS::EC2::VPC', { EnableDnsSupport: true, EnableDnsHostnames: true });
  });

  test('places two subnets in zones that AgentCore supports, by zone id', () => {
    const subnets = Object.values(template.findResources('AWS::EC2::Subnet')).map((each) => each.Properties);
    expect(subnets.map((each) => each.AvailabilityZoneId)).toEqual(['use1-az1', 'use1-az2']);
    expect(subnets.map((each) => each.AvailabilityZone)).toEqual([undefined, undefined]);
    expect(subnets.map((each) => each.MapPublicIpOnLaunch)).toEqual([false, false]);
  });

  test('synthesizes without asking the account for anything', () => {
    const { app } = build();
    expect(app.synth().manifest.missing ?? []).toEqual([]);
  });

  test('has an endpoint for everything an environment needs and for nothing else', () => {
    const names = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map((each) =>
      text(each.Properties.ServiceName).replace('{AWS::Region}', 'us-east-1'),
    );
    expect(names.sort()).toEqual(
      ['bedrock-mantle', 'dynamodb', 'ecr.api', 'ecr.dkr', 'logs', 's3'].map(
        (name) => `com.amazonaws.us-east-1.${name}`,
      ),
    );
  });

  test('gives every interface endpoint private DNS, every zone and the endpoint security group', () => {
    const interfaces = template.findResources('AWS::EC2::VPCEndpoint', {
      Properties: { VpcEndpointType: 'Interface' },
    });
    for (const { Properties: endpoint } of Object.values(interfaces)) {
      expect(endpoint.PrivateDnsEnabled).toBe(true);
      expect(endpoint.SubnetIds).toHaveLength(2);
      expect(endpoint.SecurityGroupIds).toEqual([stack.resolve(network.endpointSecurityGroup.securityGroupId)]);
    }
    expect(Object.keys(interfaces)).toHaveLength(4);
  });

  test('gives gateway endpoints the route tables of all agent subnets', () => {
    const gateways = template.findResources('AWS::EC2::VPCEndpoint', { Properties: { VpcEndpointType: 'Gateway' } });
    expect(Object.values(gateways).map((each) => each.Properties.RouteTableIds.length)).toEqual([2, 2]);
  });

  test('admits nobody to the endpoints and lets the endpoints open no connection', () => {
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: Match.absent(),
      SecurityGroupEgress: [Match.objectLike({ CidrIp: '255.255.255.255/32' })],
    });
  });

  test('uses no custom resource and no function', () => {
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(
      (each) => each.Type,
    );
    expect(types.filter((type) => type.startsWith('Custom::') || type.startsWith('AWS::Lambda'))).toEqual([]);
  });

  test('stays small: 31 resources for two zones', () => {
    expect(Object.keys(template.toJSON().Resources)).toHaveLength(31);
  });

  test('exposes the real zone names, known at deployment', () => {
    expect(network.subnets.map((subnet) => JSON.stringify(stack.resolve(subnet.availabilityZone)))).toEqual([
      expect.stringContaining('AvailabilityZone'),
      expect.stringContaining('AvailabilityZone'),
    ]);
  });
});

describe('flow logs', () => {
  test('record all traffic in an encrypted group that is kept for a year and outlives the stack', () => {
    const { template } = build();
    template().hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL', ResourceType: 'VPC' });
    template().hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { RetentionInDays: 365, KmsKeyId: Match.anyValue() },
    });
  });

  test('are delivered by a role that trusts only this account and writes only to that group', () => {
    const { template } = build();
    template().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': ACCOUNT },
              ArnLike: { 'aws:SourceArn': Match.anyValue() },
            },
          }),
        ],
      },
    });
    template().hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('LogGroup'), 'Arn'] },
          },
          Match.objectLike({
            Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('Key'), 'Arn'] },
            Condition: Match.objectLike({ StringEquals: { 'kms:ViaService': 'logs.us-east-1.amazonaws.com' } }),
          }),
          Match.objectLike({ Action: 'kms:DescribeKey' }),
        ],
      },
    });
    template().resourceCountIs('AWS::IAM::Policy', 0);
  });

  test('use the key and retention that are given, and then make no key', () => {
    const app = new App();
    const stack = new Stack(app, 'Net', EAST);
    const key = new kms.Key(stack, 'Mine');
    const network = new AgentNetwork(stack, 'Network', {
      encryptionKey: key,
      flowLogRetention: logs.RetentionDays.TEN_YEARS,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 1);
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 3653,
      KmsKeyId: stack.resolve(key.keyArn),
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'CloudWatchLogs' })]) },
    });
    expect(network.encryptionKey).toBe(key);
  });

  test('work with a key of another stack without a cycle', () => {
    const app = new App();
    const keys = new Stack(app, 'Keys', EAST);
    const key = new kms.Key(keys, 'Key');
    const stack = new Stack(app, 'Net', EAST);
    new AgentNetwork(stack, 'Network', { encryptionKey: key });
    expect(() => app.synth()).not.toThrow();
    expect(keys.dependencies).toEqual([]);
  });
});

describe('a stack without a fixed account and Region', () => {
  test('looks up zones and prefix lists at deployment', () => {
    const { stack, network } = build(undefined, {});
    network.connect(client(stack, network));
    network.addService(AgentNetworkService.CODEARTIFACT_REPOSITORIES);
    const template = Template.fromStack(stack);
    template.hasMapping('AgentNetworkRegions', {
      'us-west-2': {
        S3PrefixList: 'pl-68a54001',
        DynamoDbPrefixList: 'pl-00a54069',
        AgentCoreZone1: 'usw2-az1',
        AgentCoreZone2: 'usw2-az2',
        CodeArtifactAssets: 'assets-787052242323-us-west-2',
      },
    });
    template.hasResourceProperties('AWS::EC2::Subnet', {
      AvailabilityZoneId: { 'Fn::FindInMap': ['AgentNetworkRegions', { Ref: 'AWS::Region' }, 'AgentCoreZone2'] },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupEgress: Match.arrayWith([
        Match.objectLike({
          DestinationPrefixListId: { 'Fn::FindInMap': ['AgentNetworkRegions', { Ref: 'AWS::Region' }, 'S3PrefixList'] },
        }),
      ]),
    });
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.bedrock-mantle']] },
    });
  });
});

describe('zones', () => {
  const zoneIdsOf = (zones: AgentNetworkZones, region = 'us-east-1') =>
    Object.values(
      build({ zones }, { env: { account: ACCOUNT, region } })
        .template()
        .findResources('AWS::EC2::Subnet'),
    ).map((each) => each.Properties.AvailabilityZoneId ?? each.Properties.AvailabilityZone);

  test('are counted, named by id or named', () => {
    expect(zoneIdsOf(AgentNetworkZones.count(3))).toEqual(['use1-az1', 'use1-az2', 'use1-az4']);
    expect(zoneIdsOf(AgentNetworkZones.ids(['usw2-az3']), 'us-west-2')).toEqual(['usw2-az3']);
    expect(zoneIdsOf(AgentNetworkZones.names(['us-east-1c', 'us-east-1d']))).toEqual(['us-east-1c', 'us-east-1d']);
  });

  test('may be tokens', () => {
    const token = Lazy.string({ produce: () => 'use1-az1' });
    expect(zoneIdsOf(AgentNetworkZones.ids([token]))).toEqual(['use1-az1']);
  });
});

describe('egress by allow-list', () => {
  const { stack, network } = build({ egress: AgentEgress.allowList(['registry.npmjs.org', '*.example.com']) });
  network.connect(client(stack, network));
  network.addService(AgentNetworkService.CODEARTIFACT_REPOSITORIES);
  const template = Template.fromStack(stack);
  const domainList = (name: RegExp) =>
    Object.values(
      template.findResources('AWS::Route53Resolver::FirewallDomainList', {
        Properties: { Name: Match.stringLikeRegexp(name.source) },
      }),
    )[0].Properties.Domains as string[];

  test('answers for the named domains, the endpoints and the instances of the VPC', () => {
    expect(domainList(/-allowed$/)).toEqual([
      'registry.npmjs.org',
      '*.example.com',
      'bedrock-mantle.us-east-1.api.aws',
      'api.ecr.us-east-1.amazonaws.com',
      '111111111111.dkr.ecr.us-east-1.amazonaws.com',
      'logs.us-east-1.amazonaws.com',
      's3.us-east-1.amazonaws.com',
      '*.s3.us-east-1.amazonaws.com',
      'dynamodb.us-east-1.amazonaws.com',
      '111111111111.ddb.us-east-1.amazonaws.com',
      '*.d.codeartifact.us-east-1.amazonaws.com',
      '*.ec2.internal',
    ]);
  });

  test('blocks every other name, after the allowed ones', () => {
    expect(domainList(/-all$/)).toEqual(['*']);
    const [group] = Object.values(template.findResources('AWS::Route53Resolver::FirewallRuleGroup'));
    expect(group.Properties.FirewallRules).toEqual([
      expect.objectContaining({ Action: 'ALLOW', Priority: 100 }),
      expect.objectContaining({ Action: 'BLOCK', BlockResponse: 'NXDOMAIN', Priority: 200 }),
    ]);
    template.resourceCountIs('AWS::Route53Resolver::FirewallRuleGroupAssociation', 1);
  });

  test('stays fail-closed, which is the default of a VPC', () => {
    template.resourceCountIs('AWS::Route53Resolver::FirewallConfig', 0);
  });

  test('routes agents through one NAT gateway and opens only HTTPS to it', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Net/Client',
      SecurityGroupEgress: Match.arrayWith([Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })]),
    });
    expect(JSON.stringify(template.toJSON())).not.toContain('"IpProtocol":"-1"');
  });

  test('places agents in subnets without public addresses and without a route to the internet gateway', () => {
    const agents = template.findResources('AWS::EC2::Subnet', {
      Properties: { Tags: Match.arrayWith([{ Key: 'aws-cdk:subnet-type', Value: 'Private' }]) },
    });
    expect(Object.keys(agents)).toEqual(network.subnets.map((subnet) => stack.resolve(subnet.subnetId).Ref));
    const routes = Object.values(template.findResources('AWS::EC2::Route')).map((each) => each.Properties);
    expect(routes.filter((route) => route.NatGatewayId)).toHaveLength(2);
    expect(routes.filter((route) => route.GatewayId)).toHaveLength(1);
  });
});

describe('open egress', () => {
  test('has NAT gateways but no firewall', () => {
    const { template } = build({ egress: AgentEgress.open({ natGateways: 2 }) });
    template().resourceCountIs('AWS::EC2::NatGateway', 2);
    template().resourceCountIs('AWS::Route53Resolver::FirewallRuleGroup', 0);
  });
});

describe('the idle price', () => {
  const idle = ({ app, stack }: ReturnType<typeof build>) => {
    app.synth();
    return MonthlyCostEstimate.of(stack);
  };
  const usd = (made: ReturnType<typeof build>) => idle(made).idleUsdPerMonth;

  test('is at most $65 per month for two zones with the base set, explained line by line', () => {
    const estimate = idle(build());
    // 4 endpoints × 2 zones × 730 h × $0.01, one key, one alarm, 10 domains.
    expect(estimate.idleUsdPerMonth).toBeCloseTo(59.505, 6);
    expect(estimate.idle.map(({ quantity, unit, usd: each }) => [quantity, unit, each])).toEqual(
      expect.arrayContaining([
        [8, 'interface endpoint in one Availability Zone', expect.closeTo(58.4, 6)],
        [1, 'customer-managed key', 1],
        [1, 'metric of an alarm', 0.1],
        [10, 'domain in a DNS Firewall list', expect.closeTo(0.005, 6)],
      ]),
    );
  });

  test('grows with what is added: an endpoint per service and zone, NAT and its address', () => {
    const base = usd(build());
    expect(usd(build({ services: [AgentNetworkService.SSM] })) - base).toBeCloseTo(14.6, 2);
    // NAT gateway and address; names are not limited, so neither the alarm nor the domains are paid for.
    expect(usd(build({ egress: AgentEgress.open() })) - base).toBeCloseTo(36.395, 3);
  });
});

describe('refused input names the value and the repair', () => {
  const service = AgentNetworkService;
  const cases: [string, () => unknown, RegExp][] = [
    [
      'an unsupported Region',
      () => build({}, { env: { account: ACCOUNT, region: 'eu-west-1' } }),
      /'eu-west-1' is not accepted\. Allowed: us-east-1, us-east-2, us-west-2/,
    ],
    ['no zone', () => AgentNetworkZones.count(0), /count 0 .*1 to 3/],
    ['too many zones', () => AgentNetworkZones.count(4), /count 4 .*1 to 3/],
    ['half a zone', () => AgentNetworkZones.count(1.5), /count 1\.5/],
    [
      'a zone AgentCore does not support',
      () => build({ zones: AgentNetworkZones.ids(['use1-az3']) }),
      /'use1-az3' .*use1-az1, use1-az2, use1-az4/,
    ],
    ['a zone of another Region', () => build({ zones: AgentNetworkZones.ids(['usw2-az1']) }), /'usw2-az1'/],
    ['a zone twice', () => AgentNetworkZones.ids(['use1-az1', 'use1-az1']), /name each zone once/],
    [
      'a zone id as a name',
      () => build({ zones: AgentNetworkZones.names(['use1-az1']) }),
      /Availability Zone names of us-east-1/,
    ],
    ['a zone name of another Region', () => build({ zones: AgentNetworkZones.names(['us-west-2a']) }), /'us-west-2a'/],
    ['an empty allow-list', () => AgentEgress.allowList([]), /AgentEgress\.isolated/],
    ['everything as an allow-list', () => AgentEgress.allowList(['*']), /'\*' .*AgentEgress\.open/],
    ['a URL', () => AgentEgress.allowList(['https://example.com']), /no scheme, port or path/],
    ['a port', () => AgentEgress.allowList(['example.com:443']), /no scheme, port or path/],
    ['an asterisk inside a name', () => AgentEgress.allowList(['a.*.com']), /'a\.\*\.com'/],
    ['a single label', () => AgentEgress.allowList(['localhost']), /'localhost'/],
    [
      'a domain of more than 255 characters',
      () => AgentEgress.allowList([`${'a'.repeat(60)}.`.repeat(5) + 'com']),
      /1 to 255/,
    ],
    ['a domain twice', () => AgentEgress.allowList(['example.com', 'EXAMPLE.com']), /every domain once/],
    [
      'more NAT gateways than zones',
      () => build({ egress: AgentEgress.open({ natGateways: 3 }) }),
      /natGateways 3 .*0 to 2/,
    ],
    ['no NAT gateway', () => AgentEgress.open({ natGateways: 0 }), /natGateways 0/],
    [
      'something that is no organization',
      () => build({ organizationId: '123456789012' }),
      /'123456789012' .*AWS Organization/,
    ],
    ['no action', () => service.interface('athena', { actions: [] }), /at least one action/],
    ['a wildcard action', () => service.SSM.withActions(['ssm:Get*']), /'ssm:Get\*' .*without wildcards/],
    ['all actions', () => service.interface('athena', { actions: ['*'] }), /without wildcards/],
    ['bearer tokens', () => service.BEDROCK_MANTLE.withActions([BEARER_TOKEN_ACTIONS[0]]), /SigV4/],
    [
      'a full endpoint service name',
      () => service.interface('com.amazonaws.us-east-1.Athena', { actions: ['athena:GetWorkGroup'] }),
      /'athena'/,
    ],
    [
      'an endpoint that does not exist',
      () => build().network.vpcEndpointId(service.SNS),
      /'sns' .*bedrock-mantle.*addService/,
    ],
    [
      'an empty replacement policy',
      () => build({ endpointPolicies: [{ service: service.LOGS, document: new iam.PolicyDocument() }] }),
      /at least one statement/,
    ],
  ];

  test.each(cases)('%s', (_name, act, message) => {
    expect(act).toThrow(message);
  });
});

describe('independent checks of a network with a connected client', () => {
  function synthesized(egress?: AgentEgress) {
    const { app, stack, network } = build({ egress });
    network.connect(client(stack, network));
    return { app, stack };
  }

  test.each([
    ['AwsSolutions', new AwsSolutionsChecks(), []],
    // Closing the default group takes a custom resource with a Lambda function. Nothing uses the group, see docs/network.md.
    ['NIST 800-53 r5', new NIST80053R5Checks(), ['NIST.800.53.R5-VPCDefaultSecurityGroupClosed']],
    ['HIPAA', new HIPAASecurityChecks(), ['HIPAA.Security-VPCDefaultSecurityGroupClosed']],
    ['PCI DSS', new PCIDSS321Checks(), ['PCI.DSS.321-VPCDefaultSecurityGroupClosed']],
  ])('%s finds nothing but the default security group', (_name, pack, expected) => {
    const { stack } = synthesized();
    expect(pack.validateScope(stack).violations.map((each) => each.ruleName)).toEqual(expected);
  });
});
