import { App } from 'aws-cdk-lib/core';
import { summarizeStack } from '../../bin/stack-summary';
import { terminalStyle } from '../../bin/terminal-style';
import { addDirectAgent } from '../fixtures/direct-agent';
import { readDirectory } from '../../analysis/model/read-directory';
import { assemblyOf } from '../../analysis/model/read-stacks';
import { TemplateModel } from '../../analysis/model/template-model';
import { statementsOf } from '../../analysis/statement/build';

const plain = terminalStyle({ isTTY: false }, {});

function summaries(): Record<string, string> {
  const app = new App();
  addDirectAgent(app, { account: '111122223333', region: 'us-east-1' });
  const { directory } = app.synth();
  return summariesOf(new TemplateModel(readDirectory(directory)));
}

function summariesOf(model: TemplateModel): Record<string, string> {
  const statements = statementsOf(model);
  return Object.fromEntries(
    model.assembly.stacks.map((stack) => [
      stack.id,
      summarizeStack(model, stack, 'a.template.json', statements, plain).join('\n'),
    ]),
  );
}

test('the summary of an agent names its model, what each role may do and where, and what it never may', () => {
  const { CiPipelineAgent: summary } = summaries();
  expect(summary).toMatch(/Model +openai\.gpt-5\.6-luna, the only one it may call/);
  expect(summary).toMatch(
    /may +bedrock-mantle:CreateInference on .* only if bedrock-mantle:Model is openai\.gpt-5\.6-luna/,
  );
  expect(summary).toMatch(/may +codecommit:GitPull on codecommit payments-service/);
  expect(summary).toMatch(/never .*iam:PassRole/);
  expect(summary).toMatch(/VPC mode; session storage at \/mnt\/agent/);
  expect(summary).toMatch(/Idle time of the environment: 30 minutes/);
  expect(summary).toMatch(/Lifetime of the environment: 8 hours/);
  expect(summary).toMatch(/Started by +\S*PipelineRole may start sessions/);
  expect(summary).toMatch(/Key +\S+, rotates/);
  expect(summary).toMatch(/Trail .*Data AWS::BedrockMantle::Project/);
});

test('the summary of a network names its endpoints, their policies and its way out', () => {
  const { CiPipelineNetwork: summary } = summaries();
  expect(summary).toMatch(/Endpoints +bedrock-mantle, ecr\.api, ecr\.dkr, logs, s3, dynamodb, git-codecommit/);
  expect(summary).toMatch(/7 of 7 with a policy of their own/);
  expect(summary).toMatch(/no internet gateway, no NAT gateway/);
});

test('a summary is read from the template: what an override adds is shown', () => {
  const template = {
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC' },
      Gateway: { Type: 'AWS::EC2::InternetGateway' },
      Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: false } },
      Logs: {
        Type: 'AWS::EC2::VPCEndpoint',
        Properties: { ServiceName: { 'Fn::Sub': 'com.amazonaws.${AWS::Region}.logs' } },
      },
    },
  };
  const { Hand: summary } = summariesOf(new TemplateModel(assemblyOf([{ id: 'Hand', template }])));
  expect(summary).toMatch(/Endpoints +logs/);
  expect(summary).toMatch(/1 gateways/);
  expect(summary).toMatch(/does not rotate/);
});

test.each([
  [{ isTTY: false }, {}, false],
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: false }, { FORCE_COLOR: '1' }, true],
])('colour on %j with %j: %s', (stream, env, coloured) => {
  expect(terminalStyle(stream, env).title('x') !== 'x').toBe(coloured);
});
