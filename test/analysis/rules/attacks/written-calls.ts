import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, functionOf, may, of, ref, roleOf, sub } from './app';
import { type Pair, pair, policyFor } from './pair';

/** What AwsCustomResource of aws-cdk-lib renders: the call as a text with references. */
const customOf = (rules: string, name: string, bad: readonly unknown[], good: readonly unknown[]): Pair =>
  pair(rules, name, bad, good, (call: readonly unknown[]) => ({
    add: {
      ProviderRole: roleOf('lambda.amazonaws.com', may(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('Logs'))),
      AWS679f53fac002430cb0da5b7982bd22872D164C4C: functionOf('ProviderRole'),
      Call: of('Custom::AWS', {
        ServiceToken: arnOf('AWS679f53fac002430cb0da5b7982bd22872D164C4C'),
        Create: { 'Fn::Join': ['', call] },
        InstallLatestAwsSdk: false,
      }),
    },
  }));
const custom = customOf.bind(undefined, 'MA-STO1');
/** A call of an AwsCustomResource that names a part of the network. */
const network = (rules: string, name: string, part: unknown, bad: readonly string[], good: readonly string[]): Pair => {
  const call = ([action, parameter, rest = '', service = 'EC2']: readonly string[]) => [
    `{"service":"${service}","action":"${action}","parameters":{"${parameter}":"`,
    part,
    `"${rest}}}`,
  ];
  return customOf(rules, name, call(bad), call(good));
};
const scheduled = (name: string, bad: string, good: string, input: string): Pair =>
  pair('MA-STO1', name, bad, good, (call: string) => ({
    add: {
      ScheduleRole: roleOf('scheduler.amazonaws.com'),
      Schedule: of('AWS::Scheduler::Schedule', {
        FlexibleTimeWindow: { Mode: 'OFF' },
        ScheduleExpression: 'rate(1 day)',
        Target: { Arn: `arn:aws:scheduler:::aws-sdk:${call}`, RoleArn: arnOf('ScheduleRole'), Input: sub(input) },
      }),
    },
  }));

const onTrail = (action: string) => [
  `{"service":"CloudTrail","action":"${action}","parameters":{"Name":"`,
  arnOf('Trail'),
  '"}}',
];
const onEvidence = (action: string, rest: string) => [
  `{"service":"@aws-sdk/client-s3","action":"${action}","parameters":{"Bucket":"`,
  ref('Evidence'),
  `"${rest}}}`,
];
const grant = (account: string) => [
  '{"service":"KMS","action":"createGrant","parameters":{"KeyId":"',
  arnOf('Key'),
  `","GranteePrincipal":"arn:aws:iam::${account}:role/Reader","Operations":["Decrypt"]}}`,
];
const policyOf = (account: string) => {
  const policy = {
    Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 's3:GetObject', Resource: '*' }],
  };
  return onEvidence('PutBucketPolicyCommand', `,"Policy":${JSON.stringify(JSON.stringify(policy))}`);
};
const stream = (account: string) => [
  '{"service":"CloudWatchLogs","action":"putSubscriptionFilter","parameters":{"filterName":"f","filterPattern":"","logGroupName":"',
  ref('RuntimeLogs'),
  `","destinationArn":"arn:aws:logs:us-east-1:${account}:destination:central"}}`,
];
const permission = (principal: string) => [
  '{"service":"Lambda","action":"addPermission","parameters":{"FunctionName":"',
  ref('Starter'),
  `","StatementId":"x","Action":"lambda:InvokeFunction","Principal":"${principal}"}}`,
];

/** Calls that are written in the template and change what governs an agent. */
export const WRITTEN_CALLS: readonly Pair[] = [
  pair(
    'MA-ID7',
    'the starter may delete the guardrail',
    'bedrock:DeleteGuardrail',
    'bedrock:GetGuardrail',
    (action: string) => ({
      add: { More: policyFor(ref('StarterRole'), may(action, arnOf('Guardrail', 'GuardrailArn'))) },
    }),
  ),
  scheduled(
    'a schedule deletes the guardrail',
    'bedrock:deleteGuardrail',
    'bedrock:getGuardrail',
    '{"GuardrailIdentifier":"${Guardrail.GuardrailId}"}',
  ),
  scheduled(
    'a schedule deletes the version of the guardrail',
    'bedrock:deleteGuardrail',
    'bedrock:createGuardrailVersion',
    '{"GuardrailIdentifier":"${Guardrail.GuardrailArn}","GuardrailVersion":"${GuardrailVersion.Version}"}',
  ),
  custom('a custom resource stops the trail', onTrail('stopLogging'), onTrail('getTrailStatus')),
  custom(
    'a custom resource shortens the lock of evidence',
    onEvidence('putObjectLockConfiguration', ',"ObjectLockConfiguration":{"ObjectLockEnabled":"Enabled"}'),
    onEvidence('getObjectLockConfiguration', ''),
  ),
  custom('a custom resource gives a grant on the key to another account', grant(FOREIGN), grant(ACCOUNT)),
  custom('a custom resource lets another account read evidence', policyOf(FOREIGN), policyOf(ACCOUNT)),
  custom('a custom resource streams logs to another account', stream(FOREIGN), stream(ACCOUNT)),
  custom('a custom resource lets everybody call the starter', permission('*'), permission(ACCOUNT)),
  network(
    'MA-NET1',
    'a custom resource adds a route to the internet',
    ref('RouteTable'),
    ['createRoute', 'RouteTableId', ',"DestinationCidrBlock":"0.0.0.0/0","GatewayId":"igw-0123456789abcdef0"'],
    ['describeRouteTables', 'RouteTableIds'],
  ),
  network(
    'MA-NET4',
    'a custom resource opens the egress of the Runtime',
    arnOf('RuntimeGroup', 'GroupId'),
    ['AuthorizeSecurityGroupEgressCommand', 'GroupId', ',"CidrIp":"0.0.0.0/0"', '@aws-sdk/client-ec2'],
    ['RevokeSecurityGroupEgressCommand', 'GroupId', ',"CidrIp":"0.0.0.0/0"', '@aws-sdk/client-ec2'],
  ),
  network(
    'MA-NET3',
    'a custom resource resets the policy of an endpoint',
    ref('LogsEndpoint'),
    ['modifyVpcEndpoint', 'VpcEndpointId', ',"ResetPolicy":"true"'],
    ['describeVpcEndpoints', 'VpcEndpointIds'],
  ),
  network(
    'MA-NET1',
    'a custom resource lets a gateway propagate its routes',
    ref('RouteTable'),
    ['enableVgwRoutePropagation', 'RouteTableId', ',"GatewayId":"vgw-0123456789abcdef0"'],
    ['describeRouteTables', 'RouteTableIds'],
  ),
  network(
    'MA-NET1',
    'a custom resource associates a resolver rule',
    ref('Vpc'),
    ['associateResolverRule', 'VPCId', ',"ResolverRuleId":"rslvr-rr-0123456789abcdef0"', 'Route53Resolver'],
    ['listResolverRuleAssociations', 'VPCId', '', 'Route53Resolver'],
  ),
  scheduled(
    'a schedule stops the trail',
    'cloudtrail:stopLogging',
    'cloudtrail:getTrailStatus',
    '{"Name":"${Trail.Arn}"}',
  ),
  scheduled(
    'a schedule lets files of the trail expire',
    's3:putBucketLifecycleConfiguration',
    's3:getBucketLifecycleConfiguration',
    '{"Bucket":"${TrailBucket}"}',
  ),
  pair('MA-STO1', 'a state of another machine stops the trail', 'stopLogging', 'getTrailStatus', (action: string) => ({
    add: {
      OtherRole: roleOf('states.amazonaws.com'),
      Other: of('AWS::StepFunctions::StateMachine', {
        RoleArn: arnOf('OtherRole'),
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
        DefinitionString: JSON.stringify({
          StartAt: 'Call',
          States: {
            Call: {
              Type: 'Task',
              Resource: `arn:aws:states:::aws-sdk:cloudtrail:${action}`,
              Parameters: { Name: 'agents' },
              End: true,
            },
          },
        }),
      }),
    },
  })),
];
