import { arnOf } from '../../model/templates';
import { ACCOUNT, functionOf, may, of, ref, roleOf, sub } from './app';
import { type Pair, execution, pair, policyFor } from './pair';

const STRONG = (service: string) => roleOf(service, may(['iam:*', 's3:*'], '*'));
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${rest}`;
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const SAM = 'AWS::Serverless-2016-10-31';

/** The agent may write one of two stores that are not in the app. A task of the app takes its settings from the first. */
const outside = (name: string, service: string, bad: object, good: object, taker: object): Pair =>
  pair('MA-ID7', name, bad, good, (write) => ({
    add: { ...execution(write).add, Strong: STRONG(service), Taker: taker },
  }));
const put = (path: string) => may('s3:PutObject', `arn:aws:s3:::${path}/*`);

const alarm = (rest: object) =>
  of('AWS::CloudWatch::Alarm', {
    Namespace: 'App',
    MetricName: 'Errors',
    Statistic: 'Sum',
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    ...rest,
  });
const invokedBy = (Principal: string, source: string) =>
  of('AWS::Lambda::Permission', {
    FunctionName: ref('Starter'),
    Action: 'lambda:InvokeFunction',
    Principal,
    SourceArn: arnOf(source),
    SourceAccount: ACCOUNT,
  });

/** A resource of the app, under a role of its own, that calls IAM for one of two roles. */
const changing = (name: string, service: string, action: string, make: (roleName: unknown) => object): Pair =>
  pair('MA-READ1 MA-STO1', name, 'ExecutionRole', 'WorkerRole', (id: string) => ({
    add: {
      Operator: roleOf(service, may(action, arnOf(id))),
      Operation: make(ref(id)),
    },
  }));

/** Ways to an agent that a resource next to it makes. */
export const INDIRECT: readonly Pair[] = [
  changing('a schedule attaches a policy to the role', 'scheduler.amazonaws.com', 'iam:AttachRolePolicy', (role) =>
    of('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'at(2026-12-24T02:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        RoleArn: arnOf('Operator'),
        Arn: 'arn:aws:scheduler:::aws-sdk:iam:attachRolePolicy',
        Input: { 'Fn::Join': ['', ['{"RoleName":"', role, `","PolicyArn":"${ADMINISTRATOR}"}`]] },
      },
    }),
  ),
  changing('a state machine writes a policy of the role', 'states.amazonaws.com', 'iam:PutRolePolicy', (role) =>
    of('AWS::StepFunctions::StateMachine', {
      RoleArn: arnOf('Operator'),
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
      DefinitionString: {
        'Fn::Join': [
          '',
          [
            '{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"arn:aws:states:::aws-sdk:iam:putRolePolicy","Parameters":{"PolicyName":"p","PolicyDocument":"{}","RoleName":"',
            role,
            '"}}}}',
          ],
        ],
      },
    }),
  ),
  changing('a function that writes policies is told the role', 'lambda.amazonaws.com', 'iam:PutRolePolicy', (role) =>
    functionOf('Operator', { Environment: { Variables: { ROLE: role } } }),
  ),
  pair('MA-ID7', 'starts what lets its agent run again', 'ExecutionRole', 'WorkerRole', (id: string) => ({
    add: {
      Releasing: roleOf(
        'lambda.amazonaws.com',
        may('iam:DetachRolePolicy', arnOf(id), {
          Condition: { ArnEquals: { 'iam:PolicyARN': `arn:aws:iam::${ACCOUNT}:policy/stopped` } },
        }),
      ),
      Release: functionOf('Releasing'),
      ...execution(may('lambda:InvokeFunction', arnOf('Release'))).add,
    },
  })),
  pair('MA-READ1', 'a macro of another stack gets the role by text', 'exec-role', 'batch-role', (RoleName) => ({
    set: { 'ExecutionRole.RoleName': 'exec-role' },
    other: {
      Transform: [{ Name: 'PolicyFactory', Parameters: { RoleName } }],
      Resources: { News: of('AWS::SNS::Topic') },
    },
  })),
  pair('MA-READ1', 'a SAM connector gets the role by text', 'exec-role', 'batch-role', (RoleName) => ({
    set: { 'ExecutionRole.RoleName': 'exec-role' },
    other: {
      Transform: SAM,
      Resources: {
        Connector: of('AWS::Serverless::Connector', {
          Source: { Type: 'AWS::Lambda::Function', RoleName },
          Destination: { Type: 'AWS::S3::Bucket', Arn: 'arn:aws:s3:::team-records' },
          Permissions: ['Write'],
        }),
      },
    },
  })),
  pair('MA-READ1', 'the Runtime has a property that nobody knows', 'CapacityProviderConfiguration', 'Tags', (key) => ({
    set: {
      [`Runtime.${key}`]: { CapacityProviderArn: arn('bedrock-agentcore', 'capacity-provider/fleet-a1b2c3d4e5') },
    },
  })),
  pair(
    'MA-READ1',
    'a client may pass a role that is not in the app',
    `arn:aws:iam::${ACCOUNT}:role/another-session`,
    arnOf('SessionRole'),
    (role) => ({
      add: {
        Passes: policyFor(
          ref('OpenRole'),
          may('iam:PassRole', role, {
            Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
          }),
        ),
      },
    }),
  ),
  pair('MA-ID5', 'a policy names the role in capitals', 'EXEC-ROLE', 'BATCH-ROLE', (name) => ({
    set: { 'ExecutionRole.RoleName': 'exec-role' },
    other: { More: policyFor(name, may('s3:*', '*')) },
  })),
  pair(
    'MA-ID4',
    'the model is a tag of the role',
    '${aws:PrincipalTag/model}',
    'openai.gpt-5.6-luna',
    (model: string) => ({
      add: {
        Infers: policyFor(
          ref('SessionRole'),
          may('bedrock-mantle:CreateInference', arn('bedrock-mantle', 'project/default'), {
            Condition: { StringEquals: { 'bedrock-mantle:Model': model } },
          }),
        ),
      },
    }),
  ),
  pair(
    'MA-ID8',
    'an endpoint lets bearer tokens through',
    'bedrock-mantle:CallWithBearerToken',
    'bedrock-mantle:GetAgentSession',
    (action) => ({
      set: {
        'Mantle.PolicyDocument.Statement': ([own]: { Action: string[] }[]) => [
          { ...own, Action: [...own.Action, action] },
        ],
      },
    }),
  ),
  pair(
    'MA-ID8',
    'an endpoint denies bearer tokens to some',
    { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } },
    undefined,
    (Condition) => ({
      set: {
        'Mantle.PolicyDocument.Statement': ([own]: { Action: string[] }[]) => [
          { ...own, Action: [...own.Action, 'bedrock-mantle:CallWithBearerToken'] },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'bedrock-mantle:CallWithBearerToken',
            Resource: '*',
            ...(Condition ? { Condition } : {}),
          },
        ],
      },
    }),
  ),
  pair(
    'MA-ID5',
    'takes tokens of every workload',
    'workload-identity-directory/default/*',
    'workload-identity-directory/default/workload-identity/reviewer-*',
    (rest: string) => execution(may('bedrock-agentcore:GetResourceOauth2Token', arn('bedrock-agentcore', rest))),
  ),
  outside(
    'writes the variables file of a task in a bucket that is not in the app',
    'ecs-tasks.amazonaws.com',
    put('team-settings'),
    put('team-results'),
    of('AWS::ECS::TaskDefinition', {
      TaskRoleArn: arnOf('Strong'),
      ContainerDefinitions: [
        { Name: 'a', Image: 'b', EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::team-settings/a.env' }] },
      ],
    }),
  ),
  outside(
    'writes the code of a function in a bucket that is not in the app',
    'lambda.amazonaws.com',
    put(`cdk-hnb659fds-assets-${ACCOUNT}-us-east-1`),
    put(`cdk-hnb659fds-results-${ACCOUNT}-us-east-1`),
    functionOf('Strong', { Code: { S3Bucket: `cdk-hnb659fds-assets-${ACCOUNT}-us-east-1`, S3Key: 'a.zip' } }),
  ),
  pair('MA-ID7', 'writes the parameter that the image of a task is taken from', 'tag', 'result', (name: string) => ({
    sections: { Parameters: { Tag: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/image/tag' } } },
    add: {
      ...execution(may('ssm:PutParameter', arn('ssm', `parameter/image/${name}`))).add,
      ImageTag: of('AWS::SSM::Parameter', { Name: '/image/tag', Type: 'String', Value: '1' }),
      ImageResult: of('AWS::SSM::Parameter', { Name: '/image/result', Type: 'String', Value: '1' }),
      Strong: STRONG('ecs-tasks.amazonaws.com'),
      Task: of('AWS::ECS::TaskDefinition', {
        TaskRoleArn: arnOf('Strong'),
        ContainerDefinitions: [{ Name: 'a', Image: sub('tools:${Tag}') }],
      }),
    },
  })),
  pair('MA-ID7', 'an alarm on its own log lines starts turns', 'RuntimeLogs', 'Logs', (id: string) => ({
    add: {
      Filter: of('AWS::Logs::MetricFilter', {
        LogGroupName: ref(id),
        FilterPattern: 'ERROR',
        MetricTransformations: [{ MetricNamespace: 'App', MetricName: 'Errors', MetricValue: '1' }],
      }),
      Alarm: alarm({ AlarmActions: [arnOf('Starter')] }),
      Invoked: invokedBy('lambda.alarms.cloudwatch.amazonaws.com', 'Alarm'),
    },
  })),
  pair('MA-ID7', 'an alarm on a query of its own logs starts turns', 'RuntimeLogs', 'Logs', (id: string) => ({
    add: {
      Query: roleOf('cloudwatch.amazonaws.com', may('logs:StartQuery', arnOf(id))),
      Alarm: of('AWS::CloudWatch::LogAlarm', {
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 1,
        QueryResultsToAlarm: 1,
        QueryResultsToEvaluate: 1,
        ScheduledQueryConfiguration: {
          AggregationExpression: 'count(*)',
          LogGroupIdentifiers: [ref(id)],
          QueryString: 'fields @message',
          ScheduleConfiguration: { ScheduleExpression: 'rate(5 minutes)' },
          ScheduledQueryRoleArn: arnOf('Query'),
        },
        AlarmActions: [arnOf('Starter')],
      }),
      Invoked: invokedBy('lambda.alarms.cloudwatch.amazonaws.com', 'Alarm'),
    },
  })),
  pair('MA-NET1', 'drives an interpreter in a network outside of the app', false, true, (isOwn) => ({
    add: {
      Interpreter: of('AWS::BedrockAgentCore::CodeInterpreterCustom', {
        Name: 'python',
        NetworkConfiguration: {
          NetworkMode: 'VPC',
          VpcConfig: {
            Subnets: [isOwn ? ref('SubnetA') : 'subnet-0a1b2c3d4e5f60718'],
            SecurityGroups: [isOwn ? arnOf('RuntimeGroup', 'GroupId') : 'sg-0a1b2c3d4e5f60718'],
          },
        },
      }),
      ...execution(
        may(
          ['bedrock-agentcore:StartCodeInterpreterSession', 'bedrock-agentcore:InvokeCodeInterpreter'],
          arnOf('Interpreter', 'CodeInterpreterArn'),
        ),
      ).add,
    },
  })),
  pair('MA-NET6', 'DNS Firewall blocks queries of one type', { Qtype: 'A' }, {}, (type: object) => ({
    add: {
      All: of('AWS::Route53Resolver::FirewallDomainList', { Domains: ['*'] }),
      Group: of('AWS::Route53Resolver::FirewallRuleGroup', {
        FirewallRules: [{ Action: 'BLOCK', Priority: 1, FirewallDomainListId: arnOf('All', 'Id'), ...type }],
      }),
      Limits: of('AWS::Route53Resolver::FirewallRuleGroupAssociation', {
        FirewallRuleGroupId: arnOf('Group', 'Id'),
        Priority: 101,
        VpcId: ref('Vpc'),
      }),
    },
  })),
];
