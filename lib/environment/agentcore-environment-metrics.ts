import { type GraphWidgetProps, Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { IAgentCoreEnvironment } from './agentcore-environment-ref';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Metrics of an AgentCore Runtime, namespace AWS/Bedrock-AgentCore. Each method names the quantity and, if it isn't a
 * count, the unit.
 *
 * Source: docs.aws.amazon.com/bedrock-agentcore/latest/devguide/observability-runtime-metrics.html
 */
export class AgentCoreEnvironmentMetrics {
  static {
    checkInputsOf(this, 'AgentCoreEnvironmentMetrics');
  }

  /** Metrics of this environment. */
  public static fromAgentCoreEnvironment(environment: IAgentCoreEnvironment): AgentCoreEnvironmentMetrics {
    return new AgentCoreEnvironmentMetrics(environment);
  }

  private constructor(private readonly environment: IAgentCoreEnvironment) {}

  /** Any metric of the Runtime's endpoint, by its name. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    return this.create({ Operation: 'InvokeAgentRuntime' }, metricName, options);
  }

  /** Invocations of the Runtime. */
  public invocations(options?: MetricOptions): Metric {
    return this.metric('Invocations', options);
  }

  /** Throttled invocations. */
  public throttles(options?: MetricOptions): Metric {
    return this.metric('Throttles', options);
  }

  /** Invocations that failed because of the service. */
  public systemErrors(options?: MetricOptions): Metric {
    return this.metric('SystemErrors', options);
  }

  /** Invocations that failed because of the caller or the container. */
  public userErrors(options?: MetricOptions): Metric {
    return this.metric('UserErrors', options);
  }

  /** Time from an invocation to its last response byte, in milliseconds. */
  public latencyInMillis(options?: MetricOptions): Metric {
    return this.metric('Latency', { statistic: Stats.AVERAGE, ...options });
  }

  /** New compute sessions. */
  public sessions(options?: MetricOptions): Metric {
    return this.metric('SessionCount', options);
  }

  /** Processor time used, in vCPU hours. Up to 60 minutes late, and not the billed amount. */
  public cpuUsedInVcpuHours(options?: MetricOptions): Metric {
    return this.consumption('CPUUsed-vCPUHours', options);
  }

  /** Memory used, in gigabyte hours. Up to 60 minutes late, and not the billed amount. */
  public memoryUsedInGigabyteHours(options?: MetricOptions): Metric {
    return this.consumption('MemoryUsed-GBHours', options);
  }

  /** @internal */
  public _graphs(): GraphWidgetProps[] {
    return [
      {
        title: 'Compute',
        left: [
          this.invocations({ label: 'invocations' }),
          this.userErrors({ label: 'errors of container or caller' }),
          this.systemErrors({ label: 'errors of the service' }),
        ],
        right: [this.sessions({ label: 'new sessions' })],
      },
      {
        title: 'Compute used',
        left: [this.cpuUsedInVcpuHours({ label: 'vCPU hours' })],
        right: [this.memoryUsedInGigabyteHours({ label: 'GB hours' })],
      },
    ];
  }

  private consumption(metricName: string, options?: MetricOptions): Metric {
    return this.create({ Service: 'AgentCore.Runtime' }, metricName, { period: Duration.hours(1), ...options });
  }

  private create(dimension: Record<string, string>, metricName: string, options?: MetricOptions): Metric {
    const { runtimeArn, runtimeName, endpointName } = this.environment;
    return new Metric({
      namespace: 'AWS/Bedrock-AgentCore',
      metricName,
      dimensionsMap: { ...dimension, Resource: runtimeArn, Name: `${runtimeName}::${endpointName}` },
      statistic: Stats.SUM,
      ...options,
    }).attachTo(this.environment);
  }
}
