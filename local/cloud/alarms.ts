/** CloudWatch alarms: a change of state runs the actions of the alarm and sends an event. */
import type { Deliveries } from './deliveries';
import type { Deployment } from './deployment';
import { type CloudEvent, eventOf } from './event-buses';
import type { Functions } from './functions';
import type { Topics } from './topics';

export type AlarmState = 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';

interface AlarmsOptions {
  readonly deployment: Deployment;
  readonly deliveries: Deliveries;
  readonly functions: Functions;
  readonly topics: Topics;
  /** Sends an event to the default bus. */
  readonly deliver: (event: CloudEvent) => Promise<unknown>;
}

export class Alarms {
  public constructor(private readonly options: AlarmsOptions) {}

  /** @param id a unique part of the logical id @returns failed actions, with the reason */
  public async change(id: string, state: AlarmState): Promise<readonly Error[]> {
    const { deployment, deliver } = this.options;
    const { arn, ref, properties } = deployment.one('AWS::CloudWatch::Alarm', id);
    const { AlarmActions = [], OKActions = [], InsufficientDataActions = [] } = properties as Record<string, string[]>;
    const actions = { ALARM: AlarmActions, OK: OKActions, INSUFFICIENT_DATA: InsufficientDataActions }[state];
    const refused: Error[] = [];
    for (const actionArn of properties.ActionsEnabled === false ? [] : actions) {
      try {
        await this.act(actionArn, arn, ref, state);
      } catch (error) {
        refused.push(error as Error);
      }
    }
    // Form: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    const event = eventOf(
      {
        Source: 'aws.cloudwatch',
        DetailType: 'CloudWatch Alarm State Change',
        Resources: [arn],
        Detail: { alarmName: ref, state: { value: state, timestamp: new Date().toISOString() } },
      },
      deployment.place,
    );
    await deliver(event);
    return refused;
  }

  private async act(actionArn: string, alarmArn: string, alarmName: string, state: AlarmState): Promise<void> {
    const { deliveries, functions, topics } = this.options;
    if (actionArn.split(':')[2] === 'lambda') {
      deliveries.alarmInvokes(alarmArn, actionArn);
      await functions.invoke(actionArn, alarmData(alarmArn, alarmName, state));
      return;
    }
    deliveries.alarmNotifies(alarmArn, actionArn);
    await topics.publish({
      topicArn: actionArn,
      subject: `${state}: "${alarmName}"`,
      message: JSON.stringify({ AlarmName: alarmName, AlarmArn: alarmArn, NewStateValue: state }),
    });
  }
}

/**
 * The event of a function. Source:
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
const alarmData = (alarmArn: string, alarmName: string, value: AlarmState) => ({
  source: 'aws.cloudwatch',
  alarmArn,
  accountId: alarmArn.split(':')[4],
  time: new Date().toISOString(),
  region: alarmArn.split(':')[3],
  alarmData: { alarmName, state: { value } },
});
