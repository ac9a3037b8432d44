import { classifyError, repeatable } from '../../../../runtime/turn-handlers/turn/aws-errors';

const aws = (name: string, status?: number, more: object = {}) =>
  Object.assign(new Error(name), { name, $metadata: status === undefined ? {} : { httpStatusCode: status } }, more);

test.each([
  ['SlowDown of S3', aws('SlowDown', 503)],
  ['throttling of DynamoDB, which is a 400', aws('ThrottlingException', 400)],
  ['a table above its throughput', aws('ProvisionedThroughputExceededException', 400)],
  ['the request limit of an account', aws('RequestLimitExceeded', 400)],
  ['throttling of the key, through S3', aws('KMS.ThrottlingException', 400)],
  ['an internal error', aws('InternalServerError', 500)],
  ['a gateway without a name', aws('UnknownError', 502)],
  ['a 429', aws('Whatever', 429)],
  ['a name that nobody knows, marked as repeatable', aws('NewThing', 400, { $retryable: {} })],
  ['a reset connection', Object.assign(new Error('x'), { code: 'ECONNRESET' })],
  ['a name that does not resolve', Object.assign(new Error('x'), { code: 'EAI_AGAIN' })],
  ['a time limit', aws('TimeoutError')],
  ['credentials that ran out', aws('ExpiredTokenException', 400)],
  ['credentials that could not be read', aws('CredentialsProviderError')],
  ['an answer cut in the middle', aws('SyntaxError', 200)],
])('%s may pass', async (_what, error) => {
  expect(classifyError(error)).toBe('passing');
  await expect(repeatable('S3', () => Promise.reject(error))).rejects.toMatchObject({ name: 'TransientStepError' });
});

test.each([
  ['a permission that is missing', aws('AccessDeniedException', 400)],
  ['a key that refuses', aws('AccessDenied', 403)],
  ['a condition that does not hold', aws('ConditionalCheckFailedException', 400)],
  ['an object that is not there', aws('NoSuchKey', 404)],
  ['a request that is wrong', aws('ValidationException', 400)],
  ['a defect of this code', new TypeError('x is not a function')],
])('%s does not', async (_what, error) => {
  expect(classifyError(error)).toBe('definite');
  await expect(repeatable('S3', () => Promise.reject(error))).rejects.toBe(error);
});

test('an error that says nothing is repeated, and none of its text is kept', async () => {
  expect(classifyError(new Error('secret prompt'))).toBe('unknown');
  const repeated = await repeatable('S3', () => Promise.reject(new Error('secret prompt'))).catch((e: Error) => e);
  expect(repeated.message).not.toContain('secret');
});
