import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput, requireWholeNumber } from '../../validation/input-error';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import type { TriggerDefinition } from '../trigger-definition';

/** Options of a trigger on an alarm. */
export interface AlarmTriggerOptions extends AgentTriggerOptions {
  /**
   * States that start a turn when the alarm changes to them. With OK, the end of an incident resumes its conversation.
   *
   * @default [cloudwatch.AlarmState.ALARM]
   */
  readonly states?: cloudwatch.AlarmState[];

  /**
   * Whether changes start turns while a mute rule mutes the alarm, or while another alarm suppresses the actions of this
   * composite alarm. CloudWatch sends an event in both cases, although the actions of the alarm do not run.
   *
   * @default false - muted and suppressed alarms start no turns, for example during maintenance
   */
  readonly includeMuted?: boolean;

  /**
   * For an alarm with several time series (Metrics Insights, PromQL): whether each time series starts its own turns
   * when it changes its state, in addition to the whole alarm. One turn per event.
   *
   * @default false - only the alarm as a whole
   */
  readonly contributors?: boolean;
}

/** Maximum number of alarms of one trigger. Its rules share the policy of one queue, which contains each rule. */
const MAX_ALARMS = 100;

/**
 * The operators of EventBridge apply to leaf values: `{ muteDetail: [{ exists: false }] }` would match muted alarms,
 * too.
 */
const ABSENT = [{ exists: false }];

/** Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html, read 2026-11-27. Delivery is durable. */
export function alarmTrigger(id: string, alarms: cloudwatch.IAlarm[], options: AlarmTriggerOptions): TriggerDefinition {
  const states = options.states ?? [cloudwatch.AlarmState.ALARM];
  const { includeMuted = false, contributors = false } = options;
  return {
    type: 'alarm',
    defaultId: id,
    rule: {
      pattern: {
        source: ['aws.cloudwatch'],
        detailType: [
          'CloudWatch Alarm State Change',
          ...(contributors ? ['CloudWatch Alarm Contributor State Change'] : []),
        ],
        resources: alarms.map(({ alarmArn }) => alarmArn),
        detail: includeMuted
          ? { state: { value: states } }
          : { state: { value: states, actionsSuppressedBy: ABSENT }, muteDetail: { mutedByArn: ABSENT } },
      },
    },
    prompt: [
      'A CloudWatch alarm changed its state to {{event.detail.state.value | enum:ALARM,OK,INSUFFICIENT_DATA}} at {{event.detail.state.timestamp | time}}.',
      'Previous state: {{event.detail.previousState.value | enum:ALARM,OK,INSUFFICIENT_DATA | optional}}',
      'Alarm: {{event.detail.alarmName | text:255}}',
      ...(contributors ? ['Time series: {{event.detail.alarmContributor | json:2000 | optional}}'] : []),
      'Reason: {{event.detail.state.reason | text:2000 | optional}}',
      'Tags: {{event.detail.alarmTags | json:2000 | optional}}',
      'Configuration: {{event.detail.configuration | json:6000 | optional}}',
      '',
      'Work on this alarm as your instructions say.',
    ].join('\n'),
    // Several time series and the alarm can change at the same time.
    deduplicationKey: contributors ? ['id'] : ['resources.0', 'detail.state.value', 'detail.state.timestamp'],
    sessionKey: ['resources.0'],
    subject: {
      alarmArn: 'event.resources.0 | arn',
      state: 'event.detail.state.value | enum:ALARM,OK,INSUFFICIENT_DATA',
      changedAt: 'event.detail.state.timestamp | time',
    },
    options,
    sources: alarms.map((construct) => ({ input: 'alarms', what: 'an alarm', construct, arn: construct.alarmArn })),
    prepare: (scope) => {
      requireInput(states.length > 0, scope, {
        input: 'states',
        value: states,
        allowed: 'at least one state',
        fix: 'leave states out for ALARM alone',
      });
      requireWholeNumber(scope, 'number of alarms', alarms.length, 1, MAX_ALARMS, 'alarms');
      alarms.forEach((alarm) => requireMeasure(scope, alarm));
    },
  };
}

/** An alarm without a metric never changes its state, but CloudFormation accepts it. */
function requireMeasure(scope: IConstruct, alarm: cloudwatch.IAlarm): void {
  const resource = alarm.node.defaultChild;
  if (!(resource instanceof cloudwatch.CfnAlarm)) {
    return;
  }
  // Not a prop of the L1 in the lowest supported aws-cdk-lib.
  const { evaluationCriteria } = resource as { evaluationCriteria?: unknown };
  const { metricName, metrics } = resource;
  const watches =
    metricName !== undefined ||
    evaluationCriteria !== undefined ||
    (metrics !== undefined && (Token.isUnresolved(metrics) || !Array.isArray(metrics) || metrics.length > 0));
  requireInput(watches, scope, {
    input: 'alarm',
    value: alarm.node.path,
    allowed: 'an alarm that watches a metric',
    fix: 'give the alarm a metric; without one it never changes its state',
  });
}
