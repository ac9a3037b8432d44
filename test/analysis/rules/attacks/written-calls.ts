import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, functionOf, may, of, ref, roleOf, sub } from './app';
import { type Pair, pair } from './pair';

/** What AwsCustomResource of aws-cdk-lib renders: the call as a text with references. */
const custom = (name: string, bad: readonly unknown[], good: readonly unknown[]): Pair =>
  pair('MA-STO1', name, bad, good, (call: readonly unknown[]) => ({
    add: {
      ProviderRole: roleOf('lambda.amazonaws.com', may(['logs:CreateLogStream', 'logs:PutLogEvents'], arnOf('Logs'))),
      Provider: functionOf('ProviderRole'),
      Call: of('Custom::AWS', {
        ServiceToken: arnOf('Provider'),
        Create: { 'Fn::Join': ['', call] },
        InstallLatestAwsSdk: false,
      }),
    },
  }));
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
