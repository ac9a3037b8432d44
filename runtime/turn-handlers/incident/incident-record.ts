/**
 * The incidents of one service in the ledger: the newest one, and the previous one, whose last turn may still be
 * running. Pure functions: every change returns a new record, and a repeated change returns none.
 */

/** A report that was delivered. */
export interface PublishedReport {
  /** Which turn of the incident, from 1. */
  readonly number: number;
  readonly status: 'investigating' | 'waiting' | 'concluded';
  /** Screened by the guardrail of the workflow. */
  readonly summary: string;
  readonly receipt: Readonly<Record<string, string | number | boolean>>;
}

export interface Incident {
  readonly id: string;
  /** ISO 8601. */
  readonly openedAt: string;
  /** Whether a report concluded the incident. */
  readonly concluded: boolean;
  /** Names of the turns that belong to it, in the order in which they were staged. */
  readonly turns: readonly string[];
  /** Names of the alarms that went off. */
  readonly alarms: readonly string[];
  /** Delivered reports by the name of the turn. */
  readonly reports: Readonly<Record<string, PublishedReport>>;
  /** Name of the turn with the newest report. */
  readonly newest?: string;
  readonly opsItem?: string;
  /** Number of timers that were set. */
  readonly timers: number;
  /** ISO 8601: when a report concluded it. */
  readonly concludedAt?: string;
  /** When an alarm last changed to a state, ISO 8601, by `<state> <name>`: changes that started a turn. */
  readonly changes?: Readonly<Record<string, string>>;
  /** Alarms of earlier incidents that had all of their turns: until when they start none, ISO 8601. */
  readonly usedUp?: Readonly<Record<string, string>>;
  /** The notifications that were sent, so that none is sent twice: reason and alarm, with the time. */
  readonly told?: Readonly<Record<string, string>>;
}

export interface IncidentRecord extends Incident {
  readonly previous?: Incident;
}

/** The place of a turn in its incident. */
export interface Place {
  readonly incident: Incident;
  /** From 1. */
  readonly number: number;
  /** No newer incident was opened. */
  readonly current: boolean;
}

export function placeOf(record: IncidentRecord | undefined, turn: string): Place | undefined {
  for (const [incident, current] of [
    [record, true],
    [record?.previous, false],
  ] as const) {
    const index = incident?.turns.indexOf(turn) ?? -1;
    if (incident && index >= 0) return { incident, number: index + 1, current };
  }
  return undefined;
}

export function opened(record: IncidentRecord | undefined, id: string, at: string, turn: string): IncidentRecord {
  const before = record && { ...record, previous: undefined };
  return {
    id,
    openedAt: at,
    concluded: false,
    turns: [turn],
    alarms: [],
    reports: {},
    timers: 0,
    ...(before ? { previous: before } : {}),
  };
}

export function joined(record: IncidentRecord, turn: string): IncidentRecord {
  return { ...record, turns: [...record.turns, turn] };
}

export function withAlarm(record: IncidentRecord, alarm: string | undefined): IncidentRecord {
  return alarm === undefined || record.alarms.includes(alarm)
    ? record
    : { ...record, alarms: [...record.alarms, alarm] };
}

/** The record with a delivered report, in the incident of its turn. Only the newest incident can be concluded. */
export function reported(
  record: IncidentRecord,
  turn: string,
  report: PublishedReport,
  made: { readonly opsItem?: string; readonly timer: boolean; readonly at: string },
): IncidentRecord {
  const change = (incident: Incident): Incident => ({
    ...incident,
    reports: { ...incident.reports, [turn]: report },
    newest: turn,
    concluded: incident.concluded || report.status === 'concluded',
    ...(report.status === 'concluded' ? { concludedAt: made.at } : {}),
    timers: incident.timers + (made.timer ? 1 : 0),
    ...(made.opsItem === undefined ? {} : { opsItem: made.opsItem }),
  });
  const place = placeOf(record, turn);
  if (!place) return record;
  return place.current ? { ...record, ...change(record) } : { ...record, previous: change(record.previous!) };
}
