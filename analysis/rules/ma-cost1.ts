import type { Resource } from '../model/assembly';
import { textKey } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { literalsAt, valuesAt } from '../model/values-at';
import { whenPresent } from './setting';
import { rule } from './rule';

/** An alarm or a budget reports costs before they become too high. */
export const MA_COST1 = rule({
  id: 'MA-COST1',
  family: 'cost',
  severity: 'error',
  subject: 'agent',
  what: 'The account of every agent has a cost alarm with an action: an alarm on the tokens of AWS/BedrockMantle, or a budget with a subscriber.',
  why: 'Tokens and compute are billed per use, and a loop between an agent and its trigger runs until a person notices.',
  fix: 'Add an alarm on TotalInputTokens or TotalOutputTokens in AWS/BedrockMantle with an action, or an AWS::Budgets::Budget with a notification',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-mantle-metrics.html',
  controls: { nist: ['SI-4', 'SC-5'], iso: ['A.8.6', 'A.8.16'], soc2: ['CC7.2', 'A1.1'] },
  *check({ model, agents }) {
    for (const { id, runtime } of agents) {
      const watched = model
        .ofType('AWS::CloudWatch::Alarm', 'AWS::Budgets::Budget')
        .filter(({ stack }) => textKey(stack.account) === textKey(runtime.stack.account))
        .reduce<Guard>((any, watcher) => any.or(whenWired(watcher)), FALSE);
      yield {
        at: runtime,
        subject: id,
        says: 'No alarm or budget of this app monitors the cost of the agent',
        when: runtime.guard.and(watched.not()),
      };
    }
  },
});

/** When an alarm or a budget watches spending and has a recipient. */
function whenWired({ type, properties, guard }: Resource): Guard {
  if (type === 'AWS::Budgets::Budget') {
    return guard.and(whenPresent(valuesAt(properties, 'NotificationsWithSubscribers', 'Subscribers')));
  }
  const metrics = [properties, ...valuesAt(properties, 'Metrics', 'MetricStat', 'Metric')];
  const isOfTokens = metrics.some(
    (metric) =>
      literalsAt(metric, 'Namespace').includes('AWS/BedrockMantle') &&
      literalsAt(metric, 'MetricName').some((name) => name.endsWith('Tokens')),
  );
  const isOff = literalsAt(properties, 'ActionsEnabled').includes('false');
  return isOfTokens && !isOff ? guard.and(whenPresent(valuesAt(properties, 'AlarmActions'))) : FALSE;
}
