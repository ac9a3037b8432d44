import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IAgentGuardrail } from './agent-guardrail-base';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * Metrics of the current version of a guardrail, namespace AWS/Bedrock/Guardrails. A new policy is a new version, and
 * thereby a new time series. Each method names the quantity and, if it isn't a count, the unit.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html
 */
export class AgentGuardrailMetrics {
  static {
    checkInputsOf(this, 'AgentGuardrailMetrics');
  }

  /** Metrics of this guardrail. */
  public static fromGuardrail(guardrail: IAgentGuardrail): AgentGuardrailMetrics {
    return new AgentGuardrailMetrics(guardrail);
  }

  private constructor(private readonly guardrail: IAgentGuardrail) {}

  /** Any metric of the guardrail, by its name. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    const { guardrailArn, guardrailVersion } = this.guardrail;
    return new Metric({
      namespace: 'AWS/Bedrock/Guardrails',
      metricName,
      dimensionsMap: { GuardrailArn: guardrailArn, GuardrailVersion: guardrailVersion },
      statistic: Stats.SUM,
      ...options,
    }).attachTo(this.guardrail);
  }

  /** Texts screened. */
  public invocations(options?: MetricOptions): Metric {
    return this.metric('Invocations', options);
  }

  /** Texts blocked or masked. */
  public interventions(options?: MetricOptions): Metric {
    return this.metric('InvocationsIntervened', options);
  }

  /** Time to screen a text, in milliseconds. */
  public latencyInMillis(options?: MetricOptions): Metric {
    return this.metric('InvocationLatency', { statistic: Stats.AVERAGE, ...options });
  }

  /** Used text units, which are charged. A unit has up to 1,000 characters. */
  public textUnits(options?: MetricOptions): Metric {
    return this.metric('TextUnitCount', options);
  }

  /** Calls refused because of the caller. */
  public clientErrors(options?: MetricOptions): Metric {
    return this.metric('InvocationClientErrors', options);
  }

  /** Calls that failed because of the service. */
  public serverErrors(options?: MetricOptions): Metric {
    return this.metric('InvocationServerErrors', options);
  }

  /** Throttled calls. */
  public throttles(options?: MetricOptions): Metric {
    return this.metric('InvocationThrottles', options);
  }
}
