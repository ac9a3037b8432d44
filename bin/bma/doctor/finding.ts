/** What a check found. */
export interface Finding {
  /** `this machine`, `account`, `deployment`, or `agent` and its name. */
  readonly group: string;
  /** What was checked. */
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'not known';
  /** The value that was seen, or why none was. */
  readonly value: string;
  /** What to do: a command or a page. Absent when it is ok. */
  readonly fix?: string;
  /** Why it isn't known. */
  readonly why?: 'denied' | 'no answer' | 'not documented' | 'not deployed';
}

/** `format` of the report. */
export const DOCTOR_FORMAT = 'cdk-bedrock-managed-agents/doctor/1';

/** What `bma doctor --json` prints. */
export interface DoctorReport {
  readonly format: typeof DOCTOR_FORMAT;
  /** Absent when AWS accepted no credentials. */
  readonly account?: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}
