import { REPLACED_PREFIX } from '../../contracts/turn-ledger';
import {
  call,
  choice,
  CONDITION_FAILED,
  ending,
  invoke,
  invokeFunction,
  pass,
  REPEATABLE,
  type State,
  type States,
  type Targets,
} from './asl';

/** Where staging begins. Input: `{turn, prompt}`. */
export const STAGE = 'StageTurn';

/**
 * Has a function of the user prepare what the turn works on. It stands before the screening, which therefore sees what
 * staging adds to the prompt, and before the slot, so that a turn that is refused here costs none.
 *
 * @param register the state that writes the turn down, with the state that follows it
 * @param after the states that follow a turn that is staged, refused, or could not be staged
 */
export function stagingStates(
  targets: Targets,
  functionArn: string,
  register: (next: string) => State,
  after: { readonly next: string; readonly refused: string; readonly failed: string },
): States {
  const failed = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Staging failed' }];
  return {
    [STAGE]: invokeFunction(
      targets,
      functionArn,
      { 'turn.$': '$.turn', 'prompt.$': '$.prompt' },
      { ResultSelector: { 'answer.$': '$.Payload' }, ResultPath: '$.staged', Catch: failed, Next: 'AcceptStaging' },
    ),
    // Before anything follows from the answer of a function that is not ours: limits, names, which member is there.
    AcceptStaging: invoke(
      targets,
      'prepare-turn',
      { 'turn.$': '$.turn', 'prompt.$': '$.prompt', 'answer.$': '$.staged.answer' },
      { OutputPath: '$.Payload', Catch: failed, Next: 'RegisterStaged' },
    ),
    // The conversation may be another now, and the settlement has to give back the right one.
    RegisterStaged: register('Does it replace older turns'),
    'Does it replace older turns': choice(
      [{ Variable: '$.replacesOlderTurns', IsPresent: true, Next: 'ReplaceOlderTurns' }],
      'Is the turn staged',
    ),
    // The turns that are replaced find it at their next look. A mark of a turn that began later stays.
    ReplaceOlderTurns: {
      ...call(
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
          // Without the mark the older turns come to their end, which delivery refuses.
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Is the turn staged' }],
          Next: 'Is the turn staged',
        },
      ),
      Retry: [{ ErrorEquals: CONDITION_FAILED, MaxAttempts: 0 }, ...REPEATABLE],
    },
    'Is the turn staged': choice([{ Variable: '$.accepted', BooleanEquals: true, Next: after.next }], after.refused),
    'Staging failed': pass(
      {
        ending: ending('Failed', 'staging-failed', 'What the turn works on could not be prepared'),
        verdicts: [],
        approval: null,
      },
      { ResultPath: '$.result', Next: after.failed },
    ),
  };
}
