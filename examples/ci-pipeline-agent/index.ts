import type { App, Environment } from 'aws-cdk-lib/core';
import { acknowledgeBlueprintFindings } from '../reviewed-findings';
import { CiPipelineAgentStack } from './ci-pipeline-agent-stack';
import { CiPipelineNetworkStack } from './ci-pipeline-network-stack';

/** Adds the stacks of the example to an app. */
export function addCiPipelineAgent(app: App, env: Environment) {
  const network = new CiPipelineNetworkStack(app, 'CiPipelineNetwork', { env });
  const agent = new CiPipelineAgentStack(app, 'CiPipelineAgent', { env, network: network.network });
  acknowledgeBlueprintFindings(network);
  acknowledgeBlueprintFindings(agent);
  return { network, agent };
}
