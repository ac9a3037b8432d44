import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentAuditTrail, AgentBaseline, AgentModel } from '../../../lib';
import { AgentBlueprint, type AgentBlueprintProps, BlueprintBudget } from '../../../lib/blueprint';

interface Props extends AgentBlueprintProps {
  readonly notify?: Topic;
}

class Auditor extends AgentBlueprint {
  constructor(scope: Construct, id: string, { notify, ...props }: Props) {
    super(scope, id, props);
    this.define({ model: AgentModel.GPT_5_6_LUNA, instructions: 'Audit.', maxConcurrency: 3, notify });
  }
}

/** The settings of the budget's function, or undefined without one. */
function settingsOf(props: (topic: Topic) => Props): Record<string, any> | undefined {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const auditor = new Auditor(stack, 'Auditor', props(new Topic(stack, 'OnCall')));
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function', {
    Properties: { Description: 'Counts what turns cost' },
  });
  const [found] = Object.values(functions);
  expect(auditor.budget !== undefined).toBe(found !== undefined);
  if (found === undefined) return undefined;
  const parts = (found as any).Properties.Environment.Variables.BMA_BUDGET['Fn::Join'][1] as unknown[];
  return JSON.parse(
    parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replace(/"/g, ''))).join(''),
  );
}

test('a blueprint with a topic tells it at 80 and 100 percent of what its slots and the price of its model allow', () => {
  const { limitsUsd, steps } = settingsOf((notify) => ({ notify }))!;
  // A turn at its maximum: 4 million input and 100,000 output tokens.
  const most = 4 * 0.22 + 0.1 * 1.32;
  expect(limitsUsd.hour).toBeCloseTo(2 * 3 * most, 6);
  expect(limitsUsd.day).toBeCloseTo(5 * 3 * most, 6);
  expect(limitsUsd.month).toBeCloseTo(20 * 3 * most, 6);
  expect(steps).toEqual([80, 100].map((percent) => ({ percent, topicArn: expect.stringContaining('OnCall') })));
});

test('the limits follow maxConcurrency and the model, or what the user says', () => {
  const hour = (props: (topic: Topic) => Props) => settingsOf(props)!.limitsUsd.hour as number;
  const usual = hour((notify) => ({ notify }));
  expect(hour((notify) => ({ notify, maxConcurrency: 6 }))).toBeCloseTo(2 * usual, 6);
  expect(hour((notify) => ({ notify, model: AgentModel.of('openai.gpt-5.6-terra') }))).toBeCloseTo(10 * usual, 6);
  expect(hour((topic) => ({ budget: BlueprintBudget.notify(topic, { monthlyLimitUsd: 400 }) }))).toBe(40);
});

test('it tells the alarm topic of the trail where the blueprint has no topic of its own', () => {
  const withTrail = (trailRegion: string) => {
    const app = new App();
    const audit = new Stack(app, 'Audit', { env: { account: '111122223333', region: trailRegion } });
    const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
    const auditTrail = new AgentAuditTrail(audit, 'Trail', { trailName: 'agents' });
    const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail });
    new Auditor(stack, 'Auditor', { baseline });
    return JSON.stringify(Template.fromStack(stack).findResources('AWS::Lambda::Function'));
  };
  expect(withTrail('us-east-1')).toMatch(/BMA_BUDGET.*Audit:ExportsOutputRefTrailAlarmTopic/);
  // A topic of another Region can't be told; nothing else fails for it.
  expect(withTrail('us-west-2')).not.toContain('BMA_BUDGET');
});

test('without a topic, with none(), or with a model of unknown price there is none', () => {
  expect(settingsOf(() => ({}))).toBeUndefined();
  expect(settingsOf((notify) => ({ notify, budget: BlueprintBudget.none() }))).toBeUndefined();
  expect(settingsOf((notify) => ({ notify, model: AgentModel.of('openai.gpt-9') }))).toBeUndefined();
});

test('a budget that was asked for needs a price', () => {
  const model = AgentModel.of('openai.gpt-9');
  expect(() => settingsOf((topic) => ({ model, budget: BlueprintBudget.notify(topic) }))).toThrow(
    /Auditor: budget 'openai\.gpt-9'.*tokenPrice/s,
  );
  const tokenPrice = { input: 1, output: 2 };
  expect(settingsOf((topic) => ({ model, budget: BlueprintBudget.notify(topic, { tokenPrice }) }))).toBeDefined();
});
