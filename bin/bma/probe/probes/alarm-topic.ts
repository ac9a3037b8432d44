import { DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import { NoAnswer, probe } from '../probe';

export const alarmTopicKey = probe({
  id: 'alarm-topic-key',
  question: 'Does CloudWatch send `aws:SourceAccount` to the key of a topic that an alarm notifies?',
  default: 'The key lets CloudWatch publish to encrypted topics with the condition `aws:SourceAccount` only.',
  where: ['lib/encryption/key-statements.ts', 'docs/encryption.md'],
  needs: ['an alarm of the library that has gone off, with a topic under its key'],
  looksAt: ['stacks'],
  permissions: [{ actions: ['cloudwatch:DescribeAlarmHistory'] }],
  usd: 0,
  minutes: 1,
  answers: {
    yes: { means: 'Actions of alarms with such a topic succeeded.' },
    no: {
      means: 'Actions of alarms with such a topic were refused by the key.',
      change: 'remove the condition in allowTopicPublishers (lib/encryption/key-statements.ts)',
    },
  },
  async run(context) {
    const alarms = new Set((await context.resources('AWS::CloudWatch::Alarm')).map(({ physicalId }) => physicalId));
    if (alarms.size === 0) throw new NoAnswer('the stacks have no alarm');
    const [done, refused] = [[] as string[], [] as string[]];
    let NextToken: string | undefined;
    do {
      const page = await context.clients.cloudWatch.send(
        new DescribeAlarmHistoryCommand({ HistoryItemType: 'Action', NextToken }),
      );
      for (const { AlarmName = '', HistorySummary = '' } of page.AlarmHistoryItems ?? []) {
        if (!alarms.has(AlarmName) || !/:sns:/.test(HistorySummary)) continue;
        if (/^Successfully/.test(HistorySummary)) done.push(AlarmName);
        // The summary of CloudWatch contains the error of KMS.
        else if (/KMS|CloudWatch Alarms does not have authorization/.test(HistorySummary)) refused.push(AlarmName);
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    if (done.length + refused.length === 0)
      throw new NoAnswer('no alarm of the stacks has notified a topic in the last 30 days');
    const evidence = [`notifications that succeeded: ${done.length}`, `that were refused: ${refused.length}`];
    // All topics of the library are encrypted with its keys.
    return {
      answer: refused.length > 0 ? 'no' : 'yes',
      evidence,
      confidence: refused.length > 0 ? 'certain' : 'likely',
    };
  },
});
