import type { IAgentEnvironment } from './agent-environment';
import type { AgentCoreEnvironmentMetrics } from './agentcore-environment-metrics';

/** An environment on AgentCore Runtime. Implemented by this library only. */
export interface IAgentCoreEnvironment extends IAgentEnvironment {
  /** ARN of the AgentCore Runtime. */
  readonly runtimeArn: string;
  /** Name of the AgentCore Runtime, the first part of its id and of a metric dimension. */
  readonly runtimeName: string;
  /** Name of the endpoint that sessions use (the runtime qualifier). */
  readonly endpointName: string;
  /** Metrics of the Runtime. */
  readonly metrics: AgentCoreEnvironmentMetrics;
}
