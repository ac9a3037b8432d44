/**
 * The contract between the blueprint IncidentResponder (lib/) and its two steps (runtime/turn-handlers/stage-incident and
 * publish-report): the event of a timer, and limits. Pure data, so that the handlers may bundle it.
 */
import { createHash } from 'node:crypto';

/** `format` of the final answer. */
export const INCIDENT_ANSWER_FORMAT = 'incident-report/1';

/** Options of the OpsItems of a service. */
export interface OpsItemSetting {
  readonly severity: string;
  readonly category: string;
  /** Value of the tag {@link OPS_ITEM_TAG}: which OpsItems the function may change. */
  readonly tag: string;
}

/** Tag of the OpsItems that a responder created. */
export const OPS_ITEM_TAG = 'ManagedAgent';

/** Options of the timers of a service. */
export interface TimerSetting {
  readonly group: string;
  readonly roleArn: string;
  readonly eventBusArn: string;
  readonly deadLetterArn: string;
  readonly keyArn: string;
  /** The waiting time if a report names none. */
  readonly afterMinutes: number;
  /** Maximum number of timers of one incident. */
  readonly most: number;
}

/** The time of day in which alarms open no incident. */
export interface QuietHoursSetting {
  /** `HH:MM` in the time zone. */
  readonly from: string;
  /** `HH:MM`, on the next day if it isn't after `from`. */
  readonly to: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** The event of a timer that resumes an incident. `detail`: {@link TimerDetail}. */
export const TIMER_EVENT = { source: 'cdk-bedrock-managed-agents.incident', detailType: 'Incident Timer' } as const;

export interface TimerDetail {
  readonly incident: string;
  /** Name of the turn whose report set the timer. */
  readonly after: string;
}

/** The events that a report may wait for. */
export const WAITS = ['alarm', 'deployment', 'timer'] as const;
export type Wait = (typeof WAITS)[number];

/** Minutes that a report may ask to wait. */
export const TIMER_MINUTES = { least: 5, most: 1440 } as const;

/** Names of the values that the triggers of the blueprint pass to the staging function. */
export const INCIDENT_SUBJECTS = {
  alarm: {
    alarmArn: 'event.resources.0 | arn',
    state: 'event.detail.state.value | enum:ALARM,OK',
    changedAt: 'event.detail.state.timestamp | time',
  },
  deployment: {
    deploymentId: 'event.detail.deploymentId | id',
    application: 'event.detail.application | id',
    deploymentState: 'event.detail.state | enum:SUCCESS,FAILURE,STOP',
  },
  timer: { incident: 'event.detail.incident | id', after: 'event.detail.after | id' },
} as const;

/** The item of the ledger with the open incident of a service. */
export function incidentLedgerKey(serviceName: string): string {
  return `incident#${createHash('sha256').update(serviceName, 'utf8').digest('hex')}`;
}
