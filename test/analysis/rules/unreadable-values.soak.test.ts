import { RULES } from '../../../analysis/rules';
import { changedModel, everywhere, saidOf } from './single-changes';

/** Values that MA-TRG1 only asks for: each of them limits the retries, or is a dead-letter queue. */
const ANY_VALUE = [
  'Queue.RedrivePolicy.maxReceiveCount',
  'Rule.Targets.0.DeadLetterConfig.Arn',
  'Rule.Targets.0.RetryPolicy.MaximumRetryAttempts',
];

/** Other suites are about policies, whose parts several rules read. */
const isInPolicy = (at: string) => /\.(?:Policies|\w*Policy\w*Document|KeyPolicy)\b/.test(at);

test('a value that only the deployment knows is reported wherever another value, or none, is', () => {
  const before = new Set(saidOf(changedModel(), RULES));
  const isReported = (change: string, at: string) =>
    saidOf(changedModel(change, at), RULES).some((each) => !before.has(each));
  const silent = everywhere()
    .filter((at) => !isInPolicy(at) && !isReported('unreadable', at))
    .filter((at) => isReported('removed', at) || isReported('other', at));
  expect(silent).toEqual(ANY_VALUE);
});
