/**
 * The contract between a workflow (lib/), which writes one stack output, and the program `bma` (bin/), which finds agents by
 * these outputs with CloudFormation DescribeStacks. No output contains a secret, only names, ARNs and URLs.
 */

/** Every output whose key begins with this is an {@link AgentRecord} as JSON. */
export const AGENT_OUTPUT_PREFIX = 'BmaAgent';

/** `AgentRecord.format`. The program ignores other formats. */
export const AGENT_RECORD_FORMAT = 'cdk-bedrock-managed-agents/agent/1';

/** One deployed agent with a workflow. */
export interface AgentRecord {
  readonly format: typeof AGENT_RECORD_FORMAT;
  /** Name of the agent. */
  readonly agent: string;
  /** ARN of the state machine that runs one execution per turn. */
  readonly turns: string;
  /** ARN of the state machine that settles turns that were stopped. */
  readonly settlement: string;
  /** Name of the bucket with evidence and large prompts. */
  readonly evidence: string;
  /** Name of the event bus where outcome events appear. */
  readonly bus: string;
  /** Name of the table with the stop of the agent and the refusal of its budget. Absent in records of earlier versions. */
  readonly ledger?: string;
  /** The URL for decisions of approvers. Absent without an approval step. */
  readonly approveUrl?: string;
  readonly triggers: readonly TriggerRecord[];
  /** URL of the queue with stopped executions that could not be settled. */
  readonly settlementDeadLetters: string;
  /** URL of the queue with events that the bus could not handle. */
  readonly busDeadLetters: string;
}

/** One trigger of an agent. */
export interface TriggerRecord {
  readonly id: string;
  /** URL of the queue where events wait for their turn to be started. */
  readonly events: string;
  /** URL of the queue with events that started no turn. */
  readonly deadLetters: string;
}
