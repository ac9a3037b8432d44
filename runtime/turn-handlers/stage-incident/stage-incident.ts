import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import type { IncidentStore } from '../incident/incident-store';
import { log } from '../turn/log';
import { alarmStates } from './alarm-states';
import { decideIncident, type IncidentLimits, type Verdict } from './decide-incident';
import { type IncidentEvent, incidentEvent } from './incident-event';
import { incidentPrompt } from './incident-prompt';
import { tellPerson } from './tell-person';

export interface Staging extends IncidentLimits {
  readonly store: IncidentStore;
  readonly cloudWatch: CloudWatchClient;
  readonly serviceName: string;
  /** Names of the alarms of the service. */
  readonly alarms: readonly string[];
  /** Notified when a limit prevents an investigation. */
  readonly topic?: { readonly client: SNSClient; readonly arn: string };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Finds the incident that an event belongs to, or opens one. An event that belongs to none is refused before it causes
 * cost.
 */
export async function stageIncident({ turn, prompt }: StageTurnPayload, staging: Staging): Promise<StageTurnAnswer> {
  const event = incidentEvent(turn.detail.subject);
  if (event === undefined) return refused('event-unknown', 'The event is none that an incident responder works on');
  const { states: shown, idle } = await alarmStates(staging.cloudWatch, staging.alarms);
  if (event.kind === 'alarm' && (!staging.alarms.includes(event.alarm) || idle.has(event.alarm))) {
    return refused('alarm-unknown', 'The alarm is not one of the service, or watches no metric');
  }
  // CloudWatch sent the event, so the alarm exists, even if this role can't read it (an imported composite alarm).
  const states = new Map([...(event.kind === 'alarm' ? [[event.alarm, event.state] as const] : []), ...shown]);
  const verdict = await staging.store.change<Verdict>((record) =>
    decideIncident(record, event, turn.name, staging, staging.now()),
  );
  if ('refusal' in verdict) {
    if (verdict.tell !== undefined) await tell(event, turn.name, verdict.tell, verdict.message, staging);
    return refused(verdict.refusal, verdict.message);
  }
  const { place } = verdict;
  log('stage-incident', 'staged', { turn: turn.name, incident: place.incident.id, number: place.number });
  const { serviceName, maxTurns } = staging;
  return {
    accepted: true,
    prompt: [...incidentPrompt({ serviceName, event, place, maxTurns, states }), ...prompt],
    sessionKey: place.incident.id,
  };
}

/**
 * Notifies that no turn starts: always in quiet hours, once per cool-down for a flapping alarm, and once for an
 * incident without turns left.
 */
async function tell(event: IncidentEvent, turn: string, key: string, why: string, staging: Staging): Promise<void> {
  const { store, topic, serviceName, coolDownSeconds, now } = staging;
  const record = await store.read();
  const before = record?.told?.[key];
  const again = key.startsWith('quiet ') ? 0 : key.startsWith('cooling ') ? coolDownSeconds * 1000 : Infinity;
  if (before !== undefined && now() - Date.parse(before) < again) return;
  const group = record?.id ?? turn;
  await tellPerson(topic, { serviceName, what: whatHappened(event), why: `${why}.`, group, id: `${turn} ${key}` });
  await store.change((current) => ({
    next: current && { ...current, told: { ...current.told, [key]: new Date(now()).toISOString() } },
    result: undefined,
  }));
}

function whatHappened(event: IncidentEvent): string {
  switch (event.kind) {
    case 'alarm':
      return `The alarm ${JSON.stringify(event.alarm)} went ${event.state === 'ALARM' ? 'off' : 'back to OK'}`;
    case 'deployment':
      return `The deployment ${event.deploymentId} finished with ${event.state}`;
    case 'timer':
      return 'The time that a report asked to wait is over';
  }
}

function refused(code: string, message: string): StageTurnAnswer {
  log('stage-incident', 'refused', { code });
  return { accepted: false, reason: { code, message } };
}
