import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stack, Stage, CfnResource, NestedStack } from 'aws-cdk-lib/core';
import { literalOf } from '../../../analysis/model/compose-text';
import { readDirectory } from '../../../analysis/model/read-directory';
import { readTemplateFiles } from '../../../analysis/model/read-template-files';
import { TemplateModel } from '../../../analysis/model/template-model';
import { parseYamlTemplate } from '../../../analysis/model/yaml-template';
import { readAssembly } from '../../../lib/security/template/assembly';
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

test('an assembly directory is read with its stages and nested stacks, as before', () => {
  const app = new App({ outdir: path.join(directory, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(new Stage(app, 'Prod', { env: { account: '111122223333', region: 'eu-west-1' } }), 'Base');
  const nested = new NestedStack(stack, 'Inner');
  new CfnResource(nested, 'Role', { type: 'AWS::IAM::Role' });
  new CfnResource(new Stack(app, 'Plain'), 'Role', { type: 'AWS::IAM::Role' });
  const out = app.synth().directory;
  const { stacks } = readDirectory(out);
  expect(
    stacks.map(({ id, name, account, region, nestedIn, templatePath }) => ({
      id,
      stackName: name && literalOf(name),
      account: literalOf(account),
      region: literalOf(region),
      nestedIn: nestedIn && { sourceId: nestedIn.stack, logicalId: nestedIn.logicalId },
      templatePath,
    })),
  ).toEqual(
    readAssembly(out).map(({ id, stackName, account, region, nestedIn, templatePath }) => ({
      id,
      stackName,
      account,
      region,
      nestedIn,
      templatePath,
    })),
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

test.each([
  ['no template', 'hello', /has no Resources, so it isn't a template. Fix:/],
  ['no JSON', '{', /can't be read: .*Fix: give a CloudFormation template/],
  ['no YAML', 'a: [', /can't be read: .*Fix:/s],
  ['an alias', 'Resources: &a {}\nB: *a', /supports no YAML aliases/],
])('a file with %s is refused with the fix', (_name, text, message) => {
  expect(() => readTemplateFiles([write('x.yaml', text)])).toThrow(message);
});
