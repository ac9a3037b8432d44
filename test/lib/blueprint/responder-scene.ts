/** An incident responder for the service `checkout`, with all of its options. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentAuditTrail, AgentKey } from '../../../lib';
import { IncidentResponder, type IncidentResponderProps, OpsCenter, ResumeEvent } from '../../../lib/blueprint';
import { ACCOUNT, REGION } from '../../iam/synthesized-account';

export function responderScene(given: (stack: Stack) => Partial<IncidentResponderProps> = () => ({})) {
  const app = new App();
  const stack = new Stack(app, 'Shop', { env: { account: ACCOUNT, region: REGION } });
  const key = new AgentKey(stack, 'Key', { protects: 'the incident responder and the service it watches' });
  const logGroup = new logs.LogGroup(stack, 'CheckoutLogs', {
    logGroupName: '/shop/checkout',
    encryptionKey: key,
    retention: logs.RetentionDays.ONE_YEAR,
  });
  const alarm = (name: string, metricName: string) =>
    new cloudwatch.Alarm(stack, name, {
      alarmName: name,
      metric: new cloudwatch.Metric({
        namespace: 'AWS/Lambda',
        metricName,
        dimensionsMap: { FunctionName: 'checkout' },
      }),
      threshold: 10,
      evaluationPeriods: 1,
    });
  const alarms = [alarm('CheckoutErrors', 'Errors'), alarm('CheckoutThrottles', 'Throttles')];
  const auditTrail = new AgentAuditTrail(stack, 'Audit');
  const responder = new IncidentResponder(stack, 'Responder', {
    serviceName: 'checkout',
    alarms,
    logGroups: [logGroup],
    metricNamespaces: ['AWS/Lambda'],
    deployments: {
      codeDeployGroups: [{ applicationName: 'checkout', deploymentGroupName: 'live' }],
      stackNames: ['ShopStack'],
      functions: [lambda.Function.fromFunctionName(stack, 'Checkout', 'checkout')],
    },
    runbook: `arn:aws:bedrock:${REGION}:${ACCOUNT}:knowledge-base/RUNBOOK001`,
    notify: new sns.Topic(stack, 'OnCall', { masterKey: key, enforceSSL: true }),
    opsCenter: OpsCenter.opsItems(),
    resumeOn: [
      ResumeEvent.alarmRecovers(),
      ResumeEvent.deploymentFinished(['checkout']),
      ResumeEvent.timer({ after: Duration.minutes(20), maxTimers: 3 }),
    ],
    baseline: new AgentBaseline(stack, 'Baseline', { dataKey: key, auditTrail }),
    ...given(stack),
  });
  return { app, stack, responder };
}
