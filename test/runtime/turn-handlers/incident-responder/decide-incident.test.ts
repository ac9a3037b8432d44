/** Which incident an event belongs to, hour after hour, with a clock of the test. */
import type { IncidentRecord } from '../../../../runtime/turn-handlers/incident/incident-record';
import { decideIncident, type IncidentLimits } from '../../../../runtime/turn-handlers/stage-incident/decide-incident';

const LIMITS: IncidentLimits = {
  maxTurns: 6,
  windowSeconds: 86_400,
  coolDownSeconds: 300,
  reopenSeconds: 1_800,
  quietHours: { from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' },
};
/** Minutes after this time, and what happens: `A+` the alarm A goes off, `A-` it recovers, `!` a report concludes. */
type Step = readonly [minute: number, happens: string, outcome: string];

function played(start: string, steps: readonly Step[], limits = LIMITS) {
  let record: IncidentRecord | undefined;
  const incidents: string[] = [];
  const told: string[] = [];
  const outcomes = steps.map(([minute, happens], index): Step => {
    const now = Date.parse(start) + minute * 60_000;
    if (happens === '!') {
      record = { ...record!, concluded: true, concludedAt: new Date(now).toISOString() };
      return [minute, happens, 'concluded'];
    }
    const state = happens.endsWith('+') ? 'ALARM' : 'OK';
    const event = { kind: 'alarm', alarm: happens.slice(0, -1), state } as const;
    const { next, result } = decideIncident(record, event, `t${index}`, limits, now);
    record = next ?? record;
    if ('refusal' in result) {
      if (result.tell !== undefined) told.push(result.tell.replace(/ 20.*/, ''));
      return [minute, happens, result.refusal];
    }
    const { incident } = result.place;
    if (!incidents.includes(incident.id)) incidents.push(incident.id);
    return [minute, happens, `incident ${incidents.indexOf(incident.id) + 1}`];
  });
  return { outcomes, told };
}

const NOON = '2026-11-27T12:00:00Z';

test.each<[string, string, readonly Step[], readonly string[]]>([
  [
    'alarms of one service are one incident',
    NOON,
    [
      [0, 'A+', 'incident 1'],
      [1, 'B+', 'incident 1'],
      [2, 'A-', 'incident 1'],
      [600, 'C+', 'incident 1'],
    ],
    [],
  ],
  [
    'a flapping alarm has one turn per state and cool-down, and a person is told',
    NOON,
    [
      [0, 'A+', 'incident 1'],
      [1, 'A-', 'incident 1'],
      [2, 'A+', 'cooling-down'],
      [3, 'A-', 'cooling-down'],
      [4, 'A+', 'cooling-down'],
      [6, 'A+', 'incident 1'],
    ],
    ['cooling A', 'cooling A', 'cooling A'],
  ],
  [
    'an alarm that goes off soon after the conclusion opens the same incident again, a later one another',
    NOON,
    [
      [0, 'A+', 'incident 1'],
      [10, '!', 'concluded'],
      [11, 'B-', 'nothing-to-resume'],
      [20, 'B+', 'incident 1'],
      [30, '!', 'concluded'],
      [61, 'A+', 'incident 2'],
    ],
    [],
  ],
  [
    'a used-up incident: a new alarm opens another, the old ones are told, and are covered again after the window',
    NOON,
    [
      [0, 'A+', 'incident 1'],
      [10, 'A-', 'incident 1'],
      [20, 'A+', 'incident 1'],
      [30, 'A-', 'incident 1'],
      [40, 'A+', 'incident 1'],
      [50, 'A-', 'incident 1'],
      [60, 'A+', 'incident-exhausted'],
      [61, 'B+', 'incident 2'],
      [70, 'A-', 'incident-exhausted'],
      [75, 'B-', 'incident 2'],
      [1439, 'A+', 'incident-exhausted'],
      [1441, 'A+', 'incident 2'],
    ],
    ['exhausted ALARM A', 'used-up OK A', 'used-up ALARM A'],
  ],
  [
    'in quiet hours nothing is opened, and a person is told; what is open goes on',
    '2026-11-27T20:00:00Z',
    [
      [0, 'A+', 'incident 1'],
      [70, 'B+', 'incident 1'],
      [80, '!', 'concluded'],
      [120, 'A+', 'quiet-hours'],
      [539, 'B+', 'quiet-hours'],
      [541, 'B+', 'incident 2'],
    ],
    ['quiet A', 'quiet B'],
  ],
])('%s', (_, start, steps, told) => {
  expect(played(start, steps)).toEqual({ outcomes: steps, told });
});

test('a limit of none refuses nothing', () => {
  const steps: Step[] = [0, 1, 2, 3].map((minute) => [minute, minute % 2 ? 'A-' : 'A+', 'incident 1']);
  expect(played(NOON, steps, { ...LIMITS, coolDownSeconds: 0 })).toEqual({ outcomes: steps, told: [] });
});
