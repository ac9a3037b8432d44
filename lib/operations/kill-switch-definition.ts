import type { EndSessionsPayload, KillStep } from '../contracts/kill-switch';
import { call, choice, invokeFunction, type Machine, pass, type State, type States } from '../workflow/definition/asl';

/** The resources in the definitions of a kill switch; ARNs and names are tokens at synth. */
export interface KillDefinitionParts {
  readonly partition: string;
  readonly controlFunctionArn: string;
  /** A list of `KillTarget`. */
  readonly targets: unknown;
  readonly denyPolicyArn: string;
  readonly engageMachineArn: string;
  /** The topic for reports. Absent: none. */
  readonly topicArn?: string;
}

/** An IAM change takes some seconds to take effect everywhere. */
const SPREAD_SECONDS = 15;

/**
 * First disables triggers, then refuses new turns, then denies the agent's roles, then stops running turns. Every step
 * can be repeated, and the state machine can be started again after any interruption.
 */
export function engageDefinition(parts: KillDefinitionParts): Machine {
  const step = steps(parts);
  return {
    Comment: 'Stops agents',
    StartAt: 'SetTargets',
    TimeoutSeconds: 2 * 3600,
    States: {
      SetTargets: pass({ targets: parts.targets }, { Next: 'RecordStop' }),
      RecordStop: step('record-stop', { Next: 'DisableTriggers' }),
      DisableTriggers: step('disable-triggers', { Next: 'CheckTriggersDisabled' }),
      CheckTriggersDisabled: again('WaitForTriggers', 'RefuseTurns'),
      WaitForTriggers: { Type: 'Wait', Seconds: 2, Next: 'DisableTriggers' },
      RefuseTurns: step('refuse-turns', { Next: 'DenyRoles' }),
      DenyRoles: step('deny-roles', { Next: 'WaitForDenials' }),
      WaitForDenials: { Type: 'Wait', Seconds: SPREAD_SECONDS, Next: 'StopTurns' },
      StopTurns: step('stop-turns', { Next: 'CheckTurnsLeft' }),
      CheckTurnsLeft: again('StopTurns', 'CancelTurns'),
      CancelTurns: endSessions(parts, 'cancel', 'CountCancelled'),
      CountCancelled: step('count-cancelled', { Next: 'CheckSettlements' }),
      CheckSettlements: step('check-settlements', { Next: 'CheckSettlementsLeft' }),
      CheckSettlementsLeft: again('WaitForSettlements', 'DeleteSessions'),
      WaitForSettlements: { Type: 'Wait', Seconds: 30, Next: 'CheckSettlements' },
      DeleteSessions: endSessions(parts, 'delete', 'CountDeleted'),
      CountDeleted: step('count-deleted', { Next: 'CheckSessionsLeft' }),
      CheckSessionsLeft: again('WaitBetweenRounds', 'ConfirmStop'),
      WaitBetweenRounds: { Type: 'Wait', Seconds: SPREAD_SECONDS, Next: 'DeleteSessions' },
      ConfirmStop: step('confirm-stop', { Next: 'Report' }),
      ...reportStates(parts, 'Agents were stopped'),
    },
  };
}

/**
 * First allows the agent's roles, then new turns, then enables triggers, so that waiting events find a working agent.
 */
export function releaseDefinition(parts: KillDefinitionParts): Machine {
  const step = steps(parts);
  return {
    Comment: 'Lets stopped agents run again',
    StartAt: 'SetTargets',
    TimeoutSeconds: 3600,
    States: {
      SetTargets: pass({ targets: parts.targets }, { Next: 'CheckRelease' }),
      CheckRelease: step('check-release', { Next: 'AllowRoles' }),
      AllowRoles: step('allow-roles', { Next: 'WaitForPermissions' }),
      WaitForPermissions: { Type: 'Wait', Seconds: SPREAD_SECONDS, Next: 'AcceptTurns' },
      AcceptTurns: step('accept-turns', { Next: 'EnableTriggers' }),
      EnableTriggers: step('enable-triggers', { Next: 'Report' }),
      ...reportStates(parts, 'Agents were released'),
    },
  };
}

function steps(parts: KillDefinitionParts): (step: KillStep, rest: object) => State {
  return (step, rest) => ({
    ...invokeFunction(
      parts,
      parts.controlFunctionArn,
      {
        step,
        'targets.$': '$.targets',
        ...(step === 'record-stop' || step === 'check-release' ? {} : { 'report.$': '$.answer.report' }),
        ...(step.startsWith('count-') ? { 'ended.$': '$.ended' } : {}),
        denyPolicyArn: parts.denyPolicyArn,
        engageMachineArn: parts.engageMachineArn,
        execution: {
          'id.$': '$$.Execution.Id',
          'startTime.$': '$$.Execution.StartTime',
          'input.$': '$$.Execution.Input',
        },
      },
      {
        ResultSelector: { 'report.$': '$.Payload.report', 'again.$': '$.Payload.again' },
        ResultPath: '$.answer',
        ...rest,
      },
    ),
    // For example, the policy can't be attached, or a mapping is changing. No error may end a stop halfway.
    Retry: [
      { ErrorEquals: ['StillEngaging', 'EngagedAgain'], MaxAttempts: 0 },
      {
        ErrorEquals: ['States.ALL'],
        IntervalSeconds: 2,
        MaxAttempts: 40,
        BackoffRate: 2,
        MaxDelaySeconds: 60,
        JitterStrategy: 'FULL',
      },
    ],
  });
}

function again(repeat: string, next: string): State {
  return choice([{ Variable: '$.answer.again', BooleanEquals: true, Next: repeat }], next);
}

/** Each agent has its own function in its network. If one fails, the others still end their sessions. */
function endSessions(parts: KillDefinitionParts, mode: EndSessionsPayload['mode'], next: string): State {
  // Names are unique in the whole state machine.
  const [end, notEnded] =
    mode === 'cancel' ? ['CancelTurnsOfAgent', 'NotCancelled'] : ['DeleteSessionsOfAgent', 'NotDeleted'];
  const states: States = {
    [end]: invokeFunction(
      parts,
      '',
      { mode },
      {
        ResultSelector: { 'changed.$': '$.Payload.changed', 'left.$': '$.Payload.left' },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: notEnded }],
        End: true,
      },
      5,
    ),
    // Counted as not deleted: the round is repeated, and the report shows it.
    [notEnded]: pass(undefined, { Result: { changed: 0, left: 1 }, End: true }),
  };
  states[end] = { ...states[end], Parameters: { 'FunctionName.$': '$.endFunctionArn', Payload: { mode } } };
  return {
    Type: 'Map',
    ItemsPath: '$.targets',
    ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, StartAt: end, States: states },
    ResultPath: '$.ended',
    Next: next,
  };
}

function reportStates(parts: KillDefinitionParts, subject: string): States {
  const report = pass(undefined, { OutputPath: '$.answer.report', End: true });
  if (parts.topicArn === undefined) return { Report: report };
  return {
    Report: call(
      parts,
      'sns:publish',
      { TopicArn: parts.topicArn, Subject: subject, 'Message.$': 'States.JsonToString($.answer.report)' },
      // A failed notification doesn't change the result.
      { ResultPath: null, Next: 'Done', Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Done' }] },
    ),
    Done: report,
  };
}
