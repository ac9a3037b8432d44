import * as backup from 'aws-cdk-lib/aws-backup';
import { CfnBudget, CfnBudgetsAction } from 'aws-cdk-lib/aws-budgets';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as config from 'aws-cdk-lib/aws-config';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { CfnDetector } from 'aws-cdk-lib/aws-guardduty';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lakeformation from 'aws-cdk-lib/aws-lakeformation';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CfnStackSet, Duration } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const TOOLS = '222233334444';
const ORGANIZATION = 'o-exampleorg1';

/** Security and governance of a platform team, none of them related to an agent. */
export const SECURITY: readonly OrdinaryApp[] = [
  oneStack('backups by tag, copied to another account, and reports', (stack) => {
    const vault = new backup.BackupVault(stack, 'Vault', {
      lockConfiguration: { minRetention: Duration.days(7) },
      accessPolicy: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            principals: [new iam.AnyPrincipal()],
            actions: ['backup:DeleteRecoveryPoint'],
            resources: ['*'],
          }),
        ],
      }),
    });
    const plan = backup.BackupPlan.dailyWeeklyMonthly7YearRetention(stack, 'Plan', vault);
    plan.addRule(
      new backup.BackupPlanRule({
        scheduleExpression: events.Schedule.cron({ hour: '3', minute: '0' }),
        copyActions: [
          {
            destinationBackupVault: backup.BackupVault.fromBackupVaultArn(
              stack,
              'Remote',
              `arn:aws:backup:us-east-1:${TOOLS}:backup-vault:central`,
            ),
          },
        ],
      }),
    );
    plan.addSelection('Everything', {
      resources: [backup.BackupResource.fromTag('backup', 'true')],
      allowRestores: true,
    });
  }),
  oneStack('AWS Config with a custom rule, a repair by automation and an aggregator', (stack) => {
    const check = functionIn(stack, 'Check');
    check.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['config:PutEvaluations', 'iam:List*'], resources: ['*'] }),
    );
    new config.CustomRule(stack, 'Rule', {
      lambdaFunction: check,
      configurationChanges: true,
      ruleScope: config.RuleScope.fromResources([config.ResourceType.IAM_ROLE]),
    });
    const managed = new config.ManagedRule(stack, 'Keys', {
      identifier: config.ManagedRuleIdentifiers.ACCESS_KEYS_ROTATED,
    });
    const role = new iam.Role(stack, 'Repair', { assumedBy: new iam.ServicePrincipal('ssm.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({ actions: ['s3:PutBucketPublicAccessBlock', 'iam:UpdateAccessKey'], resources: ['*'] }),
    );
    new config.CfnRemediationConfiguration(stack, 'Remediation', {
      configRuleName: managed.configRuleName,
      targetId: 'AWS-DisableS3BucketPublicReadWrite',
      targetType: 'SSM_DOCUMENT',
      automatic: true,
      maximumAutomaticAttempts: 3,
      retryAttemptSeconds: 60,
      parameters: { AutomationAssumeRole: { StaticValue: { Values: [role.roleArn] } } },
    });
    new config.CfnConfigurationAggregator(stack, 'Aggregator', {
      accountAggregationSources: [{ accountIds: [TOOLS], allAwsRegions: true }],
    });
    new config.CfnConformancePack(stack, 'Pack', {
      conformancePackName: 'basics',
      templateS3Uri: 's3://example-packs/basics.yaml',
    });
  }),
  oneStack('findings of GuardDuty that a function stores and a person reads', (stack) => {
    new CfnDetector(stack, 'Detector', { enable: true, features: [{ name: 'S3_DATA_EVENTS', status: 'ENABLED' }] });
    const topic = new sns.Topic(stack, 'Security');
    const handler = functionIn(stack, 'Contain');
    handler.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['ec2:CreateSecurityGroup', 'ec2:ModifyInstanceAttribute', 'ec2:Describe*', 'iam:AttachRolePolicy'],
        resources: ['*'],
      }),
    );
    new events.Rule(stack, 'Findings', {
      eventPattern: { source: ['aws.guardduty', 'aws.securityhub'], detail: { severity: [{ numeric: ['>=', 7] }] } },
      targets: [new targets.SnsTopic(topic), new targets.LambdaFunction(handler, { retryAttempts: 2 })],
    });
  }),
  oneStack('the trail of an organization in the account of the log archive', (stack) => {
    const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: ['kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': 'arn:aws:cloudtrail:*:*:trail/*' } },
      }),
    );
    const bucket = new s3.Bucket(stack, 'Archive', { encryptionKey: key, versioned: true, enforceSSL: true });
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:GetObject', 's3:ListBucket'],
        resources: [bucket.bucketArn, bucket.arnForObjects('*')],
        conditions: { StringEquals: { 'aws:PrincipalOrgID': ORGANIZATION } },
      }),
    );
    new cloudtrail.Trail(stack, 'Trail', {
      bucket,
      encryptionKey: key,
      isMultiRegionTrail: true,
      isOrganizationTrail: true,
      orgId: ORGANIZATION,
      sendToCloudWatchLogs: true,
    });
  }),
  oneStack('a budget that stops instances and attaches a policy', (stack) => {
    const brake = new iam.ManagedPolicy(stack, 'Brake', {
      statements: [
        new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ec2:RunInstances'], resources: ['*'] }),
      ],
    });
    const developers = new iam.Role(stack, 'Developers', { assumedBy: new iam.AccountRootPrincipal() });
    const actor = new iam.Role(stack, 'Actor', { assumedBy: new iam.ServicePrincipal('budgets.amazonaws.com') });
    actor.addToPolicy(
      new iam.PolicyStatement({
        actions: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
        resources: [developers.roleArn],
        conditions: { ArnEquals: { 'iam:PolicyARN': brake.managedPolicyArn } },
      }),
    );
    const budget = new CfnBudget(stack, 'Budget', {
      budget: {
        budgetName: 'ec2',
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: 500, unit: 'USD' },
      },
    });
    new CfnBudgetsAction(stack, 'Action', {
      budgetName: budget.ref,
      actionThreshold: { type: 'PERCENTAGE', value: 100 },
      actionType: 'APPLY_IAM_POLICY',
      definition: { iamActionDefinition: { policyArn: brake.managedPolicyArn, roles: [developers.roleName] } },
      executionRoleArn: actor.roleArn,
      notificationType: 'ACTUAL',
      subscribers: [{ type: 'EMAIL', address: 'team@example.com' }],
      approvalModel: 'AUTOMATIC',
    });
  }),
  oneStack('Lake Formation with an administrator, a location and grants', (stack) => {
    const lake = new s3.Bucket(stack, 'Lake');
    const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
    const service = new iam.Role(stack, 'Service', {
      assumedBy: new iam.ServicePrincipal('lakeformation.amazonaws.com'),
    });
    lake.grantReadWrite(service);
    new lakeformation.CfnDataLakeSettings(stack, 'Settings', {
      admins: [{ dataLakePrincipalIdentifier: analyst.roleArn }],
    });
    new lakeformation.CfnResource(stack, 'Location', {
      resourceArn: lake.bucketArn,
      roleArn: service.roleArn,
      useServiceLinkedRole: false,
    });
    new lakeformation.CfnPrincipalPermissions(stack, 'Grant', {
      principal: { dataLakePrincipalIdentifier: analyst.roleArn },
      resource: { database: { catalogId: stack.account, name: 'lake' } },
      permissions: ['DESCRIBE'],
      permissionsWithGrantOption: [],
    });
  }),
  oneStack('stack sets with the administration and execution roles of AWS', (stack) => {
    const administration = new iam.Role(stack, 'Administration', {
      roleName: 'AWSCloudFormationStackSetAdministrationRole',
      assumedBy: new iam.ServicePrincipal('cloudformation.amazonaws.com'),
    });
    administration.addToPolicy(
      new iam.PolicyStatement({
        actions: ['sts:AssumeRole'],
        resources: ['arn:aws:iam::*:role/AWSCloudFormationStackSetExecutionRole'],
      }),
    );
    new iam.Role(stack, 'Execution', {
      roleName: 'AWSCloudFormationStackSetExecutionRole',
      assumedBy: new iam.AccountPrincipal(TOOLS),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')],
    });
    new CfnStackSet(stack, 'Set', {
      stackSetName: 'config',
      permissionModel: 'SELF_MANAGED',
      administrationRoleArn: administration.roleArn,
      templateBody: JSON.stringify({ Resources: { Hub: { Type: 'AWS::SecurityHub::Hub' } } }),
      stackInstancesGroup: [{ regions: ['us-east-1'], deploymentTargets: { accounts: [TOOLS] } }],
    });
  }),
];
