import { Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Stack, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentModel,
  ManagedAgentChecks,
  AgentTrigger,
  ManagedAgent,
  TurnWorkflow,
} from '../../../lib';
import { AgentKillSwitch } from '../../../lib/operations';
import { SynthesizedAccount } from '../../iam/synthesized-account';

const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
const baseline = new AgentBaseline(stack, 'Baseline');
function workflow(id: string): TurnWorkflow {
  const agent = new ManagedAgent(stack, id, { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });
  return new TurnWorkflow(stack, `${id}Turns`, { agent });
}
const trigger = (id: string) =>
  AgentTrigger.onSchedule(id, ScheduleExpression.expression('rate(1 day)'), { prompt: 'Work.' });
const first = workflow('First');
first.addTrigger(trigger('Before'));
const killSwitch = new AgentKillSwitch(stack, 'KillSwitch', { workflows: [first, workflow('Second')] });
first.addTrigger(trigger('After'));
const engagers = new Role(stack, 'Engagers', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
killSwitch.grants.engage(engagers);
new Alarm(stack, 'Alarm', {
  metric: new Metric({ namespace: 'Mine', metricName: 'Cost' }),
  threshold: 1,
  evaluationPeriods: 1,
}).addAlarmAction(killSwitch.alarmAction);
const template = Template.fromStack(stack);
const account = new SynthesizedAccount(stack);

function definition(name: string): string {
  const machine = account
    .all('AWS::StepFunctions::StateMachine')
    .find(({ properties }) => String(properties.StateMachineName).endsWith(name))!;
  return String(machine.properties.DefinitionString);
}

test('it stops each agent: its roles, its triggers of today and later, its sessions', () => {
  const { States } = JSON.parse(definition('Engage')) as {
    States: { SetTargets: { Parameters: { targets: { roles: string[]; mappings: string[]; agentName: string }[] } } };
  };
  const [one, two] = States.SetTargets.Parameters.targets;
  expect([one.mappings.length, two.mappings.length]).toEqual([2, 0]);
  // Session, compute, open, submit; and the starters of two triggers.
  expect([one.roles.length, two.roles.length]).toEqual([6, 4]);
  expect(new Set(one.roles).size).toBe(6);
});

test('what stops agents can attach one policy, which denies everything, and no other', () => {
  const [denial] = Object.entries(template.findResources('AWS::IAM::ManagedPolicy')).filter(([, { Properties }]) =>
    JSON.stringify(Properties).includes('Stopped'),
  );
  expect(denial[1].Properties.PolicyDocument.Statement).toEqual([
    { Sid: 'Stopped', Effect: 'Deny', Action: '*', Resource: '*' },
  ]);
  const attaching = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as Record<string, any>[]).filter(({ Action }) =>
      [Action].flat().some((action) => String(action).startsWith('iam:Attach')),
    ),
  );
  expect(attaching.length).toBeGreaterThan(0);
  for (const { Resource, Condition } of attaching) {
    expect(JSON.stringify(Resource)).not.toContain('*');
    expect(Condition).toEqual({ ArnEquals: { 'iam:PolicyARN': { Ref: denial[0] } } });
  }
});

test('its log groups are named after it, so the name does not change with a workflow', () => {
  const names = Object.entries(template.findResources('AWS::Logs::LogGroup'))
    .filter(([id]) => id.startsWith('KillSwitch'))
    .map(([, { Properties }]) => JSON.stringify(Properties.LogGroupName));
  expect(names.length).toBeGreaterThan(4);
  expect(names.filter((name) => !name.includes('Stack-KillSwitch'))).toEqual([]);
});

test('to stop and to release are two permissions', () => {
  const granted = JSON.stringify(
    Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Engagers')),
  );
  expect(granted).toContain('KillSwitchEngage');
  expect(granted).not.toContain('KillSwitchRelease');
});

test('an alarm of this account can engage', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('KillSwitchOnAlarm'), 'Arn'] }],
  });
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
    SourceAccount: '111122223333',
  });
});

test('a kill switch without a workflow, or with one of another account, is refused', () => {
  expect(() => new AgentKillSwitch(stack, 'None', { workflows: [] })).toThrow(/workflows.*at least one TurnWorkflow/s);
  const other = new Stack(stack.node.root, 'Other', { env: { account: '444455556666', region: 'us-east-1' } });
  expect(() => new AgentKillSwitch(other, 'Foreign', { workflows: [first] })).toThrow(/Other\/Foreign/);
});

test.each(['of its stack', 'of another stack'])('the packs find nothing in a kill switch of workflows %s', (where) => {
  const findings = (withSwitch: boolean) => {
    const app = new App();
    const inApp = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
    const auditTrail = new AgentAuditTrail(inApp, 'Audit');
    const agent = new ManagedAgent(inApp, 'Agent', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Work.',
      baseline: new AgentBaseline(inApp, 'Baseline', { auditTrail }),
    });
    const turns = new TurnWorkflow(inApp, 'Turns', { agent });
    turns.addTrigger(trigger('Daily'));
    const place =
      where === 'of its stack'
        ? inApp
        : new Stack(app, 'Operations', { env: { account: inApp.account, region: inApp.region } });
    if (withSwitch) new AgentKillSwitch(place, 'KillSwitch', { workflows: [turns] });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ManagedAgentChecks(app));
    try {
      app.synth();
    } catch (error) {
      return String(error).match(/Acknowledge with .*/g);
    }
    return [];
  };
  expect(findings(true)).toEqual(findings(false));
});

test('an agent with 25 triggers fits into the policies of its kill switch', () => {
  const app = new App();
  const busy = new Stack(app, 'Busy', { env: { account: '111122223333', region: 'us-east-1' } });
  // The CDK counts resources of its own limit; this test is about policies.
  busy.node.setContext('@aws-cdk/core:stackResourceLimit', 2_000);
  const agent = new ManagedAgent(busy, 'Agent', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Work.',
    baseline: new AgentBaseline(busy, 'Baseline'),
  });
  const turns = new TurnWorkflow(busy, 'Turns', { agent });
  new AgentKillSwitch(busy, 'KillSwitch', { workflows: [turns] });
  for (let each = 0; each < 25; each += 1) turns.addTrigger(trigger(`FindingsOfTheProduct${each}`));

  expect(() => app.synth()).not.toThrow();
});
