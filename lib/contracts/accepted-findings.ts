/** The contract of the register of accepted findings: what the two blueprints publish beside the code of their delivery. */

/** Name of the file, next to the code of the function. */
export const ACCEPTED_FINDINGS_FILE = 'accepted-findings.json';

/** Findings that somebody accepted, until a day. */
export interface AcceptedFindingEntry {
  /** Pattern of paths. */
  readonly files: string;
  /** Id of the rule, in audits. Absent: every rule. */
  readonly rule?: string;
  /** What message or quoted code hold, in any letter case. Absent: whatever they say. */
  readonly containing?: string;
  readonly reason: string;
  /** The last day, as YYYY-MM-DD in UTC. */
  readonly until: string;
}
