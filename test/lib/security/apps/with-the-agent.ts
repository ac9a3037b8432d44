import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AttributeType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import { AccountRootPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Duration } from 'aws-cdk-lib/core';
import { inAgentStack, oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

/** Apps that work with the agent, each in the stores that the rules ask for. */
export const WITH_THE_AGENT: readonly OrdinaryApp[] = [
  inAgentStack('a bucket that the agent reads and one that it writes', (scope, { agent }) => {
    const encryptionKey = new Key(scope, 'Key', { enableKeyRotation: true });
    const store = (id: string) =>
      new Bucket(scope, id, { encryptionKey, encryption: BucketEncryption.KMS, enforceSSL: true, versioned: true });
    store('Input').grantRead(agent);
    store('Output').grantPut(agent);
  }),
  inAgentStack('a table, a queue and a topic that the agent uses', (scope, { agent }) => {
    const key = new Key(scope, 'Key', { enableKeyRotation: true });
    new TableV2(scope, 'Facts', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      encryption: TableEncryptionV2.customerManagedKey(key),
    }).grantReadData(agent);
    new Queue(scope, 'Findings', {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
    }).grantSendMessages(agent);
    new Topic(scope, 'News', { masterKey: key, enforceSSL: true }).grantPublish(agent);
  }),
  inAgentStack('a parameter and a secret that the agent reads', (scope, { agent }) => {
    const encryptionKey = new Key(scope, 'Key', { enableKeyRotation: true });
    new StringParameter(scope, 'Parameter', { stringValue: 'blue' }).grantRead(agent);
    new Secret(scope, 'Secret', { encryptionKey }).grantRead(agent);
  }),
  inAgentStack(
    'a workflow for each file of the agent, and a role of the account that reads them',
    (scope, { agent }) => {
      const encryptionKey = new Key(scope, 'Key', { enableKeyRotation: true });
      const files = new Bucket(scope, 'Files', {
        encryptionKey,
        encryption: BucketEncryption.KMS,
        enforceSSL: true,
        versioned: true,
      });
      files.grantPut(agent);
      files.grantRead(new Role(scope, 'Reader', { assumedBy: new AccountRootPrincipal() }));
      const each = new sfn.DistributedMap(scope, 'Each', {
        itemReader: new sfn.S3JsonItemReader({ bucket: files, key: 'list.json' }),
      });
      const machine = new sfn.StateMachine(scope, 'Machine', {
        definitionBody: sfn.DefinitionBody.fromChainable(
          each.itemProcessor(new LambdaInvoke(scope, 'Invoke', { lambdaFunction: functionIn(scope) })),
        ),
        encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(encryptionKey),
      });
      new Rule(scope, 'Daily', {
        schedule: Schedule.rate(Duration.days(1)),
        targets: [new targets.SfnStateMachine(machine)],
      });
    },
  ),
  inAgentStack('a build role that starts turns', (scope, { workflow }) => {
    workflow.grants.startTurns(
      new Role(scope, 'Build', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') }),
    );
  }),
  oneStack('a rule and an alarm on what the agent does', (stack, { workflow }) => {
    new Rule(stack, 'Outcomes', {
      eventBus: workflow.eventBus,
      eventPattern: { source: ['managed-agents'] },
      targets: [new targets.LambdaFunction(functionIn(stack))],
    });
    const alarm = new Alarm(stack, 'Failed', {
      metric: new Metric({ namespace: 'AWS/States', metricName: 'ExecutionsFailed', period: Duration.minutes(5) }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    alarm.addAlarmAction(new SnsAction(new Topic(stack, 'Alarms')));
  }),
];
