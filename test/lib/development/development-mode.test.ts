import * as fs from 'fs';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  DevelopmentMode,
  ManagedAgent,
  ManagedAgentChecks,
  ObjectLock,
  TurnWorkflow,
} from '../../../lib';
import { AgentBlueprint, type AgentBlueprintProps } from '../../../lib/blueprint';

const ENV = { account: '111122223333', region: 'us-east-1' };
const model = AgentModel.GPT_5_6_LUNA;
const instructions = 'Review.';

class Sample extends AgentBlueprint {
  constructor(scope: Stack, id: string, props: AgentBlueprintProps) {
    super(scope, id, props);
    this.addOutputBucket('Reports', { lock: ObjectLock.governance(Duration.days(30)) });
    this.define({ model, instructions });
  }
}

/** A shared stack with trail and baseline, and a stack with an agent of a blueprint and one without. */
function sampleApp() {
  const app = new App();
  DevelopmentMode.of(app).enable();
  const shared = new Stack(app, 'Shared', { env: ENV });
  // Asks for more protection than the mode gives.
  const auditTrail = new AgentAuditTrail(shared, 'Audit', { lock: ObjectLock.compliance(Duration.days(365)) });
  const dataKey = new AgentKey(shared, 'Key', { removalPolicy: RemovalPolicy.RETAIN });
  const baseline = new AgentBaseline(shared, 'Baseline', { auditTrail, dataKey });
  const stack = new Stack(app, 'Agents', { env: ENV });
  new Sample(stack, 'Sample', { baseline, evidenceLock: ObjectLock.governance(Duration.days(90)) });
  const agent = new ManagedAgent(stack, 'Plain', { baseline, model, instructions });
  new TurnWorkflow(stack, 'Turns', { agent });
  return { app, shared, stack };
}

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Record<string, any>;
}

describe('everything of an app in development mode', () => {
  const { shared, stack } = sampleApp();
  const resources = [shared, stack].flatMap((each) =>
    Object.entries(Template.fromStack(each).toJSON().Resources as Record<string, Resource>),
  );
  const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);

  test('can be deleted', () => {
    const kept = resources.filter(([, each]) =>
      [each.DeletionPolicy, each.UpdateReplacePolicy].some((policy) => policy !== undefined && policy !== 'Delete'),
    );
    expect(kept.map(([id]) => id)).toEqual([]);
    expect(resources.filter(([, { Properties }]) => Properties?.DeletionProtectionEnabled === true)).toEqual([]);
  });

  test('has no lock, also where a property asks for one, and its buckets are emptied', () => {
    const buckets = ofType('AWS::S3::Bucket');
    expect(buckets.length).toBe(4);
    for (const [id, { Properties }] of buckets) {
      expect([id, Properties?.ObjectLockEnabled, Properties?.ObjectLockConfiguration]).toEqual([
        id,
        undefined,
        undefined,
      ]);
    }
    expect(ofType('Custom::S3AutoDeleteObjects').length).toBe(buckets.length);
  });

  test('is kept for a short time only', () => {
    const groups = ofType('AWS::Logs::LogGroup').filter(([id]) => !id.startsWith('Custom'));
    expect(groups.map(([, { Properties }]) => Properties?.RetentionInDays).filter((days) => days !== 7)).toEqual([]);
    expect(ofType('AWS::KMS::Key').map(([, { Properties }]) => Properties?.PendingWindowInDays)).toEqual([7, 7]);
  });

  test('is in one zone', () => {
    expect(ofType('AWS::EC2::Subnet')).toHaveLength(1);
  });
});

test('the pack has one finding for each stack', () => {
  const { app } = sampleApp();
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).toThrow();
  const report = JSON.parse(fs.readFileSync(path.join(app.outdir, 'validation-report.json'), 'utf8'));
  const violations = report.pluginReports.flatMap((each: any) => each.violations) as {
    ruleName: string;
    description: string;
  }[];
  expect(violations.map(({ ruleName, description }) => [ruleName, /the stack (\w+)/i.exec(description)?.[1]])).toEqual([
    ['MA-DEV1', 'Shared'],
    ['MA-DEV1', 'Agents'],
  ]);
});

test('the finding can be acknowledged for each stack, and nothing else is left', () => {
  const { app, shared, stack } = sampleApp();
  for (const each of [shared, stack]) {
    Validations.of(each).acknowledge({ id: 'ManagedAgentChecks::MA-DEV1', reason: 'Sandbox account of the team' });
  }
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('the mode holds for its scope and nothing beside it', () => {
  const app = new App();
  const sandbox = new Stack(app, 'Sandbox', { env: ENV });
  const production = new Stack(app, 'Production', { env: ENV });
  DevelopmentMode.of(sandbox).enable();
  [sandbox, production].forEach((stack) => new AgentNetwork(stack, 'Network'));
  Template.fromStack(sandbox).resourceCountIs('AWS::EC2::Subnet', 1);
  Template.fromStack(production).resourceCountIs('AWS::EC2::Subnet', 2);
  expect(Template.fromStack(sandbox).toJSON().Metadata).toHaveProperty('AgentDevelopmentMode');
  expect(Template.fromStack(production).toJSON().Metadata ?? {}).not.toHaveProperty('AgentDevelopmentMode');
});

describe('is refused after the first construct of this library in the scope', () => {
  const makers: [string, string, (stack: Stack) => IConstruct][] = [
    ['a key', 'Stack/Key', (stack) => new AgentKey(stack, 'Key')],
    ['a trail', 'Stack/Audit', (stack) => new AgentAuditTrail(stack, 'Audit')],
    ['a baseline', 'Stack/Baseline', (stack) => new AgentBaseline(stack, 'Baseline')],
    ['a network', 'Stack/Network', (stack) => new AgentNetwork(stack, 'Network')],
    ['a guardrail', 'Stack/Guardrail', (stack) => AgentGuardrail.standard(stack, 'Guardrail')],
    ['an agent', 'Stack/Agent', (stack) => new ManagedAgent(stack, 'Agent', { model, instructions })],
  ];
  test.each(makers)('%s', (_, first, make) => {
    const app = new App();
    make(new Stack(app, 'Stack', { env: ENV }));
    expect(() => DevelopmentMode.of(app).enable()).toThrow(
      new RegExp(`DevelopmentMode.enable '${first}[^']*'.*Fix: call DevelopmentMode`),
    );
    expect(() => DevelopmentMode.of(new Stack(app, 'Other')).enable()).not.toThrow();
  });
});
