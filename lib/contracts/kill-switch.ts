/** The contract between the kill switch (lib/operations) and its functions (runtime/turn-handlers). */

/**
 * Item of a ledger about the last stop of the agent. New turns are refused as soon as it has `refusesSince`. Before
 * that, the stop is only recorded, so that a concurrent release notices it. Absent: the agent may run.
 */
export const STOP_KEY = 'stop';

/** The stop of an agent, with its reason. */
export interface Stop {
  /** ARN of the execution that engaged the kill switch. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The reason given by the caller, at most 500 characters. */
  readonly reason: string;
}

/**
 * The item of the ledger. Engaging a kill switch that is engaged already changes `id`, `at` and `reason`, which a
 * release compares, but not the first stop, which is the cause.
 */
export interface RecordedStop extends Stop {
  /** ISO 8601, UTC: the time since which new turns are refused. Absent while the stop is only recorded. */
  readonly refusesSince?: string;
  readonly firstId: string;
  readonly firstAt: string;
  readonly firstReason: string;
}

/** The settings of one agent for its kill switch, all known at deployment. */
export interface KillTarget {
  readonly agentName: string;
  readonly ledgerTable: string;
  readonly turnMachineArn: string;
  readonly settlementMachineArn: string;
  /** Event source mappings of the triggers: disabled, their events wait in the queues. */
  readonly mappings: readonly string[];
  /** Names of the roles that get the deny policy. */
  readonly roles: readonly string[];
  /** The function in the agent's network that ends its sessions. */
  readonly endFunctionArn: string;
}

/** Steps of the function that can change triggers and roles of an agent, but can't call sessions. */
export type KillStep =
  | 'record-stop'
  | 'disable-triggers'
  | 'refuse-turns'
  | 'deny-roles'
  | 'stop-turns'
  | 'check-settlements'
  | 'count-cancelled'
  | 'count-deleted'
  | 'confirm-stop'
  | 'check-release'
  | 'allow-roles'
  | 'accept-turns'
  | 'enable-triggers';

export interface KillStepPayload {
  readonly step: KillStep;
  readonly targets: readonly KillTarget[];
  readonly denyPolicyArn: string;
  readonly engageMachineArn: string;
  /** The report so far. The first step creates it. */
  readonly report?: KillReport;
  readonly execution: { readonly id: string; readonly startTime: string; readonly input: KillRequest };
  /** The results of the functions that end sessions. */
  readonly ended?: readonly EndSessionsAnswer[];
}

export interface KillStepAnswer {
  readonly report: KillReport;
  /** The step, or the step before it, has to be repeated. */
  readonly again: boolean;
}

export interface EndSessionsPayload {
  /** `cancel`: the turns of the sessions. `delete`: the sessions. */
  readonly mode: 'cancel' | 'delete';
}

export interface EndSessionsAnswer {
  readonly changed: number;
  readonly left: number;
}

/** Input of the state machines that engage and release. */
export interface KillRequest {
  readonly reason?: unknown;
}

/** Output of both state machines. */
export interface KillReport {
  readonly stop: Stop;
  readonly agents: readonly string[];
  readonly turnsStopped: number;
  readonly sessionsCancelled: number;
  readonly sessionsDeleted: number;
  /** Turns and settlements that were still running, and sessions that could not be deleted, at the last check. */
  readonly left: number;
  /** What can't be verified from outside of the service. */
  readonly unproven: readonly string[];
  /** How often it was checked whether the settlements have ended. */
  readonly settlementChecks: number;
  /** How often the sessions were listed and deleted. */
  readonly deletionRounds: number;
  /** How often it was checked whether the triggers are disabled. */
  readonly triggerChecks: number;
  /** For a release: the stop of each agent that it reverts, by the name of the ledger. */
  readonly releases?: Readonly<Record<string, string>>;
}

/** Longest reason that is kept. */
export const MAX_REASON_CHARACTERS = 500;
