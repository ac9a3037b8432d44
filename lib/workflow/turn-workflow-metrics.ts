import { Metric, Stats, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITurnWorkflow } from './turn-workflow-ref';
import { checkInputsOf } from '../validation/checked-inputs';

/** Metrics of the turns of a workflow. Each method names the quantity and, if it isn't a count, the unit. */
export class TurnWorkflowMetrics {
  static {
    checkInputsOf(this, 'TurnWorkflowMetrics');
  }

  /** Metrics of this workflow. */
  public static fromTurnWorkflow(workflow: ITurnWorkflow): TurnWorkflowMetrics {
    return new TurnWorkflowMetrics(workflow);
  }

  private constructor(private readonly workflow: ITurnWorkflow) {}

  /** Turns started. */
  public turnsStarted(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricStarted(options);
  }

  /** Turns whose execution published an outcome, for every outcome. */
  public turnsEnded(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricSucceeded(options);
  }

  /** Executions that failed. The settlement publishes the outcome of these turns. */
  public executionsFailed(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricFailed(options);
  }

  /** Time from the start of a turn to its outcome, in milliseconds. */
  public turnTimeInMillis(options?: MetricOptions): Metric {
    return this.workflow.stateMachine.metricTime(options);
  }

  /** Events on the bus of the workflow that matched a rule. */
  public outcomeEventsMatched(options?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/Events',
      metricName: 'MatchedEvents',
      dimensionsMap: { EventBusName: this.workflow.eventBus.eventBusName },
      statistic: Stats.SUM,
      ...options,
    }).attachTo(this.workflow);
  }
}
