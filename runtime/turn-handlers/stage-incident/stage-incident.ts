import { createHash } from 'node:crypto';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import { type IncidentRecord, joined, opened, type Place, placeOf, withAlarm } from '../incident/incident-record';
import type { IncidentStore } from '../incident/incident-store';
import { log } from '../turn/log';
import { alarmStates } from './alarm-states';
import { type IncidentEvent, incidentEvent } from './incident-event';
import { incidentPrompt } from './incident-prompt';

export interface Staging {
  readonly store: IncidentStore;
  readonly cloudWatch: CloudWatchClient;
  readonly serviceName: string;
  /** Names of the alarms of the service. */
  readonly alarms: readonly string[];
  readonly maxTurns: number;
  readonly windowSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Verdict = { readonly place: Place } | { readonly refusal: string; readonly message: string };

/**
 * Finds the incident that an event belongs to, or opens one. An event that belongs to none is refused before anything is
 * paid for.
 */
export async function stageIncident({ turn, prompt }: StageTurnPayload, staging: Staging): Promise<StageTurnAnswer> {
  const event = incidentEvent(turn.detail.subject);
  if (event === undefined) return refused('event-unknown', 'The event is none that an incident responder works on');
  const { states: shown, idle } = await alarmStates(staging.cloudWatch, staging.alarms);
  if (event.kind === 'alarm' && (!staging.alarms.includes(event.alarm) || idle.has(event.alarm))) {
    return refused('alarm-unknown', 'The alarm is not one of the service, or watches no metric');
  }
  // CloudWatch sent the event, so the alarm exists, even where this role is not shown it: an imported composite alarm.
  const states = new Map([...(event.kind === 'alarm' ? [[event.alarm, event.state] as const] : []), ...shown]);
  const verdict = await staging.store.change<Verdict>((record) => decide(record, event, turn.name, staging));
  if ('refusal' in verdict) return refused(verdict.refusal, verdict.message);
  const { place } = verdict;
  log('stage-incident', 'staged', { turn: turn.name, incident: place.incident.id, number: place.number });
  const { serviceName, maxTurns } = staging;
  return {
    accepted: true,
    prompt: [{ text: incidentPrompt({ serviceName, event, place, maxTurns, states }) }, ...prompt],
    sessionKey: place.incident.id,
  };
}

function decide(
  record: IncidentRecord | undefined,
  event: IncidentEvent,
  turn: string,
  { maxTurns, windowSeconds, now }: Staging,
): { readonly next?: IncidentRecord; readonly result: Verdict } {
  const before = placeOf(record, turn);
  if (before) return { result: { place: before } };
  const alarm = event.kind === 'alarm' && event.state === 'ALARM' ? event.alarm : undefined;
  if (record === undefined || record.concluded || now() - Date.parse(record.openedAt) > windowSeconds * 1000) {
    if (alarm === undefined) return no('nothing-to-resume', 'No incident of the service is open');
    return yes(withAlarm(opened(record, incidentId(turn, now()), new Date(now()).toISOString(), turn), alarm), turn);
  }
  if (event.kind === 'timer') {
    if (event.incident !== record.id) return no('nothing-to-resume', 'The incident that the timer belongs to is over');
    if (event.after !== record.newest) return no('timer-superseded', 'The incident has a newer report than the timer');
  }
  if (record.turns.length >= maxTurns) return no('incident-exhausted', `The incident had its ${maxTurns} turns`);
  return yes(withAlarm(joined(record, turn), alarm), turn);
}

const yes = (next: IncidentRecord, turn: string) => ({ next, result: { place: placeOf(next, turn)! } });
const no = (refusal: string, message: string) => ({ result: { refusal, message } });

/** Sortable by time, and unique because every turn opens at most one incident. */
function incidentId(turn: string, now: number): string {
  const [date, time] = new Date(now).toISOString().split('T');
  const suffix = createHash('sha256').update(turn, 'utf8').digest('hex').slice(0, 8);
  return `incident-${date.replace(/-/g, '')}-${time.slice(0, 8).replace(/:/g, '')}-${suffix}`;
}

function refused(code: string, message: string): StageTurnAnswer {
  log('stage-incident', 'refused', { code });
  return { accepted: false, reason: { code, message } };
}
