/**
 * The contract between the SecurityAuditor (lib/) and its functions (runtime/): what an audit machine hands on, what a
 * night leaves in the findings bucket. lib/ and runtime/ import this file as types; the few values are pure.
 */

/** The subject of a turn that audits one repository. */
export interface AuditSubject {
  /** What the agent calls the repository: `name`, or `owner/name` on GitHub. */
  readonly repository: string;
  /** When the audit was scheduled, ISO 8601 with seconds, UTC. One night, one audit. */
  readonly night: string;
}

/** Form of {@link AuditSubject.night}: nights compare as texts. */
export const NIGHT = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Form of {@link AuditSubject.repository}; it becomes part of keys, so nothing in it climbs out of its folder. */
export const REPOSITORY_NAME = /^(?:[A-Za-z0-9][A-Za-z0-9-]{0,38}\/)?(?!\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9._-]{0,99}$/;

/** What one log may hold. Findings leave the environment; the code they are about does not, beyond short quotations. */
export const SARIF_LIMITS = {
  results: 1_000,
  /** Characters of one quotation of code. */
  snippet: 500,
  /** Characters of all quotations together. */
  snippets: 100_000,
  /** Characters of any other text. */
  text: 2_000,
  path: 1_024,
};

/** The fingerprint that makes a finding of one night the finding of the next (SARIF 3.27.17, `partialFingerprints`). */
export const FINGERPRINT_NAME = 'bmaFinding/v1';

/** Keys in the findings bucket. Colons of the night are left out: not every program takes them in file names. */
export function nightName(night: string): string {
  return night.replaceAll(':', '');
}
export function findingsKey({ repository, night }: AuditSubject): string {
  return `findings/${repository}/${nightName(night)}.sarif`;
}
export function stateKey(repository: string): string {
  return `state/${repository}.json`;
}
export function auditKey(night: string): string {
  return `audits/${nightName(night)}.json`;
}

/** Receipt of an accepted log; `delivery` in the outcome event of the turn. */
export interface FindingsReceipt {
  /** Findings that the previous audit of the repository did not have. */
  readonly new: number;
  /** Findings that it had, too. */
  readonly known: number;
  /** Findings that it had and this one has not. */
  readonly fixed: number;
  /** Findings in the register of accepted ones; counted nowhere else. Absent: none. */
  readonly accepted?: number;
  /** Parts of the log that could not be accepted and were left out; the stored log says why. Absent: none. */
  readonly setAside?: number;
  /** Key of the stored log in the findings bucket. */
  readonly key: string;
}

/** How the audit of one repository ended, as the map of the audit machine yields it. */
export interface RepositoryAudit {
  readonly repository: string;
  /** Outcome of the turn, or `Failed` when it could not be run at all. */
  readonly outcome: string;
  readonly reason?: { readonly code: string; readonly message?: string };
  readonly delivery?: Partial<FindingsReceipt>;
}

export interface SummarizeAuditPayload {
  readonly night: string;
  readonly repositories: readonly RepositoryAudit[];
}

/** `detail-type` of the event about a whole audit. */
export const AUDIT_EVENT_TYPE = 'Managed Agent Audit Completed';

/** `AuditSummary.format`. */
export const AUDIT_FORMAT = 'cdk-bedrock-managed-agents/audit/1';

/** `detail` of the event about a whole audit, and content of `audits/<night>.json`. */
export interface AuditSummary {
  readonly format: typeof AUDIT_FORMAT;
  readonly agentName: string;
  readonly night: string;
  readonly totals: {
    readonly repositories: number;
    /** Repositories without an accepted log. Their earlier findings stand. */
    readonly failed: number;
    readonly new: number;
    readonly known: number;
    readonly fixed: number;
    /** Parts of logs that could not be accepted; the stored logs say why. Absent: none. */
    readonly setAside?: number;
  };
  readonly repositories: readonly RepositoryAudit[];
  /** Where the logs and this summary are. */
  readonly findings: { readonly bucket: string; readonly key: string };
  /** Absent when nothing is imported. */
  readonly securityHub?: SecurityHubReceipt;
}

export interface SecurityHubReceipt {
  /** New findings, imported as active. */
  readonly imported: number;
  /** Fixed findings, imported as archived. */
  readonly archived: number;
  /** Findings that Security Hub refused. */
  readonly failed: number;
  /** Why the import was given up, such as `AccessDeniedException`. */
  readonly error?: string;
}
