import { call, choice, CONDITION_FAILED, ending, pass, type States, type Targets } from './asl';
import { turnEventType } from '../../contracts/turn';
import { publish } from './finish-states';

export interface ApprovalRules {
  readonly expirySeconds: number;
  readonly topicArn?: string;
}

/**
 * Asks a person if the workflow or the request requires it. The task token is stored only in the ledger; the approve
 * function reads it there and records the caller.
 */
export function approvalStates(targets: Targets, rules: ApprovalRules, next: string, leave: string): States {
  const askOnTopic: States = rules.topicArn
    ? {
        NotifyApprovers: call(
          targets,
          'sns:publish',
          {
            TopicArn: rules.topicArn,
            Subject: 'A managed agent turn waits for approval',
            'Message.$': 'States.JsonToString($.turn.detail)',
          },
          // The event on the bus also requests approval. A topic that refuses the message must not end a turn that can
          // still be approved.
          {
            ResultPath: null,
            Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'AwaitApproval' }],
            Next: 'AwaitApproval',
          },
        ),
      }
    : {};
  return {
    CheckApprovalRequired: choice(
      [{ Variable: '$.turn.approvalRequired', BooleanEquals: true, Next: 'RequestApproval' }],
      next,
    ),
    RequestApproval: publish(
      targets,
      { DetailType: turnEventType('Approval Requested'), 'Detail.$': '$.turn.detail' },
      { ResultPath: null, Next: rules.topicArn ? 'NotifyApprovers' : 'AwaitApproval' },
    ),
    ...askOnTopic,
    ...awaitAnswer(
      targets,
      { pk: { 'S.$': '$.turn.turnPk' } },
      { expirySeconds: rules.expirySeconds, resultPath: '$.approval', expired: 'RecordApprovalExpired' },
      'CheckApproved',
    ),
    CheckApproved: choice(
      [{ Variable: '$.approval.decision', StringEquals: 'approved', Next: next }],
      'RejectApprovalDenied',
    ),
    RejectApprovalDenied: pass(ending('Rejected', 'approval-denied', 'An approver denied the turn'), {
      ResultPath: '$.ending',
      Next: leave,
    }),
    RecordApprovalExpired: pass({ decision: 'expired' }, { ResultPath: '$.approval', Next: 'RejectApprovalExpired' }),
    RejectApprovalExpired: pass(
      ending('Rejected', 'approval-expired', 'Nobody answered the approval request in time'),
      {
        ResultPath: '$.ending',
        Next: leave,
      },
    ),
  };
}

/** The settings of a wait for an approver. */
export interface ApprovalWait {
  readonly expirySeconds: number;
  readonly resultPath: string;
  /** Next state without a decision. */
  readonly expired: string;
}

/**
 * `AwaitApproval` stores the task token only in an item of the ledger, and waits until the approve function uses it.
 * `RecordApproval` records the decision, because the function may end after it has sent the decision and before it has
 * recorded it: its next call must answer what happened.
 */
export function awaitAnswer(
  targets: Pick<Targets, 'partition' | 'table'>,
  key: object,
  { expirySeconds, resultPath, expired }: ApprovalWait,
  next: string,
): States {
  const update = { TableName: targets.table, Key: key };
  return {
    AwaitApproval: call(
      targets,
      'aws-sdk:dynamodb:updateItem.waitForTaskToken',
      {
        ...update,
        UpdateExpression: 'SET approvalToken = :token',
        ExpressionAttributeValues: { ':token': { 'S.$': '$$.Task.Token' } },
      },
      {
        TimeoutSeconds: expirySeconds,
        ResultPath: resultPath,
        Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.error', Next: expired }],
        Next: 'RecordApproval',
      },
      // The expiry is a result, not a failure.
      ['States.Timeout'],
    ),
    RecordApproval: call(
      targets,
      'dynamodb:updateItem',
      {
        ...update,
        UpdateExpression: 'SET approval = :decision REMOVE approvalToken, approvalAttempt',
        // The function has recorded it, which is the usual case.
        ConditionExpression: 'attribute_exists(approvalToken)',
        ExpressionAttributeValues: { ':decision': { 'S.$': `States.JsonToString(${resultPath})` } },
      },
      { ResultPath: null, Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: next }], Next: next },
      CONDITION_FAILED,
    ),
  };
}
