import { REPLACED_PREFIX } from '../../contracts/turn-ledger';
import {
  call,
  choice,
  CONDITION_FAILED,
  ending,
  invoke,
  invokeFunction,
  pass,
  type State,
  type States,
  type Targets,
} from './asl';

/** First state of staging. Input: `{turn, prompt}`. */
export const STAGE = 'StageTurn';

/**
 * Calls the user's function that prepares the turn. It runs before the screening, which therefore includes the parts
 * that staging adds to the prompt, and before the slot, so that a refused turn uses none.
 *
 * @param register the state that records the turn, with its next state
 * @param after the next states of a turn that is staged, refused, or could not be staged
 */
export function stagingStates(
  targets: Targets,
  functionArn: string,
  register: (next: string) => State,
  after: { readonly next: string; readonly refused: string; readonly failed: string },
): States {
  const failed = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailStaging' }];
  return {
    [STAGE]: invokeFunction(
      targets,
      functionArn,
      { 'turn.$': '$.turn', 'prompt.$': '$.prompt' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.staged', Catch: failed, Next: 'AcceptStaging' },
    ),
    // The result of a user's function is checked before it is used: limits, names, and members.
    AcceptStaging: invoke(
      targets,
      'prepare-turn',
      { 'turn.$': '$.turn', 'prompt.$': '$.prompt', 'answer.$': '$.staged.answer' },
      { OutputPath: '$.Payload', Catch: failed, Next: 'RegisterStaged' },
    ),
    // The conversation may have changed, and the settlement has to release the right one.
    RegisterStaged: register('CheckReplacesOlderTurns'),
    CheckReplacesOlderTurns: choice(
      [{ Variable: '$.replacesOlderTurns', IsPresent: true, Next: 'ReplaceOlderTurns' }],
      'CheckTurnStaged',
    ),
    // Replaced turns find it at their next poll. A mark of a later turn is kept.
    ReplaceOlderTurns: call(
      targets,
      'dynamodb:updateItem',
      {
        TableName: targets.table,
        Key: { pk: { 'S.$': `States.Format('${REPLACED_PREFIX}{}', $.turn.sessionPk)` } },
        UpdateExpression: 'SET replacedBy = :me, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(expiresAt) OR expiresAt <= :expires',
        ExpressionAttributeValues: { ':me': { 'S.$': '$.turn.name' }, ':expires': { 'N.$': '$.turn.expiresAt' } },
      },
      {
        ResultPath: null,
        // Without the mark, the older turns complete, and delivery refuses their output.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'CheckTurnStaged' }],
        Next: 'CheckTurnStaged',
      },
      CONDITION_FAILED,
    ),
    CheckTurnStaged: choice([{ Variable: '$.accepted', BooleanEquals: true, Next: after.next }], after.refused),
    FailStaging: pass(
      {
        ending: ending('Failed', 'staging-failed', 'What the turn works on could not be prepared'),
        verdicts: [],
        approval: null,
      },
      { ResultPath: '$.result', Next: after.failed },
    ),
  };
}
