import { AccessDeniedError, PreviewNotEnabledError, ServiceError } from '../../../runtime/session-client';
import { requestIdOf, serviceError } from '../../../runtime/session-client/service-error';

const NOW = Date.parse('2026-11-23T10:00:00Z');
type Headers = Parameters<typeof requestIdOf>[0];

function answered(status: number, body: unknown = {}, headers: Headers = {}, repeatable = true): ServiceError {
  return serviceError({
    operation: 'getSession',
    region: 'us-east-1',
    status,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    repeatable,
    now: NOW,
  });
}

test.each([
  [400, 'BadRequestError', false],
  [401, 'AccessDeniedError', false],
  [402, 'ServiceError', false],
  [403, 'AccessDeniedError', false],
  [404, 'NotFoundError', false],
  [408, 'ServiceUnavailableError', true],
  [409, 'ConflictError', false],
  [418, 'ServiceError', false],
  [429, 'RateLimitedError', true],
  [499, 'ServiceError', false],
  [500, 'ServiceUnavailableError', true],
  [599, 'ServiceUnavailableError', true],
])('%i is %s', (status, name, retrySafe) => {
  const error = answered(status);
  expect(error).toBeInstanceOf(ServiceError);
  expect(error).toMatchObject({ name, status, retrySafe, operation: 'getSession' });
  expect(error.message).toContain(`getSession was answered with ${status}: `);
});

test('a failure of a call that must happen once may not be repeated, a limit may', () => {
  expect([500, 408, 429].map((status) => answered(status, {}, {}, false).retrySafe)).toEqual([false, false, true]);
});

describe('the preview that is not enabled', () => {
  const body = { error: { message: 'This model is NOT available for this account.' } };
  test('is told from other refusals by 401 and the message', () => {
    expect(answered(401, body)).toBeInstanceOf(PreviewNotEnabledError);
    expect(answered(401, body).message).toMatch(/not enabled for this account in us-east-1/);
    expect(answered(403, body)).not.toBeInstanceOf(PreviewNotEnabledError);
    expect(answered(401, { error: { message: 'no' } })).not.toBeInstanceOf(PreviewNotEnabledError);
    expect(answered(401, body)).toBeInstanceOf(AccessDeniedError);
  });
});

describe('the code', () => {
  const AWS = { 'x-amzn-errortype': 'AccessDeniedException:http://internal/' };
  test.each<[string, unknown, Headers, string | undefined]>([
    ['error.code', { error: { code: 'rate_limit', type: 'other' }, code: 'outer' }, {}, 'rate_limit'],
    ['error.type', { error: { type: 'invalid_request' } }, {}, 'invalid_request'],
    ['__type', { __type: 'com.amazon#Throttled' }, {}, 'com.amazon#Throttled'],
    ['a body whose error is a text', { error: 'a sentence', code: 'outer' }, {}, 'outer'],
    ['the header', {}, AWS, 'AccessDeniedException'],
    ['the header of an answer without a JSON object', '<html>', AWS, 'AccessDeniedException'],
    ['the first of several headers', [], { 'x-amzn-errortype': ['A', 'B'] }, 'A'],
    ['the header, when the body has a sentence for a code', { code: 'my prompt' }, AWS, 'AccessDeniedException'],
    ['the header, when the body has a number for a code', { code: 7 }, AWS, 'AccessDeniedException'],
    ['64 characters', { code: 'x'.repeat(64) }, {}, 'x'.repeat(64)],
    ['nothing, for 65 characters', { code: 'x'.repeat(65) }, {}, undefined],
    ['nothing, for null', 'null', {}, undefined],
    ['nothing, for an empty text', '', {}, undefined],
  ])('is of %s', (_name, body, headers, code) => {
    expect(answered(400, body, headers).code).toBe(code);
  });
});

test('code and request id are named in the message, where the answer has them', () => {
  const headers = { 'x-amzn-requestid': 'r-1' };
  expect(answered(404, { code: 'gone' }, headers).message).toMatch(/with 404 \(gone, request r-1\): /);
  expect(answered(404, { code: 'gone' }).message).toMatch(/with 404 \(gone\): /);
  expect(answered(404, {}, headers).message).toMatch(/with 404 \(request r-1\): /);
});

test('Retry-After is kept in milliseconds', () => {
  expect(answered(429, {}, { 'retry-after': '7' }).retryAfterMs).toBe(7_000);
  expect(answered(503, {}, { 'retry-after': 'Mon, 23 Nov 2026 10:00:10 GMT' }).retryAfterMs).toBe(10_000);
});

test.each([
  ['Mon, 23 Nov 2026 10:04:00 GMT', / 240 s behind$/],
  ['Mon, 23 Nov 2026 09:55:30 GMT', / 270 s ahead$/],
  ['Mon, 23 Nov 2026 10:03:59 GMT', /trust policy$/],
  ['no date', /trust policy$/],
  [undefined, /trust policy$/],
])('a refusal at %s by the clock of the service', (date, message) => {
  expect(answered(403, {}, { date }).message).toMatch(message);
});

test.each<[string | undefined, Headers]>([
  ['a', { 'x-amzn-requestid': 'a', 'x-amz-request-id': 'b', 'x-request-id': 'c' }],
  ['b', { 'x-amz-request-id': 'b', 'x-request-id': 'c' }],
  ['c', { 'x-request-id': 'c' }],
  ['A_1.:=+/-b', { 'x-amzn-requestid': 'A_1.:=+/-b' }],
  ['c', { 'x-amzn-requestid': 'with spaces', 'x-request-id': 'c' }],
  ['x'.repeat(128), { 'x-amzn-requestid': 'x'.repeat(128) }],
  [undefined, { 'x-amzn-requestid': 'x'.repeat(129) }],
  [undefined, { 'x-amzn-requestid': '' }],
  [undefined, { 'x-amzn-requestid': ['a', 'b'] as never }],
  [undefined, {}],
])('the request id is %p', (id, headers) => {
  expect(requestIdOf(headers)).toBe(id);
});
