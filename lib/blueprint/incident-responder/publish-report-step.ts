import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import {
  EVIDENCE_READ_ACTIONS,
  KEY_READ_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  OPS_ITEM_CREATE_ACTIONS,
  OPS_ITEM_TAG_ACTIONS,
  OPS_ITEM_UPDATE_ACTIONS,
  KEY_WRITE_ACTIONS,
  OUTPUT_PUBLISH_ACTIONS,
  RESOURCELESS_ACTIONS,
} from '../../identity/perms';
import { acknowledgeIam5 } from '../../identity/acknowledge-iam5';
import { HandlerFunction } from '../../function/handler-function';
import { kmsViaService } from '../../function/kms-via-service';
import type { ITurnStep, TurnStepHost } from '../../workflow/turn-step';
import { FOLDER_WILDCARD } from '../../workflow/wildcard-arns';
import { PUBLISH_REPORT_VARIABLES as VARIABLES } from '../../contracts/handler-variables';
import { OPS_ITEM_TAG, type OpsItemSetting, type TimerSetting, type Wait } from '../../contracts/incident';
import { incidentLedgerStatements, remediationItems } from './incident-ledger';
import type { IncidentRemediation } from './incident-remediation';
import { IncidentTimers } from './incident-timers';
import type { OpsCenter } from './ops-center';
import type { ResumeEvent } from './resume-event';
import { topicStatements } from './topic-statements';
import { handlerCode } from '../../function/handler-code';

/** Bundled at build time. Same depth from lib/ and build/. */

export interface PublishReportProps {
  readonly serviceName: string;
  readonly reports: IBucket;
  readonly waits: Wait[];
  readonly notify?: ITopic;
  readonly opsCenter: OpsCenter;
  readonly timer?: ResumeEvent['_timer'];
  readonly remediation?: IncidentRemediation;
  /** Queue for events of timers that could not be sent to the bus; known after the trigger was created. */
  readonly timerDeadLetterArn: string;
}

/** The permissions and settings of one kind of publication. */
interface Part {
  readonly environment: Record<string, string>;
  readonly statements: PolicyStatement[];
  /** The reason for each wildcard resource, by the resource as rendered. */
  readonly wildcards?: Record<string, string>;
}

/** Publishes the report of a turn. It runs outside the network, because it doesn't call sessions. */
export class PublishReportStep implements ITurnStep {
  constructor(private readonly props: PublishReportProps) {}

  public bind(scope: Construct, host: TurnStepHost): IFunction {
    const { serviceName, waits } = this.props;
    const parts = [
      this.bucket(scope, host),
      ...this.topic(scope),
      ...this.opsItems(scope, host.agent.agentName),
      ...this.timers(scope, host),
      ...this.remediations(scope, host),
    ];
    const handler = new HandlerFunction(scope, 'PublishReport', {
      description: `Publishes reports on incidents of ${serviceName}`,
      code: handlerCode('publish-report'),
      environment: Object.assign(
        {
          [VARIABLES.ledgerTable]: host.ledger.tableName,
          [VARIABLES.serviceName]: serviceName,
          [VARIABLES.waits]: waits.join(','),
        },
        ...parts.map(({ environment }) => environment),
      ) as Record<string, string>,
      encryptionKey: host.encryptionKey,
      logRetention: host.logRetention,
      timeout: Duration.seconds(60),
      statements: [
        ...incidentLedgerStatements(scope, host, serviceName),
        ...parts.flatMap(({ statements }) => statements),
      ],
    });
    for (const [resource, reason] of parts.flatMap(({ wildcards = {} }) => Object.entries(wildcards))) {
      acknowledgeIam5(handler.policy, resource, reason);
    }
    return handler.function;
  }

  private bucket(scope: Construct, { evidenceBucket, encryptionKey }: TurnStepHost): Part {
    const { reports } = this.props;
    const outputs = evidenceBucket.arnForObjects('turns/*');
    const objects = reports.arnForObjects('reports/*');
    return {
      environment: {
        [VARIABLES.evidenceBucket]: evidenceBucket.bucketName,
        [VARIABLES.reportBucket]: reports.bucketName,
      },
      statements: [
        new PolicyStatement({ sid: 'ReadOutputs', actions: EVIDENCE_READ_ACTIONS, resources: [outputs] }),
        kmsViaService(scope, evidenceBucket.encryptionKey ?? encryptionKey, 's3', KEY_READ_ACTIONS),
        new PolicyStatement({
          sid: 'WriteReports',
          actions: OUTPUT_PUBLISH_ACTIONS,
          resources: [objects],
          // Nothing is overwritten: docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
          conditions: { Null: { 's3:if-none-match': 'false' } },
        }),
        kmsViaService(scope, reports.encryptionKey ?? encryptionKey, 's3', KEY_WRITE_ACTIONS),
      ],
      wildcards: {
        [outputs]: FOLDER_WILDCARD,
        [objects]: 'The ids of incidents are known at run time; the folder is exact.',
      },
    };
  }

  private topic(scope: Construct): Part[] {
    const { notify } = this.props;
    if (!notify) return [];
    return [
      {
        environment: { [VARIABLES.topicArn]: notify.topicArn },
        statements: topicStatements(scope, notify),
      },
    ];
  }

  private opsItems(scope: Construct, agentName: string): Part[] {
    const { _opsItems: opsItems } = this.props.opsCenter;
    if (!opsItems) return [];
    const items = Stack.of(scope).formatArn({ service: 'ssm', resource: 'opsitem', resourceName: '*' });
    const setting: OpsItemSetting = { ...opsItems, tag: agentName };
    const made = { StringEquals: { [`aws:RequestTag/${OPS_ITEM_TAG}`]: agentName } };
    return [
      {
        environment: { [VARIABLES.opsItem]: Stack.of(scope).toJsonString(setting) },
        statements: [
          // See RESOURCELESS_ACTIONS in perms.ts.
          new PolicyStatement({
            sid: 'MakeOwnOpsItems',
            actions: OPS_ITEM_CREATE_ACTIONS,
            resources: ['*'],
            conditions: made,
          }),
          new PolicyStatement({
            sid: 'TagOwnOpsItems',
            actions: OPS_ITEM_TAG_ACTIONS,
            resources: [items],
            conditions: made,
          }),
          new PolicyStatement({
            sid: 'ChangeOwnOpsItems',
            actions: OPS_ITEM_UPDATE_ACTIONS,
            resources: [items],
            conditions: { StringEquals: { [`aws:ResourceTag/${OPS_ITEM_TAG}`]: agentName } },
          }),
        ],
        wildcards: {
          '*': RESOURCELESS_ACTIONS['ssm:CreateOpsItem'],
          [items]: 'The service chooses the ids of OpsItems; the tag limits them to those made here.',
        },
      },
    ];
  }

  /** It writes proposals to the ledger. It starts nothing, and reads no decision. */
  private remediations(scope: Construct, { ledger }: TurnStepHost): Part[] {
    const { remediation } = this.props;
    if (!remediation) return [];
    return [
      {
        environment: { [VARIABLES.runbooks]: Stack.of(scope).toJsonString(remediation._rules) },
        statements: [remediationItems('ProposeRemediations', ledger, LEDGER_CHANGE_ACTIONS)],
      },
    ];
  }

  private timers(scope: Construct, { eventBus, encryptionKey }: TurnStepHost): Part[] {
    const { timer, serviceName, timerDeadLetterArn } = this.props;
    if (!timer) return [];
    const timers = new IncidentTimers(scope, 'Timers', {
      serviceName,
      eventBus,
      encryptionKey,
      deadLetterArn: timerDeadLetterArn,
    });
    const setting: TimerSetting = {
      group: timers.groupName,
      roleArn: timers.role.roleArn,
      eventBusArn: eventBus.eventBusArn,
      deadLetterArn: timerDeadLetterArn,
      keyArn: encryptionKey.keyArn,
      afterMinutes: timer.after.toMinutes(),
      most: timer.maxTimers,
    };
    return [
      {
        environment: { [VARIABLES.timer]: Stack.of(scope).toJsonString(setting) },
        statements: timers.setStatements(),
        wildcards: { [timers.schedules]: 'The names of timers are chosen at run time; the group is their own.' },
      },
    ];
  }
}
