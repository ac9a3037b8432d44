/** The contract between the kill switch (lib/operations) and its functions (runtime/turn-handlers). */

/**
 * Item of a ledger about the last stop of the agent. New turns are refused from the moment that it has `refusesSince`; before
 * that, the stop is announced, so that a release that runs at the same time notices it. Absent: the agent may run.
 */
export const STOP_KEY = 'stop';

/** Who stopped an agent, and why. */
export interface Stop {
  /** Name of the execution that engaged the kill switch. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What the caller gave as the reason, at most 500 characters. */
  readonly reason: string;
  /** ISO 8601, UTC: since when new turns are refused. In the ledger only. */
  readonly refusesSince?: string;
}

/** One agent, as its kill switch sees it. Everything is known at deployment. */
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

/** Steps of the function that can change what starts and drives an agent, but reaches no session. */
export type KillStep =
  | 'announce'
  | 'park'
  | 'mark'
  | 'deny'
  | 'stop-turns'
  | 'look-at-settlements'
  | 'count-cancelled'
  | 'count-deleted'
  | 'confirm'
  | 'check-release'
  | 'allow'
  | 'unmark'
  | 'unpark';

export interface KillStepPayload {
  readonly step: KillStep;
  readonly targets: readonly KillTarget[];
  readonly denyPolicyArn: string;
  readonly engageMachineArn: string;
  /** What happened so far. The first step makes it. */
  readonly report?: KillReport;
  readonly execution: { readonly id: string; readonly startTime: string; readonly input: KillRequest };
  /** What the functions answered that end sessions. */
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
  /** Turns and settlements that were still running, and sessions that could not be deleted, when it was last looked. */
  readonly left: number;
  /** What cannot be seen from outside of the service. */
  readonly unproven: readonly string[];
  /** How often settlements were looked at, and sessions deleted. */
  readonly looks: number;
  readonly rounds: number;
  /** How often it was looked whether the triggers are disabled. */
  readonly parks: number;
  /** Of a release: the stop of each agent that it takes back, by the name of the ledger. */
  readonly releases?: Readonly<Record<string, string>>;
}

/** Longest reason that is kept. */
export const MAX_REASON_CHARACTERS = 500;
