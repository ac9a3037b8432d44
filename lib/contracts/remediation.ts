/**
 * The contract between the delivery of an incident responder, the machine that asks for approval, and who listens to it.
 * Pure data, so that the handlers may bundle it.
 */

/** Value of `remediation` in the receipt of a report that proposes one; the machine is started by it. */
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

/** What a value must be: one of these, or matched by the pattern from its beginning to its end. Exactly one is set. */
export interface ParameterRule {
  readonly values?: readonly string[];
  readonly pattern?: string;
}

/** What may be proposed. */
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

/** What the delivery leaves in the ledger: written once, claimed once. */
export interface RemediationProposal {
  readonly event: RemediationDetail;
  readonly automation: {
    /** A UUID made from the name of the turn: Systems Manager starts nothing twice under it. */
    readonly clientToken: string;
    /** Absent when none is set: Systems Manager takes no empty map. */
    readonly parameters?: Readonly<Record<string, readonly string[]>>;
  };
}

/** A text matches from its beginning to its end. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u');
}

/** The parameter that tells a runbook which role to use. */
export const ASSUMED_ROLE = 'AutomationAssumeRole';
