import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { admitAlarms } from '../audit/alarm-topic';
import { TURN_EVENT_SOURCE, turnEventType } from '../contracts/turn';
import { allowQueueForEventBridge } from '../encryption/key-statements';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { injectedProps } from '../injection/injected-props';
import { requireWholeNumber } from '../validation/input-error';
import type { TurnWorkflow } from '../workflow/turn-workflow';
import { checkInputsOf } from '../validation/checked-inputs';
import { admitRules } from '../function/rule-delivery';
import { requireWorkflows } from './require-workflows';

/**
 * Options of the alarms.
 *
 * @experimental
 */
export interface AgentAlarmsProps {
  /** The monitored workflows, including triggers that are added to them later. */
  readonly workflows: TurnWorkflow[];

  /**
   * Gets the messages of all alarms.
   *
   * @default - the alarms have no action; add actions to `alarms`
   */
  readonly notify?: ITopic;

  /**
   * Number of turns of one workflow that must fail or time out within 15 minutes to raise the alarm.
   *
   * @default 1
   */
  readonly failedTurns?: number;
}

const FIVE_MINUTES = Duration.minutes(5);
const NOT_COMPLETED = [turnEventType('Failed'), turnEventType('TimedOut')];

/**
 * Alarms of agents. The description of each alarm says what happened and what to do.
 *
 * - a message in a dead-letter queue: of a trigger, of the outcome bus, of the settlement
 * - turns that failed or timed out
 * - a failed settlement: its slot stays occupied until you run the settlement again
 * - a turn that reached the timeout of the state machine, and kept its slot until then
 * - sessions that were not deleted after their retention
 *
 * Denied calls, API keys (bearer tokens) and root use are alarms of `AgentAuditTrail`, blocked names of `AgentNetwork`:
 * they exist without this construct.
 *
 * @resource AWS::CloudWatch::Alarm
 * @experimental
 */
export class AgentAlarms extends Construct {
  static {
    checkInputsOf(this, 'AgentAlarms');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentAlarms';

  private readonly all: cloudwatch.Alarm[] = [];
  private readonly topic?: ITopic;

  /** @throws InputError when there is no workflow, a number is out of range, or alarms cannot notify the topic */
  constructor(scope: Construct, id: string, props: AgentAlarmsProps) {
    super(scope, id);
    props = injectedProps(AgentAlarms.PROPERTY_INJECTION_ID, scope, id, props);
    const { workflows, notify, failedTurns = 1 } = props;
    requireWorkflows(this, workflows);
    requireWholeNumber(this, 'failedTurns', failedTurns, 1, 1000, 'turns');
    this.topic = notify;
    if (notify) admitAlarms(this, notify);
    workflows.forEach((workflow, index) => {
      const of = new Construct(this, workflows.length === 1 ? 'Turns' : `Turns${index}`);
      this.watch(of, workflow, failedTurns);
    });
  }

  /** All alarms, including those of triggers that were added later. */
  public get alarms(): cloudwatch.Alarm[] {
    return [...this.all];
  }

  private watch(scope: Construct, workflow: TurnWorkflow, failedTurns: number): void {
    const { agentName } = workflow.agent;
    const { stateMachine, settlement } = workflow;
    const operated = workflow._operated();
    const { expiry } = operated;
    this.watchQueue(
      scope,
      'BusDeadLetters',
      workflow.busDeadLetters,
      `Outcome events of ${agentName} were not delivered.`,
    );
    this.watchQueue(
      scope,
      'SettlementDeadLetters',
      workflow.settlementDeadLetters,
      `The settlement of a stopped turn of ${agentName} did not start, so its slot is held. Start the settlement with the event.`,
    );
    this.watchQueue(
      scope,
      'ExpiryDeadLetters',
      expiry.deadLetters,
      `The daily deletion of expired sessions of ${agentName} did not start.`,
    );
    operated.onStarter(({ triggerId, deadLetters }) =>
      this.watchQueue(
        scope,
        `DeadLettersOf${triggerId}`,
        deadLetters,
        `An event of the trigger ${triggerId} started no turn of ${agentName}. The function's log says why; bma replay runs it again.`,
      ),
    );
    this.add(scope, 'FailedTurns', {
      alarmDescription: `A turn of ${agentName} failed or timed out. The event in the queue says which turn and why.`,
      metric: this.failedTurns(scope, workflow).metricNumberOfMessagesSent({
        statistic: 'Sum',
        period: Duration.minutes(15),
      }),
      threshold: failedTurns,
    });
    const settlementFailures = {
      failed: settlement.metricFailed({ period: FIVE_MINUTES }),
      timedOut: settlement.metricTimedOut({ period: FIVE_MINUTES }),
      aborted: settlement.metricAborted({ period: FIVE_MINUTES }),
    };
    this.add(scope, 'SettlementBroke', {
      alarmDescription: `The settlement of a stopped turn of ${agentName} failed, so its slot is still occupied. Start it again with the same input.`,
      metric: new cloudwatch.MathExpression({
        expression: 'failed + timedOut + aborted',
        usingMetrics: settlementFailures,
        period: FIVE_MINUTES,
      }),
    });
    this.add(scope, 'SlotHeldTooLong', {
      alarmDescription: `An execution of ${agentName} reached its timeout and occupied its slot until then. Look for a step that does not end.`,
      metric: stateMachine.metricTimedOut({ period: FIVE_MINUTES }),
    });
    this.add(scope, 'SessionsOverAge', {
      alarmDescription: `Expired sessions of ${agentName} were not deleted. The function's log says which error the service gave.`,
      metric: expiry.handler.metricErrors({ statistic: 'Sum', period: FIVE_MINUTES }),
    });
  }

  private watchQueue(scope: Construct, id: string, queue: IQueue, alarmDescription: string): void {
    this.add(scope, id, {
      alarmDescription,
      metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: FIVE_MINUTES }),
    });
  }

  private add(
    scope: Construct,
    id: string,
    props: { readonly alarmDescription: string; readonly metric: cloudwatch.IMetric; readonly threshold?: number },
  ): void {
    const alarm = new cloudwatch.Alarm(scope, id, {
      threshold: 1,
      ...props,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // No data means that no event occurred.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const { topic } = this;
    if (topic) alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
    this.all.push(alarm);
  }

  /** A queue, not a topic: EventBridge can't publish to a topic whose key requires the account of the sender. */
  private failedTurns(scope: Construct, { eventBus, encryptionKey, agent }: TurnWorkflow): IQueue {
    const queue = deadLetterQueue(scope, 'FailedTurnsQueue', encryptionKey);
    const rule = new events.Rule(scope, 'FailedTurnsRule', {
      description: `Turns of the agent ${agent.agentName} that failed or timed out`,
      eventBus,
      eventPattern: { source: [TURN_EVENT_SOURCE], detailType: NOT_COMPLETED },
    });
    rule.addTarget({ bind: () => ({ arn: queue.queueArn }) });
    admitRules(queue, rule.ruleArn);
    allowQueueForEventBridge(encryptionKey, scope);
    return queue;
  }
}
