/** How a body, and a stream, end in each way that Node reports: every event alone, since which of them comes differs. */
import { PassThrough } from 'node:stream';
import { type EventStreamOptions, EventStream, type StreamEvent } from '../../../runtime/session-client';
import { discard, readText, timer, type WireAnswer, WireFailure } from '../../../runtime/session-client/http';
import { pause, SYSTEM_TIMING } from '../../../runtime/session-client/timing';

const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const response = (headers: Record<string, string> = {}) => Object.assign(new PassThrough(), { headers });

describe('a body', () => {
  function answerOf(body = response(), stopped = new Promise<never>(() => undefined)) {
    const release = jest.fn();
    return { body, release, answer: { response: body, stopped, release } as unknown as WireAnswer };
  }

  test('is read to its end, up to the limit', async () => {
    const { body, answer, release } = answerOf();
    const text = readText(answer, 5);
    body.write('gr');
    body.end('üß'.slice(0, 1));
    expect(await text).toBe('grü');
    expect(release).toHaveBeenCalledTimes(1);
    const whole = answerOf(response({ 'content-length': '5' }));
    whole.body.end('12345');
    expect(await readText(whole.answer, 5)).toBe('12345');
  });

  test.each<[string, (body: PassThrough) => void, object]>([
    ['an error', (body) => body.emit('error', reset), { kind: 'lost', sent: true, code: 'ECONNRESET' }],
    ['a close', (body) => body.emit('close'), { kind: 'lost', sent: true }],
    ['too many bytes', (body) => body.write('123456'), { kind: 'oversized', sent: true }],
  ])('that breaks with %s is a failure after sending', async (_name, breakIt, failure) => {
    const { body, answer, release } = answerOf();
    body.on('error', () => undefined);
    const text = readText(answer, 5);
    breakIt(body);
    const error: unknown = await text.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WireFailure);
    expect(error).toMatchObject(failure);
    expect(release).toHaveBeenCalledTimes(1);
  });

  test('that says it is too large is not read', async () => {
    const { body, answer } = answerOf(response({ 'content-length': '6' }));
    await expect(readText(answer, 5)).rejects.toMatchObject({ kind: 'oversized', sent: true });
    expect(body.destroyed).toBe(true);
  });

  test.each<[string, Error | undefined, object]>([
    ['with an error', reset, { kind: 'lost', sent: true, code: 'ECONNRESET' }],
    ['without an error', undefined, { kind: 'lost', sent: true }],
  ])('that was broken before it is read, %s, is a failure after sending', async (_name, error, failure) => {
    const body = response();
    body.on('error', () => undefined);
    body.destroy(error);
    await new Promise((resolve) => body.once('close', resolve));
    await expect(readText(answerOf(body).answer, 5)).rejects.toMatchObject(failure);
  });

  test('is given up when the call is stopped', async () => {
    const { answer } = answerOf(response(), Promise.reject(new WireFailure('timeout', true)));
    await expect(readText(answer, 5)).rejects.toMatchObject({ kind: 'timeout' });
  });

  test('that nobody needs is dropped with its connection', () => {
    const { body, answer, release } = answerOf();
    discard(answer);
    expect([body.destroyed, release.mock.calls.length]).toEqual([true, 1]);
  });
});

describe('a stream', () => {
  const A = 'data: {"type":"a"}\n\n';
  function streamOf(options: EventStreamOptions = {}, body = response({ 'x-amzn-requestid': 'r1' })) {
    body.on('error', () => undefined);
    return { body, stream: new EventStream(body as never, options) };
  }
  async function read(stream: EventStream) {
    const types: string[] = [];
    const error = await (async () => {
      for await (const { type } of stream as AsyncIterable<StreamEvent>) types.push(type);
    })().catch((reason: unknown) => reason);
    return { types, error };
  }

  test.each<[string, (body: PassThrough) => void, object]>([
    [
      'an error',
      (body) => body.emit('error', reset),
      { code: 'ECONNRESET', message: expect.stringMatching(/\(ECONNRESET\)/) },
    ],
    ['a close', (body) => body.emit('close'), { message: expect.stringMatching(/^The event stream broke; /) }],
  ])('that breaks with %s says so after its events', async (_name, breakIt, expected) => {
    const { body, stream } = streamOf();
    const reading = read(stream);
    body.emit('data', Buffer.from(A));
    breakIt(body);
    expect(await reading).toMatchObject({
      types: ['a'],
      error: { name: 'StreamDroppedError', operation: 'streamEvents', retrySafe: true, requestId: 'r1', ...expected },
    });
    expect(body.destroyed).toBe(true);
  });

  test('that was broken before says so, and does not wait for silence', async () => {
    const body = response();
    body.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    expect(await read(streamOf({ idleTimeoutMs: 50 }, body).stream)).toMatchObject({
      types: [],
      error: { name: 'StreamDroppedError' },
    });
  });

  test('that ends gives its last event, and nothing that comes later', async () => {
    const { body, stream } = streamOf();
    const reading = read(stream);
    body.emit('data', Buffer.from('data: {"type":"a"}\r\r'));
    body.emit('end');
    body.emit('data', Buffer.from('data: {"type":"late"}\n\n'));
    body.emit('error', reset);
    expect(await reading).toEqual({ types: ['a'], error: undefined });
  });

  test('that says it is done is over, whatever is sent after it', async () => {
    const { body, stream } = streamOf();
    const reading = read(stream);
    body.emit('data', Buffer.from(`${A}data: [DONE]\n\n${A}`));
    body.emit('data', Buffer.from('data: not JSON\n\n'));
    body.emit('end');
    expect(await reading).toEqual({ types: ['a'], error: undefined });
  });

  test('that is closed, or aborted before, gives nothing more', async () => {
    const closed = streamOf();
    closed.stream.close();
    closed.body.emit('data', Buffer.from(A));
    expect(await read(closed.stream)).toEqual({ types: [], error: undefined });
    const abort = new AbortController();
    abort.abort();
    expect(await read(streamOf({ signal: abort.signal }).stream)).toMatchObject({
      types: [],
      error: { name: 'AbortError' },
    });
  });
});

describe('a silent stream', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());
  const A = 'data: {"type":"a"}\n\n';
  const open = (options: EventStreamOptions = {}) => {
    const body = response({ 'x-amzn-requestid': 'r1' });
    const stream = new EventStream(body as never, options);
    const events: StreamEvent[] = [];
    let ended: unknown;
    const read = async () => {
      try {
        for await (const event of stream) events.push(event);
        ended = 'closed';
      } catch (error) {
        ended = error;
      }
    };
    const settled = async () => {
      for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
      return ended;
    };
    return { body, stream, events, read, settled };
  };

  test.each([
    [{ idleTimeoutMs: 20 }, 20],
    [{}, 300_000],
  ])('with %j is given up after %i ms, counted from the last bytes', async (options, ms) => {
    const { body, read, settled, events } = open(options);
    void read();
    jest.advanceTimersByTime(ms - 1);
    body.emit('data', Buffer.from(': comment\n\n'));
    jest.advanceTimersByTime(ms - 1);
    body.emit('data', Buffer.from(A));
    jest.advanceTimersByTime(ms - 1);
    expect(await settled()).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(await settled()).toMatchObject({
      name: 'StreamIdleError',
      operation: 'streamEvents',
      retrySafe: true,
      requestId: 'r1',
      message: `The event stream was silent for ${ms} ms`,
    });
    expect([events, body.destroyed, jest.getTimerCount()]).toEqual([[{ type: 'a' }], true, 0]);
  });

  test('that never began is given up, too', async () => {
    const { read, settled } = open({ idleTimeoutMs: 20 });
    void read();
    jest.advanceTimersByTime(20);
    expect(await settled()).toMatchObject({ name: 'StreamIdleError' });
  });

  test('that has a limit is closed at it, and leaves no timer', async () => {
    const { body, read, settled } = open({ closeAfterMs: 50, idleTimeoutMs: 100 });
    void read();
    jest.advanceTimersByTime(49);
    expect(await settled()).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(await settled()).toBe('closed');
    expect([body.destroyed, jest.getTimerCount()]).toEqual([true, 0]);
  });

  test('that was closed before its limit leaves no timer', () => {
    open({ closeAfterMs: 50 }).stream.close();
    expect(jest.getTimerCount()).toBe(0);
    const body = response();
    body.destroy();
    new EventStream(body as never, { closeAfterMs: 50 });
    expect(jest.getTimerCount()).toBe(0);
  });

  test.each([
    [999, false],
    [1_000, true],
  ])('of which %i events are not read is paused: %p, and silence counts again once they are', async (count, paused) => {
    const { body, read, settled, events } = open({ idleTimeoutMs: 20 });
    body.emit('data', Buffer.from(A.repeat(count)));
    expect(body.isPaused()).toBe(paused);
    if (!paused) return;
    jest.advanceTimersByTime(1_000);
    void read();
    expect(await settled()).toBeUndefined();
    expect([events.length, body.isPaused()]).toEqual([count, false]);
    jest.advanceTimersByTime(20);
    expect(await settled()).toMatchObject({ name: 'StreamIdleError' });
  });

  test('hears an abort until its end, and not after', async () => {
    const abort = new AbortController();
    const added = jest.spyOn(abort.signal, 'addEventListener');
    const removed = jest.spyOn(abort.signal, 'removeEventListener');
    const { read, settled } = open({ signal: abort.signal });
    void read();
    abort.abort();
    expect(await settled()).toMatchObject({
      name: 'AbortError',
      operation: 'streamEvents',
      message: 'streamEvents was aborted',
    });
    const [[, listener]] = added.mock.calls;
    expect(removed).toHaveBeenCalledWith('abort', listener);
  });
});

describe('time', () => {
  test('a wait is as long as was said', async () => {
    const startedAt = SYSTEM_TIMING.now();
    await SYSTEM_TIMING.sleep(20);
    // A timer may fire a millisecond early by the other clock.
    expect(SYSTEM_TIMING.now() - startedAt).toBeGreaterThanOrEqual(18);
  });

  test('a wait ends with an abort', async () => {
    const abort = new AbortController();
    const waiting = SYSTEM_TIMING.sleep(600_000, abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a wait that a call is in the middle of names the call', async () => {
    const timing = { ...SYSTEM_TIMING, sleep: () => Promise.reject(new Error('aborted')) };
    await expect(pause(timing, 1, undefined, 'getSession')).rejects.toMatchObject({
      name: 'AbortError',
      operation: 'getSession',
      message: 'getSession was aborted between two requests',
    });
    await expect(pause(timing, 1)).rejects.toThrow(/^The call was aborted/);
  });

  test('chance is a number from 0 to 1', () => {
    const numbers = Array.from({ length: 20 }, () => SYSTEM_TIMING.random());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(1);
  });

  test('a timer of any length does not fire at once', async () => {
    const fired = jest.fn();
    const timers = [timer(fired, Infinity), timer(fired, 2 ** 31)];
    await SYSTEM_TIMING.sleep(5);
    timers.forEach(clearTimeout);
    expect(fired).not.toHaveBeenCalled();
  });
});
