import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IManagedAgent } from '../agent/managed-agent-base';

export interface IAgentWorkflow {
  readonly stateMachine: IStateMachine;
  readonly encryptionKey: IKey;
  readonly evidenceBucket: IBucket;
}
export interface IAgentTrigger {
  bind(agent: IManagedAgent, workflow: IAgentWorkflow): void;
}
