import { concreteValue } from '../../../analysis/model/concrete-value';
import { inPlace, LOGICAL_ID_NAMES } from '../../../analysis/model/deployed';
import { assemblyOf, type StackData } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';

/** The assembly as it is deployed to eu-west-1 of 111122223333. */
function deployed(...stacks: StackData[]): TemplateModel {
  const place = { accountId: '111122223333', region: 'eu-west-1' };
  return new TemplateModel(inPlace(assemblyOf(stacks), place), LOGICAL_ID_NAMES);
}

/** The property `Value` of the only parameter of a stack. */
function valueOf(model: TemplateModel, stack = 'App'): unknown {
  return concreteValue(model.resource(`${stack}#Out`)!.properties.at('Value'));
}

const out = (Value: unknown) => ({ Type: 'AWS::SSM::Parameter', Properties: { Name: '/out', Type: 'String', Value } });

const app = (value: unknown, rest: object = {}, resources: object = {}): TemplateModel =>
  deployed({ id: 'App', stackName: 'App', template: { ...rest, Resources: { ...resources, Out: out(value) } } });

describe('in one deployment a value is known', () => {
  test.each<[string, unknown, object, unknown]>([
    ['the account and the Region', { 'Fn::Sub': '${AWS::AccountId}/${AWS::Region}' }, {}, '111122223333/eu-west-1'],
    ['a name that CloudFormation makes', { Ref: 'Table' }, { Table: { Type: 'AWS::DynamoDB::Table' } }, 'Table'],
    [
      'an ARN with a name that is given',
      { 'Fn::GetAtt': ['Table', 'Arn'] },
      { Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'ledger' } } },
      'arn:aws:dynamodb:eu-west-1:111122223333:table/ledger',
    ],
    [
      'a part of an ARN',
      { 'Fn::Select': [1, { 'Fn::Split': ['table/', { 'Fn::GetAtt': ['Table', 'Arn'] }] }] },
      { Table: { Type: 'AWS::DynamoDB::Table' } },
      'Table',
    ],
    ['the name of a bucket, in lower case', { Ref: 'Store' }, { Store: { Type: 'AWS::S3::Bucket' } }, 'store'],
    [
      'the ARN of a secret, with the suffix of the service',
      { Ref: 'Token' },
      { Token: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'app/token' } } },
      'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/token-AbCdEf',
    ],
    ['a number', 7, {}, 7],
    ['a list without what is left out', ['a', { Ref: 'AWS::NoValue' }, { Ref: 'AWS::Region' }], {}, ['a', 'eu-west-1']],
    ['JSON in a text', { 'Fn::ToJsonString': { Region: { Ref: 'AWS::Region' } } }, {}, '{"Region":"eu-west-1"}'],
  ])('%s', (_name, value, resources, expected) => {
    expect(valueOf(app(value, {}, resources))).toEqual(expected);
  });

  test('a parameter has its default, and a condition on it one branch', () => {
    const parameters = { Stage: { Type: 'String', Default: 'prod', AllowedValues: ['dev', 'prod'] } };
    const conditions = { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } };
    const value = { 'Fn::If': ['IsProd', { Ref: 'Stage' }, 'other'] };
    expect(valueOf(app(value, { Parameters: parameters, Conditions: conditions }))).toBe('prod');
  });

  test('a resource whose condition does not hold is not deployed', () => {
    const conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    const queue = { Type: 'AWS::SQS::Queue', Condition: 'Never' };
    expect(app('x', { Conditions: conditions }, { Queue: queue }).ofType('AWS::SQS::Queue')).toEqual([]);
  });

  test('what a nested stack is given, and names that do not repeat between nested stacks', () => {
    const nested = (value: unknown) => ({
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: 'https://example.com/t.json', Parameters: { Given: value } },
    });
    const template = { Parameters: { Given: { Type: 'String' } }, Resources: { Out: out({ Ref: 'Given' }) } };
    const child = (logicalId: string): StackData => ({
      id: `App/${logicalId}`,
      template: { ...template, Resources: { ...template.Resources, Queue: { Type: 'AWS::SQS::Queue' } } },
      nestedIn: { sourceId: 'App', logicalId },
    });
    const parent = { id: 'App', stackName: 'App', template: { Resources: { One: nested('1'), Two: nested('2') } } };
    const model = deployed(parent, child('One'), child('Two'));
    expect(['App/One', 'App/Two'].map((stack) => valueOf(model, stack))).toEqual(['1', '2']);
    expect(model.ofType('AWS::SQS::Queue').map((queue) => model.arn(queue)[0].value)).toEqual([
      ['arn:aws:sqs:eu-west-1:111122223333:One-Queue'],
      ['arn:aws:sqs:eu-west-1:111122223333:Two-Queue'],
    ]);
  });
});

describe('what is not known even then is an error that says what and where', () => {
  test.each<[string, unknown, object, object, RegExp]>([
    [
      'a parameter without a default',
      { 'Fn::Sub': 'a-${Stage}' },
      { Parameters: { Stage: { Type: 'String' } } },
      {},
      /Properties\.Value of App#Out isn't known: .*Stage.* give the parameter a default/,
    ],
    [
      'an attribute that only the service knows',
      { 'Fn::GetAtt': ['Vpc', 'CidrBlockAssociations'] },
      {},
      { Vpc: { Type: 'AWS::EC2::VPC' } },
      /App#Vpc\.CidrBlockAssociations/,
    ],
    ['a dynamic reference', '{{resolve:ssm:/stage}}', {}, {}, /resolve:ssm:\/stage/],
    ['a macro', { 'Fn::Transform': { Name: 'Make' } }, {}, {}, /Make writes this part of the template/],
  ])('%s', (_name, value, rest, resources, message) => {
    expect(() => valueOf(app(value, rest, resources))).toThrow(message);
  });
});
