import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowLogs } from '../../encryption/key-statements';
import {
  KEY_READ_WRITE_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  PUT_EVENTS_ACTIONS,
  TOPIC_PUBLISH_ACTIONS,
} from '../../identity/perms';
import type { TurnWorkflow } from '../../workflow';
import { ApproveFunction } from '../../workflow/approve-function';
import { kmsViaService } from '../../function/kms-via-service';
import { TURN_EVENT_SOURCE, turnEventType } from '../../contracts/turn';
import { startMachineOnEvents } from '../../workflow/machine-rule';
import { TurnMachine } from '../../workflow/turn-machine';
import { remediationItems } from './incident-ledger';
import type { IncidentRemediation } from './incident-remediation';
import { PROPOSED } from '../../contracts/remediation';
import { remediationDefinition } from './remediation-definition';
import { startRunbooks } from './start-runbooks';

export interface RemediationMachineProps {
  readonly workflow: TurnWorkflow;
  readonly remediation: IncidentRemediation;
  readonly logRetention: RetentionDays;
  /** Topic of the responder. */
  readonly notify?: ITopic;
}

/**
 * The state machine that starts a proposed runbook after a person approved it. The outcome event of the turn starts it,
 * not a call of the agent or its delivery. It has separate approvers: approvers of turns can't approve remediations.
 */
export class RemediationMachine extends Construct {
  public readonly stateMachine: IStateMachine;
  /** Proposals whose approval could not be requested. Should be empty. */
  public readonly deadLetters: sqs.Queue;
  public readonly approveUrl: string;
  public readonly approveFunction: IFunction;

  constructor(scope: Construct, id: string, props: RemediationMachineProps) {
    super(scope, id);
    const { workflow, remediation, logRetention } = props;
    const { agent, encryptionKey, ledger, eventBus } = workflow;
    const notify = remediation._notify ?? props.notify;
    const runbooks = remediation._runbooks.map(({ _documentName, _parameters, _automationRoleArn }) => ({
      documentName: _documentName,
      parameters: Object.keys(_parameters).length > 0,
      roleArn: _automationRoleArn,
    }));
    const machine = new TurnMachine(this, 'Remediations', {
      description: `Remediations that the managed agent ${agent.agentName} proposed`,
      definition: remediationDefinition(
        {
          partition: Stack.of(this).partition,
          table: ledger.tableName,
          eventBus: eventBus.eventBusName,
          topicArn: notify?.topicArn,
        },
        { runbooks, expirySeconds: remediation._expiry.toSeconds() },
      ),
      statements: [
        remediationItems('ClaimProposals', ledger, LEDGER_CHANGE_ACTIONS),
        kmsViaService(this, encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
        new iam.PolicyStatement({
          sid: 'PublishEvents',
          actions: PUT_EVENTS_ACTIONS,
          resources: [eventBus.eventBusArn],
        }),
        ...(notify
          ? [
              new iam.PolicyStatement({
                sid: 'AskApprovers',
                actions: TOPIC_PUBLISH_ACTIONS,
                resources: [notify.topicArn],
              }),
            ]
          : []),
        ...(notify?.masterKey ? [kmsViaService(this, notify.masterKey, 'sns', KEY_READ_WRITE_ACTIONS)] : []),
      ],
      encryptionKey,
      logRetention,
    });
    startRunbooks(this, machine.role, runbooks);
    this.stateMachine = machine.stateMachine;

    const logPrefix = `/bma/remediation/${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}-`;
    allowLogs(encryptionKey, this, `${logPrefix}*`);
    const approve = new ApproveFunction(
      this,
      'Approve',
      { encryptionKey, logRetention, logPrefix },
      ledger,
      'remediation',
    );
    this.approveFunction = approve.function.function;
    this.approveUrl = approve.url.url;
    this.deadLetters = this.startedByOutcomes(workflow);
  }

  private startedByOutcomes({ encryptionKey, eventBus }: TurnWorkflow): sqs.Queue {
    return startMachineOnEvents(this, {
      machineArn: this.stateMachine.stateMachineArn,
      eventBus,
      eventPattern: {
        source: [TURN_EVENT_SOURCE],
        detailType: [turnEventType('Completed')],
        detail: { delivery: { remediation: [PROPOSED] } },
      },
      description: 'Reports that propose a remediation',
      roleDescription: 'EventBridge has people asked about proposed remediations',
      sid: 'AskAboutProposal',
      encryptionKey,
    });
  }
}
