import { limitsOf } from '../../../analysis/policy/limits';
import { statementsOf } from './plain-policy';

const TEMPLATE = {
  Parameters: { Any: { Type: 'String' }, Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } },
  Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
};
const statements = (Condition: object) =>
  statementsOf({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Principal: '*', Condition }] }, TEMPLATE);
const limits = (Condition: object) => limitsOf(statements(Condition)[0]).map(({ kind }) => kind);
/** The ARN of the policy that has the statement. */
const OWN_ARN = { Ref: 'Policy' };

test.each([
  ['account', { StringEquals: { 'aws:SourceAccount': '111122223333' } }],
  ['account', { StringLike: { 'kms:CallerAccount': '111122223333' } }],
  ['account', { StringEquals: { 'aws:SourceOwner': '111122223333' } }],
  ['account', { StringEquals: { 's3:DataAccessPointAccount': '111122223333' } }],
  ['organization', { StringEquals: { 'AWS:PrincipalOrgId': 'o-abcdefghij' } }],
  ['organization', { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-abcdefghij/r-ab12/*' } }],
  ['principal', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/*' } }],
  ['source', { ArnLike: { 'aws:SourceArn': 'arn:aws:sqs:*:111122223333:*' } }],
  ['source', { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::logs-*'.replace('-*', '') } }],
  ['source', { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::bucket/*' } }],
  ['source', { ArnLike: { 'aws:SourceArn': OWN_ARN } }],
  ['source', { ArnLike: { 'aws:SourceArn': { 'Fn::Sub': '${Policy}/*' } } }],
  ['source', { ArnLike: { 'aws:SourceArn': { 'Fn::Sub': 'arn:aws:sqs:*:${Any}:*' } } }],
  ['principal', { StringEquals: { 'aws:PrincipalArn': '*' } }],
  ['principal', { StringLike: { 'aws:userid': 'AROAEXAMPLE:*' } }],
  ['account', { StringEqualsIgnoreCase: { 'aws:VpceAccount': '111122223333' } }],
  ['account', { StringEquals: { 'aws:PrincipalAccount': { Ref: 'Any' } } }],
  ['organization', { StringEquals: { 'aws:SourceOrgID': 'o-abcdefghij' } }],
  ['organization', { StringLike: { 'aws:VpceOrgID': 'o-abcdefghij' } }],
  ['organization', { 'ForAnyValue:StringLike': { 'aws:SourceOrgPaths': 'o-abcdefghij/*' } }],
  ['network', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }],
  ['network', { IpAddress: { 'aws:VpcSourceIp': '10.0.0.0/16' } }],
  ['network', { IpAddress: { 'aws:SourceIp': '203.0.113.5' } }],
  ['network', { IpAddress: { 'aws:SourceIp': '2001:db8::/48' } }],
  ['service', { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } }],
  ['service', { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } }],
  ['data', { ArnLike: { 'secretsmanager:SecretId': 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x-*' } }],
  ['data', { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } }],
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
  { StringLike: { 'aws:userid': '*:session' } },
  { StringLike: { 'aws:userid': '?ROAEXAMPLE:*' } },
  { StringLike: { 'kms:ViaService': '*.amazonaws.com' } },
  { StringLike: { 'kms:EncryptionContext:aws:logs:arn': '*' } },
  { StringEquals: { 'x:kms:EncryptionContext:a': 'b' } },
  { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-*/r-ab12/*' } },
  { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'xo-abcdefghij/*' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:sqs:us-east-1:111122223333*' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:sqs:us-east-1::*' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::b*/x' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:ec2:us-east-1::image/*' } },
  { StringLike: { 'aws:SourceAccount': 'o-abcdefghij/*' } },
  { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::/*' } },
  { ArnLike: { 'aws:SourceArn': 'xrn:aws:sqs:us-east-1:111122223333:*' } },
  { ArnLike: { 'aws:SourceArn': { 'Fn::Sub': '${Any}:aws:sqs:us-east-1:111122223333:*' } } },
  { ArnEquals: { 'aws:PrincipalAccount': '*' } },
  { IpAddress: { 'aws:SourceIp': '10.0.0.0/15' } },
  { IpAddress: { 'aws:SourceIp': '2001:db8::/47' } },
  { IpAddress: { 'aws:SourceIp': { Ref: 'Any' } } },
  { IpAddress: { 'aws:SourceIp': '' } },
  { IpAddressIfExists: { 'aws:SourceIp': '10.0.0.0/16' } },
  { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/16' } },
  { StringEquals: { 'aws:SourceAccount': [{ a: 1 }] } },
  { StringEquals: { 'aws:SourceAccount': ['111122223333', { a: 1 }] } },
  { StringEquals: 'x' },
])('no limit: %j', (condition) => {
  expect(limits(condition)).toEqual([]);
});

test('a condition of some deployments limits the statement in these', () => {
  const cases = statements({
    'Fn::If': ['Prod', { StringEquals: { 'aws:SourceAccount': '111122223333' } }, { Ref: 'AWS::NoValue' }],
  });
  expect(cases.map((each) => [each.guard.example(), limitsOf(each).map(({ kind }) => kind)])).toEqual([
    ['Stage = prod', ['account']],
    ['Stage = test', []],
  ]);
});
