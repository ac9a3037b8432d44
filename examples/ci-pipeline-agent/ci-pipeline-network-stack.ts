import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { AgentNetwork } from 'cdk-bedrock-managed-agents';
import type { Construct } from 'constructs';

/**
 * The network of the agent, in a stack of its own: the service keeps the network interfaces of a Runtime for up to eight
 * hours, so the agent's stack can be deleted at once and the network later. The agent's tools add the endpoints that they
 * need: git over PrivateLink, and CodeArtifact.
 */
export class CiPipelineNetworkStack extends Stack {
  public readonly network: AgentNetwork;

  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, props);
    this.network = new AgentNetwork(this, 'Network');
  }
}
