import { arnOf } from '../../model/templates';
import { ACCOUNT, FOREIGN, may, of, ref, sub } from './app';
import { execution, type Pair, pair, policyFor } from './pair';

const ITEMS = arnOf('Items');
const DATA = sub('${Data.Arn}/*');
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${rest}`;
type Use = readonly [action: unknown, resource: unknown, rest?: object];
const uses = (name: string, bad: Use, good: Use): Pair =>
  pair('MA-ID5 MA-ID7 MA-ID4', name, bad, good, ([action, resource, rest]) => execution(may(action, resource, rest)));

/** Actions and resources of the execution role other than reading and writing named data. */
export const ACTIONS: readonly Pair[] = [
  uses('deletes a table', ['dynamodb:DeleteTable', ITEMS], ['dynamodb:PutItem', ITEMS]),
  uses('opens a table to others', ['dynamodb:PutResourcePolicy', ITEMS], ['dynamodb:Query', ITEMS]),
  uses('exports a table', ['dynamodb:ExportTableToPointInTime', ITEMS], ['dynamodb:Scan', ITEMS]),
  uses('opens a bucket', ['s3:PutBucketPolicy', arnOf('Data')], ['s3:ListBucket', arnOf('Data')]),
  uses('sets ACLs by a pattern', ['s3:Put*', DATA], ['s3:PutObject', DATA]),
  uses('bypasses locks', ['s3:BypassGovernanceRetention', DATA], ['s3:GetObject', DATA]),
  uses('ends a key', ['kms:ScheduleKeyDeletion', arnOf('Key')], ['kms:Decrypt', arnOf('Key')]),
  uses('changes a queue', ['sqs:SetQueueAttributes', arnOf('Work')], ['sqs:SendMessage', arnOf('Work')]),
  uses(
    'changes a secret',
    ['secretsmanager:PutResourcePolicy', ref('Secret')],
    ['secretsmanager:GetSecretValue', ref('Secret')],
  ),
  uses(
    'reads any secret by batch',
    ['secretsmanager:BatchGetSecretValue', '*'],
    ['secretsmanager:GetSecretValue', ref('Secret')],
  ),
  uses(
    'reads every parameter',
    ['ssm:GetParametersByPath', arn('ssm', 'parameter/*')],
    ['ssm:GetParameters', arn('ssm', 'parameter/app/x')],
  ),
  uses(
    'reads code of functions by a pattern',
    ['lambda:Get*', arnOf('Worker')],
    ['lambda:InvokeFunction', arnOf('Worker')],
  ),
  uses('every queue of the account', ['sqs:SendMessage', arn('sqs', '*')], ['sqs:SendMessage', arnOf('Work')]),
  uses(
    'every bucket with a suffix',
    ['s3:GetObject', 'arn:aws:s3:::*-data/*'],
    ['s3:GetObject', 'arn:aws:s3:::team-data/*'],
  ),
  uses(
    'a bucket that a tag names',
    ['s3:GetObject', 'arn:aws:s3:::${aws:PrincipalTag/bucket}/*'],
    ['s3:GetObject', 'arn:aws:s3:::team-data/${aws:PrincipalTag/team}/*'],
  ),
  uses(
    'every table of a prefix of one letter',
    ['dynamodb:GetItem', arn('dynamodb', 'table/*tems')],
    ['dynamodb:GetItem', arn('dynamodb', 'table/items')],
  ),
  uses(
    'the action is joined',
    [{ 'Fn::Join': ['', ['s3:', '*']] }, DATA],
    [{ 'Fn::Join': ['', ['s3:', 'GetObject']] }, DATA],
  ),
  uses('the service in capitals', ['S3:*', '*'], ['S3:GetObject', DATA]),
  uses('an action that nobody knows', ['foobar:DoThings', '*'], ['s3:GetObject', DATA]),
  uses('an action of a known service that nobody knows', ['s3:ReadEverything', DATA], ['s3:GetObjectVersion', DATA]),
  uses('a federation token', ['sts:GetFederationToken', '*'], ['sts:GetCallerIdentity', '*']),
  uses(
    'calls another model by an inference profile',
    ['bedrock:InvokeModelWithResponseStream', arn('bedrock', 'inference-profile/x')],
    ['bedrock:ApplyGuardrail', arnOf('Guardrail', 'GuardrailArn')],
  ),
  uses('calls a model by batch', ['bedrock:CreateModelInvocationJob', '*'], ['s3:GetObject', DATA]),
  uses('every API of the account', ['execute-api:Invoke', arn('execute-api', '*')], ['s3:GetObject', DATA]),
  uses(
    'every parameter store path in any Region',
    ['ssm:GetParameter', `arn:aws:ssm:*:${ACCOUNT}:parameter/*`],
    ['ssm:GetParameter', arn('ssm', 'parameter/app/x')],
  ),
  uses(
    'a condition on the caller limits nothing',
    ['s3:GetObject', '*', { Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } } }],
    ['s3:GetObject', DATA],
  ),
  uses(
    'a question mark is a wildcard',
    ['s3:GetObject', 'arn:aws:s3:::?????????/*'],
    ['s3:GetObject', 'arn:aws:s3:::team-data/?????????'],
  ),
  pair('MA-ID5', 'NotAction', 'NotAction', 'Action', (key) =>
    execution({ Effect: 'Allow', [key]: 's3:GetObject', Resource: DATA }),
  ),
  pair('MA-ID5', 'NotResource', 'NotResource', 'Resource', (key) =>
    execution({ Effect: 'Allow', Action: 's3:GetObject', [key]: DATA }),
  ),
  pair('MA-ID5', 'one branch of a condition is every resource', '*', DATA, (resource) => ({
    ...execution(may('s3:GetObject', { 'Fn::If': ['Prod', DATA, resource] })),
    sections: {
      Parameters: { Stage: { Type: 'String' } },
      Conditions: { Prod: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
    },
  })),
  pair('MA-ID5', 'a value of a map is every action', 's3:*', 's3:ListBucket', (action) => ({
    ...execution(may({ 'Fn::FindInMap': ['Actions', ref('Stage'), 'a'] }, ['arn:aws:s3:::team-data'])),
    sections: {
      Parameters: { Stage: { Type: 'String' } },
      Mappings: { Actions: { dev: { a: action }, prod: { a: 's3:ListBucket' } } },
    },
  })),
  pair('MA-ID5', 'an allowed value of a parameter is every resource', '*', 'arn:aws:s3:::team-data/x/*', (value) => ({
    ...execution(may('s3:GetObject', ref('Where'))),
    sections: { Parameters: { Where: { Type: 'String', AllowedValues: ['arn:aws:s3:::team-data/a/*', value] } } },
  })),
  pair('MA-ID5', 'the effect in one branch', 'Allow', 'Deny', (effect) => ({
    ...execution({ Effect: { 'Fn::If': ['Prod', 'Deny', effect] }, Action: '*', Resource: '*' }),
    sections: {
      Parameters: { Stage: { Type: 'String' } },
      Conditions: { Prod: { 'Fn::Equals': [ref('Stage'), 'prod'] } },
    },
  })),
  ...(
    [
      ['an object through an access point', 's3:PutObject', 's3', 'accesspoint/out/object/*'],
      ['a queue', 'sqs:SendMessage', 'sqs', 'Work'],
      ['a table', 'dynamodb:PutItem', 'dynamodb', 'table/facts'],
      ['a key', 'kms:Encrypt', 'kms', 'key/1'],
      ['a secret', 'secretsmanager:GetSecretValue', 'secretsmanager', 'secret:api-abcdef'],
    ] as const
  ).map(([what, action, service, rest]) =>
    pair('MA-ID7', `${what} of another account`, FOREIGN, ACCOUNT, (account) => ({
      ...execution(may(action, `arn:aws:${service}:us-east-1:${account}:${rest}`)),
      set: { 'Work.QueueName': 'Work' },
    })),
  ),
  pair(
    'MA-READ1',
    'a parameter gives an action of the execution role',
    {},
    { AllowedValues: ['s3:GetObject'] },
    (rest) => ({
      sections: { Parameters: { Given: { Type: 'String', ...rest } } },
      ...execution(may(ref('Given'), sub('${Data.Arn}/*'))),
    }),
  ),
  pair(
    'MA-READ1',
    'a parameter ends an action of the execution role',
    {},
    { AllowedValues: ['GetObject'] },
    (rest) => ({
      sections: { Parameters: { Given: { Type: 'String', ...rest } } },
      ...execution(may(sub('s3:${Given}'), sub('${Data.Arn}/*'))),
    }),
  ),
  // The caller of RotateSecret may also choose the function that rotates.
  pair(
    'MA-ID7',
    'the execution role rotates a secret',
    'secretsmanager:RotateSecret',
    'secretsmanager:GetSecretValue',
    (action) => ({
      add: {
        More: policyFor(ref('ExecutionRole'), may(action, ref('Secret'))),
        Rotation: of('AWS::SecretsManager::RotationSchedule', {
          SecretId: ref('Secret'),
          RotationLambdaARN: arnOf('Admin'),
        }),
      },
    }),
  ),
];
