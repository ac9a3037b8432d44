/*
 * The CloudFormation validation that is built into CDK, with its findings as errors, of constructs that the examples use in
 * one way only. `npm test` validates the examples.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { CfnTrail, InsightType } from 'aws-cdk-lib/aws-cloudtrail';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentAuditTrail,
  AgentEgress,
  AgentGuardrail,
  AgentNetwork,
  AgentTrigger,
  GuardrailContentFilter,
  GuardrailEntity,
  GuardrailGrounding,
  GuardrailSensitiveInformation,
  GuardrailStrength,
  GuardrailTopic,
  GuardrailWordFilter,
} from '../../lib';
import { KINDS, TriggerScene } from './trigger/trigger-scene';
import { approvalWorkflow } from './workflow/approval-workflow';

const env = { account: '111122223333', region: 'us-east-1' };
const { context } = JSON.parse(readFileSync(path.join(__dirname, '../../cdk.json'), 'utf8')) as { context: object };

const before = process.env.CDK_VALIDATION;
beforeAll(() => delete process.env.CDK_VALIDATION);
afterAll(() => (process.env.CDK_VALIDATION = before));

function strictApp(): App {
  return new App({ context: { ...context, '@aws-cdk/core:validateAgainstDefaultRules': true } });
}
const strictStack = () => new Stack(strictApp(), 'Stack', { env });
const synth = (stack: Stack) => (stack.node.root as App).synth();

/** What the validation reports, also as a warning, without the annotations of this library in the same report. */
function findings(stack: Stack): unknown[] {
  const report = path.join(synth(stack).directory, 'validation-report.json');
  if (!existsSync(report)) return [];
  const { pluginReports } = JSON.parse(readFileSync(report, 'utf8')) as {
    pluginReports: { violations: { ruleName: string }[] }[];
  };
  return pluginReports
    .flatMap(({ violations }) => violations)
    .filter(({ ruleName }) => !ruleName.startsWith('Annotation::'));
}

test.each([
  ['no internet', AgentEgress.isolated()],
  ['an allow list', AgentEgress.allowList(['example.com'])],
  ['the internet', AgentEgress.open()],
])('a network with a connected client and %s', (_, egress) => {
  const stack = strictStack();
  const network = new AgentNetwork(stack, 'Network', { egress });
  network.connect(new SecurityGroup(stack, 'Client', { vpc: network.vpc, allowAllOutbound: false }));
  expect(() => synth(stack)).not.toThrow();
});

test('a trigger of each kind', () => {
  const scene = new TriggerScene(strictApp());
  KINDS.forEach(({ make }) => scene.workflow.addTrigger(make(scene, {})));
  scene.workflow.addTrigger(
    AgentTrigger.onEvent('Wide', { source: ['x'] }, { prompt: '{{event.detail.text | text:50000}}' }),
  );
  expect(() => scene.app.synth()).not.toThrow();
});

test('a workflow with approval', () => {
  const stack = strictStack();
  approvalWorkflow(stack);
  expect(() => synth(stack)).not.toThrow();
});

describe('an audit trail', () => {
  test('has not even a warning', () => {
    const stack = strictStack();
    new AgentAuditTrail(stack, 'Audit', { insights: [InsightType.API_ERROR_RATE] });
    expect(findings(stack)).toEqual([]);
  });

  test('with a selector without a value is refused', () => {
    const stack = strictStack();
    new CfnTrail(stack, 'Trail', {
      isLogging: true,
      s3BucketName: 'files',
      advancedEventSelectors: [{ fieldSelectors: [{ field: 'eventCategory', equalTo: [] }] }],
    });
    expect(() => synth(stack)).toThrow(/expected minimum item count: 1/);
  });
});

describe('a guardrail', () => {
  function standard(): { readonly stack: Stack; readonly resource: CfnGuardrail } {
    const stack = strictStack();
    const guardrail = AgentGuardrail.standard(stack, 'G');
    guardrail.enforceInAccount();
    return { stack, resource: guardrail.node.findChild('Resource') as CfnGuardrail };
  }

  test('of the standard profile has not even a warning', () => {
    expect(findings(standard().stack)).toEqual([]);
  });

  test('at the edge of every limit is accepted', () => {
    const stack = strictStack();
    new AgentGuardrail(stack, 'G', {
      guardrailName: 'n'.repeat(50),
      description: 'd'.repeat(200),
      blockedInputMessage: 'm'.repeat(500),
      topics: [
        GuardrailTopic.deny({ name: 't'.repeat(100), definition: 'd'.repeat(200), examples: ['e'.repeat(100)] }),
      ],
      wordFilters: [GuardrailWordFilter.words(['w'.repeat(100)]), GuardrailWordFilter.profanity()],
      contentFilters: [GuardrailContentFilter.promptAttack(GuardrailStrength.HIGH)],
      sensitiveInformation: [
        GuardrailSensitiveInformation.mask(GuardrailEntity.regex({ name: 'r'.repeat(100), pattern: 'p'.repeat(500) })),
      ],
      grounding: [GuardrailGrounding.grounded(0.99)],
    });
    expect(() => synth(stack)).not.toThrow();
  });

  test('with a property that does not exist is refused', () => {
    const { stack, resource } = standard();
    resource.addPropertyOverride('ContentPolicyConfig.Strengths', 'HIGH');
    expect(() => synth(stack)).toThrow(/Strengths/);
  });

  test('with a strength that does not exist has a warning', () => {
    const { stack, resource } = standard();
    resource.addPropertyOverride('ContentPolicyConfig.FiltersConfig.0.InputStrength', 'EXTREME');
    jest.spyOn(console, 'error').mockImplementation();
    expect(JSON.stringify(findings(stack))).toContain('EXTREME');
    jest.restoreAllMocks();
  });
});
