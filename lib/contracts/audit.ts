/**
 * The contract between the SecurityAuditor (lib/) and its functions (runtime/): the input of audits, and the objects in
 * the findings bucket. lib/ and runtime/ import this file as types; the few values are pure.
 */

/** The subject of a turn that audits one repository. */
export interface AuditSubject {
  /** The name of the repository for the agent: `name`, or `owner/name` on GitHub. */
  readonly repository: string;
  /** When the audit was scheduled, ISO 8601 with seconds, UTC. One night, one audit. */
  readonly night: string;
}

/** Format of {@link AuditSubject.night}: nights are compared as strings. */
export const NIGHT = /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/**
 * Form of {@link AuditSubject.repository}; it becomes part of keys, so it can't contain path segments that leave its
 * folder.
 */
export const REPOSITORY_NAME = /^(?:[A-Za-z0-9][A-Za-z0-9-]{0,38}\/)?(?!\.{1,2}$)[A-Za-z0-9_.][A-Za-z0-9._-]{0,99}$/;

/** Limits of one log. Findings leave the environment, but only short quotations of their code do. */
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

/** The fingerprint that identifies a finding from one night to the next (SARIF 3.27.17, `partialFingerprints`). */
export const FINGERPRINT_NAME = 'bmaFinding/v1';

/** Keys in the findings bucket. Colons of the night are omitted: not every program accepts them in file names. */
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
  /** Findings that the previous audit had, too. */
  readonly known: number;
  /** Findings that the previous audit had and this one doesn't have. */
  readonly fixed: number;
  /** Findings in the register of accepted ones; counted nowhere else. Absent: none. */
  readonly accepted?: number;
  /** Parts of the log that were set aside; the stored log contains the reason. Absent: none. */
  readonly setAside?: number;
  /** Key of the stored log in the findings bucket. */
  readonly key: string;
}

/** The result of the audit of one repository, as returned by the map of the audit state machine. */
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
    /** Repositories without an accepted log. Their earlier findings are kept. */
    readonly failed: number;
    readonly new: number;
    readonly known: number;
    readonly fixed: number;
    /** Parts of logs that were set aside; the stored logs contain the reasons. Absent: none. */
    readonly setAside?: number;
  };
  readonly repositories: readonly RepositoryAudit[];
  /** The location of the logs and of this summary. */
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
  /** Why the import failed, such as `AccessDeniedException`. */
  readonly error?: string;
}
