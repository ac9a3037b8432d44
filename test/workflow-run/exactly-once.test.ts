import { expectExactlyOnce } from './support/expect-exactly-once';
import { type ManyEvents, runManyEvents } from './support/many-events';

/* The soak run, exactly-once.soak.test.ts, does the same with a thousand events. */

test('30 events for 24 subjects in 10 conversations are 24 turns, whatever breaks on the way', async () => {
  const many: ManyEvents = {
    events: 30,
    subjects: 24,
    pullRequests: 10,
    faultRate: 0.05,
    stopRate: 0.015,
    crashRate: 0.03,
    lossRate: 0.1,
    atOnce: 12,
  };
  const result = await runManyEvents(many);
  console.info(result.figures);
  expectExactlyOnce(many, result);
});
