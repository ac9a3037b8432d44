import type { Place } from '../incident/incident-record';
import { fencedText, joined, type PromptPiece, trusted } from '../starter/untrusted-text';
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
 * The part of the prompt before the message about the event: the incident, its state, and its cause. Names are quoted
 * as JSON on one line each; the summary is from an earlier turn. The guardrail screens both again, but not the
 * sentences around them.
 */
export function incidentPrompt({ serviceName, event, place, maxTurns, states }: IncidentPrompt): PromptPiece[] {
  const { incident, number } = place;
  const last = incident.newest === undefined ? undefined : incident.reports[incident.newest];
  const began = number === 1 ? 'Opened' : 'Resumed';
  return joined([
    trusted(
      `Incident ${incident.id} of the service ${serviceName}, opened at ${incident.openedAt}. This is turn ${number} of at most ${maxTurns}.\n${began} because `,
    ),
    ...cause(event),
    trusted('.\nState of the alarms of the service now: '),
    { text: [...states].map(([name, state]) => `${quoted(name)} ${state}`).join(', ') || 'none' },
    ...(incident.alarms.length
      ? [
          trusted('.\nAlarms that went off in this incident: '),
          { text: incident.alarms.map((name) => quoted(name)).join(', ') },
        ]
      : []),
    ...(last
      ? [
          trusted(`.\nYour report ${last.number} had the status ${last.status}. Its summary, as data: `),
          { text: fencedText(last.summary, SUMMARY_CHARACTERS).json },
          trusted('\n'),
        ]
      : [trusted('.\nThere is no report yet.\n')]),
    trusted(number === maxTurns ? 'No turn follows this one: conclude with what is known.\n\n' : '\n'),
  ]);
}

function cause(event: IncidentEvent): PromptPiece[] {
  switch (event.kind) {
    case 'alarm':
      return [
        trusted('the alarm '),
        { text: quoted(event.alarm) },
        trusted(event.state === 'ALARM' ? ' went off' : ' went back to OK'),
      ];
    case 'deployment':
      return [
        trusted('the deployment '),
        { text: quoted(event.deploymentId) },
        trusted(` finished with ${event.state}`),
      ];
    case 'timer':
      return [trusted('the time you asked to wait is over')];
  }
}

const quoted = (name: string): string => fencedText(name, NAME_CHARACTERS).json;
