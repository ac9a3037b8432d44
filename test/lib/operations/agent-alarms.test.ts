import { Template } from 'aws-cdk-lib/assertions';
import type { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentCoreEnvironment,
  AgentKey,
  AgentModel,
  AgentTrigger,
  ManagedAgent,
  TurnWorkflow,
} from '../../../lib';
import { AgentAlarms, AgentDashboard } from '../../../lib/operations';

const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
const baseline = new AgentBaseline(stack, 'Baseline');
const agent = new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Work.', baseline });
const workflow = new TurnWorkflow(stack, 'Turns', { agent });
const trigger = (id: string) =>
  AgentTrigger.onSchedule(id, ScheduleExpression.expression('rate(1 day)'), { prompt: 'Work.' });
workflow.addTrigger(trigger('Before'));
const topic = new Topic(stack, 'Topic', { masterKey: new AgentKey(stack, 'Key'), enforceSSL: true });
const alarms = new AgentAlarms(stack, 'Alarms', { workflows: [workflow], notify: topic });
workflow.addTrigger(trigger('After'));
new AgentDashboard(stack, 'Dashboard', { workflows: [workflow], alarms });
const template = Template.fromStack(stack);
const made = Object.entries(template.findResources('AWS::CloudWatch::Alarm')).filter(([id]) => id.startsWith('Alarms'));

test('each dead-letter queue of the workflow and of its triggers, also of later ones, has an alarm', () => {
  const watched = made.flatMap(([, { Properties }]) =>
    Properties.MetricName === 'ApproximateNumberOfMessagesVisible'
      ? [Properties.Dimensions[0].Value['Fn::GetAtt'][0] as string]
      : [],
  );
  const deadLetters = Object.keys(template.findResources('AWS::SQS::Queue')).filter((id) => id.includes('DeadLetters'));
  expect(watched.sort()).toEqual(deadLetters.sort());
  expect(deadLetters.filter((id) => /Before|After/.test(id))).toHaveLength(2);
});

test('failed and timed-out turns go to a queue that an alarm counts', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['cdk-bedrock-managed-agents'],
      'detail-type': ['Managed Agent Turn Failed', 'Managed Agent Turn TimedOut'],
    },
  });
  const [, { Properties }] = made.find(([id]) => id.includes('FailedTurns'))!;
  expect(Properties).toMatchObject({ MetricName: 'NumberOfMessagesSent', Period: 900, Statistic: 'Sum', Threshold: 1 });
});

test('every alarm says what to do, is quiet without data and notifies the topic, whose key and policy admit alarms', () => {
  expect(made.length).toBe(alarms.alarms.length);
  for (const [, { Properties }] of made) {
    expect(Properties.AlarmDescription.length).toBeGreaterThan(40);
    expect(Properties.TreatMissingData).toBe('notBreaching');
    expect(Properties.AlarmActions).toEqual([{ Ref: stack.getLogicalId(topic.node.defaultChild as never) }]);
  }
  expect(JSON.stringify(template.findResources('AWS::SNS::TopicPolicy'))).toContain('cloudwatch.amazonaws.com');
  expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).toContain('cloudwatchPublishesToTopics');
});

test('what is refused: no workflow, a threshold out of range, a FIFO topic', () => {
  expect(() => new AgentAlarms(stack, 'None', { workflows: [] })).toThrow(/workflows/);
  expect(() => new AgentAlarms(stack, 'Zero', { workflows: [workflow], failedTurns: 0 })).toThrow(/failedTurns/);
  const fifo = new Topic(stack, 'Fifo', { fifo: true });
  expect(() => new AgentAlarms(stack, 'Fifo2', { workflows: [workflow], notify: fifo })).toThrow(/standard topic/);
  expect(() => new AgentDashboard(stack, 'Empty', { workflows: [] })).toThrow(/workflows/);
});

test('the dashboard shows the alarms, the turns and the dead letters of each agent', () => {
  const [{ Properties }] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(Properties.DashboardBody);
  for (const text of ['Alarms', 'Turns', 'Dead letters', 'Compute', 'Tokens of the project', 'Before', 'After']) {
    expect(body).toContain(text);
  }
});

test('the dashboard asks the environment what it shows of the compute, of whatever kind and wherever it was made', () => {
  const other = new Stack(new App(), 'Other', { env: { account: '111122223333', region: 'us-east-1' } });
  const own = new AgentBaseline(other, 'Baseline');
  const account = 'arn:aws:iam::111122223333:role';
  const shown = (id: string, graphs: boolean) => {
    const environment = AgentCoreEnvironment.fromAgentCoreEnvironmentAttributes(other, `${id}Environment`, {
      runtimeArn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/elsewhere-0123456789',
      executionRoleArn: `${account}/Execution`,
      baseline: own,
    });
    if (!graphs) {
      environment.computeGraphs = () => [];
    }
    const imported = ManagedAgent.fromManagedAgentAttributes(other, id, {
      agentName: id,
      sessionRoleArn: `${account}/Session`,
      executionRoleArn: `${account}/Execution`,
      environment,
    });
    const workflows = [new TurnWorkflow(other, `${id}Turns`, { agent: imported })];
    const { dashboard } = new AgentDashboard(other, `${id}Dashboard`, { workflows });
    return JSON.stringify(other.resolve((dashboard.node.defaultChild as CfnDashboard).dashboardBody));
  };
  expect(shown('With', true)).toContain('elsewhere::live');
  expect(shown('Without', false)).not.toContain('Compute');
});
