import { choice, ending, invokeFunction, pass, type States, type Targets } from './asl';

/** First state of the delivery. Input: `{turn, collected, published: {output}}`. */
export const DELIVER = 'DeliverOutput';

/** First state of a turn without output. */
export const CHECK_NOTHING_TO_DELIVER = 'CheckNothingToDeliver';

const ANSWER = '$.delivery.answer';

/**
 * Calls the user's function that publishes the screened output. It runs before the outcome event, which therefore
 * contains its result: if the output was refused or could not be delivered, it isn't published, and the turn fails.
 */
export function deliveryStates(targets: Targets, functionArn: string): States {
  return {
    [DELIVER]: invokeFunction(
      targets,
      functionArn,
      {
        'turn.$': '$.turn',
        'output.$': '$.published.output',
        'evidence.$': '$.collected.answer.detail.evidence',
      },
      {
        ResultSelector: { 'answer.$': '$.Payload' },
        ResultPath: '$.delivery',
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailDelivery' }],
        Next: 'CheckDelivered',
      },
    ),
    CheckDelivered: choice(
      [
        {
          And: [
            { Variable: `${ANSWER}.delivered`, IsPresent: true },
            { Variable: `${ANSWER}.delivered`, BooleanEquals: true },
          ],
          Next: 'CheckReceipt',
        },
        {
          And: [
            { Variable: `${ANSWER}.reason.code`, IsPresent: true },
            { Variable: `${ANSWER}.reason.code`, IsString: true },
          ],
          Next: 'FailDeliveryRefused',
        },
      ],
      'FailDelivery',
    ),
    CheckReceipt: choice([{ Variable: `${ANSWER}.receipt`, IsPresent: true, Next: 'AddReceipt' }], 'AddOutput'),
    AddReceipt: pass(
      { 'output.$': '$.published.output', 'delivery.$': `${ANSWER}.receipt` },
      { ResultPath: '$.published', Next: 'AddOutput' },
    ),
    // A completed turn promises that its output is delivered.
    [CHECK_NOTHING_TO_DELIVER]: choice(
      [{ Variable: '$.final.detail.outcome', StringEquals: 'Completed', Next: 'FailNothingToDeliver' }],
      'RecordOutcome',
    ),
    FailNothingToDeliver: pass(
      ending('Failed', 'no-final-answer', 'The turn completed without a final answer, so nothing was delivered'),
      { ResultPath: '$.overruled', Next: 'OmitOutput' },
    ),
    FailDeliveryRefused: pass(
      { outcome: 'Failed', 'reason.$': `${ANSWER}.reason` },
      { ResultPath: '$.overruled', Next: 'KeepVerdicts' },
    ),
    FailDelivery: pass(ending('Failed', 'delivery-failed', 'The output could not be delivered and is not published'), {
      ResultPath: '$.overruled',
      Next: 'KeepVerdicts',
    }),
  };
}
