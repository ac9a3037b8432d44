import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { AgentNetworkService, type IAgentNetwork } from '../network';

/** Lets the registry of another account resolve. The one of this account always does. */
export function admitRegistry(scope: IConstruct, network: IAgentNetwork, repository: IRepository): void {
  const { account } = repository.env;
  if (!Token.isUnresolved(account) && account !== Stack.of(scope).account) {
    network.addService(AgentNetworkService.ECR_DKR._alsoAt([`${account}.dkr.ecr.{region}.amazonaws.com`]));
  }
}
