/**
 * Many pull requests at once: the deployed starter, the synthesized machine with 16 turns at a time, and the local service
 * with compute that answers at once. Waits of half a minute take 0.1 s here, so this is what the parts need, not AWS.
 *
 *   npm run bundle && node --import tsx bench/burst.ts [events]
 */
import { runManyEvents } from '../test/workflow-run/support/many-events';
import { ms, report } from './report';

const EVENTS = Number(process.argv[2] ?? 60);

async function main(): Promise<void> {
  const subjects = Math.round(EVENTS * 0.8);
  const [cpu, begin] = [process.cpuUsage(), performance.now()];
  const { executions, turnsOf, outcomes } = await runManyEvents({
    events: EVENTS,
    subjects,
    pullRequests: subjects,
    faultRate: 0,
    stopRate: 0,
    crashRate: 0,
    lossRate: 0,
    atOnce: EVENTS,
  });
  const took = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const completed = outcomes.filter(({ outcome }) => outcome === 'Completed').length;
  if (completed !== subjects || turnsOf.size !== subjects)
    throw new Error(`${completed} of ${subjects} turns completed`);
  report([
    {
      id: 'burst',
      columns: ['events', 'turns', 'time until all are published', 'turns/s', 'CPU time per turn'],
      rows: [
        [
          String(EVENTS),
          String(executions),
          ms(took),
          (subjects / (took / 1000)).toFixed(1),
          ms((user + system) / 1000 / subjects),
        ],
      ],
      of: 'One run; a fifth of the events are duplicates and start nothing.',
    },
  ]);
}

main().catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
