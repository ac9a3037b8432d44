import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { Duration, Resource, type IResource } from 'aws-cdk-lib/core';
import type { IAgentProject } from '../identity/agent-project';
import { ManagedAgentGrants } from './managed-agent-grants';

/**
 * A managed agent, defined here or elsewhere.
 *
 * As a grantee it is its execution role: `bucket.grantRead(agent)` reads "the agent may read the bucket".
 */
export interface IManagedAgent extends IResource, IGrantable, IConnectable {
  /** Name of the agent, unique in account and Region. */
  readonly agentName: string;
  /** The role that BMA assumes for the agent's sessions. */
  readonly sessionRole: IRole;
  /** The role that the agent's commands work under. */
  readonly executionRole: IRole;
  /** The Bedrock project that the agent's permissions end at. */
  readonly project: IAgentProject;
  /** ARN of the AgentCore Runtime. */
  readonly runtimeArn: string;
  /** Name of the AgentCore Runtime, the first part of a metric dimension. */
  readonly runtimeName: string;
  /** Name of the Runtime's endpoint that sessions use. */
  readonly endpointName: string;
  /** ARN of the SSM parameter that points to the session definition. */
  readonly sessionDefinitionParameterArn: string;
  /** ARN of the session definition's file, or undefined for an imported agent whose file is not known. */
  readonly sessionDefinitionFileArn?: string;
  /** Permissions to drive the agent. */
  readonly grants: ManagedAgentGrants;

  /**
   * A metric of the agent's Runtime, namespace AWS/Bedrock-AgentCore.
   *
   * Source: docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-runtime-metrics.html
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /** Invocations of the Runtime (count). */
  metricInvocations(props?: MetricOptions): Metric;
  /** Throttled invocations (count). */
  metricThrottles(props?: MetricOptions): Metric;
  /** Invocations that failed on the side of the service (count). */
  metricSystemErrors(props?: MetricOptions): Metric;
  /** Invocations that failed on the side of the caller or the container (count). */
  metricUserErrors(props?: MetricOptions): Metric;
  /** Time from an invocation to its last response byte (milliseconds). */
  metricLatencyInMillis(props?: MetricOptions): Metric;
  /** New compute sessions (count). */
  metricSessions(props?: MetricOptions): Metric;
  /** Processor time used (vCPU hours). Up to 60 minutes late and not what is billed. */
  metricCpuUsedInVcpuHours(props?: MetricOptions): Metric;
  /** Memory used (gigabyte hours). Up to 60 minutes late and not what is billed. */
  metricMemoryUsedInGigabyteHours(props?: MetricOptions): Metric;

  /**
   * A metric of the agent's Bedrock project, namespace AWS/BedrockMantle. Speaks of this agent alone only if the
   * project is its own. Whether inference inside managed agents is counted is not documented.
   *
   * Source: docs.aws.amazon.com/bedrock/latest/userguide/monitoring-mantle-metrics.html
   */
  metricProject(metricName: string, props?: MetricOptions): Metric;
  /** Inference requests of the project (count). */
  metricInferences(props?: MetricOptions): Metric;
  /** Inference requests of the project that failed with a 4xx status (count). */
  metricInferenceClientErrors(props?: MetricOptions): Metric;
  /** Input tokens of the project (count). */
  metricInputTokens(props?: MetricOptions): Metric;
  /** Output tokens of the project (count). */
  metricOutputTokens(props?: MetricOptions): Metric;
}

/** What defined and imported agents have in common. */
export abstract class ManagedAgentBase extends Resource implements IManagedAgent {
  public abstract readonly agentName: string;
  public abstract readonly sessionRole: IRole;
  public abstract readonly executionRole: IRole;
  public abstract readonly project: IAgentProject;
  public abstract readonly runtimeArn: string;
  public abstract readonly runtimeName: string;
  public abstract readonly endpointName: string;
  public abstract readonly sessionDefinitionParameterArn: string;
  public abstract readonly sessionDefinitionFileArn?: string;
  public abstract readonly grantPrincipal: IPrincipal;
  public abstract readonly connections: Connections;

  public readonly grants: ManagedAgentGrants = ManagedAgentGrants.fromManagedAgent(this);

  public metric(metricName: string, props?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/Bedrock-AgentCore',
      metricName,
      dimensionsMap: {
        Operation: 'InvokeAgentRuntime',
        Resource: this.runtimeArn,
        Name: `${this.runtimeName}::${this.endpointName}`,
      },
      statistic: Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  public metricInvocations(props?: MetricOptions): Metric {
    return this.metric('Invocations', props);
  }

  public metricThrottles(props?: MetricOptions): Metric {
    return this.metric('Throttles', props);
  }

  public metricSystemErrors(props?: MetricOptions): Metric {
    return this.metric('SystemErrors', props);
  }

  public metricUserErrors(props?: MetricOptions): Metric {
    return this.metric('UserErrors', props);
  }

  public metricLatencyInMillis(props?: MetricOptions): Metric {
    return this.metric('Latency', { statistic: Stats.AVERAGE, ...props });
  }

  public metricSessions(props?: MetricOptions): Metric {
    return this.metric('SessionCount', props);
  }

  public metricCpuUsedInVcpuHours(props?: MetricOptions): Metric {
    return this.consumption('CPUUsed-vCPUHours', props);
  }

  public metricMemoryUsedInGigabyteHours(props?: MetricOptions): Metric {
    return this.consumption('MemoryUsed-GBHours', props);
  }

  public metricProject(metricName: string, props?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/BedrockMantle',
      metricName,
      dimensionsMap: { Project: this.project.projectId },
      statistic: Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  public metricInferences(props?: MetricOptions): Metric {
    return this.metricProject('Inferences', props);
  }

  public metricInferenceClientErrors(props?: MetricOptions): Metric {
    return this.metricProject('InferenceClientErrors', props);
  }

  public metricInputTokens(props?: MetricOptions): Metric {
    return this.metricProject('TotalInputTokens', props);
  }

  public metricOutputTokens(props?: MetricOptions): Metric {
    return this.metricProject('TotalOutputTokens', props);
  }

  private consumption(metricName: string, props?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/Bedrock-AgentCore',
      metricName,
      dimensionsMap: {
        Service: 'AgentCore.Runtime',
        Resource: this.runtimeArn,
        Name: `${this.runtimeName}::${this.endpointName}`,
      },
      statistic: Stats.SUM,
      period: Duration.hours(1),
      ...props,
    }).attachTo(this);
  }
}
