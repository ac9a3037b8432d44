import * as aps from 'aws-cdk-lib/aws-aps';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as ce from 'aws-cdk-lib/aws-ce';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as cwActions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as codeartifact from 'aws-cdk-lib/aws-codeartifact';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as config from 'aws-cdk-lib/aws-config';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as fis from 'aws-cdk-lib/aws-fis';
import * as grafana from 'aws-cdk-lib/aws-grafana';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as firehose from 'aws-cdk-lib/aws-kinesisfirehose';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as destinations from 'aws-cdk-lib/aws-logs-destinations';
import * as oam from 'aws-cdk-lib/aws-oam';
import * as organizations from 'aws-cdk-lib/aws-organizations';
import * as ram from 'aws-cdk-lib/aws-ram';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as securityhub from 'aws-cdk-lib/aws-securityhub';
import * as signer from 'aws-cdk-lib/aws-signer';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sso from 'aws-cdk-lib/aws-sso';
import * as synthetics from 'aws-cdk-lib/aws-synthetics';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { CfnResource, Duration } from 'aws-cdk-lib/core';
import { ENV } from '../governed-app';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { serviceRole } from './service-role';

/** What governs, repairs, watches and connects the accounts, as a platform team writes them with the constructs of aws-cdk-lib. */
export const ORGANIZATION: readonly OrdinaryApp[] = [
  oneStack(
    'a service control policy, a resource control policy, permission sets and shares of the organization',
    (stack) => {
      new organizations.CfnPolicy(stack, 'Scp', {
        name: 'guard',
        type: 'SERVICE_CONTROL_POLICY',
        targetIds: ['ou-abcd-12345678'],
        content: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Deny', Action: ['cloudtrail:StopLogging', 'organizations:LeaveOrganization'], Resource: '*' },
          ],
        },
      });
      new organizations.CfnPolicy(stack, 'Rcp', {
        name: 'perimeter',
        type: 'RESOURCE_CONTROL_POLICY',
        targetIds: ['r-abcd'],
        content: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: ['s3:*', 'sqs:*'],
              Resource: '*',
              Condition: {
                StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' },
                BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
              },
            },
          ],
        },
      });
      new sso.CfnPermissionSet(stack, 'Admins', {
        instanceArn: 'arn:aws:sso:::instance/ssoins-0123456789abcdef',
        name: 'Admins',
        managedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      });
      new sso.CfnPermissionSet(stack, 'Developers', {
        instanceArn: 'arn:aws:sso:::instance/ssoins-0123456789abcdef',
        name: 'Developers',
        inlinePolicy: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['lambda:*', 'states:*', 's3:*', 'events:*'], Resource: '*' }],
        },
      });
      new ram.CfnResourceShare(stack, 'Share', {
        name: 'subnets',
        resourceArns: [`arn:aws:ec2:us-east-1:${ENV.account}:transit-gateway/tgw-0123456789abcdef0`],
        principals: ['arn:aws:organizations::444455556666:organization/o-a1b2c3d4e5'],
      });
      const provider = new iam.OpenIdConnectProvider(stack, 'GitLab', {
        url: 'https://gitlab.example.com',
        clientIds: ['https://gitlab.example.com'],
      });
      new iam.Role(stack, 'Deploy', {
        assumedBy: new iam.WebIdentityPrincipal(provider.openIdConnectProviderArn, {
          StringLike: { 'gitlab.example.com:sub': 'project_path:shop/*:ref_type:branch:ref:main' },
        }),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('PowerUserAccess')],
      });
      new iam.Role(stack, 'Break glass', {
        assumedBy: new iam.AccountPrincipal(ENV.account).withConditions({
          Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        }),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
      });
      new iam.Role(stack, 'Vendor', {
        assumedBy: new iam.AccountPrincipal('444455556666').withConditions({
          StringEquals: { 'sts:ExternalId': 'abc' },
        }),
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('SecurityAudit')],
      });
    },
  ),
  oneStack('repair: GuardDuty isolates instances, Security Hub closes groups, Config with automation', (stack) => {
    const repair = functionIn(stack, 'Isolate');
    repair.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [
          'ec2:ModifyInstanceAttribute',
          'ec2:RevokeSecurityGroupIngress',
          'ec2:RevokeSecurityGroupEgress',
          'ec2:CreateSnapshot',
          'ec2:Describe*',
          'iam:PutRolePolicy',
          'iam:UpdateAccessKey',
        ],
        resources: ['*'],
      }),
    );
    new events.Rule(stack, 'GuardDuty', {
      eventPattern: {
        source: ['aws.guardduty'],
        detailType: ['GuardDuty Finding'],
        detail: { severity: [{ numeric: ['>=', 7] }] },
      },
      targets: [new targets.LambdaFunction(repair)],
    });
    new securityhub.CfnAutomationRule(stack, 'Suppress', {
      ruleName: 'suppress',
      ruleOrder: 1,
      description: 'test accounts',
      criteria: { awsAccountId: [{ comparison: 'EQUALS', value: ENV.account }] },
      actions: [{ type: 'FINDING_FIELDS_UPDATE', findingFieldsUpdate: { workflow: { status: 'SUPPRESSED' } } }],
    });
    new config.ManagedRule(stack, 'Encrypted', { identifier: 'S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED' });
    const automation = serviceRole(stack, 'Automation', 'ssm.amazonaws.com');
    automation.addToPolicy(
      new iam.PolicyStatement({
        actions: ['s3:PutBucketPublicAccessBlock', 's3:PutEncryptionConfiguration'],
        resources: ['*'],
      }),
    );
    new config.CfnRemediationConfiguration(stack, 'Block', {
      configRuleName: 's3-public',
      targetId: 'AWS-DisableS3BucketPublicReadWrite',
      targetType: 'SSM_DOCUMENT',
      automatic: true,
      maximumAutomaticAttempts: 3,
      retryAttemptSeconds: 60,
      parameters: {
        AutomationAssumeRole: { StaticValue: { Values: [automation.roleArn] } },
        S3BucketName: { ResourceValue: { Value: 'RESOURCE_ID' } },
      },
    });
    new ssm.CfnAssociation(stack, 'Inventory', {
      name: 'AWS-GatherSoftwareInventory',
      targets: [{ key: 'InstanceIds', values: ['*'] }],
    });
    new ssm.CfnDocument(stack, 'Snapshot', {
      documentType: 'Automation',
      content: {
        schemaVersion: '0.3',
        assumeRole: automation.roleArn,
        mainSteps: [
          {
            name: 'snap',
            action: 'aws:executeAwsApi',
            inputs: { Service: 'ec2', Api: 'CreateSnapshot', VolumeId: 'vol-0123456789abcdef0' },
          },
        ],
      },
    });
  }),
  oneStack('costs: a budget, an anomaly monitor and the usage report', (stack) => {
    const topic = new sns.Topic(stack, 'Topic');
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        principals: [
          new iam.ServicePrincipal('costalerts.amazonaws.com'),
          new iam.ServicePrincipal('budgets.amazonaws.com'),
        ],
      }),
    );
    new budgets.CfnBudget(stack, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: 1000, unit: 'USD' } },
      notificationsWithSubscribers: [
        {
          notification: { comparisonOperator: 'GREATER_THAN', notificationType: 'ACTUAL', threshold: 80 },
          subscribers: [{ address: topic.topicArn, subscriptionType: 'SNS' }],
        },
      ],
    });
    const monitor = new ce.CfnAnomalyMonitor(stack, 'Monitor', {
      monitorName: 'all',
      monitorType: 'DIMENSIONAL',
      monitorDimension: 'SERVICE',
    });
    new ce.CfnAnomalySubscription(stack, 'Subscription', {
      frequency: 'IMMEDIATE',
      monitorArnList: [monitor.attrMonitorArn],
      subscriptionName: 'all',
      subscribers: [{ type: 'SNS', address: topic.topicArn }],
      threshold: 100,
    });
  }),
  oneStack(
    'observability: Prometheus, Grafana, metric streams, OAM, canaries, anomaly detectors and central logs',
    (stack) => {
      const workspace = new aps.CfnWorkspace(stack, 'Prometheus', {
        alertManagerDefinition:
          'alertmanager_config: |\n  route:\n    receiver: default\n  receivers:\n    - name: default\n',
      });
      new aps.CfnRuleGroupsNamespace(stack, 'Rules', {
        name: 'rules',
        workspace: workspace.attrArn,
        data: 'groups: []',
      });
      const g = serviceRole(stack, 'GrafanaRole', 'grafana.amazonaws.com');
      g.addToPolicy(
        new iam.PolicyStatement({
          actions: [
            'aps:QueryMetrics',
            'cloudwatch:GetMetricData',
            'logs:StartQuery',
            'logs:GetQueryResults',
            'xray:*',
            'tag:GetResources',
          ],
          resources: ['*'],
        }),
      );
      new grafana.CfnWorkspace(stack, 'Grafana', {
        accountAccessType: 'CURRENT_ACCOUNT',
        authenticationProviders: ['AWS_SSO'],
        permissionType: 'CUSTOMER_MANAGED',
        roleArn: g.roleArn,
      });
      const stream = new firehose.DeliveryStream(stack, 'Metrics', {
        destination: new firehose.S3Bucket(new s3.Bucket(stack, 'Bucket')),
      });
      const put = serviceRole(stack, 'Put', 'streams.metrics.cloudwatch.amazonaws.com');
      stream.grantPutRecords(put);
      new cloudwatch.CfnMetricStream(stack, 'Stream', {
        firehoseArn: stream.deliveryStreamArn,
        roleArn: put.roleArn,
        outputFormat: 'json',
      });
      new oam.CfnLink(stack, 'Link', {
        resourceTypes: ['AWS::CloudWatch::Metric', 'AWS::XRay::Trace'],
        sinkIdentifier: 'arn:aws:oam:us-east-1:444455556666:sink/0f0f0f0f-0000-4000-8000-000000000000',
      });
      new synthetics.Canary(stack, 'Canary', {
        runtime: synthetics.Runtime.SYNTHETICS_NODEJS_PUPPETEER_9_1,
        test: synthetics.Test.custom({
          code: synthetics.Code.fromInline('exports.handler = async () => {};'),
          handler: 'index.handler',
        }),
        schedule: synthetics.Schedule.rate(Duration.minutes(5)),
      });
      const group = new logs.LogGroup(stack, 'App');
      new logs.CfnLogAnomalyDetector(stack, 'Detector', { logGroupArnList: [group.logGroupArn] });
      group.addSubscriptionFilter('Errors', {
        destination: new destinations.LambdaDestination(functionIn(stack, 'Errors')),
        filterPattern: logs.FilterPattern.anyTerm('ERROR'),
      });
      new logs.CfnAccountPolicy(stack, 'Central', {
        policyName: 'central',
        policyType: 'SUBSCRIPTION_FILTER_POLICY',
        scope: 'ALL',
        selectionCriteria: 'LogGroupName NOT IN ["/central"]',
        policyDocument: JSON.stringify({
          DestinationArn: stream.deliveryStreamArn,
          RoleArn: put.roleArn,
          FilterPattern: '',
          Distribution: 'Random',
        }),
      });
      new cloudwatch.Alarm(stack, 'Alarm', {
        metric: group.metricIncomingLogEvents(),
        threshold: 1,
        evaluationPeriods: 1,
      }).addAlarmAction(new cwActions.SsmAction(cwActions.OpsItemSeverity.HIGH));
    },
  ),
  oneStack(
    'artifacts: a registry of packages, repositories with approval rules, signed code and a trail of its own',
    (stack) => {
      const domain = new codeartifact.CfnDomain(stack, 'Domain', { domainName: 'shop' });
      new codeartifact.CfnRepository(stack, 'Packages', {
        domainName: domain.domainName,
        repositoryName: 'npm',
        externalConnections: ['public:npmjs'],
      });
      const repository = new codecommit.Repository(stack, 'Repository', { repositoryName: 'shop' });
      repository.notify('arn:aws:sns:us-east-1:111122223333:commits');
      repository.onCommit('Commit', { target: new targets.SnsTopic(new sns.Topic(stack, 'Topic')) });
      new lambda.CodeSigningConfig(stack, 'Signing', {
        signingProfiles: [
          new signer.SigningProfile(stack, 'Profile', { platform: signer.Platform.AWS_LAMBDA_SHA384_ECDSA }),
        ],
      });
      new cloudtrail.Trail(stack, 'Trail', { isMultiRegionTrail: false });
      new fis.CfnExperimentTemplate(stack, 'Experiment', {
        description: 'stop',
        roleArn: serviceRole(stack, 'Fis', 'fis.amazonaws.com').roleArn,
        stopConditions: [{ source: 'none' }],
        tags: {},
        targets: { i: { resourceType: 'aws:ec2:instance', selectionMode: 'COUNT(1)', resourceTags: { chaos: 'yes' } } },
        actions: { stop: { actionId: 'aws:ec2:stop-instances', targets: { Instances: 'i' } } },
      });
    },
  ),
  oneStack(
    'a hub: transit gateway with route tables, spokes, resolver rules that are shared, and central endpoints',
    (stack) => {
      const gateway = new ec2.CfnTransitGateway(stack, 'Gateway', { defaultRouteTableAssociation: 'disable' });
      const spoke = new ec2.Vpc(stack, 'Spoke', {
        maxAzs: 2,
        natGateways: 0,
        subnetConfiguration: [{ name: 'private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      });
      const attachment = new ec2.CfnTransitGatewayAttachment(stack, 'Attachment', {
        transitGatewayId: gateway.ref,
        vpcId: spoke.vpcId,
        subnetIds: spoke.isolatedSubnets.map(({ subnetId }) => subnetId),
      });
      spoke.isolatedSubnets.forEach((subnet, index) => {
        const route = new ec2.CfnRoute(stack, `Route${index}`, {
          routeTableId: subnet.routeTable.routeTableId,
          destinationCidrBlock: '0.0.0.0/0',
          transitGatewayId: gateway.ref,
        });
        route.addDependency(attachment);
      });
      const table = new ec2.CfnTransitGatewayRouteTable(stack, 'Table', { transitGatewayId: gateway.ref });
      new ec2.CfnTransitGatewayRoute(stack, 'DefaultRoute', {
        transitGatewayRouteTableId: table.ref,
        destinationCidrBlock: '0.0.0.0/0',
        transitGatewayAttachmentId: attachment.ref,
      });
      const endpoints = new ec2.Vpc(stack, 'Endpoints', {
        maxAzs: 2,
        natGateways: 0,
        subnetConfiguration: [{ name: 'private', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      });
      endpoints.addInterfaceEndpoint('Ssm', {
        service: ec2.InterfaceVpcEndpointAwsService.SSM,
        privateDnsEnabled: false,
      });
      const zone = new route53.PrivateHostedZone(stack, 'Zone', {
        vpc: endpoints,
        zoneName: 'ssm.us-east-1.amazonaws.com',
      });
      zone.addVpc(spoke);
      const prefix = new ec2.CfnPrefixList(stack, 'Offices', {
        addressFamily: 'IPv4',
        maxEntries: 5,
        prefixListName: 'offices',
        entries: [{ cidr: '198.51.100.0/24' }],
      });
      const group = new ec2.SecurityGroup(stack, 'Group', { vpc: spoke });
      group.addIngressRule(ec2.Peer.prefixList(prefix.ref), ec2.Port.HTTPS);
      new CfnResource(stack, 'Verified', { type: 'AWS::EC2::VerifiedAccessInstance', properties: {} });
      new ec2.ClientVpnEndpoint(stack, 'Vpn', {
        vpc: spoke,
        cidr: '10.100.0.0/16',
        serverCertificateArn: `arn:aws:acm:us-east-1:${ENV.account}:certificate/0f0f0f0f-0000-4000-8000-000000000000`,
        clientCertificateArn: `arn:aws:acm:us-east-1:${ENV.account}:certificate/0f0f0f0f-0000-4000-8000-000000000001`,
      });
      new wafv2.CfnIPSet(stack, 'Set', { scope: 'REGIONAL', ipAddressVersion: 'IPV4', addresses: ['198.51.100.0/24'] });
    },
  ),
];
