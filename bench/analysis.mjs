// How long the analysis takes to read every value of a large template: node bench/analysis.mjs (after npm run bundle).
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const { TemplateModel, assemblyOf } = createRequire(import.meta.url)('../assets/analysis/index.js');

function template(groups) {
  const Resources = {};
  for (let at = 0; at < groups; at += 1) {
    const table = { 'Fn::GetAtt': [`Table${at}`, 'Arn'] };
    const statement = {
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
      Resource: [table, { 'Fn::Join': ['', [table, '/index/*']] }],
    };
    Resources[`Role${at}`] = { Type: 'AWS::IAM::Role', Properties: {} };
    Resources[`Policy${at}`] = {
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: `Role${at}` }], PolicyDocument: { Statement: [statement] } },
    };
    Resources[`Table${at}`] = { Type: 'AWS::DynamoDB::Table', Properties: {} };
    Resources[`Function${at}`] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Role: { 'Fn::GetAtt': [`Role${at}`, 'Arn'] },
        Environment: { Variables: { TABLE: { Ref: `Table${at}` } } },
      },
    };
    Resources[`Log${at}`] = {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: { 'Fn::Sub': `/x/\${Function${at}}` } },
    };
  }
  return { Resources };
}

function visit(model, node) {
  node.texts().forEach(({ value }) => model.canonical(value));
  if (node.kind === 'object') node.entries().forEach(([, inner]) => visit(model, inner));
  if (node.kind === 'list') node.items().forEach((item) => visit(model, item));
}

for (const groups of [99, 801, 99, 801, 801]) {
  const stack = {
    id: 'App',
    stackName: 'App',
    account: '111122223333',
    region: 'us-east-1',
    template: template(groups),
  };
  const start = performance.now();
  const model = new TemplateModel(assemblyOf([stack]));
  const read = performance.now();
  model.resources.forEach(({ properties }) => visit(model, properties));
  const values = performance.now();
  const roles = model
    .ofType('AWS::IAM::Policy')
    .flatMap(({ properties }) => properties.at('Roles').flatMap((list) => list.items()));
  roles.flatMap((node) => node.texts()).forEach(({ value }) => model.named(value, 'AWS::IAM::Role'));
  const named = performance.now();
  const ms = (from, to) => `${(to - from).toFixed(1)} ms`;
  console.log(
    `${groups * 5} resources: index ${ms(start, read)}, every value ${ms(read, values)}, names ${ms(values, named)}`,
  );
}
