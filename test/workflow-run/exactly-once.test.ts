import { expectExactlyOnce } from './support/expect-exactly-once';
import { type ManyEvents, runManyEvents } from './support/many-events';

/* The soak run, exactly-once.soak.test.ts, does the same with a thousand events. */

test('60 events for 48 subjects in 20 conversations are 48 turns, whatever breaks on the way', async () => {
  const many: ManyEvents = {
    events: 60,
    subjects: 48,
    pullRequests: 20,
    faultRate: 0.05,
    stopRate: 0.05,
    crashRate: 0.05,
    atOnce: 24,
  };
  const result = await runManyEvents(many);
  console.info(result.figures);
  expectExactlyOnce(many, result);
});
