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
  /** The code that the compute runs, one for each value that the deployment can choose. Absent: an earlier version. */
  readonly code?: readonly ComputeCode[];
  /** What sessions are created from, when the assembly holds it. */
  readonly definition?: Definition;
  readonly roles: readonly RoleReach[];
  readonly starters: readonly Starter[];
  readonly triggers: readonly Trigger[];
  /** The state machine that runs the turns. Absent: whoever starts the agent drives its sessions. */
  readonly workflow?: Workflow;
  readonly network: NetworkReach;
  readonly stores: readonly Store[];
  /**
   * Who outside of the accounts of the app has access to what the agent stores, is encrypted with or is started by, declared
   * or not. Absent: nobody.
   */
  readonly outsideAccess?: readonly OutsideAccess[];
  readonly guardrails: readonly string[];
  /** KMS keys in the stacks of the agent, of its network and of its trails. */
  readonly keys: readonly KeyRecord[];
  readonly audit: Audit;
  /** Queues that keep what a rule, a schedule or a queue on the way to the agent couldn't deliver. */
  readonly deadLetterQueues: readonly string[];
  readonly bounds: readonly Bound[];
  /** Decisions of the owners of the app that the checks accept. Absent: none. */
  readonly declarations?: readonly DeclaredDecision[];
  /**
   * Conditions in the templates of the agent that only the deployment decides. What some deployment has is listed. Absent:
   * none.
   */
  readonly conditions?: readonly string[];
  /** What could not be known at synth. */
  readonly unknown: readonly Unknown[];
  /** What no statement can promise. */
  readonly limits: readonly string[];
}

export interface AgentIdentity {
  readonly name: string;
  /** Stack and logical id of the Runtime. */
  readonly id: string;
  /** Construct path of the Runtime; its id where the path isn't known. */
  readonly construct: string;
  /** Kind of compute that its commands run on: `AgentCore Runtime`. */
  readonly compute: string;
  readonly stack: string;
  readonly region: string;
}

/** A container image or a code archive. */
export interface ComputeCode {
  readonly kind: 'image' | 'archive' | 'unknown';
  /** Registry and repository of an image, or the URL of an archive; `unknown` where the template doesn't state it. */
  readonly name: string;
  /** `digest sha256:…`, `tag …` (which can move), `version …` of an archive, or `unknown`. */
  readonly version: string;
  /** A deployment that has it. Absent: every deployment has. */
  readonly when?: string;
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
  /** The policy of a resource that gives the permission. Absent: a policy of the role. */
  readonly grantedBy?: string;
  /** A deployment that has it. Absent: every deployment has. */
  readonly when?: string;
}

/** Something that a role can become, start or send to: what that may do, the role may do, too. */
export interface Influence {
  /** What the role reaches: a role, a function, a queue, the sessions of an agent. */
  readonly what: string;
  /** CloudFormation type, or what else it is. */
  readonly type: string;
  /** The way there, step by step: `starts`, `runs as`. */
  readonly way: readonly Hop[];
  /** False when it depends on what can't be read, or on a name that the deployment decides. */
  readonly certain: boolean;
  /** A deployment that has it. Absent: every deployment has. */
  readonly when?: string;
}

export interface Hop {
  /** `assumes`, `runs as`, `starts`, `sends to`, `feeds`, `delivers to`, `is`, `loads`, `reports to`. */
  readonly does: string;
  readonly to: string;
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
  /** What works under the role, besides the compute of an agent. Absent: nothing. */
  readonly worksFor?: readonly string[];
  /** What the role can become, start, send to or change the code of. Absent: nothing. */
  readonly influences?: readonly Influence[];
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
  /**
   * True for a role, user or group that isn't in the app: who may assume it and what else it may do are unknown. Absent:
   * false.
   */
  readonly outside?: boolean;
  /** What works as the principal: functions, state machines, builds. Absent: people, services, or nothing in the app. */
  readonly worksFor?: readonly string[];
  /** True for a step of a workflow that leads to the agent: it only continues what something else has started. */
  readonly step?: boolean;
  /** False when it depends on what can't be read, or on a name that the deployment decides. Absent: true. */
  readonly certain?: boolean;
}

export interface Trigger {
  readonly name: string;
  readonly type: string;
  /** When it fires: an event pattern, a schedule, a route. */
  readonly when: string;
  /** The event bus of a rule: who may put events on it can fire the trigger. Absent: the default bus, or no rule. */
  readonly bus?: string;
  /** What it starts, step by step, to the principal that drives the agent. */
  readonly path: readonly string[];
  /** What of the event reaches the prompt. */
  readonly passesIn: readonly string[];
  /** Whether a failed delivery is kept; absent where the trigger has no such notion. */
  readonly deadLetterQueue?: boolean;
  /** True when events wait in a queue until something takes them. Absent: false. */
  readonly queued?: boolean;
  /** True when it starts what ends turns of others. Absent: false. */
  readonly settles?: boolean;
}

/** The state machine that runs the turns of an agent. */
export interface Workflow {
  readonly name: string;
  /** The calls of an ordinary turn in their order: the longest way on which nothing fails, each repetition once. */
  readonly tasks: readonly WorkflowTask[];
  /** State machines of the app that ask it for turns. */
  readonly requesters: readonly Requester[];
}

export interface WorkflowTask {
  /** Name of the state. */
  readonly state: string;
  /** Service and action: `lambda:invoke`, `dynamodb:updateItem`. */
  readonly calls: string;
  /** What it does for a turn, by what it calls and may do there: `opens a session`, `screens input`. */
  readonly does: readonly string[];
  /** Resources of the app that the call names, functions aside. */
  readonly on: readonly CalledResource[];
  /** What the function that it invokes may use. */
  readonly reaches: readonly Reached[];
  /** How long it waits at most. Absent: not stated. */
  readonly timeoutSeconds?: number;
}

export interface CalledResource {
  readonly name: string;
  /** CloudFormation type. */
  readonly type: string;
  /** What is worth knowing about it: the kinds of policies of a guardrail, the lock of a bucket, the type of an event. */
  readonly facts: readonly string[];
}

/** What a role may use. */
export interface Reached {
  /** Prefix of the actions. */
  readonly service: string;
  readonly resource: string;
  /** `read`, `write`, `use`; for every resource (`*`) the names of the actions. */
  readonly does: readonly string[];
}

/** A state machine that asks for turns. */
export interface Requester {
  readonly name: string;
  /** For how many items of a list it asks at the same time; 0 for no limit. Absent: it works through no list. */
  readonly itemsAtOnce?: number;
  /** What its functions may use. */
  readonly reaches: readonly Reached[];
}

export interface KeyRecord {
  readonly name: string;
  /** True when KMS rotates it. */
  readonly rotates: boolean;
  /** How many resources state it as their key, by CloudFormation type. */
  readonly encrypts: readonly { readonly type: string; readonly count: number }[];
}

export interface Flow {
  readonly direction: 'to' | 'from';
  readonly peer: string;
  readonly protocol: string;
  /** `443`, `1024-65535` or `all`. */
  readonly ports: string;
  /** What has the security group of the peer, besides endpoints and mount targets. Absent: nothing in the app. */
  readonly reaches?: readonly string[];
  /** A deployment that has it. Absent: every deployment has. */
  readonly when?: string;
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
  /** Whose service answers, if it isn't one of AWS: a service of the app, or anybody's. */
  readonly owner?: 'app' | 'foreign' | 'unknown';
  /** False: the endpoint lets every action of every principal pass. */
  readonly ownPolicy: boolean;
  readonly permissions: readonly EndpointPermission[];
}

export interface NetworkReach {
  readonly mode: 'VPC' | 'PUBLIC' | 'unknown';
  readonly subnets: readonly string[];
  /**
   * Ways out: routes that leave the VPC, endpoints of other services, browsers and code interpreters that the roles may use,
   * hosts that data is sent on to, and what joins, shares or changes the network.
   * Empty when none is in the app (see `unknown`).
   */
  readonly internet: readonly string[];
  /** Which names resolve in the networks of the agent. Absent: the VPC is not in the app, or there is none. */
  readonly names?: readonly NameReach[];
  readonly flows: readonly Flow[];
  readonly endpoints: readonly Endpoint[];
}

/** Which names resolve in a VPC. A name that resolves carries data out, even without a route. */
export interface NameReach {
  readonly vpc: string;
  /** The names that DNS Firewall lets pass; `*` when every name resolves. */
  readonly resolves: readonly string[];
  /** Why every name resolves. */
  readonly because?: string;
  /** Servers outside of the VPC that get queries. */
  readonly forwardedTo: readonly string[];
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

/** Access of somebody outside of the accounts of the app to a resource. */
export interface OutsideAccess {
  readonly to: string;
  /** Stack and logical id of the resource. */
  readonly id: string;
  /** CloudFormation type. */
  readonly type: string;
  /**
   * `copy`: a bucket is replicated or listed there. `destination`: something sends the data there. `call`: a custom resource,
   * schedule or state machine changes it. `role`: they may assume a role of the app that has the access.
   */
  readonly by: 'policy' | 'ACL' | 'copy' | 'destination' | 'call' | 'role';
  /** `everybody`, a principal, an account, the ARN of a destination, the name of an ACL, or what makes a call. */
  readonly who: string;
  /** Of a policy, a role or a call. Absent: an ACL, a copy, a destination. */
  readonly actions?: readonly string[];
  /** Absent: none. */
  readonly conditions?: readonly Condition[];
  /** A deployment that has it. Absent: every deployment has. */
  readonly when?: string;
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
