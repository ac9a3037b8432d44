import { classify } from '../../../analysis/facts/action-classes';
import { expand, formsOf } from '../../../analysis/facts/actions';
import { DATA_ACTIONS } from '../../../analysis/facts/data-actions';
import { OPTIONAL_FORMS, reasonForAnyResource } from '../../../analysis/facts/no-resource';
import { isPowerAction, unknownPowerPatterns } from '../../../analysis/facts/power-actions';
import { RESOURCELESS_ACTIONS } from '../../../lib/identity/perms';
import { ESCALATION_ACTIONS } from '../rules/escalation-actions';
import { actionsOfPerms } from '../../../scripts/facts/actions-table';
import { actionsOfCdkGrants } from '../../../scripts/facts/cdk-grants';

const classesOf = (pattern: string) => [...new Set(classify(pattern).map((each) => each.class))].sort();

const QUERIES = [
  ...['GetQueryExecution', 'GetQueryResults', 'StartQueryExecution', 'StopQueryExecution'].map(
    (name) => `athena:${name}`,
  ),
  'glue:GetDatabase',
  'ssm:GetParametersByPath',
  // Data of a named database or cluster, which aws-cdk-lib has no grants for.
  ...[
    'AlterGroup',
    'Connect',
    'DescribeCluster',
    'DescribeClusterDynamicConfiguration',
    'DescribeGroup',
    'DescribeTopic',
    'DescribeTopicDynamicConfiguration',
    'ReadData',
  ].map((name) => `kafka-cluster:${name}`),
  ...['cassandra:Select', 'cassandra:Modify'],
  ...['dsql:DbConnect', 'elasticache:Connect', 'memorydb:Connect'],
  ...['timestream:DescribeEndpoints', 'timestream:Select', 'timestream:WriteRecords'],
];

describe('the table of data actions', () => {
  const grants = actionsOfCdkGrants();

  test('has every action that the grants of the installed aws-cdk-lib name', () => {
    expect(grants.size).toBeGreaterThan(300);
    const missing = [...grants].filter(([action]) => !DATA_ACTIONS.has(action.toLowerCase()));
    expect(missing).toEqual([]);
  });

  test('has every action of perms.ts', () => {
    expect(actionsOfPerms().filter((action) => !DATA_ACTIONS.has(action.toLowerCase()))).toEqual([]);
  });

  test('has nothing else but what queries of data without an L2 grant need', () => {
    const named = new Set([...grants.keys(), ...actionsOfPerms(), ...QUERIES].map((action) => action.toLowerCase()));
    expect([...DATA_ACTIONS.keys()].filter((action) => !named.has(action))).toEqual([]);
  });

  test('gives no action both data and power', () => {
    const both = [...DATA_ACTIONS].filter(
      ([action, kind]) =>
        kind !== 'control' &&
        !action.endsWith('*') &&
        expand(action).actions.some((each) => isPowerAction(each.action)),
    );
    expect(both).toEqual([]);
  });
});

test('a pattern keeps its spelling, whatever spelling was classified before', () => {
  for (const spelling of ['s3:getbucketacl*', 's3:GetBucketAcl*', 's3:getobject*', 's3:GetObject*']) {
    const found = classify(spelling).map(({ action }) => action);
    expect(found).toEqual(spelling.toLowerCase().includes('acl') ? ['s3:GetBucketAcl'] : [spelling]);
  }
});

describe('what the ordinary grants of aws-cdk-lib allow is data', () => {
  test.each([
    ['s3:GetObject*', 'data-read'],
    ['s3:GetBucket*', 'data-read'],
    ['s3:List*', 'data-read'],
    ['s3:PutObject*', 'data-write'],
    ['s3:DeleteObject*', 'data-write'],
    ['dynamodb:Query', 'data-read'],
    ['dynamodb:PutItem', 'data-write'],
    ['kms:GenerateDataKey*', 'data-write'],
    ['kms:ReEncrypt*', 'data-write'],
    ['sqs:SendMessage', 'start'],
    ['sqs:ReceiveMessage', 'data-read'],
    ['sns:Publish', 'start'],
    ['lambda:InvokeFunction', 'start'],
    ['kinesis:SubscribeToShard', 'data-read'],
    ['bedrock-agentcore:InvokeGateway', 'start'],
    ['rds-db:connect', 'data-write'],
  ])('%s is %s', (pattern, expected) => {
    expect(classify(pattern)).toEqual([{ action: pattern, class: expected }]);
  });

  test('also one action of such a pattern', () => {
    expect(classify('s3:GetObjectTagging')).toEqual([{ action: 's3:GetObjectTagging', class: 'data-read' }]);
    expect(classify('s3:getobject')).toEqual([{ action: 's3:GetObject', class: 'data-read' }]);
  });

  test('but not another pattern: it is every action that it matches', () => {
    expect(classesOf('s3:Put*')).toEqual(['control', 'data-write', 'power']);
    expect(classify('s3:GetObj*').length).toBeGreaterThan(5);
    expect(classesOf('dynamodb:*')).toEqual(['control', 'data-read', 'data-write', 'power']);
    expect(classesOf('kms:*')).toContain('power');
  });
});

test('the ACL of an object is power, and only the spelling of the old grant brings it along', () => {
  expect(classesOf('s3:PutObjectAcl')).toEqual(['power']);
  expect(classesOf('s3:PutObjectA*')).toContain('power');
});

test('what is not in the table is control, whatever its access level is', () => {
  expect(classesOf('dynamodb:DeleteTable')).toEqual(['control']);
  expect(classesOf('ec2:DescribeInstances')).toEqual(['control']);
  expect(classesOf('bedrock:InvokeModel')).toEqual(['control']);
  expect(classesOf('sns:Subscribe')).toEqual(['control']);
});

test('what the service data does not have is unknown', () => {
  expect(classify('sqs:SendMessages')).toEqual([{ action: 'sqs:SendMessages', class: 'unknown' }]);
  expect(classify('newservice:*')).toEqual([{ action: 'newservice:*', class: 'unknown' }]);
});

describe('power', () => {
  test('is every action of the escalation list of before', () => {
    expect(ESCALATION_ACTIONS.filter((action) => !isPowerAction(action))).toEqual([]);
  });

  test('comes from the data: actions of no list are in it', () => {
    const names = [
      'iam:UploadSSHPublicKey',
      's3:PutAccessPointPolicy',
      'sso:CreateAccountAssignment',
      'sqs:AddPermission',
    ];
    expect(names.filter((action) => !isPowerAction(action))).toEqual([]);
  });

  test('is no reading, no use of a permission, and no role of an AWS service', () => {
    const names = [
      'iam:GetRole',
      'iam:CreateServiceLinkedRole',
      'sts:GetCallerIdentity',
      'glue:GetQuery',
      'billing:GetResourcePolicy',
      'ecs:AllowVendedLogDeliveryForResource',
      's3:PutObject',
    ];
    expect(names.filter((action) => isPowerAction(action))).toEqual([]);
  });

  test('has no pattern that names nothing', () => {
    expect(unknownPowerPatterns()).toEqual([]);
  });
});

describe('Resource: "*"', () => {
  test('is no wildcard for an action without a resource form', () => {
    expect(reasonForAnyResource('ecr:GetAuthorizationToken', 'other')).toMatch(/no resource-level form/);
    expect(reasonForAnyResource('CLOUDWATCH:putmetricdata', 'other')).toMatch(/metrics have no ARN/);
  });

  test('is one for an action whose forms are only optional', () => {
    expect(reasonForAnyResource('s3:GetObject', 'other')).toBeUndefined();
    expect(reasonForAnyResource('dynamodb:GetItem', 'other')).toBeUndefined();
    expect(reasonForAnyResource('no:Such', 'other')).toBeUndefined();
  });

  test('is right for network interfaces by the role of a function in a VPC only', () => {
    expect(reasonForAnyResource('ec2:CreateNetworkInterface', 'function in a VPC')).toMatch(/Lambda/);
    expect(reasonForAnyResource('ec2:CreateNetworkInterface', 'other')).toBeUndefined();
    // It has no resource form, but it isn't needed by anything else that an agent's role does.
    expect(reasonForAnyResource('ec2:DescribeSubnets', 'other')).toBeUndefined();
  });

  test('has a reason for every action that perms.ts grants on it', () => {
    const without = Object.keys(RESOURCELESS_ACTIONS).filter(
      (action) => !reasonForAnyResource(action, 'function in a VPC'),
    );
    expect(without).toEqual([]);
  });

  test('has no reviewed action that the service data does not have', () => {
    expect([...OPTIONAL_FORMS.keys()].filter((action) => formsOf(action) === undefined)).toEqual([]);
  });
});
