import { ending, choice, invoke, invokeFunction, pass, type State, type States, type Targets } from './asl';
import { FINISH } from './finish-states';

/** Where staging begins. Input: `{turn, prompt}`. */
export const STAGE = 'StageTurn';

/**
 * Has a function of the user prepare what the turn works on. It stands before the screening, which therefore sees what
 * staging adds to the prompt, and before the slot, so that a turn that is refused here costs none.
 *
 * @param register the state that writes the turn down, with the state that follows it
 */
export function stagingStates(
  targets: Targets,
  functionArn: string,
  register: (next: string) => State,
  next: string,
  refused: string,
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
    RegisterStaged: register('Is the turn staged'),
    'Is the turn staged': choice([{ Variable: '$.accepted', BooleanEquals: true, Next: next }], refused),
    'Staging failed': pass(
      {
        ending: ending('Failed', 'staging-failed', 'What the turn works on could not be prepared'),
        verdicts: [],
        approval: null,
      },
      { ResultPath: '$.result', Next: FINISH },
    ),
  };
}
