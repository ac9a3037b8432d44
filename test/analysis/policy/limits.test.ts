import { limitsOf } from '../../../analysis/policy/limits';
import { statementsOf } from './plain-policy';

const limits = (Condition: object) =>
  limitsOf(
    statementsOf({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Principal: '*', Condition }] })[0],
  ).map(({ kind }) => kind);

test.each([
  ['account', { StringEquals: { 'aws:SourceAccount': '111122223333' } }],
  ['account', { StringLike: { 'kms:CallerAccount': '111122223333' } }],
  ['organization', { StringEquals: { 'AWS:PrincipalOrgId': 'o-abcdefghij' } }],
  ['organization', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abcdefghij/r-ab12/*' } }],
  ['principal', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } }],
  ['source', { ArnLike: { 'aws:SourceArn': 'arn:aws:sqs:*:111122223333:*' } }],
  ['source', { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::logs-*'.replace('-*', '') } }],
  ['network', { StringEquals: { 'aws:SourceVpce': 'vpce-1' } }],
  ['network', { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }],
  ['service', { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } }],
  ['model', { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } }],
  [
    'data',
    { StringEquals: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:us-east-1:111122223333:log-group:x' } },
  ],
])('a limit on the %s: %j', (kind, condition) => {
  expect(limits(condition)).toEqual([kind]);
});

test.each([
  { StringLike: { 'aws:PrincipalArn': '*' } },
  { StringLike: { 'aws:PrincipalAccount': '*' } },
  { StringLike: { 'aws:PrincipalOrgID': '?*' } },
  { StringLike: { 'aws:PrincipalOrgID': 'o-*'.replace('o-', '*') } },
  { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-abcdefghij' } },
  { 'ForAllValues:StringEquals': { 'aws:PrincipalOrgPaths': 'o-abcdefghij/*' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:sqs:us-east-1:*:jobs' } },
  { ArnLike: { 'aws:SourceArn': ['arn:aws:sqs:us-east-1:111122223333:jobs', '*'] } },
  { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } },
  { Bool: { 'aws:SecureTransport': 'true' } },
  { Null: { 'aws:PrincipalArn': 'false' } },
  { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } },
  { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } },
  { IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } },
  { StringEquals: { 'aws:RequestTag/team': 'a' } },
  { StringLike: { 'aws:UserAgent': 'x' } },
  { StringEquals: { 'aws:Referer': 'x' } },
  { StringEquals: { 'aws:SourceAccount': [] } },
])('no limit: %j', (condition) => {
  expect(limits(condition)).toEqual([]);
});
