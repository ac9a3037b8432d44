import type { Hole, Text } from '../../../analysis/model/text';
import { scopeOf, type Scope } from '../../../analysis/policy/named-resource';

const parameter: Hole = { kind: 'parameter', key: 'App#Any', excludes: '' };
const arn = (service: string, resource: string, account = '111122223333', region = 'us-east-1') =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const id = '0123456789';

test.each<[Scope, string]>([
  ['one', arn('sqs', 'jobs')],
  ['one', arn('s3', 'bucket', '', '')],
  ['one', arn('s3', 'bucket/*', '', '')],
  ['one', arn('s3', 'bucket/a/*', '', '')],
  ['part', arn('s3', 'buck*', '', '')],
  ['part', arn('s3', 'bucket*/a', '', '')],
  ['type', arn('s3', '*', '', '')],
  ['type', arn('s3', '*/*', '', '')],
  ['type', arn('s3', 'accesspoint/*')],
  ['one', arn('s3', 'accesspoint/name/*')],
  ['one', arn('execute-api', 'api1/*/POST/*')],
  ['type', arn('execute-api', '*')],
  ['part', arn('execute-api', '/api1/*')],
  ['one', arn('dynamodb', 'table/jobs/index/*')],
  ['type', arn('dynamodb', 'table/*')],
  ['part', arn('dynamodb', 'table/jobs*')],
  ['type', arn('dynamodb', 'table/*-jobs')],
  ['one', arn('lambda', 'function:name:*')],
  ['type', arn('lambda', 'function:*')],
  ['part', arn('lambda', 'function:name*')],
  ['part', arn('sqs', 'jobs', '*')],
  ['part', arn('sqs', 'jobs', '111122223333', '*')],
  ['part', arn('sqs', 'jobs', '111122223333', 'us-east-?')],
  ['type', arn('sqs', '*')],
  ['part', arn('sqs', 'jo?s')],
  ['type', arn('iam', 'role/*')],
  ['part', arn('iam', 'role/path/*')],
  ['type', arn('ecr', 'repository/*')],
  ['part', arn('ecr', 'repository/team/*')],
  ['part', arn('secretsmanager', 'secret:team/*')],
  ['one', arn('secretsmanager', 'secret:team/name-??????')],
  ['part', arn('secretsmanager', 'secret:team/name-?????')],
  ['part', arn('secretsmanager', 'secret:team/*-??????')],
  ['part', arn('secretsmanager', 'secret:team/name-*')],
  ['one', arn('logs', 'log-group:/aws/lambda/f:*')],
  ['part', arn('logs', 'log-group:/aws/lambda/*')],
  ['type', arn('logs', 'log-group:*')],
  ['one', arn('logs', 'delivery-source:name:*')],
  ['part', arn('logs', 'delivery-source:na*')],
  ['one', arn('logs', 'log-group:/aws/bedrock-agentcore/runtimes/agent-*')],
  ['one', arn('logs', 'log-group:/aws/bedrock-agentcore/runtimes/agent-*:*')],
  ['part', arn('logs', 'log-group:/aws/bedrock-agentcore/runtimes/*')],
  ['part', arn('logs', 'log-group:/aws/bedrock-agentcore/runtimes/agent-*x')],
  ['one', arn('ssm', `automation-definition/name:*`)],
  ['one', arn('ssm', `document/name/*`)],
  ['part', arn('ssm', 'parameter/app/*')],
  ['type', arn('ssm', 'document/*')],
  ['one', arn('bedrock-agentcore', `runtime/agent-*`)],
  ['one', arn('bedrock-agentcore', `runtime/agent-${id}/runtime-endpoint/*`)],
  ['type', arn('bedrock-agentcore', 'runtime/*')],
  ['type', arn('bedrock-agentcore', 'runtime/*-x')],
  ['every', '*'],
  ['every', 'arn:*'],
  ['every', 'arn:aws:*'],
  ['every', 'arn:aws:s?s:us-east-1:111122223333:jobs'],
  ['every', '*:111122223333:jobs'],
  ['every', '?rn:aws:sqs:us-east-1:111122223333:jobs'],
  ['every', 'arn:aws:sqs*'],
  ['part', 'name*'],
  ['one', 'name'],
  ['type', arn('s3', '${aws:PrincipalTag/bucket}', '', '')],
  ['part', arn('s3', 'team-${aws:PrincipalTag/team}', '', '')],
  ['one', arn('s3', 'bucket/${aws:PrincipalTag/team}/*', '', '')],
  ['one', arn('sqs', 'a${*}b${?}c${$}')],
])('%s: %s', (scope, pattern) => {
  expect(scopeOf([pattern])).toBe(scope);
});

test.each<[Scope, Text]>([
  ['one', [parameter]],
  ['one', [parameter, '/x']],
  ['one', ['arn:aws:s3:::', parameter, '/*']],
  ['part', ['arn:aws:s3:::', parameter, '*']],
  ['one', ['arn:aws:dynamodb:us-east-1:111122223333:table/', parameter, '/*']],
  ['one', ['arn:aws:secretsmanager:us-east-1:111122223333:secret:', parameter, '-??????']],
  ['part', ['arn:aws:iam::111122223333:role/', parameter, '/*']],
])('%s: %j, whose value only the deployment knows', (scope, pattern) => {
  expect(scopeOf(pattern)).toBe(scope);
});
