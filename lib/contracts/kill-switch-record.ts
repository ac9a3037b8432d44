/** The contract between a kill switch (lib/), which writes one stack output, and the program `bma` (bin/), which finds it by this output. */

/** Every output whose key begins with this is a {@link KillSwitchRecord} as JSON. */
export const KILL_SWITCH_OUTPUT_PREFIX = 'BmaKillSwitch';

/** `KillSwitchRecord.format`. The program ignores other formats. */
export const KILL_SWITCH_RECORD_FORMAT = 'cdk-bedrock-managed-agents/kill-switch/1';

/** One deployed kill switch. */
export interface KillSwitchRecord {
  readonly format: typeof KILL_SWITCH_RECORD_FORMAT;
  /** Names of the agents that are stopped together. */
  readonly agents: readonly string[];
  /** ARN of the state machine that stops the agents. */
  readonly engage: string;
  /** ARN of the state machine that lets them run again. */
  readonly release: string;
}
