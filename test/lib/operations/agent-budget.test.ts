import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentKey,
  AgentModel,
  ManagedAgent,
  ManagedAgentChecks,
  TurnWorkflow,
} from '../../../lib';
import { AgentBudget, AgentBudgetAction, type AgentBudgetProps, AgentKillSwitch } from '../../../lib/operations';
import { SynthesizedAccount } from '../../iam/synthesized-account';

function scene(props: Partial<AgentBudgetProps> = {}, model = AgentModel.GPT_5_6_LUNA) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
  const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail: new AgentAuditTrail(stack, 'Audit') });
  const agent = new ManagedAgent(stack, 'Agent', { agentName: 'reviewer', model, instructions: 'Work.', baseline });
  const workflow = new TurnWorkflow(stack, 'Turns', { agent });
  const killSwitch = new AgentKillSwitch(stack, 'KillSwitch', { workflows: [workflow] });
  const topic = new Topic(stack, 'Topic', { masterKey: new AgentKey(stack, 'TopicKey'), enforceSSL: true });
  const add = () =>
    new AgentBudget(stack, 'Budget', {
      workflows: [workflow],
      monthlyLimitUsd: 400,
      actions: [
        AgentBudgetAction.notify(80, topic),
        AgentBudgetAction.refuseTurns(100),
        AgentBudgetAction.engage(120, killSwitch),
      ],
      ...props,
    });
  return { app, stack, add };
}

const { stack, add } = scene();
add();
const template = Template.fromStack(stack);
const account = new SynthesizedAccount(stack);

test('the function is told limits, prices and steps', () => {
  const [{ properties }] = account
    .all('AWS::Lambda::Function')
    .filter(({ properties: { Description } }) => Description === 'Counts what turns cost');
  const settings = JSON.parse(properties.Environment.Variables.BMA_BUDGET as string) as Record<string, any>;
  expect(settings.limitsUsd).toEqual({ hour: 40, day: 100, month: 400 });
  expect(settings.workflows).toMatchObject([
    { agentName: 'reviewer', prices: { input: 0.22, cachedInput: 0.022, output: 1.32 } },
  ]);
  // 4 million input and 100,000 output tokens.
  expect(settings.workflows[0].maxTurnUsd).toBeCloseTo(4 * 0.22 + 0.1 * 1.32, 9);
  expect(settings.steps.map(({ percent }: { percent: number }) => percent)).toEqual([80, 100, 120]);
});

test('it may read records of turns and write one item of the ledger, nothing else there', () => {
  const statements = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('BudgetWatch'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Record<string, any>[]);
  const onLedger = statements.filter(({ Resource }) => JSON.stringify(Resource).includes('TurnsLedger'));
  expect(
    onLedger.map(({ Action, Condition }) => [Action, Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys']]),
  ).toEqual([
    ['dynamodb:GetItem', ['turn#*']],
    ['dynamodb:UpdateItem', ['budget']],
  ]);
  expect(onLedger.every(({ Condition }) => Condition.Null['dynamodb:LeadingKeys'] === 'false')).toBe(true);
});

test.each<[string, Partial<AgentBudgetProps>, RegExp]>([
  ['no workflow', { workflows: [] }, /workflows.*at least one TurnWorkflow/s],
  ['no action', { actions: [] }, /actions.*at least an action/s],
  ['no limit', { monthlyLimitUsd: 0 }, /: monthlyLimitUsd 0 is not.*more than 0/s],
  ['an endless limit', { monthlyLimitUsd: Infinity }, /: monthlyLimitUsd Infinity is not/],
  ['a negative limit', { dailyLimitUsd: -1 }, /dailyLimitUsd/],
  ['a limit that is no number', { hourlyLimitUsd: NaN }, /hourlyLimitUsd NaN is not/],
  ['a maximum of nothing', { maxTurnUsd: 0 }, /maxTurnUsd/],
])('%s is refused', (_, props, message) => {
  expect(() => scene(props).add()).toThrow(message);
});

test('a model without a list price needs a price', () => {
  const model = AgentModel.of('openai.gpt-9');
  expect(() => scene({}, model).add()).toThrow(/tokenPrice/);
  expect(() => scene({ tokenPrice: { input: 1, output: 2 } }, model).add()).not.toThrow();
});

test.each([0, -5, 1001, NaN])('a share of %p percent is refused', (percent) => {
  expect(() => AgentBudgetAction.refuseTurns(percent)).toThrow(/percent.*1 to 1000/s);
});

test('the packs find nothing in a budget', () => {
  const findings = (withBudget: boolean) => {
    const made = scene();
    if (withBudget) made.add();
    Validations.of(made.app).addPlugins(new AwsSolutionsChecks(made.app), new ManagedAgentChecks(made.app));
    try {
      made.app.synth();
    } catch (error) {
      return String(error).match(/Acknowledge with .*/g);
    }
    return [];
  };
  expect(findings(true)).toEqual(findings(false));
});
