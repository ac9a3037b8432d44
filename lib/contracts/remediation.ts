/**
 * The contract between the delivery of an incident responder, the state machine that requests approval, and consumers
 * of its events. Pure data, so that the handlers may bundle it.
 */

/** Value of `remediation` in the receipt of a report with a proposal; it starts the state machine. */
export const PROPOSED = 'proposed';

export const REMEDIATION_EVENT_FORMAT = 'cdk-bedrock-managed-agents/remediation-event/1';

/** `detail-type` of the events on the agent's bus. */
export const REMEDIATION_EVENTS = {
  proposed: 'Managed Agent Remediation Proposed',
  denied: 'Managed Agent Remediation Denied',
  expired: 'Managed Agent Remediation Expired',
  started: 'Managed Agent Remediation Started',
  failed: 'Managed Agent Remediation Failed',
} as const;

/** Longest value of a parameter. Source: docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html */
export const MAX_PARAMETER_CHARACTERS = 512;

/** The allowed values: one of a list, or a value that the pattern matches completely. Exactly one is set. */
export interface ParameterRule {
  readonly values?: readonly string[];
  readonly pattern?: string;
}

/** An allowed proposal. */
export interface RunbookRule {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterRule>>;
}

/** `detail` of every event about a remediation. */
export interface RemediationDetail {
  readonly format: typeof REMEDIATION_EVENT_FORMAT;
  readonly agentName: string;
  /** The turn whose report proposed it. Approvers name it. */
  readonly turn: { readonly name: string; readonly executionArn: string };
  readonly incident: { readonly id: string; readonly service: string; readonly report: number };
  readonly runbook: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Text of the agent, screened by the guardrail of the workflow. */
  readonly why: string;
}

/** The proposal in the ledger: written once by the delivery, claimed once. */
export interface RemediationProposal {
  readonly event: RemediationDetail;
  readonly automation: {
    /** A UUID derived from the name of the turn, so that Systems Manager starts the execution only once. */
    readonly clientToken: string;
    /** Absent if none is set: Systems Manager doesn't accept an empty map. */
    readonly parameters?: Readonly<Record<string, readonly string[]>>;
  };
}

/** A pattern must match the whole text. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

/** The parameter with the role of a runbook. */
export const ASSUMED_ROLE = 'AutomationAssumeRole';
