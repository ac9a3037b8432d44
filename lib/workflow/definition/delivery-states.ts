import { choice, ending, invoke, invokeFunction, pass, type States, type Targets } from './asl';

/** First state of the delivery. Input: `{turn, collected, published: {output}}`. */
export const DELIVER = 'RunDelivery';

/** First state of a turn without output. */
export const CHECK_NOTHING_TO_DELIVER = 'CheckNothingToDeliver';

const ANSWER = '$.delivery.answer';

/**
 * Calls the user's function that publishes the screened output. It runs before the outcome event, which therefore
 * contains its result: if the output was refused or could not be delivered, it isn't published, and the turn fails.
 *
 * The state of an execution that outgrows its limit ends the execution, and no catcher sees it. The result of the
 * function may have any size, so it meets the rest of the state only after `prepare-turn` has checked it: inside the
 * branch, it is the whole state. A result larger than the limit is an error that only a catcher with its name catches
 * (docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html, and github.com/cdklabs/construct-hub/pull/1885).
 */
export function deliveryStates(targets: Targets, functionArn: string): States {
  const failed = ['States.DataLimitExceeded', 'States.ALL'].map((error) => ({
    ErrorEquals: [error],
    ResultPath: null,
    Next: 'FailDelivery',
  }));
  return {
    [DELIVER]: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'DeliverOutput',
          States: {
            DeliverOutput: invokeFunction(
              targets,
              functionArn,
              {
                'turn.$': '$.turn',
                'output.$': '$.published.output',
                'evidence.$': '$.collected.answer.detail.evidence',
              },
              { ResultSelector: { 'delivery.$': '$.Payload' }, Catch: failed, Next: 'AcceptDelivery' },
            ),
            AcceptDelivery: invoke(
              targets,
              'prepare-turn',
              { 'delivery.$': '$.delivery' },
              { OutputPath: '$.Payload', Catch: failed, End: true },
            ),
            FailDelivery: pass(
              {
                delivered: false,
                reason: {
                  code: 'delivery-failed',
                  message: 'The output could not be delivered and is not published',
                },
              },
              { End: true },
            ),
          },
        },
      ],
      ResultSelector: { 'answer.$': '$[0]' },
      ResultPath: '$.delivery',
      Next: 'CheckDelivered',
    },
    CheckDelivered: choice(
      [{ Variable: `${ANSWER}.delivered`, BooleanEquals: true, Next: 'CheckReceipt' }],
      'FailDeliveryRefused',
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
  };
}
