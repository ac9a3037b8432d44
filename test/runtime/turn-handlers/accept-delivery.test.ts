import { acceptDelivery } from '../../../runtime/turn-handlers/prepare-turn/accept-delivery';

/* What the workflow takes over of the answer of a delivery function, which is the user's own code. */

const named = (count: number, value: unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`name${index}`, value]));

test.each<[string, object, object]>([
  ['no receipt', { delivered: true }, { delivered: true }],
  ['unknown members', { delivered: true, outcome: 'Completed', reason: 'x' }, { delivered: true }],
  [
    'a receipt',
    { delivered: true, receipt: { id: 'c-1', findings: 0, updated: false } },
    { delivered: true, receipt: { id: 'c-1', findings: 0, updated: false } },
  ],
  ['16 values', { delivered: true, receipt: named(16, 'x') }, { delivered: true, receipt: named(16, 'x') }],
  [
    'a refusal',
    { delivered: false, reason: { code: 'head-moved', message: 'The branch moved', outcome: 'Completed' } },
    { delivered: false, reason: { code: 'head-moved', message: 'The branch moved' } },
  ],
])('%s', (_, delivery, answer) => {
  expect(acceptDelivery({ delivery })).toEqual(answer);
});

test('a receipt has at most 4,096 bytes as JSON, not characters', () => {
  const receipt = { text: 'é'.repeat(2_042) };
  expect(Buffer.byteLength(JSON.stringify(receipt))).toBe(4_095);
  expect(acceptDelivery({ delivery: { delivered: true, receipt } })).toEqual({ delivered: true, receipt });
  const larger = { text: 'é'.repeat(2_043) };
  expect(acceptDelivery({ delivery: { delivered: true, receipt: larger } })).toMatchObject({ delivered: false });
});

test.each<[string, unknown, RegExp]>([
  ['no object', 'yes', /delivered is neither/],
  ['nothing', null, /delivered is neither/],
  ['a list', [{ delivered: true }], /delivered is neither/],
  ['a text as decision', { delivered: 'true' }, /delivered is neither/],
  ['a receipt that is a text', { delivered: true, receipt: 'c-1' }, /receipt has a name/],
  ['a receipt that is null', { delivered: true, receipt: null }, /receipt has a name/],
  ['a value with values', { delivered: true, receipt: { at: { id: 1 } } }, /a value other than/],
  ['a name with a dash', { delivered: true, receipt: { 'comment-id': 1 } }, /receipt has a name/],
  ['17 values', { delivered: true, receipt: named(17, 1) }, /more than 16 values/],
  ['a refusal without a reason', { delivered: false }, /reason\.code is not/],
  ['a code that is a number', { delivered: false, reason: { code: 5 } }, /reason\.code is not/],
  ['a message that is too long', { delivered: false, reason: { code: 'too-long', message: 'x'.repeat(501) } }, /500/],
])('%s fails the delivery, and nothing of the answer is used', (_, delivery, message) => {
  expect(acceptDelivery({ delivery })).toEqual({
    delivered: false,
    reason: { code: 'delivery-failed', message: expect.stringMatching(message) },
  });
});
