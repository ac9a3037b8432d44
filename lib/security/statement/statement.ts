/** The records that the cost estimate still reads. */
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
