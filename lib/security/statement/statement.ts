/**
 * What a security statement holds: everything one agent can reach and do, as read from final templates.
 *
 * The JSON is public API (docs/security-statement.schema.json). Every list is sorted and nothing in it depends on the
 * day, the machine or the order of a template, so that two statements differ only where the agents differ.
 *
 * Texts name resources of the app as `${Stack/Construct/Path}` (the resource's ARN, or its name for what has none) and
 * deploy-time values as `${AWS::AccountId}`.
 */

/** Names and version of the format. */
export const STATEMENT_FORMAT = 'cdk-bedrock-managed-agents/security-statement/1';

export interface Statement {
  readonly format: typeof STATEMENT_FORMAT;
  readonly agent: AgentIdentity;
  /** Model ids that the session role may call, from its conditions; `*` when a call is not limited to models. */
  readonly models: readonly string[];
  /** What sessions are created from, when the assembly holds it. */
  readonly definition?: Definition;
  readonly roles: readonly RoleReach[];
  readonly starters: readonly Starter[];
  readonly triggers: readonly Trigger[];
  readonly network: NetworkReach;
  readonly stores: readonly Store[];
  readonly guardrails: readonly string[];
  readonly audit: Audit;
  readonly bounds: readonly Bound[];
  /** Decisions of the owners of the app that the checks accept. Absent: none. */
  readonly declarations?: readonly DeclaredDecision[];
  /** What could not be known at synth. */
  readonly unknown: readonly Unknown[];
  /** What no statement can promise. */
  readonly limits: readonly string[];
}

export interface AgentIdentity {
  readonly name: string;
  /** Stack and logical id of the Runtime. */
  readonly id: string;
  readonly stack: string;
  readonly region: string;
}

export interface Definition {
  readonly sha256: string;
  readonly model: string;
  readonly instructionsSha256: string;
  readonly tools: readonly Tool[];
}

export interface Tool {
  readonly label: string;
  /** What is run in the environment, or the URL that the service calls. */
  readonly command: string;
  /** Absent: every tool of the server. */
  readonly allowed?: readonly string[];
}

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Trust {
  readonly effect: 'allow' | 'deny';
  readonly principal: string;
  readonly conditions: readonly Condition[];
}

/** One action on one resource under one set of conditions. */
export interface Permission {
  readonly effect: 'allow' | 'deny';
  /** An action, possibly with wildcards; `everything but a, b` for NotAction. */
  readonly action: string;
  /** A resource, possibly with wildcards; `everything but a, b` for NotResource. */
  readonly resource: string;
  readonly conditions: readonly Condition[];
  /** What is left of an allow after explicit denials and the permissions boundary. */
  readonly outcome: 'allowed' | 'denied';
  /** Why an allow is denied. */
  readonly because?: string;
  /** Why the resource of an allow is `*`. */
  readonly wildcard?: string;
}

export interface RoleReach {
  readonly purpose: 'session' | 'execution';
  readonly role: string;
  readonly trustedBy: readonly Trust[];
  /** The permissions boundary. */
  readonly boundary?: string;
  /** Policies whose content is not in the app. */
  readonly attached: readonly string[];
  readonly permissions: readonly Permission[];
}

/** What a principal may do to sessions of the agent. */
export type Drive =
  | 'start sessions'
  | 'start turns through a workflow'
  | 'submit messages'
  | 'follow turns'
  | 'cancel and delete'
  | 'invoke the runtime directly';

export interface Starter {
  readonly principal: string;
  readonly assumedBy: readonly Trust[];
  readonly may: readonly Drive[];
}

export interface Trigger {
  readonly name: string;
  readonly type: string;
  /** When it fires: an event pattern, a schedule, a route. */
  readonly when: string;
  /** What it starts, step by step, to the principal that drives the agent. */
  readonly path: readonly string[];
  /** What of the event reaches the prompt. */
  readonly passesIn: readonly string[];
  /** Whether a failed delivery is kept; absent where the trigger has no such notion. */
  readonly deadLetterQueue?: boolean;
}

export interface Flow {
  readonly direction: 'to' | 'from';
  readonly peer: string;
  readonly protocol: string;
  /** `443`, `1024-65535` or `all`. */
  readonly ports: string;
}

export interface EndpointPermission {
  readonly effect: 'allow' | 'deny';
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly conditions: readonly Condition[];
}

export interface Endpoint {
  readonly service: string;
  readonly type: string;
  /** False: the endpoint lets every action of every principal pass. */
  readonly ownPolicy: boolean;
  readonly permissions: readonly EndpointPermission[];
}

export interface NetworkReach {
  readonly mode: 'VPC' | 'PUBLIC' | 'unknown';
  readonly subnets: readonly string[];
  /** Routes that leave the VPC, to the internet or elsewhere; empty when none is in the app (see `unknown`). */
  readonly internet: readonly string[];
  readonly flows: readonly Flow[];
  readonly endpoints: readonly Endpoint[];
}

export interface Store {
  readonly name: string;
  readonly type: string;
  /** Judged by the names of the actions. */
  readonly access: readonly ('read' | 'write' | 'use')[];
  /** Roles of the agent that reach it. */
  readonly by: readonly ('session' | 'execution' | 'runtime')[];
  /** `customer-managed key X`, or what else is known. */
  readonly encryption: string;
}

export interface Audit {
  readonly trails: readonly TrailRecord[];
  readonly logGroups: readonly LogGroupRecord[];
  readonly alarms: readonly string[];
}

export interface TrailRecord {
  readonly trail: string;
  readonly records: readonly string[];
  readonly multiRegion: boolean;
  readonly validated: boolean;
  readonly key: string;
}

export interface LogGroupRecord {
  readonly name: string;
  /** Days; 0 for ever. */
  readonly retentionDays: number;
  readonly key: string;
}

export interface Bound {
  readonly name: string;
  /** `unbounded` when the template sets none; a text when it is known at deployment only. */
  readonly value: number | string;
  readonly unit: string;
}

export interface DeclaredDecision {
  /** The kind and what it is about: `egress 10.20.0.0/16:443 (Network/Network)`. */
  readonly what: string;
  readonly reason: string;
  /** ISO 8601 time at which it ends. */
  readonly expires?: string;
}

export interface Unknown {
  readonly where: string;
  readonly what: string;
}
