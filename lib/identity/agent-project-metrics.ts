import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IAgentProject } from './agent-project';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Metrics of a Bedrock project, namespace AWS/BedrockMantle. They cover one agent only if no other agent uses the
 * project. AWS doesn't document whether inference of managed agents is counted.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/monitoring-mantle-metrics.html
 */
export class AgentProjectMetrics {
  static {
    checkInputsOf(this, 'AgentProjectMetrics');
  }

  /** Metrics of this project. */
  public static fromAgentProject(project: IAgentProject): AgentProjectMetrics {
    return new AgentProjectMetrics(project);
  }

  private constructor(private readonly project: IAgentProject) {}

  /** Any metric of the project, by its name. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/BedrockMantle',
      metricName,
      dimensionsMap: { Project: this.project.projectId },
      statistic: Stats.SUM,
      ...options,
    }).attachTo(this.project);
  }

  /** Inference requests. */
  public inferences(options?: MetricOptions): Metric {
    return this.metric('Inferences', options);
  }

  /** Inference requests that failed with a 4xx status. */
  public inferenceClientErrors(options?: MetricOptions): Metric {
    return this.metric('InferenceClientErrors', options);
  }

  /** Input tokens. */
  public inputTokens(options?: MetricOptions): Metric {
    return this.metric('TotalInputTokens', options);
  }

  /** Output tokens. */
  public outputTokens(options?: MetricOptions): Metric {
    return this.metric('TotalOutputTokens', options);
  }
}
