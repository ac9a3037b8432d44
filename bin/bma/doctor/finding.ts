/** A finding of a check. */
export interface Finding {
  /** `this machine`, `account`, `deployment`, or `agent` and its name. */
  readonly group: string;
  /** The check. */
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'not known';
  /** The value, or why there is none. */
  readonly value: string;
  /** The fix: a command or a page. Absent if the status is ok. */
  readonly fix?: string;
  /** Why it isn't known. */
  readonly why?: 'denied' | 'no answer' | 'not documented' | 'not deployed';
}

/** `format` of the report. */
export const DOCTOR_FORMAT = 'cdk-bedrock-managed-agents/doctor/1';

/** What `bma doctor --json` prints. */
export interface DoctorReport {
  readonly format: typeof DOCTOR_FORMAT;
  /** Absent if AWS accepted no credentials. */
  readonly account?: string;
  readonly region: string;
  readonly findings: readonly Finding[];
}
