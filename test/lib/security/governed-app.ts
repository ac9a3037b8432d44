import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Stack, TimeZone, type AppProps } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentNetwork,
  ManagedAgent,
} from '../../../lib';
import { AgentTrigger, GitHubWebhook } from '../../../lib/trigger';
import { TurnWorkflow } from '../../../lib/workflow';

export const ENV = { account: '111122223333', region: 'us-east-1' };

/**
 * Everything that this library creates, with its defaults, in two stacks. The pack must not report anything.
 *
 * @param hasTriggers false for an app that is made faster
 */
export function governedApp(props: AppProps = {}, hasTriggers = true) {
  const app = new App(props);
  const networkStack = new Stack(app, 'Network', { env: ENV });
  const network = new AgentNetwork(networkStack, 'Network');

  const stack = new Stack(app, 'Agent', { env: ENV });
  const key = new AgentKey(stack, 'Key');
  const audit = new AgentAuditTrail(stack, 'Audit');
  const baseline = new AgentBaseline(stack, 'Baseline', { network, dataKey: key, auditTrail: audit });
  const guardrail = AgentGuardrail.standard(stack, 'Guardrail', { encryptionKey: key });
  const agent = new ManagedAgent(stack, 'Reviewer', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review pull requests.',
    baseline,
  });
  const workflow = new TurnWorkflow(stack, 'Turns', { agent, guardrail });
  if (hasTriggers) {
    addTriggers(workflow, key);
  }
  new CfnAlarm(stack, 'Spend', {
    namespace: 'AWS/BedrockMantle',
    metricName: 'TotalOutputTokens',
    statistic: 'Sum',
    period: 3600,
    evaluationPeriods: 1,
    threshold: 1_000_000,
    comparisonOperator: 'GreaterThanThreshold',
    alarmActions: [audit.alarmTopic!.topicArn],
  });
  return { app, stack, networkStack, agent, workflow, key, guardrail };
}

function addTriggers(workflow: TurnWorkflow, key: AgentKey): void {
  const stack = Stack.of(workflow);
  AgentTrigger.onSchedule(
    'Nightly',
    ScheduleExpression.cron({ minute: '0', hour: '6', timeZone: TimeZone.EUROPE_BERLIN }),
  ).bind(workflow);
  AgentTrigger.onEvent('Disputes', { source: ['example.orders'] }).bind(workflow);
  AgentTrigger.onGitHubPullRequest(new GitHubWebhook(stack, 'Webhook', { encryptionKey: key }), {
    repositories: ['example-org/payments'],
  }).bind(workflow);
}
