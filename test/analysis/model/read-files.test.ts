import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stack, Stage, CfnResource, NestedStack } from 'aws-cdk-lib/core';
import { literalOf } from '../../../analysis/model/compose-text';
import { readDirectory } from '../../../analysis/model/read-directory';
import { readTemplateFiles } from '../../../analysis/model/read-template-files';
import { TemplateModel } from '../../../analysis/model/template-model';
import { parseYamlTemplate } from '../../../analysis/model/yaml-template';
import { readConstructTree } from '../../../lib/security/construct-tree';
import { printedCases } from './read-one';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'templates-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, text);
  return file;
}

test('an assembly directory has the stacks of the construct tree: those of stages and nested ones, too', () => {
  const app = new App({ outdir: path.join(directory, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(new Stage(app, 'Prod', { env: { account: '111122223333', region: 'eu-west-1' } }), 'Base');
  const nested = new NestedStack(stack, 'Inner');
  new CfnResource(nested, 'Role', { type: 'AWS::IAM::Role' });
  new CfnResource(new Stack(app, 'Plain'), 'Role', { type: 'AWS::IAM::Role' });
  const out = app.synth().directory;
  const { stacks } = readDirectory(out);
  const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
  expect(
    stacks
      .map(({ id, name, account, region, nestedIn, templatePath }) => ({
        id,
        stackName: name && literalOf(name),
        account: literalOf(account),
        region: literalOf(region),
        nestedIn: nestedIn && { sourceId: nestedIn.stack, logicalId: nestedIn.logicalId },
        templatePath,
      }))
      .sort(byId),
  ).toEqual(
    readConstructTree(app)
      .map(({ id, stackName, account, region, nestedIn, templatePath }) => ({
        id,
        stackName,
        account,
        region,
        nestedIn,
        templatePath,
      }))
      .sort(byId),
  );
  const [role] = new TemplateModel(readDirectory(out)).ofType('AWS::IAM::Role').filter(({ stack }) => !stack.nestedIn);
  expect(role.constructPath).toBe('Plain/Role');
});

test('a directory without a manifest is refused with the fix', () => {
  expect(() => readDirectory(directory)).toThrow(
    /has no manifest.json.*Fix: give the directory that "cdk synth" writes/,
  );
});

test('YAML with the short forms of functions reads as JSON does', () => {
  expect(
    parseYamlTemplate(`
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: Prod
    Properties:
      RoleName: !Sub "\${AWS::StackName}-x"
      Arn: !GetAtt Other.Arn
      List: !Join ['', [a, !Ref B, !If [Prod, 1, !Ref "AWS::NoValue"]]]
      Version: 2012-10-17
      Account: 012345678901
      Enabled: yes
      Empty:
Conditions:
  Not: !Not [!Condition Prod]
`),
  ).toEqual({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Condition: 'Prod',
        Properties: {
          RoleName: { 'Fn::Sub': '${AWS::StackName}-x' },
          Arn: { 'Fn::GetAtt': 'Other.Arn' },
          List: { 'Fn::Join': ['', ['a', { Ref: 'B' }, { 'Fn::If': ['Prod', '1', { Ref: 'AWS::NoValue' }] }]] },
          Version: '2012-10-17',
          Account: '012345678901',
          Enabled: true,
          Empty: null,
        },
      },
    },
    Conditions: { Not: { 'Fn::Not': [{ Condition: 'Prod' }] } },
  });
});

test('template files are stacks, with the nested stacks that are local files', () => {
  write(
    'inner.yaml',
    'Parameters: {Name: {Type: String}}\nResources: {Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref Name}}}',
  );
  const file = write(
    'app.template.json',
    JSON.stringify({
      Resources: {
        Inner: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: { TemplateURL: './inner.yaml', Parameters: { Name: 'given' } },
        },
      },
    }),
  );
  const model = new TemplateModel(readTemplateFiles([file], { region: 'us-east-1' }));
  const [role] = model.ofType('AWS::IAM::Role');
  expect(role.id).toBe('app/Inner#Role');
  expect(printedCases(role.properties.at('RoleName'))).toEqual(['given']);
});

test('a template that nests itself is read once', () => {
  const file = write(
    'self.yaml',
    'Resources: {Me: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: self.yaml}}}',
  );
  const { stacks } = readTemplateFiles([file]);
  expect(stacks.map(({ id }) => id)).toEqual(['self']);
});

test('a file that another one nests is that nested stack only, and equal names are told apart', () => {
  fs.mkdirSync(path.join(directory, 'a'));
  fs.mkdirSync(path.join(directory, 'b'));
  const role = 'Resources: {Role: {Type: AWS::IAM::Role}}';
  const inner = write('a/inner.yaml', role);
  const outer = write(
    'a/app.yaml',
    'Resources: {In: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}}',
  );
  const other = write('b/app.yaml', role);
  const { stacks } = readTemplateFiles([inner, outer, other, other]);
  expect(stacks.map(({ id }) => path.relative(directory, id))).toEqual(['a/app', 'a/app/In', 'b/app']);
});

test.each<[string, string, string | Uint8Array, RegExp]>([
  ['a text', 'x.yaml', 'hello', /x\.yaml is a string, not an object, so it isn't a template\. Fix:/],
  ['a list', 'x.json', '[]', /x\.json is a list, not an object/],
  ['no Resources', 'x.yaml', 'Outputs: {}', /x\.yaml has no Resources, so it isn't a template\. Fix:/],
  ['a resource that is null', 'x.json', '{"Resources":{"A":null}}', /resource A has no Type\. Fix:/],
  ['a type that is a number', 'x.json', '{"Resources":{"A":{"Type":7}}}', /resource A has no Type\. Fix:/],
  ['nothing', 'x.yaml', ' \n', /x\.yaml is empty\. Fix:/],
  ['a comment only', 'x.yaml', '# nothing', /x\.yaml is empty, not an object/],
  ['no JSON', 'x.json', '{', /x\.json can't be read: .*Fix: give a CloudFormation template/],
  ['no YAML', 'x.yaml', 'a: [', /x\.yaml can't be read: .* at line 1, .*Fix:/],
  ['a key twice', 'x.yaml', 'Resources: {}\nResources: {}', /the key at line 2 twice\. Fix: delete one/],
  [
    'a bracket too far left',
    'x.yaml',
    'R:\n  A: [\n    a\n  b: 1\n  ]',
    /at line 4, .*Fix: indent every line of the value/,
  ],
  ['a text too far left', 'x.yaml', "R:\n  A: 'a\n  b: 1'", /at line \d, .*Fix: end the text with a quote, and indent/],
  ['two documents', 'x.yaml', 'Resources: {}\n---\nResources: {}', /can't be read: .*documents/],
  ['an alias', 'x.yaml', 'Resources: &a {}\nB: *a', /supports no YAML aliases at line 2\. Fix:/],
  [
    'an unknown tag',
    'x.yaml',
    'Resources:\n  A: !Foo b',
    /The tag !Foo at line 2 isn't a function of CloudFormation\. Fix:/,
  ],
  ['a tag of a language', 'x.yaml', 'Resources: !!python/object:os.system x', /isn't a function of CloudFormation/],
  ['other bytes', 'x.yaml', new Uint8Array([0xff, 0xfe, 0x00]), /x\.yaml can't be read: it isn't text in UTF-8/],
  [
    'too much',
    'x.json',
    `{"Resources":{}${' '.repeat(5 * 1024 * 1024)}}`,
    /x\.json can't be read: it has more than \d+ bytes/,
  ],
])('a file with %s is refused with its name and the fix', (_, name, text, message) => {
  const file = path.join(directory, name);
  fs.writeFileSync(file, text);
  expect(() => readTemplateFiles([file])).toThrow(message);
});

test('JSON is read as YAML where the name allows it', () => {
  expect(() => readTemplateFiles([write('x.template', '{Resources: {A: {Type: AWS::SNS::Topic}}}')])).not.toThrow();
});
