/** The workflow as a user would write it, synthesized. */
import { App, Stack } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentGuardrail,
  AgentModel,
  type IAgentBaseline,
  type IAgentEnvironment,
  ManagedAgent,
  TurnApproval,
  TurnWorkflow,
  type TurnWorkflowProps,
} from '../../../lib';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';
import { stageAssets } from '../../staged-assets';

stageAssets();

export interface Deployed {
  readonly account: SynthesizedAccount;
  /** Directory of the cloud assembly. */
  readonly assembly: string;
}

export function deploy(
  props: Partial<TurnWorkflowProps> = {},
  more: (workflow: TurnWorkflow, stack: Stack) => void = () => undefined,
  environment?: (stack: Stack, baseline: IAgentBaseline) => IAgentEnvironment,
): Deployed {
  const app = new App();
  const stack = new Stack(app, 'Reviews', { env: { account: ACCOUNT, region: REGION } });
  const baseline = new AgentBaseline(stack, 'Baseline');
  const agent = new ManagedAgent(stack, 'Reviewer', {
    agentName: 'reviewer',
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Review the change.',
    ...(environment ? { environment: environment(stack, baseline) } : { baseline }),
  });
  const workflow = new TurnWorkflow(stack, 'Turns', {
    agent,
    guardrail: AgentGuardrail.standard(stack, 'Guardrail'),
    approval: TurnApproval.onRequest(),
    ...props,
  });
  more(workflow, stack);
  return { account: new SynthesizedAccount(stack), assembly: app.synth().directory };
}
