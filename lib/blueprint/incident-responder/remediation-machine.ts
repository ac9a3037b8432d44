import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowLogs, allowQueueForEventBridge } from '../../encryption/key-statements';
import { attachPolicy } from '../../identity/attach-policy';
import {
  KEY_READ_WRITE_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_KEY_ACTIONS,
  PUT_EVENTS_ACTIONS,
  QUEUE_SEND_ACTIONS,
  START_EXECUTION_ACTIONS,
  TOPIC_PUBLISH_ACTIONS,
} from '../../identity/perms';
import type { TurnWorkflow } from '../../workflow';
import { ApproveFunction } from '../../workflow/approve-function';
import { keyThrough } from '../../workflow/key-through';
import { TURN_EVENT_SOURCE } from '../../workflow/turn-contract';
import { TurnMachine } from '../../workflow/turn-machine';
import { remediationItems } from './incident-ledger';
import type { IncidentRemediation } from './incident-remediation';
import { PROPOSED } from './remediation-contract';
import { remediationDefinition } from './remediation-definition';
import { startRunbooks } from './start-runbooks';

export interface RemediationMachineProps {
  readonly workflow: TurnWorkflow;
  readonly remediation: IncidentRemediation;
  /** Topic of the responder. */
  readonly notify?: ITopic;
}

/**
 * From a proposal in a report to a runbook that a person approved. Started by the outcome event of the turn, so by nothing
 * that the agent or its delivery calls. It has approvers of its own: who may approve turns may not approve remediations.
 */
export class RemediationMachine extends Construct {
  public readonly stateMachine: IStateMachine;
  /** Proposals whose approval could not be asked for. Should be empty. */
  public readonly deadLetters: sqs.Queue;
  public readonly approveUrl: string;
  public readonly approveFunction: IFunction;

  constructor(scope: Construct, id: string, props: RemediationMachineProps) {
    super(scope, id);
    const { workflow, remediation } = props;
    const { agent, encryptionKey, ledger, eventBus } = workflow;
    const logRetention = RetentionDays.ONE_YEAR;
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
        keyThrough(this, encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
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
        ...(notify?.masterKey ? [keyThrough(this, notify.masterKey, 'sns', KEY_READ_WRITE_ACTIONS)] : []),
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
      { encryptionKey, logRetention, logPrefix, environment: { LEDGER_TABLE: ledger.tableName } },
      ledger,
      'remediation',
    );
    this.approveFunction = approve.function.function;
    this.approveUrl = approve.url.url;
    this.deadLetters = this.startedByOutcomes(workflow);
  }

  /** As for settlements: EventBridge tries for a day, then keeps the event. */
  private startedByOutcomes({ encryptionKey, eventBus }: TurnWorkflow): sqs.Queue {
    const machineArn = this.stateMachine.stateMachineArn;
    const deadLetters = new sqs.Queue(this, 'DeadLetters', {
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: encryptionKey,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // What could not be handled must not disappear with the stack.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const role = new iam.Role(this, 'EventRole', {
      description: 'EventBridge has people asked about proposed remediations',
      assumedBy: new iam.ServicePrincipal('events.amazonaws.com'),
    });
    attachPolicy(this, 'EventPolicy', role, 'role of a rule', [
      new iam.PolicyStatement({ sid: 'AskAboutProposal', actions: START_EXECUTION_ACTIONS, resources: [machineArn] }),
    ]);
    const rule = new events.Rule(this, 'Rule', {
      description: 'Reports that propose a remediation',
      eventBus,
      eventPattern: {
        source: [TURN_EVENT_SOURCE],
        detailType: ['Managed Agent Turn Completed'],
        detail: { delivery: { remediation: [PROPOSED] } },
      },
    });
    rule.addTarget({
      bind: () => ({
        arn: machineArn,
        role,
        deadLetterConfig: { arn: deadLetters.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      }),
    });
    deadLetters.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'OneRuleDelivers',
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: QUEUE_SEND_ACTIONS,
        resources: [deadLetters.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
    allowQueueForEventBridge(encryptionKey, this);
    return deadLetters;
  }
}
