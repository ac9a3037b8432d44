import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { STAGE_INCIDENT_VARIABLES as VARIABLES } from '../../../lib/contracts/handler-variables';
import { incidentLedgerKey, type QuietHoursSetting } from '../../../lib/contracts/incident';
import type { StageTurnAnswer, StageTurnPayload } from '../../../lib/contracts/step';
import { IncidentStore } from '../incident/incident-store';
import { repeatable } from '../incident/repeatable';
import { numberSetting, setting } from '../turn/settings';
import { type Staging, stageIncident } from './stage-incident';

const serviceName = setting(process.env, VARIABLES.serviceName);
const { [VARIABLES.topicArn]: topicArn, [VARIABLES.quietHours]: quietHours } = process.env;
const staging: Staging = {
  store: new IncidentStore(
    new DynamoDBClient({}),
    setting(process.env, VARIABLES.ledgerTable),
    incidentLedgerKey(serviceName),
  ),
  cloudWatch: new CloudWatchClient({}),
  serviceName,
  alarms: JSON.parse(setting(process.env, VARIABLES.alarms)) as string[],
  maxTurns: numberSetting(process.env, VARIABLES.maxTurns),
  windowSeconds: numberSetting(process.env, VARIABLES.windowSeconds),
  coolDownSeconds: numberSetting(process.env, VARIABLES.coolDownSeconds),
  reopenSeconds: numberSetting(process.env, VARIABLES.reopenSeconds),
  ...(quietHours ? { quietHours: JSON.parse(quietHours) as QuietHoursSetting } : {}),
  ...(topicArn ? { topic: { client: new SNSClient({}), arn: topicArn } } : {}),
  now: Date.now,
};

/** Lambda: the staging step of the blueprint IncidentResponder. */
export const handler = (payload: StageTurnPayload): Promise<StageTurnAnswer> =>
  repeatable(() => stageIncident(payload, staging));
