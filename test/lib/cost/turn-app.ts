import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentGuardrail,
  AgentModel,
  AgentNetwork,
  AgentTrigger,
  ManagedAgent,
  TurnWorkflow,
} from '../../../lib';

/** An app with one governed agent in two stacks: network, agent, workflow, trigger. */
export function turnApp() {
  const app = new App();
  const env = { account: '111122223333', region: 'us-east-1' };
  const networkStack = new Stack(app, 'Network', { env });
  const stack = new Stack(app, 'Agent', { env });
  const network = new AgentNetwork(networkStack, 'Network');
  const agent = new ManagedAgent(stack, 'Reviewer', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review.',
    baseline: new AgentBaseline(stack, 'Baseline', { network }),
  });
  const workflow = new TurnWorkflow(stack, 'Turns', { agent, guardrail: AgentGuardrail.standard(stack, 'Guardrail') });
  workflow.addTrigger(AgentTrigger.onPullRequest(Repository.fromRepositoryName(stack, 'Repository', 'payments')));
  return { app, networkStack, stack, network, agent, workflow };
}
