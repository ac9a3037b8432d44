import { createHash } from 'node:crypto';
import type { QuietHoursSetting } from '../../../lib/contracts/incident';
import { type IncidentRecord, joined, opened, type Place, placeOf, withAlarm } from '../incident/incident-record';
import type { IncidentEvent } from './incident-event';
import { isQuiet } from './quiet-hours';

export interface IncidentLimits {
  readonly maxTurns: number;
  readonly windowSeconds: number;
  readonly coolDownSeconds: number;
  readonly reopenSeconds: number;
  readonly quietHours?: QuietHoursSetting;
}

export interface Refusal {
  readonly refusal: string;
  readonly message: string;
  /** A notification is sent, once for this key. */
  readonly tell?: string;
}

export type Verdict = { readonly place: Place } | Refusal;

export interface Decision {
  readonly next?: IncidentRecord;
  readonly result: Verdict;
}

/**
 * Decides which incident an event belongs to. A limit never hides an alarm: an alarm that isn't part of an incident
 * without turns left opens the next incident, and a notification is sent for every refusal.
 */
export function decideIncident(
  record: IncidentRecord | undefined,
  event: IncidentEvent,
  turn: string,
  limits: IncidentLimits,
  now: number,
): Decision {
  const before = placeOf(record, turn);
  if (before) return { result: { place: before } };
  const { maxTurns, windowSeconds, coolDownSeconds, reopenSeconds, quietHours } = limits;
  const at = new Date(now).toISOString();
  const alarm = event.kind === 'alarm' && event.state === 'ALARM' ? event.alarm : undefined;
  const change = event.kind === 'alarm' ? `${event.state} ${event.alarm}` : undefined;
  const since = (time: string | undefined) => (time === undefined ? Infinity : (now - Date.parse(time)) / 1000);
  const noted = (next: IncidentRecord): IncidentRecord =>
    withAlarm(change === undefined ? next : { ...next, changes: { ...next.changes, [change]: at } }, alarm);
  const yes = (next: IncidentRecord): Decision => ({ next, result: { place: placeOf(next, turn)! } });
  const no = (refusal: string, message: string, tell?: string): Decision => ({
    result: { refusal, message, ...(tell === undefined ? {} : { tell }) },
  });
  const open = (usedUp: IncidentRecord['usedUp'] = {}): Decision =>
    yes(noted({ ...opened(record, incidentId(turn, now), at, turn), usedUp }));

  const used = event.kind === 'alarm' ? record?.usedUp?.[event.alarm] : undefined;
  if (used !== undefined && now < Date.parse(used)) {
    return no('incident-exhausted', `An earlier incident of the alarm had its ${maxTurns} turns`, `used-up ${change}`);
  }
  const over = record === undefined || since(record.openedAt) > windowSeconds;
  const reopens = !over && record.concluded && alarm !== undefined && since(record.concludedAt) <= reopenSeconds;
  if (over || (record.concluded && !reopens)) {
    if (alarm === undefined) return no('nothing-to-resume', 'No incident of the service is open');
    if (quietHours && isQuiet(quietHours, now)) {
      return no('quiet-hours', 'No incident is opened in the quiet hours', `quiet ${alarm}`);
    }
    return open(over ? {} : record.usedUp);
  }
  if (event.kind === 'timer') {
    if (event.incident !== record.id) return no('nothing-to-resume', 'The incident that the timer belongs to is over');
    if (event.after !== record.newest) return no('timer-superseded', 'The incident has a newer report than the timer');
  }
  if (event.kind === 'alarm' && since(record.changes?.[change!]) < coolDownSeconds) {
    return no(
      'cooling-down',
      `The alarm changed to this state less than ${coolDownSeconds} seconds ago`,
      `cooling ${event.alarm}`,
    );
  }
  if (record.turns.length >= maxTurns) {
    const message = `The incident had its ${maxTurns} turns`;
    if (alarm === undefined || record.alarms.includes(alarm)) {
      return no('incident-exhausted', message, `exhausted ${change ?? event.kind}`);
    }
    const until = new Date(Date.parse(record.openedAt) + windowSeconds * 1000).toISOString();
    return open({ ...record.usedUp, ...Object.fromEntries(record.alarms.map((name) => [name, until])) });
  }
  return yes(noted({ ...joined(record, turn), concluded: false }));
}

/** Sorts by time, and is unique because every turn opens at most one incident. */
function incidentId(turn: string, now: number): string {
  const [date, time] = new Date(now).toISOString().split('T');
  const suffix = createHash('sha256').update(turn, 'utf8').digest('hex').slice(0, 8);
  return `incident-${date.replace(/-/g, '')}-${time.slice(0, 8).replace(/:/g, '')}-${suffix}`;
}
