import { CfnOutput, Lazy, Stack } from 'aws-cdk-lib/core';
import { AGENT_OUTPUT_PREFIX, AGENT_RECORD_FORMAT, type AgentRecord } from '../contracts/agent-record';
import type { TurnStarter } from './operated-workflow';
import type { TurnWorkflow } from './turn-workflow';

/**
 * Writes the stack output by which the program `bma` finds the agent. Its key is the same in every deployment of the
 * same construct path, and unique in the stack.
 *
 * @param starters triggers, also those that are added later
 */
export function agentOutput(workflow: TurnWorkflow, starters: readonly TurnStarter[]): void {
  const output = new CfnOutput(workflow, 'Record', {
    description: `The agent ${workflow.agent.agentName}, for the program bma`,
    value: Lazy.string({ produce: () => Stack.of(workflow).toJsonString(recordOf(workflow, starters)) }),
  });
  output.overrideLogicalId(`${AGENT_OUTPUT_PREFIX}${workflow.node.addr.slice(-8)}`);
}

function recordOf(workflow: TurnWorkflow, starters: readonly TurnStarter[]): AgentRecord {
  return {
    format: AGENT_RECORD_FORMAT,
    agent: workflow.agent.agentName,
    turns: workflow.stateMachine.stateMachineArn,
    settlement: workflow.settlement.stateMachineArn,
    evidence: workflow.evidenceBucket.bucketName,
    bus: workflow.eventBus.eventBusName,
    ledger: workflow.ledger.tableName,
    ...(workflow.approveUrl === undefined ? {} : { approveUrl: workflow.approveUrl }),
    triggers: starters.map(({ triggerId, events, deadLetters }) => ({
      id: triggerId,
      events: events.queueUrl,
      deadLetters: deadLetters.queueUrl,
    })),
    settlementDeadLetters: workflow.settlementDeadLetters.queueUrl,
    busDeadLetters: workflow.busDeadLetters.queueUrl,
  };
}
