import { RateLimitedError, RequestInputError, ServiceUnavailableError } from '../../../runtime/session-client';
import { parseRetryAfter, RetryPolicy } from '../../../runtime/session-client/retry';
import type { Timing } from '../../../runtime/session-client';

const failing = (retrySafe = true) =>
  new ServiceUnavailableError('failed', { operation: 'getSession', status: 503, retrySafe });
const limited = (retryAfterMs: number) =>
  new RateLimitedError('limited', { status: 429, retrySafe: true, retryAfterMs });

/** A clock that waits move, and the waits. */
function clock(random = 1): Timing & { readonly waits: number[] } {
  let at = 1_000_000;
  const waits: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal) => {
    waits.push(ms);
    at += ms;
    return signal?.aborted ? Promise.reject(new Error('aborted')) : Promise.resolve();
  };
  return { now: () => at, random: () => random, sleep, waits };
}

/** How often a read is tried that fails a number of times, and how it ends. */
async function attempts(policy: RetryPolicy, failures = Infinity, error: Error = failing(), limits = {}) {
  const timing = clock();
  const seen: number[] = [];
  const ended = await policy
    .run(timing, limits, (attempt) => {
      seen.push(attempt);
      return seen.length > failures ? Promise.resolve('done') : Promise.reject(error);
    })
    .catch((reason: unknown) => reason);
  return { tries: seen.length, seen, ended, waits: timing.waits };
}

describe('a read that fails', () => {
  test('is tried four times, with waits that double, and the last error is raised', async () => {
    const error = failing();
    expect(await attempts(new RetryPolicy(), Infinity, error)).toEqual({
      tries: 4,
      seen: [1, 2, 3, 4],
      ended: error,
      waits: [200, 400, 800],
    });
  });

  test('once is tried again, and its result is given', async () => {
    expect(await attempts(new RetryPolicy(), 1)).toMatchObject({ tries: 2, ended: 'done' });
  });

  test.each([
    ['in a way that a repeat does not change', failing(false)],
    ['before it was sent', new RequestInputError('x', 'is wrong', 'mend it')],
    ['with an error that is not of the client', Object.assign(new TypeError('bug'), { retrySafe: true })],
  ])('%s is not tried again', async (_name, error) => {
    expect(await attempts(new RetryPolicy(), Infinity, error)).toMatchObject({ tries: 1, ended: error, waits: [] });
  });

  test.each([new RequestInputError('x', 'is wrong', 'mend it'), new TypeError('bug')])(
    'with %p is not tried again, however far the deadline is',
    async (error) => {
      const ended = await attempts(new RetryPolicy(), Infinity, error, { deadlineAt: 9_000_000 });
      expect(ended).toMatchObject({ tries: 1, ended: error });
    },
  );

  test('is tried as often as the options say', async () => {
    expect((await attempts(new RetryPolicy({ maxAttempts: 1 }))).tries).toBe(1);
    expect((await attempts(new RetryPolicy({ maxAttempts: 6 }))).tries).toBe(6);
  });

  test('takes from a budget, which five successes refill by one', async () => {
    const policy = new RetryPolicy({ budget: 2 });
    const succeed = async (times: number) => {
      for (let i = 0; i < times; i++) await attempts(policy, 0);
    };
    expect((await attempts(policy)).tries).toBe(3);
    expect((await attempts(policy)).tries).toBe(1);
    await succeed(4);
    expect((await attempts(policy)).tries).toBe(1);
    await succeed(2);
    expect((await attempts(policy)).tries).toBe(2);
    await succeed(100);
    expect((await attempts(policy)).tries).toBe(3);
  });

  test('may take from the budget without an end while a deadline is far', async () => {
    const policy = new RetryPolicy({ budget: 0, maxAttempts: 1 });
    expect((await attempts(policy, 3, failing(), { deadlineAt: 9_000_000 })).tries).toBe(4);
  });

  test('is not tried again when the wait would end at the deadline or later', async () => {
    const policy = new RetryPolicy();
    expect((await attempts(policy, Infinity, failing(), { deadlineAt: 1_000_600 })).waits).toEqual([200]);
    expect((await attempts(policy, Infinity, failing(), { deadlineAt: 1_000_601 })).waits).toEqual([200, 400]);
  });

  test('ends with an AbortError when the caller gives up during a wait', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await attempts(new RetryPolicy(), Infinity, failing(), { signal: abort.signal })).toMatchObject({
      tries: 1,
      ended: { name: 'AbortError', operation: 'getSession', message: expect.stringMatching(/^getSession was aborted/) },
    });
  });
});

describe('the wait', () => {
  const policy = new RetryPolicy();
  test.each([
    ['is a random part of the bound', 1, failing(), 0.25, 50],
    ['has a highest bound', 12, failing(), 1, 10_000],
    ['is what the service asks for', 1, limited(7_000), 1, 7_000],
    ['is never shorter than its own', 6, limited(1_000), 1, 6_400],
    ['has a longest time that the service may ask for', 1, limited(3_600_000), 1, 60_000],
  ])('%s', (_name, attempt, error, random, ms) => {
    expect(policy.delay(attempt, error, random)).toBe(ms);
  });

  test('is bounded as the options say', () => {
    const own = new RetryPolicy({ baseDelayMs: 10, maxDelayMs: 30, maxRetryAfterMs: 25 });
    expect([1, 2, 3].map((attempt) => own.delay(attempt, failing(), 1))).toEqual([10, 20, 30]);
    expect(own.delay(1, limited(7_000), 1)).toBe(25);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');
  test.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['999999999', 999_999_999_000],
    ['1234567890', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['7 s', undefined],
    ['', undefined],
    ['Mon, 23 Nov 2026 10:00:10 GMT', 10_000],
    [' Monday, 23-Nov-26 10:00:10 GMT ', 10_000],
    ['Sun, 22 Nov 2026 10:00:10 GMT', 0],
    ['Mon, yesterday', undefined],
    ['2026-11-23T10:00:10Z', undefined],
    ['on Mon, 23 Nov 2026 10:00:10 GMT', undefined],
  ])('%j is %p ms', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});
