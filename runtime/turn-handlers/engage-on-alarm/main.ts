import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { KILL_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { KillRequest } from '../../../lib/contracts/kill-switch';
import { setting } from '../turn/settings';

const client = new SFNClient({});
const stateMachineArn = setting(process.env, KILL_VARIABLES.engageMachineArn);

/**
 * Lambda, called by a CloudWatch alarm: engages the kill switch. Engaging again is harmless.
 *
 * Source of the event: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
export const handler = async (event: { alarmData?: { alarmName?: string } }): Promise<void> => {
  const input: KillRequest = { reason: `Alarm ${event.alarmData?.alarmName ?? 'without a name'}` };
  await client.send(new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }));
};
