import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { OpsItemCategory, OpsItemSeverity } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Duration, type Stack, Validations } from 'aws-cdk-lib/core';
import { ManagedAgentChecks } from '../../../lib';
import { OpsCenter, ResumeEvent, type IncidentResponderProps } from '../../../lib/blueprint';
import { instructions } from '../../../lib/blueprint/incident-responder/instructions';
import { responderScene } from './responder-scene';

const variablesOf = (stack: Stack, part: string) => {
  const functions = Template.fromStack(stack).findResources('AWS::Lambda::Function');
  return Object.entries(functions).find(([id]) => id.includes(part))![1].Properties.Environment.Variables;
};

test('with everything that it can be given, the pack finds nothing', () => {
  const { app } = responderScene();
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

test('one rule listens to all alarms, in both directions', () => {
  const { stack } = responderScene();
  const rules = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
  const alarms = rules.filter(({ Properties }) => Properties.EventPattern.source?.[0] === 'aws.cloudwatch');
  expect(alarms).toHaveLength(1);
  expect(alarms[0].Properties.EventPattern).toMatchObject({
    resources: [expect.anything(), expect.anything()],
    detail: { state: { value: ['ALARM', 'OK'] } },
  });
});

test('what it is not given it does not have: no further tool, trigger, timer, OpsItem or message', () => {
  const { stack } = responderScene(() => ({
    deployments: undefined,
    runbook: undefined,
    notify: undefined,
    opsCenter: undefined,
    resumeOn: undefined,
  }));
  const template = Template.fromStack(stack);
  const text = JSON.stringify(template.toJSON());
  for (const action of [
    'ssm:CreateOpsItem',
    'scheduler:CreateSchedule',
    'bedrock:Retrieve',
    'codedeploy:ListDeployments',
  ]) {
    expect(text).not.toContain(action);
  }
  expect(Object.keys(variablesOf(stack, 'PublishReportFunction')).sort()).toEqual([
    'BMA_EVIDENCE_BUCKET',
    'BMA_LEDGER_TABLE',
    'BMA_REPORT_BUCKET',
    'BMA_SERVICE_NAME',
    'BMA_WAITS',
  ]);
  const groups = template.findResources('AWS::Scheduler::ScheduleGroup');
  // The workflow has a group for the schedule that deletes sessions.
  expect(Object.keys(groups).filter((id) => !id.includes('SessionExpiry'))).toEqual([]);
});

test('the instructions offer to wait for what resumes, and for nothing else', () => {
  const text = instructions({ serviceName: 'checkout', tools: ['cloudwatch'], waits: ['alarm', 'timer'] });
  expect(text).toContain('"alarm": until');
  expect(text).toContain('"timer": for');
  expect(text).not.toContain('"deployment": until');
});

describe('refused at synth', () => {
  const cases: [string, (stack: Stack) => Partial<IncidentResponderProps>, RegExp][] = [
    ['a service name that is none', () => ({ serviceName: 'Check out' }), /serviceName 'Check out'/],
    ['no alarm', () => ({ alarms: [] }), /number of alarms 0/],
    ['no log group', () => ({ logGroups: [] }), /logGroups/],
    ['no namespace', () => ({ metricNamespaces: [] }), /metricNamespaces/],
    ['no turn', () => ({ maxTurns: 0 }), /maxTurns 0/],
    ['a window of minutes', () => ({ incidentWindow: Duration.minutes(10) }), /incidentWindow/],
    ['two timers', () => ({ resumeOn: [ResumeEvent.timer(), ResumeEvent.timer()] }), /resumeOn 'timer'/],
    [
      'an alarm that watches no metric',
      (stack) => {
        const alarm = new cloudwatch.Alarm(stack, 'Blind', {
          metric: new cloudwatch.Metric({ namespace: 'AWS/Lambda', metricName: 'Errors' }),
          threshold: 1,
          evaluationPeriods: 1,
        });
        (alarm.node.defaultChild as cloudwatch.CfnAlarm).metricName = undefined;
        return { alarms: [alarm] };
      },
      /an alarm that watches a metric/,
    ],
  ];
  test.each(cases)('%s', (_, props, message) => {
    expect(() => responderScene(props)).toThrow(message);
  });

  test.each([
    ['a wait of a minute', () => ResumeEvent.timer({ after: Duration.minutes(1) }), /after 1 /],
    ['no application', () => ResumeEvent.deploymentFinished([]), /number of applications 0/],
    ['an ARN in place of a name', () => ResumeEvent.deploymentFinished(['arn:aws:codedeploy:x']), /applications/],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

test('OpsCenter and timers hold what they were told', () => {
  const { stack } = responderScene(() => ({
    opsCenter: OpsCenter.opsItems({ severity: OpsItemSeverity.CRITICAL, category: OpsItemCategory.PERFORMANCE }),
  }));
  const variables = variablesOf(stack, 'PublishReportFunction');
  expect(JSON.parse(variables.BMA_OPS_ITEM)).toMatchObject({ severity: '1', category: 'Performance' });
  expect(JSON.stringify(variables.BMA_TIMER)).toContain('\\"afterMinutes\\":20,\\"most\\":3');
});
