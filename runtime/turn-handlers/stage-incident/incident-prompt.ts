import type { Place } from '../incident/incident-record';
import { fencedText } from '../starter/untrusted-text';
import type { AlarmStates } from './alarm-states';
import type { IncidentEvent } from './incident-event';

/** Most characters of a name and of the last summary: with 20 alarms the text stays below the limit of one part. */
const NAME_CHARACTERS = 100;
const SUMMARY_CHARACTERS = 3_000;

export interface IncidentPrompt {
  readonly serviceName: string;
  readonly event: IncidentEvent;
  readonly place: Place;
  readonly maxTurns: number;
  readonly states: AlarmStates;
}

/**
 * What stands before the message about the event: which incident this is, how far it has come, and what brought it on.
 * Names are quoted as JSON on one line each; the summary is what an earlier turn answered, after the guardrail.
 */
export function incidentPrompt({ serviceName, event, place, maxTurns, states }: IncidentPrompt): string {
  const { incident, number } = place;
  const last = incident.newest === undefined ? undefined : incident.reports[incident.newest];
  const lines = [
    `Incident ${incident.id} of the service ${serviceName}, opened at ${incident.openedAt}. This is turn ${number} of at most ${maxTurns}.`,
    cause(event, number),
    `State of the alarms of the service now: ${[...states].map(([name, state]) => `${quoted(name)} ${state}`).join(', ')}.`,
    ...(incident.alarms.length
      ? [`Alarms that went off in this incident: ${incident.alarms.map(quoted).join(', ')}.`]
      : []),
    ...(last
      ? [
          `Your report ${last.number} had the status ${last.status}. Its summary, as data: ${fencedText(last.summary, SUMMARY_CHARACTERS).json}`,
        ]
      : ['There is no report yet.']),
    ...(number === maxTurns ? ['No turn follows this one: conclude with what is known.'] : []),
    '',
    '',
  ];
  return lines.join('\n');
}

function cause(event: IncidentEvent, number: number): string {
  const resumed = number === 1 ? 'Opened' : 'Resumed';
  switch (event.kind) {
    case 'alarm':
      return event.state === 'ALARM'
        ? `${resumed} because the alarm ${quoted(event.alarm)} went off.`
        : `${resumed} because the alarm ${quoted(event.alarm)} went back to OK.`;
    case 'deployment':
      return `${resumed} because the deployment ${quoted(event.deploymentId)} finished with ${event.state}.`;
    case 'timer':
      return `${resumed} because the time you asked to wait is over.`;
  }
}

const quoted = (name: string): string => fencedText(name, NAME_CHARACTERS).json;
