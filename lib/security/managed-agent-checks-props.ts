/** The subjects of the rules of {@link ManagedAgentChecks}. */
export enum ManagedAgentRuleFamily {
  /** MA-ID…: roles, trust, permissions, credentials. */
  IDENTITY = 'identity',
  /** MA-NET…: the network of a Runtime, and what it can reach. */
  NETWORK = 'network',
  /** MA-AUD…: recording and retention. */
  AUDIT = 'audit',
  /** MA-STO…: access to the stores of an agent and to the resources that start it. */
  STORE = 'store',
  /** MA-ENC…: keys and encrypted transport. */
  ENCRYPTION = 'encryption',
  /** MA-GRD…: screening of input and output. */
  GUARDRAIL = 'guardrail',
  /** MA-TRG…: triggers of turns. */
  TRIGGER = 'trigger',
  /** MA-IMG…: the code that runs, and its maximum lifetime. */
  IMAGE = 'image',
  /** MA-REG…: Regions of agents. */
  REGION = 'region',
  /** MA-COST…: notification about cost. Not enabled by default, because budgets are often in another team's app. */
  COST = 'cost',
}

/** Options of {@link ManagedAgentChecks}. The defaults are the strictest. */
export interface ManagedAgentChecksProps {
  /**
   * Only the rules of these families.
   *
   * @default - every family except COST
   */
  readonly families?: ManagedAgentRuleFamily[];

  /**
   * ARN of the managed policy that MA-ID9 requires as permissions boundary of every role of an agent, as the templates
   * name it after references are resolved.
   *
   * @default - if one role of an agent has a boundary, all must have one
   */
  readonly permissionsBoundary?: string;
}
