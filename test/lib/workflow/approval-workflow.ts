import type { Stack } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentGuardrail, AgentModel, ManagedAgent, TurnApproval, TurnWorkflow } from '../../../lib';

/** A workflow with each of its optional resources: turns need an approval. */
export function approvalWorkflow(stack: Stack): TurnWorkflow {
  const agent = new ManagedAgent(stack, 'Reviewer', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review.',
    baseline: new AgentBaseline(stack, 'Baseline'),
  });
  return new TurnWorkflow(stack, 'Turns', {
    agent,
    guardrail: AgentGuardrail.standard(stack, 'Guardrail'),
    approval: TurnApproval.onRequest(),
  });
}
