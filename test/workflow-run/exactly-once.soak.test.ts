import { expectExactlyOnce } from './support/expect-exactly-once';
import { type ManyEvents, runManyEvents } from './support/many-events';

/*
 * Takes minutes: run with `npm run test:soak`. A wait of half a minute takes 0.1 s here, so an outage of two seconds is one
 * of ten minutes.
 */

test('1,000 events for 800 subjects in 150 conversations are 800 turns, whatever breaks on the way', async () => {
  const many: ManyEvents = {
    events: 1_000,
    subjects: 800,
    pullRequests: 150,
    faultRate: 0.05,
    stopRate: 0.008,
    crashRate: 0.02,
    lossRate: 0.03,
    outage: { lastsMs: 2_000, everyMs: 20_000 },
    atOnce: 48,
  };
  const started = Date.now();
  const result = await runManyEvents(many);
  console.info(`${result.figures}; ${Math.round((Date.now() - started) / 1000)} s`);
  expectExactlyOnce(many, result);
  expect(result.stopped).toBeGreaterThan(5);
});
