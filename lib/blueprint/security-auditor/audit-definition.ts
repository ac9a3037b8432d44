import {
  call,
  choice,
  invokeFunction,
  type Machine,
  pass,
  type State,
  type States,
} from '../../workflow/definition/asl';
import { TURN_EVENT_SOURCE } from '../../contracts/turn';
import { AUDIT_EVENT_TYPE } from '../../contracts/audit';

export interface AuditTargets {
  readonly partition: string;
  readonly table: string;
  readonly eventBus: string;
  /** ARN of the function. */
  readonly summarizeAudit: string;
}

export interface AuditPlan {
  readonly repositories: readonly string[];
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** The turn that audits `$.repository` in `$.night`, its result in `$.turn.result`. */
  readonly turn: State;
}

/** DynamoDB's own name for it, in both spellings that Step Functions uses. */
const TAKEN = ['DynamoDB.ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'];

/** One night: claim it, audit every repository, summarize, publish. Input: `{night}`. */
export function auditDefinition(targets: AuditTargets, plan: AuditPlan): Machine {
  return {
    Comment: 'Audits every repository in a session of its own, whatever becomes of the others',
    QueryLanguage: 'JSONPath',
    TimeoutSeconds: plan.timeoutSeconds,
    StartAt: 'ClaimNight',
    States: {
      // EventBridge Scheduler may invoke the state machine more than once; a redriven execution finds its own claim.
      ClaimNight: {
        ...call(
          targets,
          'dynamodb:updateItem',
          {
            TableName: targets.table,
            Key: { pk: { 'S.$': "States.Format('audit#{}', $.night)" } },
            UpdateExpression: 'SET claimedBy = :me',
            ConditionExpression: 'attribute_not_exists(claimedBy) OR claimedBy = :me',
            ExpressionAttributeValues: { ':me': { 'S.$': '$$.Execution.Id' } },
          },
          {
            ResultPath: null,
            Catch: [{ ErrorEquals: TAKEN, Next: 'SkipAuditedNight' }],
            Next: 'Repositories',
          },
        ),
        Retry: [
          { ErrorEquals: TAKEN, MaxAttempts: 0 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 6 },
        ],
      },
      SkipAuditedNight: { Type: 'Succeed' },
      Repositories: {
        Type: 'Pass',
        Result: plan.repositories,
        ResultPath: '$.repositories',
        Next: 'AuditRepositories',
      },
      AuditRepositories: {
        Type: 'Map',
        ItemsPath: '$.repositories',
        ItemSelector: { 'night.$': '$.night', 'repository.$': '$$.Map.Item.Value' },
        MaxConcurrency: plan.concurrency,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'AuditRepository',
          States: repositoryStates(plan.turn),
        },
        ResultPath: '$.audits',
        Next: 'SummarizeAudit',
      },
      SummarizeAudit: invokeFunction(
        targets,
        targets.summarizeAudit,
        { 'night.$': '$.night', 'repositories.$': '$.audits' },
        { ResultSelector: { 'summary.$': '$.Payload' }, ResultPath: '$.result', Next: 'PublishSummary' },
      ),
      PublishSummary: call(
        targets,
        'events:putEvents',
        {
          Entries: [
            {
              EventBusName: targets.eventBus,
              Source: TURN_EVENT_SOURCE,
              DetailType: AUDIT_EVENT_TYPE,
              'Detail.$': '$.result.summary',
            },
          ],
        },
        { ResultPath: null, Next: 'Audited' },
      ),
      Audited: { Type: 'Succeed', OutputPath: '$.result.summary' },
    },
  };
}

/**
 * One repository: its turn, and the part of its result that the summary needs. No path fails, so that the other audits
 * continue.
 */
function repositoryStates(turn: State): States {
  const task = Object.fromEntries(Object.entries(turn).filter(([field]) => field !== 'End')) as State;
  return {
    AuditRepository: {
      ...task,
      // The name of the turn is derived from repository and night, so a repetition starts no second turn.
      Retry: [
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 3, JitterStrategy: 'FULL' },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'MarkTurnFailed' }],
      Next: 'CheckFindingsAccepted',
    },
    CheckFindingsAccepted: choice(
      [
        { Variable: '$.turn.result.delivery', IsPresent: true, Next: 'Accepted' },
        { Variable: '$.turn.result.reason', IsPresent: true, Next: 'MarkNotAccepted' },
      ],
      'MarkNothingDelivered',
    ),
    Accepted: pass(
      {
        'repository.$': '$.repository',
        'outcome.$': '$.turn.result.outcome',
        'delivery.$': '$.turn.result.delivery',
      },
      { End: true },
    ),
    MarkNotAccepted: pass(
      {
        'repository.$': '$.repository',
        'outcome.$': '$.turn.result.outcome',
        'reason.$': '$.turn.result.reason',
      },
      { End: true },
    ),
    MarkNothingDelivered: pass({ 'repository.$': '$.repository', 'outcome.$': '$.turn.result.outcome' }, { End: true }),
    MarkTurnFailed: pass(
      {
        'repository.$': '$.repository',
        outcome: 'Failed',
        reason: { code: 'turn-broken', message: 'The turn could not be started, or broke' },
      },
      { End: true },
    ),
  };
}
