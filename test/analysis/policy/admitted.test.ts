/** Whom outside of the owner's accounts a statement of a resource policy lets in. */
import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { admitted } from '../../../analysis/policy/admitted';
import { readPolicy } from '../../../analysis/policy/read-policy';

const OWN = '111122223333';
const OTHER = '444455556666';

/** Each as `who: name`. */
function letsIn(Principal: unknown, Condition?: object, Effect = 'Allow'): string[] {
  const statement = {
    Effect,
    Action: 'sqs:*',
    Resource: '*',
    ...(Principal === undefined ? {} : { Principal }),
    ...(Condition ? { Condition } : {}),
  };
  const template = {
    Parameters: { Any: { Type: 'String' } },
    Resources: {
      Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument: { Statement: [statement] } } },
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      User: { Type: 'AWS::CloudFront::CloudFrontOriginAccessIdentity', Properties: {} },
    },
  };
  const model = new TemplateModel(assemblyOf([{ id: 'App', account: OWN, region: 'us-east-1', template }]));
  const policy = model.resource('App#Policy')!;
  const [read] = policy.properties.at('PolicyDocument').flatMap((node) => readPolicy(node, policy));
  return admitted(model, read).map(
    ({ who, name }) => `${who}: ${name.map((part) => (typeof part === 'string' ? part : '…')).join('')}`,
  );
}
const equals = (key: string, value: unknown) => ({ StringEquals: { [key]: value } });
const ORG = equals('aws:PrincipalOrgID', 'o-abcdefghij');

describe('without a condition', () => {
  test.each<[unknown, string[]]>([
    ['*', ['everybody: *']],
    [{ AWS: '*' }, ['everybody: *']],
    [{ Federated: '*' }, ['everybody: *']],
    [{ AWS: OWN }, []],
    [{ AWS: `arn:aws:iam::${OWN}:role/x` }, []],
    [{ AWS: { 'Fn::GetAtt': ['Role', 'Arn'] } }, []],
    [{ AWS: OTHER }, [`another account: ${OTHER}`]],
    [{ AWS: [OWN, `arn:aws:iam::${OTHER}:root`] }, [`another account: arn:aws:iam::${OTHER}:root`]],
    [{ AWS: { Ref: 'Any' } }, ['unread: …']],
    [{ AWS: 'AIDAEXAMPLE' }, ['somebody unknown: AIDAEXAMPLE']],
    [{ Service: 'events.amazonaws.com' }, []],
    [{ Service: '*' }, []],
    [{ Federated: 'accounts.google.com' }, ['somebody unknown: accounts.google.com']],
    [{ CanonicalUser: 'abc' }, ['somebody unknown: abc']],
    [{ CanonicalUser: { 'Fn::GetAtt': ['User', 'S3CanonicalUserId'] } }, []],
    [{ Robot: 'x' }, ['unread: x']],
    [undefined, []],
  ])('%j lets in %j', (principal, expected) => {
    expect(letsIn(principal)).toEqual(expected);
  });

  test('a denial admits nobody', () => {
    expect(letsIn('*', undefined, 'Deny')).toEqual([]);
  });
});

describe('with a condition', () => {
  const account = (value: unknown) => equals('aws:SourceAccount', value);
  const arn = (value: unknown) => ({ ArnLike: { 'aws:SourceArn': value } });
  test.each<[string, unknown, object, string[]]>([
    ['on the own account', '*', account(OWN), []],
    ['on the own ARNs', { AWS: '*' }, arn(`arn:aws:sqs:*:${OWN}:*`), []],
    ['on the own principals', '*', { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${OWN}:role/*` } }, []],
    ['on another account', '*', account(OTHER), [`another account: ${OTHER}`]],
    ['on both accounts', '*', account([OWN, OTHER]), [`another account: ${OTHER}`]],
    ['on an account that the deployment decides', '*', account({ Ref: 'Any' }), ['unread: …']],
    ['on ARNs of another account', '*', arn(`arn:aws:sqs:*:${OTHER}:*`), [`another account: arn:aws:sqs:*:${OTHER}:*`]],
    [
      'on a bucket that is not of the assembly',
      '*',
      arn('arn:aws:s3:::bucket'),
      ['somebody unknown: arn:aws:s3:::bucket'],
    ],
    ['on an endpoint', '*', equals('aws:SourceVpce', 'vpce-1'), ['somebody unknown: vpce-1']],
    ['that everybody meets', '*', { StringLike: { 'aws:PrincipalAccount': '*' } }, ['everybody: *']],
    ['on an organization', '*', ORG, []],
    ['on an organization, for an account', { AWS: OTHER }, ORG, [`another account: ${OTHER}`]],
    ['on an organization, for whom the deployment decides', { AWS: { Ref: 'Any' } }, ORG, []],
    ['on an organization, for a kind that IAM does not have', { Robot: 'x' }, ORG, []],
    [
      'on an organization and another account',
      '*',
      { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij', 'aws:SourceAccount': OTHER } },
      [`another account: ${OTHER}`],
    ],
    [
      'on an organization and the own account',
      { AWS: OTHER },
      { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij', 'aws:SourceAccount': OWN } },
      [],
    ],
    [
      'on another account, for a service',
      { Service: 'sns.amazonaws.com' },
      account(OTHER),
      [`another account: ${OTHER}`],
    ],
    [
      'on an account that the deployment decides, for a service',
      { Service: 'sns.amazonaws.com' },
      account({ Ref: 'Any' }),
      [],
    ],
    ['on the service that calls', '*', equals('aws:PrincipalServiceName', 'sns.amazonaws.com'), []],
    [
      'on the service that calls, if there is one',
      '*',
      { StringEqualsIfExists: { 'aws:PrincipalServiceName': 'x' } },
      ['everybody: *'],
    ],
    ['on a service, with a wildcard', '*', { StringLike: { 'aws:PrincipalServiceName': 'x' } }, ['everybody: *']],
    ['on no service', '*', equals('aws:PrincipalServiceName', []), ['everybody: *']],
    [
      'on all values of the service',
      '*',
      { 'ForAllValues:StringEquals': { 'aws:PrincipalServiceName': 'x' } },
      ['everybody: *'],
    ],
    ['on services of AWS', '*', { Bool: { 'aws:PrincipalIsAWSService': 'true' } }, []],
    ['on services of AWS, as a truth', '*', { Bool: { 'aws:PrincipalIsAWSService': true } }, []],
    ['on others than services of AWS', '*', { Bool: { 'aws:PrincipalIsAWSService': 'false' } }, ['everybody: *']],
    ['on services of AWS, as a text', '*', equals('aws:PrincipalIsAWSService', 'true'), ['everybody: *']],
    [
      'on services of AWS that act for another account',
      '*',
      { Bool: { 'aws:PrincipalIsAWSService': 'true' }, StringEquals: { 'aws:SourceAccount': OTHER } },
      [`another account: ${OTHER}`],
    ],
    [
      'on what a secret is',
      '*',
      { ArnLike: { 'secretsmanager:SecretId': `arn:aws:secretsmanager:us-east-1:${OWN}:secret:x` } },
      ['everybody: *'],
    ],
    [
      'on another account’s secret',
      '*',
      { ArnLike: { 'secretsmanager:SecretId': `arn:aws:secretsmanager:us-east-1:${OTHER}:secret:x` } },
      [`another account: arn:aws:secretsmanager:us-east-1:${OTHER}:secret:x`],
    ],
  ])('%s', (_name, principal, condition, expected) => {
    expect(letsIn(principal, condition)).toEqual(expected);
  });

  test('that another account is named by, an account by its own name stays', () => {
    expect(letsIn({ AWS: OTHER }, account('777788889999'))).toEqual([`another account: ${OTHER}`]);
  });
});

test('everybody but somebody is everybody', () => {
  const template = {
    Resources: {
      Policy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', NotPrincipal: { AWS: OTHER } }] } },
      },
    },
  };
  const model = new TemplateModel(assemblyOf([{ id: 'App', account: OWN, region: 'us-east-1', template }]));
  const policy = model.resource('App#Policy')!;
  const [read] = policy.properties.at('PolicyDocument').flatMap((node) => readPolicy(node, policy));
  expect(admitted(model, read)).toMatchObject([{ who: 'everybody' }]);
});
