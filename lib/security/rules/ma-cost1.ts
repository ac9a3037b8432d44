import { runtimes } from '../model/agents';
import { listAt, textAt } from '../model/json';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { SecurityRule } from './rule';

/** Somebody is told before an agent costs too much. */
export const MA_COST1: SecurityRule = {
  id: 'MA-COST1',
  family: 'cost',
  severity: 'error',
  what: 'The account of every agent has a spend alarm wired to an action: an alarm on the tokens of AWS/BedrockMantle, or a budget with a subscriber.',
  why: 'Tokens and compute are billed per use, and a loop between an agent and its trigger runs until somebody notices.',
  fix: 'Add an alarm on TotalInputTokens or TotalOutputTokens in AWS/BedrockMantle with an action, or an AWS::Budgets::Budget with a notification',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-mantle-metrics.html',
  controls: { nist: ['SI-4', 'SC-5'], iso: ['A.8.6', 'A.8.16'], soc2: ['CC7.2', 'A1.1'] },
  check: (index) =>
    runtimes(index)
      .filter((runtime) => !watchers(index, runtime).some(isWired))
      .map((resource) => ({ resource, detail: 'no alarm or budget of this app watches what the agent spends' })),
};

function watchers(index: TemplateIndex, runtime: IndexedResource): IndexedResource[] {
  return index
    .ofType('AWS::CloudWatch::Alarm', 'AWS::Budgets::Budget')
    .filter(({ source }) => source.account === runtime.source.account);
}

function isWired({ type, properties }: IndexedResource): boolean {
  if (type === 'AWS::Budgets::Budget') {
    return listAt(properties, 'NotificationsWithSubscribers').some((each) => listAt(each, 'Subscribers').length > 0);
  }
  const metrics = [
    properties,
    ...listAt(properties, 'Metrics').map(
      (query) => (query as { MetricStat?: { Metric?: unknown } }).MetricStat?.Metric,
    ),
  ];
  return (
    listAt(properties, 'AlarmActions').length > 0 &&
    metrics.some(
      (metric) =>
        textAt(metric, 'Namespace') === 'AWS/BedrockMantle' && /Tokens$/.test(textAt(metric, 'MetricName') ?? ''),
    )
  );
}
