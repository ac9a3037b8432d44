/**
 * The contract of the register of accepted findings: the file that the two blueprints publish next to the code of their
 * delivery.
 */

/** Name of the file, next to the code of the function. */
export const ACCEPTED_FINDINGS_FILE = 'accepted-findings.json';

/** Findings that are accepted until an expiry date. */
export interface AcceptedFindingEntry {
  /** Pattern of paths. */
  readonly files: string;
  /** Id of the rule, in audits. Absent: every rule. */
  readonly rule?: string;
  /** Text in the message or in the quoted code, in any letter case. Absent: any text. */
  readonly containing?: string;
  readonly reason: string;
  /** The last day, as YYYY-MM-DD in UTC. */
  readonly until: string;
}
