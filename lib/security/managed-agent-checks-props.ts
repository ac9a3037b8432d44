import type { Stack } from 'aws-cdk-lib/core';

/** The subjects of the rules of {@link ManagedAgentChecks}. */
export enum ManagedAgentRuleFamily {
  /** MA-ID…: roles, trust, permissions, credentials. */
  IDENTITY = 'identity',
  /** MA-NET…: where a Runtime is and what it can reach. */
  NETWORK = 'network',
  /** MA-AUD…: what is recorded and kept. */
  AUDIT = 'audit',
  /** MA-ENC…: keys and encrypted transport. */
  ENCRYPTION = 'encryption',
  /** MA-GRD…: screening of what goes in and out. */
  GUARDRAIL = 'guardrail',
  /** MA-TRG…: what starts turns. */
  TRIGGER = 'trigger',
  /** MA-IMG…: the code that runs, and for how long. */
  IMAGE = 'image',
  /** MA-REG…: where agents may stand. */
  REGION = 'region',
  /** MA-COST…: who is told about the spend. Not among the defaults: budgets usually belong to another team's app. */
  COST = 'cost',
}

/** Egress of a Runtime that is allowed beside endpoints and mount targets. */
export interface AllowedEgress {
  /** A CIDR, the id of a prefix list or of a security group, as the template names it: `10.20.0.0/16`. */
  readonly peer: string;

  /**
   * TCP port, 1 to 65535.
   *
   * @default 443
   */
  readonly port?: number;

  /** Why the Runtime has to get there. Stands in the validation report. */
  readonly reason: string;
}

/** An action that roles of agents may be allowed on every resource. */
export interface AllowedWildcardAction {
  /** The action, written out: `codeartifact:ListDomains`. */
  readonly action: string;

  /** Why it cannot be limited to resources. Stands in the validation report. */
  readonly reason: string;
}

/** A stack that the rules leave alone. */
export interface ExemptStack {
  /** The stack; its nested stacks are exempt with it. */
  readonly stack: Stack;

  /** Why it is not judged. Stands in the validation report. */
  readonly reason: string;
}

/** Options of {@link ManagedAgentChecks}. The defaults are the strictest. */
export interface ManagedAgentChecksProps {
  /**
   * Only the rules of these families.
   *
   * @default - every family but COST
   */
  readonly families?: ManagedAgentRuleFamily[];

  /**
   * Egress that MA-NET4 accepts beside endpoints, prefix lists and mount targets.
   *
   * @default - none
   */
  readonly allowedEgress?: AllowedEgress[];

  /**
   * Actions that MA-ID5 accepts on every resource, beside those without a resource-level form that it knows.
   *
   * @default - none
   */
  readonly allowedWildcardActions?: AllowedWildcardAction[];

  /**
   * ARN of the managed policy that MA-ID9 requires as permissions boundary of every role of an agent, as the templates
   * name it after references are resolved.
   *
   * @default - when one role of an agent has a boundary, all must have one
   */
  readonly permissionsBoundary?: string;

  /**
   * Stacks whose findings are dropped, fatal ones included. Prefer acknowledging single rules.
   *
   * @default - none
   */
  readonly exemptStacks?: ExemptStack[];
}
