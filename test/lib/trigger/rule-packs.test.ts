import * as fs from 'fs';
import * as path from 'path';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import {
  AgentBaseline,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentTrigger,
  ManagedAgent,
  ManagedAgentChecks,
  TurnWorkflow,
} from '../../../lib';
import { KINDS, TriggerScene } from './trigger-scene';

const CONTEXT = JSON.parse(fs.readFileSync(path.join(__dirname, '../../../cdk.json'), 'utf8')).context as object;

function sceneWithEveryKind(): TriggerScene {
  const scene = new TriggerScene(new App({ context: CONTEXT }));
  KINDS.forEach(({ make }) => scene.workflow.addTrigger(make(scene, {})));
  scene.workflow.addTrigger(
    AgentTrigger.onEvent('Wide', { source: ['x'] }, { prompt: '{{event.detail.text | text:50000}}' }),
  );
  return scene;
}

/** What docs/triggers.md explains, one name per rule. */
const EXPLAINED: Record<string, string[]> = {
  AwsSolutions: [],
  'NIST.800.53.R5': [
    'IAMNoInlinePolicy',
    'LambdaConcurrency',
    'LambdaDLQ',
    'LambdaFunctionPublicAccessProhibited',
    'LambdaInsideVPC',
    'SecretsManagerRotationEnabled',
  ],
  'HIPAA.Security': [
    'IAMNoInlinePolicy',
    'LambdaConcurrency',
    'LambdaDLQ',
    'LambdaFunctionPublicAccessProhibited',
    'LambdaInsideVPC',
    'SecretsManagerRotationEnabled',
  ],
  'PCI.DSS.321': ['IAMNoInlinePolicy', 'LambdaFunctionPublicAccessProhibited', 'LambdaInsideVPC'],
};

describe('public rule packs', () => {
  const scene = sceneWithEveryKind();
  Validations.of(scene.app).addPlugins(
    ...[AwsSolutionsChecks, NIST80053R5Checks, HIPAASecurityChecks, PCIDSS321Checks].map((Pack) => new Pack(scene.app)),
  );
  let reports: any[] = [];
  beforeAll(() => {
    try {
      scene.app.synth();
    } catch {
      // The findings that stay are errors; the report is written all the same.
    }
    reports = JSON.parse(fs.readFileSync(path.join(scene.app.outdir, 'validation-report.json'), 'utf8')).pluginReports;
  });

  test.each(Object.keys(EXPLAINED))('%s finds what docs/triggers.md explains and nothing else', (name) => {
    const { violations } = reports.find(({ pluginName }) => pluginName.includes(name.split('.')[0]));
    const found = violations
      .filter(({ violatingConstructs }: any) =>
        violatingConstructs.some(({ constructPath }: any) => /Agent\/Triggers|Webhook/.test(constructPath)),
      )
      .map(({ ruleName }: any) => ruleName.replace(`${name}-`, ''));
    expect([...new Set(found)].sort()).toEqual(EXPLAINED[name]);
  });
});

test("this library's own pack finds nothing about triggers", () => {
  const scene = sceneWithEveryKind();
  Validations.of(scene.app).addPlugins(new ManagedAgentChecks(scene.app));
  // The stand-in workflow and the missing trail are findings.
  expect(() => scene.app.synth()).toThrow();
  const report = JSON.parse(fs.readFileSync(path.join(scene.app.outdir, 'validation-report.json'), 'utf8'));
  const places = report.pluginReports.flatMap(({ violations }: any) =>
    violations.flatMap(({ ruleName, violatingConstructs }: any) =>
      violatingConstructs.map(({ constructPath }: any) => `${ruleName} ${constructPath}`),
    ),
  );
  expect(places.length).toBeGreaterThan(0);
  expect(places.filter((place: string) => /Triggers|Webhook/.test(place))).toEqual([]);
});

test('triggers work with the real workflow: the starter may start its state machine and no other', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const encryptionKey = new AgentKey(stack, 'Key');
  const network = new AgentNetwork(stack, 'Network', { encryptionKey });
  const agent = new ManagedAgent(stack, 'Agent', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review.',
    baseline: new AgentBaseline(stack, 'Baseline', { network, dataKey: encryptionKey }),
  });
  const workflow = new TurnWorkflow(stack, 'Turns', {
    agent,
    guardrail: AgentGuardrail.standard(stack, 'Guardrail'),
  });
  workflow.addTrigger(AgentTrigger.onEvent('E', { source: ['x'] }));
  const policy = stack.resolve(
    (
      agent.node
        .findChild('Triggers')
        .node.findAll()
        .find(({ node }) => node.path.endsWith('Handler/Policy/Resource')) as any
    ).policyDocument,
  );
  const start = policy.Statement.find(({ Sid }: any) => Sid === 'StartTurns');
  expect(start.Resource).toEqual(stack.resolve(workflow.stateMachine.stateMachineArn));
});
