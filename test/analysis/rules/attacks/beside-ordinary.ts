import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, may, of, ref, roleOf } from './app';
import { type Pair, pair, policyFor } from './pair';

const TASKS = 'ecs-tasks.amazonaws.com';
const trusting = (...services: string[]) => ({
  Definition: of('AWS::ECS::TaskDefinition', { TaskRoleArn: arnOf('TaskRole'), Family: 'report' }),
  TaskRole: {
    ...roleOf(TASKS),
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: services }, Action: 'sts:AssumeRole' }],
      },
    },
  },
});
const ROTATION = (account: string) =>
  `arn:aws:serverlessrepo:us-east-1:${account}:applications/SecretsManagerRDSPostgreSQLRotationSingleUser`;

/** What the constructs of aws-cdk-lib write next to an agent, and what looks like it. */
export const BESIDE_ORDINARY: readonly Pair[] = [
  pair(
    'MA-ID6',
    'the starter passes a role of tasks to every service that the role trusts',
    [TASKS, 'lambda.amazonaws.com'],
    [TASKS],
    (services) => ({
      add: { ...trusting(...services), More: policyFor(ref('OpenRole'), may('iam:PassRole', arnOf('TaskRole'))) },
    }),
  ),
  pair('MA-ID6', 'the starter passes a strong role of tasks', 'iam:PutRolePolicy', 's3:GetObject', (action) => ({
    add: {
      ...trusting(TASKS),
      Strong: policyFor(ref('TaskRole'), may(action, '*')),
      More: policyFor(ref('OpenRole'), may('iam:PassRole', arnOf('TaskRole'))),
    },
  })),
  pair('MA-ID7', 'the starter may run every task', '*', ref('Definition'), (task) => ({
    add: { ...trusting(TASKS), More: policyFor(ref('OpenRole'), may('ecs:RunTask', task)) },
  })),
  pair('MA-ID7', 'the starter may run a task with a strong role', 'iam:PutRolePolicy', 's3:GetObject', (action) => ({
    add: {
      ...trusting(TASKS),
      Strong: policyFor(ref('TaskRole'), may(action, '*')),
      More: policyFor(ref('OpenRole'), may('ecs:RunTask', ref('Definition'))),
    },
  })),
  pair('MA-READ1', 'an application of somebody in the subnets of the agent', FOREIGN, '297356227824', (account) => ({
    add: {
      Rotation: of('AWS::Serverless::Application', {
        Location: { ApplicationId: ROTATION(account), SemanticVersion: '1.1.671' },
        Parameters: {
          endpoint: 'https://secretsmanager.us-east-1.amazonaws.com',
          vpcSubnetIds: ref('SubnetA'),
        },
      }),
    },
  })),
  pair(
    'MA-TRG3',
    'another account puts events of the source that starts turns',
    'shop.orders',
    'shop.stock',
    (source) => ({
      set: { 'Rule.EventBusName': undefined, 'Rule.EventPattern': { source: ['shop.orders'] } },
      add: {
        BusPolicy: of('AWS::Events::EventBusPolicy', {
          StatementId: 's',
          Statement: {
            ...may('events:PutEvents', `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`, {
              Condition: { StringEquals: { 'events:source': source } },
            }),
            Principal: { AWS: FOREIGN },
          },
        }),
      },
    }),
  ),
  pair('MA-AUD3', 'flow logs in the stack of the agent have no key', undefined, arnOf('Key'), (KmsKeyId) => ({
    add: {
      Flows: of('AWS::Logs::LogGroup', { RetentionInDays: 365, ...(KmsKeyId ? { KmsKeyId } : {}) }),
      FlowLog: of('AWS::EC2::FlowLog', {
        ResourceId: ref('Vpc'),
        ResourceType: 'VPC',
        TrafficType: 'ALL',
        LogGroupName: ref('Flows'),
        DeliverLogsPermissionArn: `arn:aws:iam::${ACCOUNT}:role/flow-logs`,
      }),
    },
  })),
];
