import type { AcceptDeliveryPayload, DeliverTurnAnswer } from '../../../lib/contracts/step';
import { type DeliveryReceipt, SUBJECT_LIMITS } from '../../../lib/contracts/turn';
import { checkReason, isRecord, need, RequestFault } from './request-checks';

/** The outcome event and the state of the execution contain the receipt, several times. */
const RECEIPT_BYTES = 4_096;

/**
 * Checks the result of a delivery function. The function is the user's code, but the outcome event contains its result:
 * a result in another form ends the turn as failed, and no part of it is used.
 */
export function acceptDelivery({ delivery }: AcceptDeliveryPayload): DeliverTurnAnswer {
  try {
    need(isRecord(delivery) && typeof delivery['delivered'] === 'boolean', 'delivered is neither true nor false');
    const { delivered: isDelivered, receipt, reason } = delivery;
    if (!isDelivered) return { delivered: false, reason: checkReason(reason) };
    return { delivered: true, ...(receipt === undefined ? {} : { receipt: checkReceipt(receipt) }) };
  } catch (error) {
    if (!(error instanceof RequestFault)) throw error;
    const message = `The answer of the delivery function is not usable, and the output is not published: ${error.message}`;
    return { delivered: false, reason: { code: 'delivery-failed', message } };
  }
}

function checkReceipt(receipt: unknown): DeliveryReceipt {
  need(
    isRecord(receipt) &&
      Object.entries(receipt).every(
        ([name, value]) => SUBJECT_LIMITS.name.test(name) && ['string', 'number', 'boolean'].includes(typeof value),
      ),
    'receipt has a name other than a lower-case letter and up to 31 letters and digits, or a value other than a text, number, true or false',
  );
  need(Object.keys(receipt).length <= SUBJECT_LIMITS.names, `receipt has more than ${SUBJECT_LIMITS.names} values`);
  need(
    Buffer.byteLength(JSON.stringify(receipt)) <= RECEIPT_BYTES,
    `receipt has more than ${RECEIPT_BYTES} bytes as JSON`,
  );
  return receipt as DeliveryReceipt;
}
