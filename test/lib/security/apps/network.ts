import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CfnFirewall, CfnFirewallPolicy } from 'aws-cdk-lib/aws-networkfirewall';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CfnResolverEndpoint, CfnResolverRule, CfnResolverRuleAssociation } from 'aws-cdk-lib/aws-route53resolver';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { CfnServiceNetwork, CfnServiceNetworkVpcAssociation } from 'aws-cdk-lib/aws-vpclattice';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Fn } from 'aws-cdk-lib/core';
import { ENV } from '../governed-app';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const TOOLS = '222233334444';

/** Networks and names of a platform team, none of them related to an agent. */
export const NETWORK: readonly OrdinaryApp[] = [
  oneStack('a shared VPC with NAT, endpoints with policies and flow logs', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Shared', {
      maxAzs: 2,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
        { name: 'apps', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      flowLogs: { all: { destination: ec2.FlowLogDestination.toCloudWatchLogs() } },
    });
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    vpc.addGatewayEndpoint('Dynamo', { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB });
    for (const [name, service] of [
      ['Ecr', ec2.InterfaceVpcEndpointAwsService.ECR],
      ['Logs', ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS],
      ['Secrets', ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER],
      ['Runtime', ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME],
    ] as const) {
      vpc.addInterfaceEndpoint(name, { service });
    }
    functionIn(stack, 'Function', { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS } });
    const cluster = new ecs.Cluster(stack, 'Cluster', { vpc, enableFargateCapacityProviders: true });
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('Main', { image: ecs.ContainerImage.fromRegistry('public.ecr.aws/nginx/nginx:stable') });
    new ecs.FargateService(stack, 'Service', { cluster, taskDefinition: task, enableExecuteCommand: true });
  }),
  oneStack('a web shop: CloudFront with access control, a function, a firewall and logs', (stack) => {
    const site = new s3.Bucket(stack, 'Site', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL });
    const acl = new CfnWebACL(stack, 'Acl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'acl', sampledRequestsEnabled: true },
      rules: [
        {
          name: 'rate',
          priority: 1,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: 2000, aggregateKeyType: 'IP' } },
          visibilityConfig: { cloudWatchMetricsEnabled: true, metricName: 'rate', sampledRequestsEnabled: true },
        },
      ],
    });
    const distribution = new cloudfront.Distribution(stack, 'Cdn', {
      webAclId: acl.attrArn,
      defaultRootObject: 'index.html',
      enableLogging: true,
      defaultBehavior: {
        origin: origins.S3BucketOrigin.withOriginAccessControl(site),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        functionAssociations: [
          {
            eventType: cloudfront.FunctionEventType.VIEWER_REQUEST,
            function: new cloudfront.Function(stack, 'Rewrite', {
              code: cloudfront.FunctionCode.fromInline('function handler(event) { return event.request; }'),
            }),
          },
        ],
      },
    });
    new BucketDeployment(stack, 'Deploy', {
      sources: [Source.data('index.html', '<h1>Shop</h1>')],
      destinationBucket: site,
      distribution,
      distributionPaths: ['/*'],
      prune: false,
    });
  }),
  oneStack('what another team owns: an imported VPC, role, key, zone and queue', (stack) => {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: Fn.importValue('network-vpc'),
      availabilityZones: ['us-east-1a', 'us-east-1b'],
      privateSubnetIds: [Fn.importValue('subnet-a'), Fn.importValue('subnet-b')],
    });
    const key = kms.Key.fromKeyArn(
      stack,
      'Key',
      `arn:aws:kms:us-east-1:${ENV.account}:key/0b1c2d3e-0000-4000-8000-000000000000`,
    );
    const role = iam.Role.fromRoleName(stack, 'Role', 'application');
    const queue = sqs.Queue.fromQueueArn(stack, 'Queue', `arn:aws:sqs:us-east-1:${ENV.account}:jobs`);
    queue.grantSendMessages(role);
    key.grantEncryptDecrypt(role);
    functionIn(stack, 'Function', { vpc, role, environmentEncryption: key });
    const zone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
      hostedZoneId: 'Z0123456789ABCDEFGHIJ',
      zoneName: 'example.com',
    });
    new route53.CnameRecord(stack, 'Record', { zone, domainName: 'cdn.example.net', recordName: 'www' });
    Certificate.fromCertificateArn(stack, 'Cert', `arn:aws:acm:us-east-1:${ENV.account}:certificate/1`);
  }),
  oneStack('private names: zones, resolver endpoints and rules for on-premises names', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, createInternetGateway: false });
    new route53.PrivateHostedZone(stack, 'Zone', { vpc, zoneName: 'corp.example.com' });
    const group = new ec2.SecurityGroup(stack, 'Resolver', { vpc });
    const endpoint = new CfnResolverEndpoint(stack, 'Outbound', {
      direction: 'OUTBOUND',
      securityGroupIds: [group.securityGroupId],
      ipAddresses: vpc.isolatedSubnets.map(({ subnetId }) => ({ subnetId })),
    });
    const rule = new CfnResolverRule(stack, 'Rule', {
      ruleType: 'FORWARD',
      domainName: 'onprem.example.com',
      resolverEndpointId: endpoint.attrResolverEndpointId,
      targetIps: [{ ip: '10.1.0.2', port: '53' }],
    });
    new CfnResolverRuleAssociation(stack, 'Association', { resolverRuleId: rule.ref, vpcId: vpc.vpcId });
  }),
  oneStack('peered VPCs, VPC Lattice and an endpoint service', (stack) => {
    const [left, right] = ['Left', 'Right'].map(
      (id, at) => new ec2.Vpc(stack, id, { maxAzs: 2, ipAddresses: ec2.IpAddresses.cidr(`10.${at}.0.0/16`) }),
    );
    const peering = new ec2.CfnVPCPeeringConnection(stack, 'Peering', { vpcId: left.vpcId, peerVpcId: right.vpcId });
    left.privateSubnets.forEach((subnet, at) => {
      new ec2.CfnRoute(stack, `To${at}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: right.vpcCidrBlock,
        vpcPeeringConnectionId: peering.ref,
      });
    });
    const network = new CfnServiceNetwork(stack, 'Lattice', { authType: 'AWS_IAM' });
    new CfnServiceNetworkVpcAssociation(stack, 'Member', {
      serviceNetworkIdentifier: network.ref,
      vpcIdentifier: right.vpcId,
    });
    new ec2.CfnVPCEndpointServicePermissions(stack, 'Permissions', {
      serviceId: 'vpce-svc-0123456789abcdef0',
      allowedPrincipals: [`arn:aws:iam::${TOOLS}:root`],
    });
  }),
  oneStack('a firewall in an inspection VPC', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Inspection', { maxAzs: 2, natGateways: 2 });
    const policy = new CfnFirewallPolicy(stack, 'Policy', {
      firewallPolicyName: 'egress',
      firewallPolicy: {
        statelessDefaultActions: ['aws:forward_to_sfe'],
        statelessFragmentDefaultActions: ['aws:forward_to_sfe'],
      },
    });
    new CfnFirewall(stack, 'Firewall', {
      firewallName: 'egress',
      firewallPolicyArn: policy.ref,
      vpcId: vpc.vpcId,
      subnetMappings: vpc.publicSubnets.map(({ subnetId }) => ({ subnetId })),
    });
  }),
];
