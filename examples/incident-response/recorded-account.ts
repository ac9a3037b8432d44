import { failure, RecordedAws, type Behaviour } from '../../local/stand-ins/recorded-aws';

/** Seconds since the epoch, as these services write times. */
const at = (time: string) => Date.parse(`2026-11-23T${time}Z`) / 1000;

const DEPLOYMENT = {
  applicationName: 'checkout',
  deploymentGroupName: 'live',
  status: 'Succeeded',
  creator: 'user',
  createTime: at('16:58:20'),
  completeTime: at('17:01:30'),
  description: 'Payment timeout 800 ms',
  deploymentConfigName: 'CodeDeployDefault.LambdaAllAtOnce',
};
const ROLLBACK = {
  ...DEPLOYMENT,
  createTime: at('17:21:00'),
  completeTime: at('17:24:10'),
  description: 'Back to version 7',
  rollbackInfo: { rollbackTriggeringDeploymentId: 'd-TIMEOUT800' },
};

const row = (fields: Record<string, string>) => Object.entries(fields).map(([field, value]) => ({ field, value }));
const json =
  (body: object): Behaviour =>
  () => ({ body });

/**
 * What the services of an account answered during an incident, served on this machine: a deployment at 17:01 brought
 * errors from 17:02 on, and a roll-back at 17:24 ended them.
 */
export async function recordedAccount(): Promise<RecordedAws> {
  const aws = await new RecordedAws().start();
  // The report on the roll-back waits for a timer: from then on the alarm is seen as it was after it.
  const recovered = () => aws.requests.some(({ operation }) => operation.startsWith('POST /schedules/'));
  aws.answers({
    DescribeAlarms: () => ({
      body: {
        MetricAlarms: ['checkout-errors', 'checkout-throttles'].map((AlarmName) => ({
          AlarmName,
          MetricName: AlarmName === 'checkout-errors' ? 'Errors' : 'Throttles',
          Namespace: 'AWS/Lambda',
          Dimensions: [{ Name: 'FunctionName', Value: 'checkout' }],
          StateValue: AlarmName === 'checkout-errors' && !recovered() ? 'ALARM' : 'OK',
          Threshold: 5,
        })),
      },
    }),
    GetMetricData: () => ({
      body: {
        MetricDataResults: [
          recovered()
            ? { Id: 'm0', StatusCode: 'Complete', Timestamps: [at('17:30:00'), at('17:25:00')], Values: [0, 3] }
            : { Id: 'm0', StatusCode: 'Complete', Timestamps: [at('17:03:00'), at('17:02:00')], Values: [42, 38] },
        ],
      },
    }),
    StartQuery: json({ queryId: 'query-1' }),
    GetQueryResults: json({
      status: 'Complete',
      results: [row({ error: 'PaymentTimeout: payment did not answer within 800 ms', count: '80' })],
      statistics: { bytesScanned: 18_240, recordsMatched: 80, recordsScanned: 412 },
    }),
    ListDeployments: (_request, nth) => ({
      body: { deployments: nth === 0 ? ['d-TIMEOUT800'] : ['d-ROLLBACK42', 'd-TIMEOUT800'] },
    }),
    BatchGetDeployments: ({ input }) => ({
      body: {
        deploymentsInfo: (input as { deploymentIds: string[] }).deploymentIds.map((deploymentId) => ({
          deploymentId,
          ...(deploymentId === 'd-ROLLBACK42' ? ROLLBACK : DEPLOYMENT),
        })),
      },
    }),
    'GET /2015-03-31/functions/checkout/aliases': json({ Aliases: [{ Name: 'live', FunctionVersion: '8' }] }),
    Publish: () => ({
      body: '<PublishResponse><PublishResult><MessageId>message-1</MessageId></PublishResult></PublishResponse>',
      headers: { 'content-type': 'text/xml' },
    }),
    CreateOpsItem: json({ OpsItemId: 'oi-0123456789ab' }),
    UpdateOpsItem: json({}),
    'POST /schedules/*': (_request, nth) =>
      nth === 0
        ? { body: { ScheduleArn: 'arn:aws:scheduler:us-east-1:111122223333:schedule/x' } }
        : failure('ConflictException', 'there', 409),
  });
  return aws;
}
