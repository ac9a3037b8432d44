import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { PUBLISH_REPORT_VARIABLES as VARIABLES } from '../../../lib/contracts/handler-variables';
import { incidentLedgerKey, type OpsItemSetting, type TimerSetting, type Wait } from '../../../lib/contracts/incident';
import type { RunbookRule } from '../../../lib/contracts/remediation';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { IncidentStore } from '../incident/incident-store';
import { repeatable } from '../incident/repeatable';
import { s3Client } from '../turn/s3-client';
import { setting } from '../turn/settings';
import { TextStore } from '../turn/text-store';
import { type Delivery, publishReport } from './publish-report';
import { Remediations } from './remediation';

const {
  [VARIABLES.topicArn]: topicArn,
  [VARIABLES.opsItem]: opsItem,
  [VARIABLES.timer]: timer,
  [VARIABLES.runbooks]: runbooks,
} = process.env;
/** Time limit for calls that aren't part of the record, so that the report is recorded before the function ends. */
const ASIDE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};
const dynamo = new DynamoDBClient({});
const table = setting(process.env, VARIABLES.ledgerTable);
const serviceName = setting(process.env, VARIABLES.serviceName);
const s3 = s3Client();
const delivery: Delivery = {
  store: new IncidentStore(dynamo, table, incidentLedgerKey(serviceName)),
  texts: new TextStore(s3, setting(process.env, VARIABLES.evidenceBucket)),
  serviceName,
  reports: { client: s3, bucket: setting(process.env, VARIABLES.reportBucket) },
  waits: setting(process.env, VARIABLES.waits).split(',') as Wait[],
  ...(topicArn ? { topic: { client: new SNSClient(ASIDE), arn: topicArn } } : {}),
  ...(opsItem ? { opsItems: { client: new SSMClient(ASIDE), setting: JSON.parse(opsItem) as OpsItemSetting } } : {}),
  ...(timer ? { timers: { client: new SchedulerClient({}), setting: JSON.parse(timer) as TimerSetting } } : {}),
  ...(runbooks ? { remediations: new Remediations(dynamo, table, JSON.parse(runbooks) as RunbookRule[]) } : {}),
  now: Date.now,
};

/** Lambda: the delivery step of the blueprint IncidentResponder. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> =>
  repeatable(() => publishReport(payload, delivery));
