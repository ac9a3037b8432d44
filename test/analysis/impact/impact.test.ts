import { impactMarkdown, impactText } from '../../../analysis/impact/impact-text';
import { impactOf } from '../../../analysis/impact/impact';
import { assemblyOf, type StackData } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';

type Resources = Record<string, { Type: string; [key: string]: unknown }>;

const stackOf = (
  id: string,
  resources: Resources,
  more: Partial<StackData> & { Outputs?: unknown } = {},
): StackData => {
  const { Outputs, ...rest } = more;
  return {
    id,
    stackName: id,
    account: '111111111111',
    region: 'us-east-1',
    template: { Resources: resources, ...(Outputs ? { Outputs } : {}) },
    constructPathOf: (logicalId: string) => `${id}/${logicalId}`,
    ...rest,
  };
};
const impact = (before: StackData[], after: StackData[]) =>
  impactOf(new TemplateModel(assemblyOf(before)), new TemplateModel(assemblyOf(after)));
const effects = (before: StackData[], after: StackData[]) =>
  impact(before, after).effects.map(({ level, kind, subject }) => `${level} ${kind} ${subject}`);
const within = (before: Resources, after: Resources) => effects([stackOf('S', before)], [stackOf('S', after)]);
const actions = (before: Resources, after: Resources) =>
  impact([stackOf('S', before)], [stackOf('S', after)])
    .stacks.flatMap(({ changes }) => changes)
    .map(({ action, logicalId }) => `${action} ${logicalId}`);

const runtime = (properties: object = {}) => ({
  Type: 'AWS::BedrockAgentCore::Runtime',
  Properties: { AgentRuntimeName: 'agent', ...properties },
});
const guardrail = { Type: 'AWS::Bedrock::Guardrail', Properties: { Name: 'standard' } };
const bucket = (properties: object = {}, policy?: string) => ({
  Type: 'AWS::S3::Bucket',
  Properties: properties,
  ...(policy ? { DeletionPolicy: policy, UpdateReplacePolicy: policy } : {}),
});
const subnet = (range: unknown, more: object = {}) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: range, ...more },
});
const vpc = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } };
const endpoint = (service = 'com.amazonaws.us-east-1.logs', privateDns = true) => ({
  Type: 'AWS::EC2::VPCEndpoint',
  Properties: {
    VpcId: { Ref: 'Vpc' },
    ServiceName: service,
    PrivateDnsEnabled: privateDns,
    VpcEndpointType: 'Interface',
  },
});

test('equal assemblies have no impact, and metadata changes nothing', () => {
  const one = [stackOf('S', { A: bucket() })];
  expect(impact(one, one)).toMatchObject({ stacks: [], effects: [] });
  expect(actions({ A: bucket() }, { A: { ...bucket(), Metadata: { a: 1 } } })).toEqual([]);
});

describe('resources', () => {
  test('what names a replaced resource changes, too, also inside of functions', () => {
    const group = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { 'Fn::Sub': '/agent/${Runtime}' } } };
    const policy = {
      Type: 'AWS::IAM::Policy',
      Properties: { PolicyName: 'p', Roles: [{ 'Fn::Join': ['', [{ Ref: 'Group' }]] }] },
    };
    const rest = { Group: group, Policy: policy, Other: bucket() };
    expect(
      actions({ Runtime: runtime(), ...rest }, { Runtime: runtime({ AgentRuntimeName: 'other' }), ...rest }),
    ).toEqual(['replace Runtime', 'replace Group', 'update Policy']);
  });

  test('a custom resource that is updated may return another value, so what reads it is updated', () => {
    const image = (version: string) => ({ Type: 'Custom::AgentImage', Properties: { ServiceToken: 'f', version } });
    const reads = runtime({ Description: { 'Fn::GetAtt': ['Image', 'Digest'] } });
    expect(within({ Image: image('1'), R: reads }, { Image: image('2'), R: reads })).toEqual([
      'loses session-storage-wiped S/R',
    ]);
    expect(within({ Image: image('1'), R: reads }, { Image: image('1'), R: reads })).toEqual([]);
  });

  test('a parameter, a mapping and a condition change what uses them', () => {
    const template = (stage: string) => ({
      Parameters: { Stage: { Type: 'String', Default: stage } },
      Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
      Resources: {
        Runtime: runtime({ AgentRuntimeName: { Ref: 'Stage' } }),
        Bucket: bucket({ BucketName: { 'Fn::If': ['Prod', 'a', 'b'] } }),
        Other: bucket(),
      },
    });
    const [old, now] = ['test', 'prod'].map((stage) => [stackOf('S', {}, { template: template(stage) })]);
    expect(impact(old, now).stacks[0].changes.map(({ action, logicalId }) => `${action} ${logicalId}`)).toEqual([
      'replace Runtime',
      'replace Bucket',
    ]);
  });

  test('a change reaches the stacks that read an output, also nested ones', () => {
    const net = (range: string) =>
      stackOf('Net', { Vpc: vpc, Subnet: subnet(range) }, { Outputs: { Id: { Value: { Ref: 'Subnet' } } } });
    const reads = { 'Fn::GetStackOutput': { StackName: 'Net', OutputName: 'Id', Region: 'us-east-1' } };
    const agent = stackOf('Agent', {
      Runtime: runtime({ NetworkConfiguration: { NetworkModeConfig: { Subnets: [reads] } } }),
      Nested: { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Subnet: reads }, TemplateURL: 'x' } },
    });
    const nested = stackOf(
      'Agent/Nested',
      { Inner: runtime({ AgentRuntimeName: 'inner', Description: { Ref: 'Subnet' } }) },
      {
        stackName: undefined,
        nestedIn: { sourceId: 'Agent', logicalId: 'Nested' },
      },
    );
    const found = effects([net('10.0.0.0/24'), agent, nested], [net('10.0.1.0/24'), agent, nested]);
    expect(found).toEqual(
      expect.arrayContaining([
        'loses session-storage-wiped Agent/Runtime',
        'loses session-storage-wiped Agent/Nested/Inner',
        'stays interfaces-linger Net/Subnet',
      ]),
    );
  });
});

describe('sessions', () => {
  const binding = (text: string) => ({
    Type: 'AWS::SSM::Parameter',
    Properties: {
      Type: 'String',
      Value: `{"format":"cdk-bedrock-managed-agents/session-binding/1","sha256":"${text}"}`,
    },
  });
  test.each([
    [
      'an update of the Runtime wipes files',
      { R: runtime() },
      { R: runtime({ Description: 'x' }) },
      ['loses session-storage-wiped S/R'],
    ],
    [
      'tags alone: not documented',
      { R: runtime() },
      { R: runtime({ Tags: { a: 'b' } }) },
      ['unknown session-storage-wiped S/R'],
    ],
    [
      'a new name replaces the Runtime',
      { R: runtime() },
      { R: runtime({ AgentRuntimeName: 'other' }) },
      ['loses session-storage-wiped S/R', 'loses sessions-not-resumed S/R'],
    ],
    ['a definition', { P: binding('a') }, { P: binding('b') }, ['loses conversations-restart S/P']],
    [
      'another parameter',
      { P: { ...binding('a'), Properties: { Value: 'a' } } },
      { P: { ...binding('a'), Properties: { Value: 'b' } } },
      [],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(within(before, after)).toEqual(expected);
  });

  test('the ledger of turns, and only that table, holds what resumes a conversation', () => {
    const table = (name: string) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: { KeySchema: [{ AttributeName: name }] },
    });
    const machine = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: { 'Fn::Sub': '{"T":"${Ledger}"}' } },
    };
    const [before, after] = ['a', 'b'].map((name) => ({ M: machine, Ledger: table(name), Other: table(name) }));
    expect(within(before, after)).toEqual([
      'loses sessions-not-resumed S/Ledger',
      'loses record-deleted S/Ledger',
      'loses record-deleted S/Other',
    ]);
    expect(within({ M: machine, Ledger: table('a') }, { Ledger: table('a') })).toEqual([
      'interrupts turns-stopped S/M',
    ]);
  });
});

describe('records', () => {
  const locked = bucket({ ObjectLockEnabled: true });
  test.each([
    ['kept', bucket({}, 'Retain'), ['stays record-kept S/A']],
    ['kept unless it fails at first', bucket({}, 'RetainExceptOnCreate'), ['stays record-kept S/A']],
    ['a bucket with files', locked, ['stays bucket-not-empty S/A']],
    ['a queue', { Type: 'AWS::SQS::Queue' }, ['loses record-deleted S/A']],
    ['nothing that holds data', { Type: 'AWS::SNS::Topic' }, []],
    [
      'protected',
      { Type: 'AWS::DynamoDB::Table', Properties: { DeletionProtectionEnabled: true } },
      ['blocks deletion-protected S/A'],
    ],
    ['a repository', { Type: 'AWS::ECR::Repository' }, ['stays bucket-not-empty S/A']],
    ['a repository that is emptied', { Type: 'AWS::ECR::Repository', Properties: { EmptyOnDelete: true } }, []],
  ])('%s', (_, resource, expected) => {
    expect(within({ A: resource, B: bucket() }, { B: bucket() })).toEqual(expected);
  });

  test('a bucket that the CDK empties is deleted', () => {
    const emptier = { Type: 'Custom::S3AutoDeleteObjects', Properties: { BucketName: { Ref: 'A' } } };
    expect(within({ A: bucket(), E: emptier }, {})).toEqual(['loses record-deleted S/A']);
  });
});

describe('what is deleted while something in it is kept', () => {
  const group = (policy?: string) => ({
    Type: 'AWS::EC2::SecurityGroup',
    Properties: { GroupDescription: 'Runtime', VpcId: { Ref: 'Vpc' } },
    ...(policy ? { DeletionPolicy: policy } : {}),
  });
  const agent = runtime({ NetworkConfiguration: { NetworkModeConfig: { SecurityGroups: [{ Ref: 'Group' }] } } });

  test('a VPC with a kept group: somebody has to delete the group', () => {
    const found = impact([stackOf('S', { Vpc: vpc, Group: group('Retain'), R: agent })], [stackOf('S', {})]);
    expect(found.effects.filter(({ kind }) => kind === 'contents-kept')).toMatchObject([
      { level: 'stays', subject: 'S/Vpc', names: ['AWS::EC2::VPC', 'S/Group'] },
    ]);
  });

  test('a VPC whose group is deleted, too: the interfaces end after 8 hours', () => {
    expect(within({ Vpc: vpc, Group: group(), R: agent }, {})).toContain('stays interfaces-linger S/Group');
    expect(within({ Vpc: vpc, Group: group() }, {})).toEqual([]);
  });
});

describe('networks', () => {
  test.each([
    ['moved under one id', { A: subnet('10.0.0.0/17') }, { A: subnet('10.0.64.0/18') }, ['S/A']],
    ['moved under another id', { A: subnet('10.0.0.0/24') }, { B: subnet('10.0.0.0/24') }, ['S/B']],
    ['beside the old one', { A: subnet('10.0.0.0/24') }, { A: subnet('10.0.1.0/24') }, []],
    ['one more', { A: subnet('10.0.0.0/24') }, { A: subnet('10.0.0.0/24'), B: subnet('10.0.1.0/24') }, []],
  ])('ranges of subnets: %s', (_, before, after, expected) => {
    const found = within({ Vpc: vpc, ...before }, { Vpc: vpc, ...after });
    expect(found.filter((each) => each.startsWith('blocks'))).toEqual(
      expected.map((each) => `blocks ranges-overlap ${each}`),
    );
  });

  test('a range that only the deployment knows is not judged, and a new VPC is empty', () => {
    const cidr = { 'Fn::Select': [0, { 'Fn::Cidr': ['10.0.0.0/16', 2] }] };
    expect(within({ Vpc: vpc, A: subnet('10.0.0.0/24') }, { Vpc: vpc, A: subnet(cidr) })).toEqual([
      'unknown ranges-overlap S/A',
    ]);
    const other = { ...vpc, Properties: { CidrBlock: '10.0.0.0/17' } };
    expect(within({ Vpc: vpc, A: subnet('10.0.0.0/24') }, { Vpc: other, A: subnet('10.0.0.0/24') })).toEqual([]);
  });

  test.each([
    ['renamed', endpoint(), ['blocks private-dns-conflict S/B', 'interrupts endpoint-recreated S/A']],
    ['without private DNS', endpoint(undefined, false), ['interrupts endpoint-recreated S/A']],
    ['of another service', endpoint('com.amazonaws.us-east-1.ssm'), ['interrupts endpoint-recreated S/A']],
  ])('endpoints: %s', (_, after, expected) => {
    expect(within({ Vpc: vpc, A: endpoint() }, { Vpc: vpc, B: after })).toEqual(expected);
  });
});

test.each([
  ['one route table and one service', ['rtb-1'], 's3', ['blocks route-taken Two/E']],
  ['another route table', ['rtb-2'], 's3', []],
  ['another service', ['rtb-1'], 'dynamodb', []],
])('gateway endpoints of two stacks in one VPC: %s', (_, RouteTableIds, service, expected) => {
  const gateway = (tables: string[], name: string) => ({
    E: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: { VpcId: 'vpc-1', RouteTableIds: tables, ServiceName: `com.amazonaws.us-east-1.${name}` },
    },
  });
  const [one, two] = [stackOf('One', gateway(['rtb-1'], 's3')), stackOf('Two', gateway(RouteTableIds, service))];
  expect(effects([one], [one, two])).toEqual(expected);
  expect(effects([], [one, two])).toEqual(expected);
});

test('endpoints with private DNS and subnets that are new at the same time are compared, too', () => {
  const inVpc = { Vpc: vpc, A: endpoint(), B: endpoint(), C: subnet('10.0.0.0/24'), D: subnet('10.0.0.0/25') };
  const imported = JSON.parse(JSON.stringify(inVpc).replaceAll('{"Ref":"Vpc"}', '"vpc-1"')) as Resources;
  expect(effects([], [stackOf('S', imported)])).toEqual([
    'blocks ranges-overlap S/D',
    'blocks private-dns-conflict S/B',
  ]);
});

describe('names', () => {
  const topic = (name: string, policy?: string) => ({
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: name },
    ...(policy ? { DeletionPolicy: policy } : {}),
  });
  test.each([
    ['a construct is renamed', { A: topic('t') }, { B: topic('t') }, ['blocks name-taken S/B']],
    [
      'the old one is kept',
      { A: topic('t', 'Retain') },
      { B: topic('t') },
      ['blocks name-taken S/B', 'stays name-kept S/A'],
    ],
    ['another name', { A: topic('t') }, { B: topic('u') }, []],
    ['twice', {}, { A: topic('t'), B: topic('t') }, ['blocks name-shared S/A']],
    ['twice before', { A: topic('t'), B: topic('t') }, { A: topic('t'), B: topic('t') }, []],
    [
      'replaced under its name',
      {
        A: {
          Type: 'AWS::DynamoDB::Table',
          Properties: { TableName: 't', KeySchema: [1] },
          UpdateReplacePolicy: 'Retain',
        },
      },
      { A: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 't', KeySchema: [2] } } },
      ['blocks named-resource-replaced S/A', 'stays record-kept S/A'],
    ],
    ['a type without a row', { A: runtime() }, { B: runtime() }, ['blocks name-taken S/B']],
    ['a name that can be changed', { A: guardrail }, { B: guardrail }, ['blocks name-taken S/B']],
  ])('%s', (_, before, after, expected) => {
    expect(within(before, after).filter((each) => !each.startsWith('loses'))).toEqual(expected);
  });

  test.each([
    ['of a template', 'records', ['stays name-kept S/A']],
    [
      'with the account and the name of the stack',
      { 'Fn::Sub': '${AWS::StackName}-${AWS::AccountId}' },
      ['stays name-kept S/A'],
    ],
    [
      'with the id of the stack',
      { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] },
      ['stays name-kept S/A'],
    ],
    ['that CloudFormation chooses', undefined, ['stays record-kept S/A']],
  ])('a kept resource keeps its name %s, so that it can not be created again', (_, name, expected) => {
    expect(within({ A: bucket({ BucketName: name }, 'Retain') }, {})).toEqual(expected);
  });

  test('a name with the id of a stack is new when the stack is created again', () => {
    const named = bucket(
      { BucketName: { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] } },
      'Retain',
    );
    expect(effects([stackOf('S', { A: named })], [])).toContain('stays record-kept S/A');
  });

  test('what is below a replaced resource is created beside the old one', () => {
    const live = {
      Type: 'AWS::BedrockAgentCore::RuntimeEndpoint',
      Properties: { AgentRuntimeId: { Ref: 'R' }, Name: 'live' },
    };
    const found = within({ R: runtime(), E: live }, { R: runtime({ AgentRuntimeName: 'other' }), E: live });
    expect(found.filter((each) => each.startsWith('blocks'))).toEqual([]);
  });

  const trail = { Type: 'AWS::CloudTrail::Trail', Properties: { TrailName: 't', IsMultiRegionTrail: true } };
  const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'r' } };
  test.each([
    ['a topic in two Regions', topic('t'), 'us-west-2', '111111111111', false],
    ['a topic in two accounts', topic('t'), 'us-east-1', '222222222222', false],
    ['a topic in two Stages of one account', topic('t'), 'us-east-1', '111111111111', true],
    ['a role in two Regions', role, 'us-west-2', '111111111111', true],
    ['a role in two accounts', role, 'us-west-2', '222222222222', false],
    ['a trail of all Regions', trail, 'us-west-2', '111111111111', true],
    ['a bucket in two accounts', bucket({ BucketName: 'b' }), 'us-west-2', '222222222222', true],
  ])('%s', (_, resource, region, account, collides) => {
    const first = stackOf('One/S', { A: resource }, { stackName: 'One' });
    const second = stackOf('Two/S', { A: resource }, { stackName: 'Two', region, account });
    expect(effects([first], [first, second])).toEqual(
      collides ? expect.arrayContaining(['blocks name-taken Two/S/A']) : [],
    );
  });
});

describe('stacks', () => {
  const exporting = (value: unknown, resources: Resources = { A: bucket() }) =>
    stackOf('Net', resources, { Outputs: { O: { Value: value, Export: { Name: 'Net:A' } } } });
  const importing = stackOf('Agent', {
    T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: { 'Fn::ImportValue': 'Net:A' } } },
  });
  const free = stackOf('Agent', { T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName: 'x' } } });

  test('an export in use can be neither changed nor removed', () => {
    const blocked = ['blocks export-in-use Net'];
    expect(effects([exporting({ Ref: 'A' }), importing], [stackOf('Net', { A: bucket() }), free])).toEqual(blocked);
    expect(effects([exporting({ Ref: 'A' }), importing], [exporting('b'), importing])).toEqual(blocked);
    const replaced = exporting({ Ref: 'A' }, { A: bucket({ BucketName: 'x' }, 'Retain') });
    expect(effects([exporting({ Ref: 'A' }, { A: bucket({}, 'Retain') }), importing], [replaced, importing])).toContain(
      blocked[0],
    );
    expect(effects([exporting({ Ref: 'A' }), free], [stackOf('Net', { A: bucket() }), free])).toEqual([]);
    expect(effects([exporting({ Ref: 'A' }), importing], [exporting({ Ref: 'A' }), free])).toEqual([]);
  });

  test('the name of an export is unique in an account and Region', () => {
    const net = (id: string, more: Partial<StackData> = {}) => {
      const Outputs = { O: { Value: 'x', Export: { Name: 'VpcId' } } };
      return stackOf(id, { A: bucket() }, { Outputs, ...more });
    };
    const [test_, prod] = [net('Test'), net('Prod')];
    expect(effects([test_], [test_, prod])).toEqual(['blocks name-taken Prod']);
    expect(effects([], [test_, prod])).toEqual(['blocks name-taken Prod']);
    expect(effects([test_], [test_])).toEqual([]);
    expect(effects([test_], [test_, net('Prod', { region: 'us-west-2' })])).toEqual([]);
  });

  test('a renamed stack is a new one, and the old one stays with its names', () => {
    const named = { A: bucket({ BucketName: 'evidence' }, 'Retain') };
    expect(effects([stackOf('S', named)], [stackOf('S', named, { stackName: 'Other' })])).toEqual(
      expect.arrayContaining(['stays stack-stays S', 'blocks name-taken S/A']),
    );
  });
});

test('names from templates are quoted in Markdown and visible in text', () => {
  const hostile = { ...stackOf('S', {}), constructPathOf: () => 'a`<img src=x>\n# b' };
  const found = impact(
    [{ ...hostile, template: { Resources: { R: runtime() } } }],
    [{ ...hostile, template: { Resources: { R: runtime({ Description: 'x' }) } } }],
  );
  expect(impactMarkdown(found)).toContain('``a`<img src=x>\\u{a}# b``: The Runtime is updated (`Description`)');
  expect(impactText(found)).toContain('a`<img src=x>\\u{a}# b: The Runtime is updated (Description)');
});

test('what is said of several resources is said once', () => {
  const queue = { Type: 'AWS::SQS::Queue' };
  const found = impact([stackOf('S', { A: queue, B: queue })], [stackOf('S', {})]);
  const said = 'The AWS::SQS::Queue leaves the stack and is deleted with its contents.';
  expect(impactText(found)).toContain(`  2 resources: ${said}\n    - S/A\n    - S/B\n`);
  expect(impactMarkdown(found).match(/leaves the stack/g)).toHaveLength(1);
});
