import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import { AgentGuardrailGrants } from './agent-guardrail-grants';

/** A guardrail, made here or brought: what judges the text that goes to an agent and comes from it. */
export interface IAgentGuardrail extends IConstruct {
  /** Id of the guardrail. */
  readonly guardrailId: string;
  /** ARN of the guardrail. */
  readonly guardrailArn: string;
  /** Number of the version to apply; never DRAFT. */
  readonly guardrailVersion: string;
  /** ARNs of the guardrail profile in every Region where the guardrail may be evaluated; empty without a profile. */
  readonly profileArns: string[];
  /** Key of the guardrail; undefined when it is unknown. */
  readonly encryptionKey?: IKey;
  /** Who may apply the guardrail. */
  readonly grants: AgentGuardrailGrants;

  /**
   * A metric of the current version of the guardrail, namespace AWS/Bedrock/Guardrails. A new policy is a new version, and
   * with it a new series.
   *
   * Source: docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /** Texts judged (count). */
  metricInvocations(props?: MetricOptions): Metric;
  /** Texts blocked or masked (count). */
  metricInterventions(props?: MetricOptions): Metric;
  /** Time to judge a text (milliseconds). */
  metricLatencyInMillis(props?: MetricOptions): Metric;
  /** Text units consumed, which is what is charged (count; a unit has up to 1000 characters). */
  metricTextUnits(props?: MetricOptions): Metric;
  /** Calls refused because of the caller (count). */
  metricClientErrors(props?: MetricOptions): Metric;
  /** Calls that failed on the side of the service (count). */
  metricServerErrors(props?: MetricOptions): Metric;
  /** Throttled calls (count). */
  metricThrottles(props?: MetricOptions): Metric;
}

/** What defined and imported guardrails have in common. */
export abstract class AgentGuardrailBase extends Construct implements IAgentGuardrail {
  public abstract readonly guardrailId: string;
  public abstract readonly guardrailArn: string;
  public abstract readonly guardrailVersion: string;
  public abstract readonly profileArns: string[];
  public abstract readonly encryptionKey?: IKey;

  public readonly grants: AgentGuardrailGrants = AgentGuardrailGrants.fromGuardrail(this);

  public metric(metricName: string, props?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/Bedrock/Guardrails',
      metricName,
      dimensionsMap: { GuardrailArn: this.guardrailArn, GuardrailVersion: this.guardrailVersion },
      statistic: Stats.SUM,
      ...props,
    }).attachTo(this);
  }

  public metricInvocations(props?: MetricOptions): Metric {
    return this.metric('Invocations', props);
  }

  public metricInterventions(props?: MetricOptions): Metric {
    return this.metric('InvocationsIntervened', props);
  }

  public metricLatencyInMillis(props?: MetricOptions): Metric {
    return this.metric('InvocationLatency', { statistic: Stats.AVERAGE, ...props });
  }

  public metricTextUnits(props?: MetricOptions): Metric {
    return this.metric('TextUnitCount', props);
  }

  public metricClientErrors(props?: MetricOptions): Metric {
    return this.metric('InvocationClientErrors', props);
  }

  public metricServerErrors(props?: MetricOptions): Metric {
    return this.metric('InvocationServerErrors', props);
  }

  public metricThrottles(props?: MetricOptions): Metric {
    return this.metric('InvocationThrottles', props);
  }
}
