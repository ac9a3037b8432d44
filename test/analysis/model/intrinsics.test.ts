import { printed } from '../../../analysis/model/printed-text';
import { holder, modelOf, printedCases, reasons, texts, valueIn } from './read-one';

const ROLE = { Resources: { Role: { Type: 'AWS::IAM::Role' } } };
const LIST = { Parameters: { Zones: { Type: 'CommaDelimitedList', Default: 'a, b' } } };
const STAGE = {
  Parameters: { Stage: { Type: 'String', AllowedValues: ['dev', 'prod'] } },
  Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
};

test.each<[string, unknown, object, string[]]>([
  ['a text', 'x', {}, ['x']],
  ['a number', 5, {}, ['5']],
  ['a Boolean', false, {}, ['false']],
  ['null', null, {}, []],
  ['Ref of a resource', { Ref: 'Role' }, ROLE, ['${App#Role}']],
  ['GetAtt as list', { 'Fn::GetAtt': ['Role', 'Arn'] }, ROLE, ['${App#Role.Arn}']],
  ['GetAtt as text', { 'Fn::GetAtt': 'Role.Arn' }, ROLE, ['${App#Role.Arn}']],
  ['the account', { Ref: 'AWS::AccountId' }, {}, ['111122223333']],
  ['the partition', { Ref: 'AWS::Partition' }, {}, ['aws']],
  ['the suffix of URLs', { Ref: 'AWS::URLSuffix' }, {}, ['amazonaws.com']],
  ['the stack name', { Ref: 'AWS::StackName' }, {}, ['App']],
  ['no value', { Ref: 'AWS::NoValue' }, {}, []],
  ['Sub', { 'Fn::Sub': '${AWS::Region}/${!Literal}/${Role.Arn}' }, ROLE, ['us-east-1/${Literal}/${App#Role.Arn}']],
  ['Sub with variables', { 'Fn::Sub': ['${A}-${Role}', { A: 'x' }] }, ROLE, ['x-${App#Role}']],
  ['Sub with a variable named constructor', { 'Fn::Sub': ['${constructor}', { constructor: 'x' }] }, {}, ['x']],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::NoValue' }, 'b', { Ref: 'Role' }]] }, ROLE, ['a-b-${App#Role}']],
  ['Join of a split', { 'Fn::Join': ['+', { 'Fn::Split': ['.', 'a.b'] }] }, {}, ['a+b']],
  [
    'Join of a list parameter',
    { 'Fn::Join': ['|', { Ref: 'Zones' }] },
    LIST,
    ['a|b [Zones = a, b]', '${Fn::Join |} [Zones is not a, b]'],
  ],
  ['Select', { 'Fn::Select': [1, ['a', 'b']] }, {}, ['b']],
  ['Select with a text', { 'Fn::Select': ['0', { 'Fn::Split': ['.', 'a.b'] }] }, {}, ['a']],
  [
    'Select of an ARN part',
    { 'Fn::Select': [5, { 'Fn::Split': [':', { 'Fn::GetAtt': ['Role', 'Arn'] }] }] },
    ROLE,
    ['role/${App#Role.@name}'],
  ],
  [
    'the name in an ARN',
    { 'Fn::Select': [1, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Role', 'Arn'] }] }] },
    ROLE,
    ['${App#Role.@name}'],
  ],
  [
    'a part of the stack id',
    {
      'Fn::Select': [4, { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] }],
    },
    {},
    ['${AWS::StackId 5}'],
  ],
  ['If', { 'Fn::If': ['Prod', 'p', 'd'] }, STAGE, ['p [Stage = prod]', 'd [Stage = dev]']],
  ['If without a value', { 'Fn::If': ['Prod', 'p', { Ref: 'AWS::NoValue' }] }, STAGE, ['p [Stage = prod]']],
  [
    'If in If',
    { 'Fn::If': ['Prod', { 'Fn::If': ['Prod', 'p', 'never'] }, 'd'] },
    STAGE,
    ['p [Stage = prod]', 'd [Stage = dev]'],
  ],
  ['allowed values', { Ref: 'Stage' }, STAGE, ['dev [Stage = dev]', 'prod [Stage = prod]']],
  ['one allowed value', { Ref: 'P' }, { Parameters: { P: { Type: 'String', AllowedValues: ['x'] } } }, ['x']],
  ['a parameter', { Ref: 'P' }, { Parameters: { P: { Type: 'String' } } }, ['${parameter P}']],
  [
    'a default',
    { Ref: 'P' },
    { Parameters: { P: { Type: 'Number', Default: 5 } } },
    ['5 [P = 5]', '${parameter P} [P is not 5]'],
  ],
  [
    'a secret with a default',
    { Ref: 'P' },
    { Parameters: { P: { Type: 'String', Default: 'x', NoEcho: true } } },
    ['${parameter P}'],
  ],
  [
    'a name in Parameter Store',
    { Ref: 'P' },
    { Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' } } },
    ['${parameter P}'],
  ],
  [
    'FindInMap',
    { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'x'] },
    { Mappings: { M: { 'us-east-1': { x: 'v' } } } },
    ['v'],
  ],
  [
    'FindInMap with an unknown key',
    { 'Fn::FindInMap': ['M', { Ref: 'P' }, 'x'] },
    { Parameters: { P: { Type: 'String' } }, Mappings: { M: { a: { x: '1' }, b: { x: '2' } } } },
    ['1 [P = a]', '2 [P = b]'],
  ],
  [
    'FindInMap with a default',
    { 'Fn::FindInMap': ['M', { Ref: 'P' }, 'x', { DefaultValue: 'd' }] },
    { Parameters: { P: { Type: 'String' } }, Mappings: { M: { a: { x: '1' } } } },
    ['1 [P = a]', 'd [P is not a]'],
  ],
  [
    'ToJsonString',
    { 'Fn::ToJsonString': { a: [1, { Ref: 'Role' }, null], b: true } },
    ROLE,
    ['{"a":[1,"${App#Role}",null],"b":true}'],
  ],
  ['Base64', { 'Fn::Base64': 'hi' }, {}, ['aGk=']],
  ['Length', { 'Fn::Length': ['a', 'b'] }, {}, ['2']],
  ['a dynamic reference', 'x{{resolve:ssm:/a}}y', {}, ['x{{resolve:ssm:/a}}y']],
])('%s', (_name, value, template, expected) => {
  expect(texts(value, template)).toEqual(expected);
});

test.each<[string, unknown, string]>([
  ['an import', { 'Fn::ImportValue': 'elsewhere' }, 'outside the assembly'],
  ['an output of another stack', { 'Fn::GetStackOutput': { StackName: 'S', OutputName: 'O' } }, 'outside the assembly'],
  ['a macro', { 'Fn::Transform': { Name: 'Mine' } }, 'transform'],
  ['an unknown function', { 'Fn::New': 1 }, 'unknown function'],
  ['an unknown reference', { Ref: 'Nobody' }, 'unknown reference'],
  ['a reference to a property of every object', { Ref: 'constructor' }, 'unknown reference'],
  ['a malformed Join', { 'Fn::Join': 'x' }, 'malformed'],
  ['a malformed GetAtt', { 'Fn::GetAtt': [] }, 'malformed'],
  ['a malformed If', { 'Fn::If': ['X'] }, 'malformed'],
  ['a malformed Sub', { 'Fn::Sub': { a: 1 } }, 'malformed'],
  ['a malformed Select', { 'Fn::Select': null }, 'malformed'],
  ['a malformed map', { 'Fn::FindInMap': ['No', 'such', 'map'] }, 'malformed'],
  ['a dynamic reference', '{{resolve:secretsmanager:x:SecretString}}', 'dynamic reference'],
])('%s that the templates do not hold can not be read', (_name, value, reason) => {
  expect(reasons(value)).toEqual([reason]);
});

test('a macro next to other keys may add any key, and the other keys are still read', () => {
  const [node] = holder(valueIn({ A: 1, 'Fn::Transform': { Name: 'AWS::Include' } }));
  expect(node.at('A').map(({ kind }) => kind)).toEqual(['scalar']);
  expect(node.at('B').map(({ kind }) => kind)).toEqual(['unreadable']);
});

test('a value that could hold the delimiter is not split', () => {
  expect(
    reasons({ 'Fn::Select': [0, { 'Fn::Split': ['/', { Ref: 'P' }] }] }, { Parameters: { P: { Type: 'String' } } }),
  ).toEqual(['not computable']);
});

test('parameters of one text are counted once, however often they occur', () => {
  const template = { Parameters: { P: { Type: 'String', Default: 'x' } } };
  expect(texts({ 'Fn::Sub': '${P}${P}' }, template)).toEqual([
    'xx [P = x]',
    '${parameter P}${parameter P} [P is not x]',
  ]);
});

test('a text of many defaults is one text with holes; of many allowed values it can not be read', () => {
  const names = Array.from({ length: 8 }, (_, index) => `P${index}`);
  const parameters = (declaration: object) => ({
    Parameters: Object.fromEntries(names.map((name) => [name, declaration])),
  });
  const joined = { 'Fn::Join': ['', names.map((Ref) => ({ Ref }))] };
  expect(texts(joined, parameters({ Type: 'String', Default: 'x' }))).toEqual([
    names.map((name) => `\${parameter ${name}}`).join(''),
  ]);
  expect(reasons(joined, parameters({ Type: 'String', AllowedValues: ['a', 'b'] }))).toEqual(['too many cases']);
});

test('a value of another stack is read there', () => {
  const other = {
    id: 'Base',
    stackName: 'Base',
    template: {
      Resources: { Role: { Type: 'AWS::IAM::Role' } },
      Outputs: {
        Arn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-arn' } } },
      },
    },
  };
  expect(texts({ 'Fn::ImportValue': 'Base-arn' }, {}, other)).toEqual(['${Base#Role.Arn}']);
  expect(texts({ 'Fn::GetStackOutput': { StackName: 'Base', OutputName: 'Arn' } }, {}, other)).toEqual([
    '${Base#Role.Arn}',
  ]);
  expect(reasons({ 'Fn::ImportValue': 'Base-arn' }, {}, { ...other, region: 'eu-west-1' })).toEqual([
    'outside the assembly',
  ]);
});

test('parameters and outputs of nested stacks lead to the values of their parents', () => {
  const nested = {
    id: 'App/Nested',
    stackName: undefined,
    nestedIn: { sourceId: 'App', logicalId: 'Nested' },
    template: {
      Parameters: { Given: { Type: 'String' }, Own: { Type: 'String', Default: 'own' } },
      Outputs: { Out: { Value: { 'Fn::Sub': '${Given}+${Own}' } } },
    },
  };
  const stack = (Parameters: unknown, Condition?: string) => ({
    ...STAGE,
    Resources: { Nested: { Type: 'AWS::CloudFormation::Stack', Condition, Properties: { Parameters } } },
  });
  const output = { 'Fn::GetAtt': ['Nested', 'Outputs.Out'] };
  expect(texts(output, stack({ Given: { Ref: 'AWS::Region' } }), nested)).toEqual(['us-east-1+own']);
  expect(texts(output, stack({ Given: { 'Fn::If': ['Prod', 'p', 'd'] } }), nested)).toEqual([
    'p+own [Stage = prod]',
    'd+own [Stage = dev]',
  ]);
  expect(reasons(output, stack({ Given: { 'Fn::GetAtt': ['Nested', 'Outputs.Out'] } }), nested)).toContain('circular');
});

test('resources of a nested stack that is not deployed are not deployed', () => {
  const model = modelOf(
    {
      ...STAGE,
      Resources: {
        Nested: { Type: 'AWS::CloudFormation::Stack', Condition: 'Prod' },
        Never: { Type: 'X', Condition: 'No' },
      },
      Conditions: { ...STAGE.Conditions, No: { 'Fn::Equals': ['a', 'b'] } },
    },
    {
      id: 'App/Nested',
      nestedIn: { sourceId: 'App', logicalId: 'Nested' },
      template: { Resources: { Role: { Type: 'AWS::IAM::Role' } } },
    },
  );
  expect(model.resources.map(({ id, guard }) => `${id} ${guard.example()}`)).toEqual([
    'App#Nested Stage = prod',
    'App/Nested#Role Stage = prod',
  ]);
});

test('JSON in a text is read with its holes', () => {
  const written = {
    'Fn::Join': ['', ['{"Role":"', { 'Fn::GetAtt': ['Role', 'Arn'] }, '/x","N":', { Ref: 'N' }, ',"Ref":"Role"}']],
  };
  const [node] = holder(valueIn(written, { ...ROLE, Parameters: { N: { Type: 'Number' } } }));
  expect(printedCases(node.at('Role'))).toEqual(['${App#Role.Arn}/x']);
  expect(printedCases(node.at('N'))).toEqual(['${parameter N}']);
  expect(printedCases(node.at('Ref'))).toEqual(['Role']);
  expect(node.entries().map(([key]) => key)).toEqual(['Role', 'N', 'Ref']);
});

test('ToJsonString is read without writing it', () => {
  const [node] = holder(valueIn({ 'Fn::ToJsonString': { A: [{ Ref: 'Role' }] } }, ROLE));
  expect(printedCases(node.at('A').flatMap((list) => list.items()))).toEqual(['${App#Role}']);
});

test('loops over known lists are written out', () => {
  const model = modelOf({
    Transform: 'AWS::LanguageExtensions',
    Resources: {
      'Fn::ForEach::Roles': [
        'Name',
        ['One', 'Two'],
        {
          'Role${Name}': {
            Type: 'AWS::IAM::Role',
            Properties: { RoleName: { 'Fn::Sub': 'x-${Name}' }, Path: { Ref: 'Name' } },
          },
        },
      ],
    },
  });
  expect(model.resources.map(({ logicalId }) => logicalId)).toEqual(['RoleOne', 'RoleTwo']);
  expect(printedCases(model.resources[1].properties.at('RoleName'))).toEqual(['x-Two']);
  expect(printedCases(model.resources[1].properties.at('Path'))).toEqual(['Two']);
  expect(model.unreadableParts).toEqual([]);
});

test("a loop over an unknown list can't be read, and its body is still judged", () => {
  const model = modelOf({
    Transform: 'AWS::LanguageExtensions',
    Resources: {
      'Fn::ForEach::Others': [
        'Name',
        { 'Fn::Split': [',', { Ref: 'P' }] },
        { 'Other${Name}': { Type: 'AWS::IAM::Role', Properties: { RoleName: { Ref: 'Name' }, Path: '/all/' } } },
      ],
    },
    Parameters: { P: { Type: 'String' } },
  });
  expect(model.unreadableParts.map(({ origin }) => origin.path)).toEqual(['Resources.Fn::ForEach::Others']);
  expect(model.resources.map(({ type }) => type)).toEqual(['AWS::IAM::Role']);
  expect(printedCases(model.resources[0].properties.at('Path'))).toEqual(['/all/']);
  expect(model.resources[0].properties.at('RoleName').map(({ kind }) => kind)).toEqual(['unreadable']);
});

test('parts that only the deployment writes are known by place', () => {
  const model = modelOf({
    Transform: ['AWS::LanguageExtensions', 'Mine'],
    Resources: {
      F: { Type: 'AWS::Serverless::Function' },
      M: { Type: 'My::Thing::Bucket::MODULE' },
      S: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://example.com/t' } },
    },
  });
  expect(model.unreadableParts.map(({ reason, origin }) => [reason, origin.resource?.logicalId])).toEqual([
    ['transform', undefined],
    ['transform', 'F'],
    ['module', 'M'],
    ['outside the assembly', 'S'],
  ]);
});

test('conditions that are too large to be decided are one part that can not be read, and both sides stay possible', () => {
  const names = Array.from({ length: 15 }, (_, at) => `${at}`);
  const Parameters = Object.fromEntries(
    names.flatMap((at) => [
      [`L${at}`, { Type: 'String' }],
      [`R${at}`, { Type: 'String' }],
    ]),
  );
  const side = (name: string) => ({ 'Fn::Equals': [{ Ref: name }, 'x'] });
  const pairs = names.map((at) => ({
    'Fn::Or': [
      { 'Fn::And': [side(`L${at}`), side(`R${at}`)] },
      { 'Fn::Not': [{ 'Fn::Or': [side(`L${at}`), side(`R${at}`)] }] },
    ],
  }));
  const Conditions = {
    // Decided first, so that the order of the parameters makes the diagram of the pairs exponential.
    Left: { 'Fn::Or': names.map((at) => side(`L${at}`)) },
    Pairs: { 'Fn::And': pairs },
  };
  const model = modelOf({
    Parameters,
    Conditions,
    Resources: { A: { Type: 'X', Condition: 'Left' }, B: { Type: 'X', Condition: 'Pairs' } },
  });
  expect(model.resources.map(({ logicalId }) => logicalId)).toEqual(['A', 'B']);
  expect(model.unreadableParts.map(({ reason }) => reason)).toEqual(['too many conditions']);
});

test('one thing that can not be read is one thing, and is noted only when a question meets it', () => {
  const model = valueIn(
    { A: { 'Fn::Sub': '${P}-a' }, B: { Ref: 'P' } },
    { Parameters: { P: { Type: 'String' }, Q: { Type: 'String' } } },
  );
  const [node] = holder(model);
  expect(model.unread()).toEqual([]);
  for (const each of [...node.at('A'), ...node.at('B')].flatMap((one) => one.texts())) {
    model.ask('agent', each.value);
  }
  expect(model.unread().map(({ unreadable, subjects }) => [unreadable.origin.path, [...subjects]])).toEqual([
    ['Parameters.P', ['agent']],
  ]);
});

test('each value knows where it is written', () => {
  const model = valueIn([{ Statement: { 'Fn::If': ['Prod', [{ Action: 'a' }], []] } }], STAGE);
  const action = holder(model)
    .flatMap((list) => list.items())
    .flatMap((item) => item.at('Statement'))
    .flatMap((list) => list.items())
    .flatMap((item) => item.at('Action'));
  expect(action.map(({ place }) => place.path)).toEqual(['Properties.Value[0].Statement.Fn::If[1][0].Action']);
  expect(action[0].place.resource?.id).toBe('App#Holder');
});

test.each<[string, unknown]>([
  ['no object', 'x'],
  ['null sections', { Resources: null, Parameters: null, Conditions: null, Outputs: null, Mappings: null }],
  ['lists for sections', { Resources: [], Parameters: [], Conditions: [], Outputs: [1], Mappings: [] }],
  [
    'null resources',
    { Resources: { A: null, B: 'x', C: {}, D: { Type: 5 }, E: { Type: 'X', Properties: null, Condition: 7 } } },
  ],
  [
    'names of every object',
    JSON.parse(
      '{"Resources":{"__proto__":{"Type":"constructor"},"toString":{"Type":"__proto__","Condition":"constructor"}},"Conditions":{"__proto__":{}}}',
    ),
  ],
  [
    'a condition on itself',
    { Conditions: { A: { 'Fn::Not': [{ Condition: 'A' }] } }, Resources: { R: { Type: 'X', Condition: 'A' } } },
  ],
  [
    'malformed conditions',
    {
      Conditions: { A: null, B: { 'Fn::And': 'x' }, C: { 'Fn::Equals': [1] }, D: [] },
      Resources: { R: { Type: 'X', Condition: 'B' } },
    },
  ],
])('a template with %s is read without an error', (_name, template) => {
  const model = modelOf(template);
  for (const resource of model.resources) {
    resource.properties.entries().forEach(([, node]) => node.texts());
    resource.properties.at('constructor').forEach((node) => node.texts());
    model.named([], resource.type);
    resource.guard.example();
  }
  expect(model.resources.every(({ type }) => typeof type === 'string')).toBe(true);
});

test("a template that is nested too deeply can't be read and doesn't end the program", () => {
  let value: unknown = 'x';
  for (let depth = 0; depth < 5_000; depth += 1) {
    value = { 'Fn::Join': ['', [value]] };
  }
  expect(reasons(value)).toContain('circular');
  expect(printed([])).toBe('');
});
