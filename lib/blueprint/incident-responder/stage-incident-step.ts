import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isComposite } from '../../agent/tools/cloudwatch-tool';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';
import { ALARM_STATE_ACTIONS, RESOURCELESS_ACTIONS } from '../../identity/perms';
import { HandlerFunction } from '../../function/handler-function';
import type { ITurnStep, TurnStepHost } from '../../workflow/turn-step';
import { STAGE_INCIDENT_VARIABLES as VARIABLES } from '../../contracts/handler-variables';
import { incidentLedgerStatements } from './incident-ledger';
import type { QuietHours } from './quiet-hours';
import { topicStatements } from './topic-statements';
import { handlerCode } from '../../function/handler-code';

/** Bundled at build time. Same depth from lib/ and build/. */

export interface StageIncidentProps {
  readonly serviceName: string;
  readonly alarms: IAlarm[];
  readonly maxTurns: number;
  readonly window: Duration;
  readonly coolDown: Duration;
  readonly reopenWithin: Duration;
  readonly quietHours?: QuietHours;
  /** Notified if a limit prevents the investigation of an alarm. */
  readonly notify?: ITopic;
}

/**
 * Finds the incident that an event belongs to, or opens one. It runs outside the network, because it doesn't call
 * sessions.
 */
export class StageIncidentStep implements ITurnStep {
  constructor(private readonly props: StageIncidentProps) {}

  public bind(scope: Construct, host: TurnStepHost): IFunction {
    const { serviceName, alarms, maxTurns, window, coolDown, reopenWithin, quietHours, notify } = this.props;
    const composite = alarms.some(isComposite);
    const handler = new HandlerFunction(scope, 'StageIncident', {
      description: `Finds or opens the incident of ${serviceName} that an event belongs to`,
      code: handlerCode('stage-incident'),
      environment: {
        [VARIABLES.ledgerTable]: host.ledger.tableName,
        [VARIABLES.serviceName]: serviceName,
        [VARIABLES.alarms]: Stack.of(scope).toJsonString(alarms.map(({ alarmName }) => alarmName)),
        [VARIABLES.maxTurns]: String(maxTurns),
        [VARIABLES.windowSeconds]: String(window.toSeconds()),
        [VARIABLES.coolDownSeconds]: String(coolDown.toSeconds()),
        [VARIABLES.reopenSeconds]: String(reopenWithin.toSeconds()),
        ...(quietHours ? { [VARIABLES.quietHours]: JSON.stringify(quietHours._setting) } : {}),
        ...(notify ? { [VARIABLES.topicArn]: notify.topicArn } : {}),
      },
      encryptionKey: host.encryptionKey,
      logRetention: host.logRetention,
      timeout: Duration.seconds(30),
      statements: [
        ...incidentLedgerStatements(scope, host, serviceName),
        ...(notify ? topicStatements(scope, notify) : []),
        new PolicyStatement({
          sid: 'ReadAlarms',
          actions: ALARM_STATE_ACTIONS,
          // See RESOURCELESS_ACTIONS in perms.ts.
          resources: composite ? ['*'] : alarms.map(({ alarmArn }) => alarmArn),
        }),
      ],
    });
    if (composite) acknowledgeIam5(handler.policy, '*', RESOURCELESS_ACTIONS['cloudwatch:DescribeAlarms']);
    return handler.function;
  }
}
