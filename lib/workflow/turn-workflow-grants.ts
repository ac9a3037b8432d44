import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { BUDGET_KEY } from '../contracts/budget';
import { STOP_KEY } from '../contracts/kill-switch';
import { onlyItems } from '../identity/ledger-items';
import {
  DEAD_LETTER_ACTIONS,
  EVIDENCE_READ_ACTIONS,
  EXECUTION_LIST_ACTIONS,
  EXECUTION_READ_ACTIONS,
  EXECUTION_STOP_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  LEDGER_READ_ACTIONS,
  PROMPT_STORE_ACTIONS,
  QUEUE_COUNT_ACTIONS,
  QUEUE_SEND_ACTIONS,
  STACK_READ_ACTIONS,
  START_EXECUTION_ACTIONS,
} from '../identity/perms';
import { granted } from '../identity/granted';
import { InputError } from '../validation/input-error';
import { grantAnswers } from './approve-function';
import type { TurnWorkflow } from './turn-workflow';
import type { ITurnWorkflow } from './turn-workflow-ref';
import { checkInputsOf } from '../validation/checked-inputs';
import { EXECUTIONS_WILDCARD, executionArns, FOLDER_WILDCARD, STACK_WILDCARD, stackArns } from './wildcard-arns';

/** Permissions for the turns of a workflow, one method per intent. None of them includes access to sessions. */
export class TurnWorkflowGrants {
  static {
    checkInputsOf(this, 'TurnWorkflowGrants');
  }

  /** Grants for this workflow. */
  public static fromTurnWorkflow(workflow: ITurnWorkflow): TurnWorkflowGrants {
    return new TurnWorkflowGrants(workflow);
  }

  private constructor(private readonly workflow: ITurnWorkflow) {}

  /** The grantee may start turns, and store prompts that are too large for a request. */
  public startTurns(grantee: IGrantable): Grant {
    const { stateMachine, evidenceBucket } = this.workflow;
    const prompts = evidenceBucket.arnForObjects('prompts/*');
    const grant = Grant.addToPrincipal({
      grantee,
      actions: START_EXECUTION_ACTIONS,
      resourceArns: [stateMachine.stateMachineArn],
    })
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: PROMPT_STORE_ACTIONS,
          resourceArns: [prompts],
        }),
      )
      .combine(this.useEvidenceKey(grantee, KEY_READ_WRITE_ACTIONS));
    return this.granted('startTurns', grantee, grant, [prompts, FOLDER_WILDCARD]);
  }

  /**
   * The grantee may find the agent by the output of its stack, see whether and why it is stopped, and follow turns:
   * executions, their history and their evidence.
   */
  public readTurns(grantee: IGrantable): Grant {
    const { stateMachine, evidenceBucket } = this.workflow;
    const [executions, turns] = [this.executions(), evidenceBucket.arnForObjects('turns/*')];
    const read = Grant.addToPrincipal({
      grantee,
      actions: EXECUTION_LIST_ACTIONS,
      resourceArns: [stateMachine.stateMachineArn],
    })
      .combine(Grant.addToPrincipal({ grantee, actions: EXECUTION_READ_ACTIONS, resourceArns: [executions] }))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: EVIDENCE_READ_ACTIONS,
          resourceArns: [turns],
        }),
      )
      .combine(this.useEvidenceKey(grantee, KEY_READ_ACTIONS))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: KEY_READ_ACTIONS,
          resourceArns: [this.workflow.encryptionKey.keyArn],
          conditions: {
            StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': stateMachine.stateMachineArn },
          },
        }),
      )
      .combine(this.findAgent(grantee))
      .combine(this.readStop(grantee));
    return this.granted(
      'readTurns',
      grantee,
      read,
      [executions, EXECUTIONS_WILDCARD],
      [turns, FOLDER_WILDCARD],
      [stackArns(this.workflow), STACK_WILDCARD],
    );
  }

  /**
   * The grantee may stop turns. A stopped turn is cancelled in the service, and its evidence and outcome are stored and
   * published.
   */
  public stopTurns(grantee: IGrantable): Grant {
    const executions = this.executions();
    const stop = Grant.addToPrincipal({ grantee, actions: EXECUTION_STOP_ACTIONS, resourceArns: [executions] });
    return this.granted('stopTurns', grantee, stop, [executions, EXECUTIONS_WILDCARD]);
  }

  /**
   * The grantee may find the agent by the output of its stack, read its dead-letter queues, and send their events
   * again: to the queue of their trigger, or to the settlement. Triggers that are added later are included.
   *
   * @throws InputError when the workflow is defined elsewhere, because its queues aren't known.
   */
  public replayEvents(grantee: IGrantable): Grant {
    const { workflow } = this;
    const grant = (actions: string[], ...resourceArns: string[]) =>
      Grant.addToPrincipal({ grantee, actions, resourceArns });
    if (!isDefinedHere(workflow)) {
      throw new InputError(workflow, {
        input: 'grants.replayEvents',
        allowed: 'a workflow that is defined in this app',
        fix: 'call it where the TurnWorkflow is created',
      });
    }
    const { settlement, settlementDeadLetters, busDeadLetters } = workflow;
    workflow._operated().onStarter(({ events, deadLetters }) => {
      grant(DEAD_LETTER_ACTIONS, deadLetters.queueArn);
      grant([...QUEUE_SEND_ACTIONS, ...QUEUE_COUNT_ACTIONS], events.queueArn);
    });
    const replay = grant(DEAD_LETTER_ACTIONS, settlementDeadLetters.queueArn, busDeadLetters.queueArn)
      .combine(grant(START_EXECUTION_ACTIONS, settlement.stateMachineArn))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: KEY_READ_WRITE_ACTIONS,
          resourceArns: [workflow.encryptionKey.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `sqs.${Stack.of(workflow).region}.amazonaws.com` } },
        }),
      )
      .combine(this.findAgent(grantee));
    return this.granted('replayEvents', grantee, replay, [stackArns(workflow), STACK_WILDCARD]);
  }

  /**
   * The grantee may approve and deny turns by calling `approveUrl`. The decision is recorded with its caller.
   *
   * @throws InputError when the workflow has no approval step.
   */
  public approveTurns(grantee: IGrantable): Grant {
    const handler = this.workflow.approveFunction;
    if (!handler) {
      throw new InputError(this.workflow, {
        input: 'grants.approveTurns',
        allowed: 'a workflow with an approval step',
        fix: 'set approval: TurnApproval.onRequest() or TurnApproval.always()',
      });
    }
    return this.granted('approveTurns', grantee, grantAnswers(handler, grantee));
  }

  private granted(
    method: string,
    grantee: IGrantable,
    grant: Grant,
    ...wildcards: [resource: string, reason: string][]
  ): Grant {
    return granted(this.workflow, `grants.${method}`, grantee, grant, { wildcards: new Map(wildcards) });
  }

  /**
   * The stack of an imported workflow isn't known.
   */
  private findAgent(grantee: IGrantable): Grant {
    if (!isDefinedHere(this.workflow)) return Grant.drop(grantee, 'find an agent that is defined elsewhere');
    return Grant.addToPrincipal({
      grantee,
      actions: STACK_READ_ACTIONS,
      resourceArns: [stackArns(this.workflow)],
    });
  }

  /** Two items of the ledger: why new turns are refused. The records of turns and approval tokens aren't included. */
  private readStop(grantee: IGrantable): Grant {
    const { workflow } = this;
    if (!isDefinedHere(workflow)) return Grant.drop(grantee, 'read the ledger of a workflow that is defined elsewhere');
    return Grant.addToPrincipal({
      grantee,
      actions: LEDGER_READ_ACTIONS,
      resourceArns: [workflow.ledger.tableArn],
      conditions: onlyItems('StringEquals', STOP_KEY, BUDGET_KEY),
    }).combine(
      Grant.addToPrincipal({
        grantee,
        actions: KEY_READ_ACTIONS,
        resourceArns: [workflow.encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(workflow).region}.amazonaws.com` } },
      }),
    );
  }

  private executions(): string {
    return executionArns(this.workflow, this.workflow.stateMachine.stateMachineArn);
  }

  private useEvidenceKey(grantee: IGrantable, actions: string[]): Grant {
    const { evidenceBucket, encryptionKey } = this.workflow;
    return Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [(evidenceBucket.encryptionKey ?? encryptionKey).keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(this.workflow).region}.amazonaws.com` } },
    });
  }
}

/** An import of the class would be a cycle. */
const isDefinedHere = (workflow: ITurnWorkflow): workflow is TurnWorkflow => '_operated' in workflow;
