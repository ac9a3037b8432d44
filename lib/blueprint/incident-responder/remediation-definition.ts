import { call, choice, type Machine, pass, type State, type States } from '../../workflow/definition/asl';
import { awaitAnswer } from '../../workflow/definition/approval-states';
import { TURN_EVENT_SOURCE } from '../../contracts/turn';
import { ASSUMED_ROLE, REMEDIATION_EVENTS } from '../../contracts/remediation';

export interface RemediationTargets {
  readonly partition: string;
  readonly table: string;
  readonly eventBus: string;
  /** Topic that approvers are subscribed to. */
  readonly topicArn?: string;
}

export interface PlannedRunbook {
  readonly documentName: string;
  /** Whether a proposal may set parameters. */
  readonly parameters: boolean;
  readonly roleArn?: string;
}

export interface RemediationPlan {
  readonly runbooks: readonly PlannedRunbook[];
  readonly expirySeconds: number;
}

/** DynamoDB's own name for it, in both spellings that Step Functions uses. */
const NOT_MINE = ['DynamoDB.ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'];

/** Time of the execution in addition to the approver's time: retries of its calls. */
const OVERHEAD_SECONDS = 3_600;

const KEY = { pk: { 'S.$': "States.Format('remediation#{}', $.detail.turn.name)" } };

/**
 * One proposal: claim it, publish it, wait for a person, and start the approved runbook. Input: the outcome event of
 * the turn, of which only the name of the turn is used. The proposal is read from the ledger, where only the delivery
 * writes it.
 */
export function remediationDefinition(targets: RemediationTargets, plan: RemediationPlan): Machine {
  const { topicArn } = targets;
  return {
    Comment: 'Starts a runbook that a report proposed, once a person approved it',
    QueryLanguage: 'JSONPath',
    TimeoutSeconds: plan.expirySeconds + OVERHEAD_SECONDS,
    StartAt: 'ClaimProposal',
    States: {
      // EventBridge may deliver an event more than once; a forged event finds no proposal.
      ClaimProposal: {
        ...call(
          targets,
          'dynamodb:updateItem',
          {
            TableName: targets.table,
            Key: KEY,
            UpdateExpression: 'SET claimedBy = :me',
            ConditionExpression: 'attribute_exists(proposal) AND (attribute_not_exists(claimedBy) OR claimedBy = :me)',
            ExpressionAttributeValues: { ':me': { 'S.$': '$$.Execution.Id' } },
            ReturnValues: 'ALL_NEW',
          },
          {
            ResultSelector: { 'proposal.$': 'States.StringToJson($.Attributes.proposal.S)' },
            ResultPath: '$.claimed',
            Catch: [{ ErrorEquals: NOT_MINE, ResultPath: '$.error', Next: 'IgnoreUnknownProposal' }],
            Next: 'PublishProposed',
          },
        ),
        Retry: [
          { ErrorEquals: NOT_MINE, MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 6 },
        ],
      },
      IgnoreUnknownProposal: { Type: 'Succeed' },
      PublishProposed: publish(targets, 'proposed', topicArn ? 'NotifyApprovers' : 'AwaitApproval', false),
      ...(topicArn
        ? {
            NotifyApprovers: call(
              targets,
              'sns:publish',
              {
                TopicArn: topicArn,
                Subject: 'A remediation waits for approval',
                'Message.$': 'States.JsonToString($.claimed.proposal.event)',
              },
              { ResultPath: null, Next: 'AwaitApproval' },
            ),
          }
        : {}),
      ...awaitAnswer(
        targets,
        KEY,
        { expirySeconds: plan.expirySeconds, resultPath: '$.answer.approval', expired: 'PublishExpired' },
        'CheckApproved',
      ),
      PublishExpired: publish(targets, 'expired', 'Over', false),
      CheckApproved: choice(
        [{ Variable: '$.answer.approval.decision', StringEquals: 'approved', Next: 'ChooseRunbook' }],
        'PublishDenied',
      ),
      PublishDenied: publish(targets, 'denied', 'Over'),
      ChooseRunbook: choice(
        plan.runbooks.flatMap(({ documentName, parameters }, index) => {
          const named = { Variable: '$.claimed.proposal.event.runbook', StringEquals: documentName };
          return [
            ...(parameters
              ? [
                  {
                    And: [named, { Variable: GIVEN, IsPresent: true }],
                    Next: roleOrStart(plan, index),
                  },
                ]
              : []),
            { ...named, Next: startOf(index) },
          ];
        }),
        'FailRunbookNotListed',
      ),
      ...startStates(targets, plan),
      PublishStarted: publish(targets, 'started', 'Over'),
      // After a deployment that removed the runbook.
      FailRunbookNotListed: pass(
        { code: 'runbook-not-listed', message: 'The runbook may not be started any more' },
        { ResultPath: '$.answer.reason', Next: 'PublishFailed' },
      ),
      FailRunbookRefused: pass(
        { code: 'runbook-refused', message: 'Systems Manager did not start the runbook' },
        { ResultPath: '$.answer.reason', Next: 'PublishFailed' },
      ),
      PublishFailed: publish(targets, 'failed', 'Over'),
      Over: { Type: 'Succeed' },
    },
  };
}

const GIVEN = '$.claimed.proposal.automation.parameters';

const startOf = (index: number) => `StartRunbook${index + 1}`;
const startWithParametersOf = (index: number) => `StartRunbook${index + 1}WithParameters`;
const roleOf = (index: number) => `Role of runbook ${index + 1}`;
const roleOrStart = ({ runbooks }: RemediationPlan, index: number) =>
  runbooks[index].roleArn ? roleOf(index) : startWithParametersOf(index);

/**
 * Every runbook has its own states, so that the definition sets the document and the role, not a proposal.
 */
function startStates(targets: RemediationTargets, { runbooks }: RemediationPlan): States {
  return Object.fromEntries(
    runbooks.flatMap(({ documentName, parameters, roleArn }, index) => {
      const role = roleArn && { [ASSUMED_ROLE]: [roleArn] };
      const start = (given: object) =>
        call(
          targets,
          'aws-sdk:ssm:startAutomationExecution',
          // Repeating the call starts nothing twice.
          { DocumentName: documentName, ...given, 'ClientToken.$': '$.claimed.proposal.automation.clientToken' },
          {
            ResultSelector: { 'executionId.$': '$.AutomationExecutionId' },
            ResultPath: '$.answer.automation',
            Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailRunbookRefused' }],
            Next: 'PublishStarted',
          },
        );
      const states: [string, State][] = [[startOf(index), start(role ? { Parameters: role } : {})]];
      if (!parameters) return states;
      if (role) {
        states.push([roleOf(index), pass(role, { ResultPath: '$.role', Next: startWithParametersOf(index) })]);
      }
      const merged = role ? `States.JsonMerge(${GIVEN}, $.role, false)` : GIVEN;
      states.push([startWithParametersOf(index), start({ 'Parameters.$': merged })]);
      return states;
    }),
  );
}

function publish(
  targets: RemediationTargets,
  kind: keyof typeof REMEDIATION_EVENTS,
  next: string,
  /** The decision, its caller, and the result. */
  answered = true,
) {
  const event = '$.claimed.proposal.event';
  return call(
    targets,
    'events:putEvents',
    {
      Entries: [
        {
          EventBusName: targets.eventBus,
          Source: TURN_EVENT_SOURCE,
          DetailType: REMEDIATION_EVENTS[kind],
          'Detail.$': answered ? `States.JsonMerge(${event}, $.answer, false)` : event,
        },
      ],
    },
    { ResultPath: null, Next: next },
  );
}
