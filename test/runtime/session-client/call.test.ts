/** One call against a connection that is a script: what is sent, for how long, and what is said when it breaks. */
import { PassThrough } from 'node:stream';
import { Caller, type Call, type CallerSettings } from '../../../runtime/session-client/call';
import { type WireAnswer, WireFailure } from '../../../runtime/session-client/http';
import { RetryPolicy } from '../../../runtime/session-client/retry';

const NOW = 1_800_000_000_000;
const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 's' };
const GET: Call = { operation: 'getSession', effect: 'read', method: 'GET', path: '/s/1', query: {} };
const SUBMIT: Call = { ...GET, operation: 'submitMessage', effect: 'once', method: 'POST', body: '{}' };
const DELETE: Call = { ...GET, operation: 'deleteSession', effect: 'idempotent', method: 'DELETE' };

interface Script {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Instead of an answer. */
  readonly failure?: Error;
  /** Milliseconds that the exchange takes. */
  readonly takes?: number;
}

/** A caller whose clock moves with what it does. */
function callerOf(script: Script = {}, settings: Partial<CallerSettings> = {}) {
  const sent: { wire: object; limits: object }[] = [];
  const logged: object[] = [];
  const release = jest.fn();
  const responses: PassThrough[] = [];
  let now = NOW;
  const send = (wire: object, limits: object): Promise<WireAnswer> => {
    sent.push({ wire, limits });
    now += script.takes ?? 0;
    if (script.failure !== undefined) return Promise.reject(script.failure);
    const { status = 200, headers = {}, body = '{}' } = script;
    const response = Object.assign(new PassThrough(), { statusCode: status, headers });
    responses.push(response);
    response.end(body);
    return Promise.resolve({ response, stopped: new Promise<never>(() => undefined), release } as never);
  };
  const caller = new Caller({
    region: 'us-east-1',
    transport: { send } as never,
    signer: { sign: () => Promise.resolve({ authorization: 'signed' }) } as never,
    credentials: () => Promise.resolve(CREDENTIALS),
    retry: new RetryPolicy({ maxAttempts: 2 }),
    timing: { now: () => now, random: () => 0, sleep: () => Promise.resolve() },
    logger: { debug: (message, fields) => logged.push({ message, ...fields }), warn: () => undefined },
    connectTimeoutMs: 5,
    timeoutMs: 60,
    maxResponseBytes: 100,
    ...settings,
  });
  return { caller, sent, logged, release, responses, tick: (ms: number) => (now += ms) };
}
const errorOf = async (call: Promise<unknown>): Promise<unknown> => await call.catch((reason: unknown) => reason);

describe('what is sent', () => {
  test('a read has a kept connection, no body and the query as it was signed', async () => {
    const { caller, sent } = callerOf();
    await caller.text({ ...GET, query: { after: 'a b', limit: '5' } });
    expect(sent).toEqual([
      {
        wire: {
          method: 'GET',
          path: '/s/1?after=a%20b&limit=5',
          headers: {
            authorization: 'signed',
            accept: 'application/json',
            'user-agent': 'cdk-bedrock-managed-agents-session-client',
          },
          freshConnection: false,
        },
        limits: { connectTimeoutMs: 5, timeoutMs: 60 },
      },
    ]);
  });

  test.each([SUBMIT, DELETE])('what is no read has a connection of its own', async (call) => {
    const { caller, sent } = callerOf();
    await caller.text(call);
    expect(sent).toMatchObject([{ wire: { method: call.method, path: '/s/1', freshConnection: true } }]);
    expect((sent[0].wire as { body?: string }).body).toBe(call.body);
  });

  test('what is only acknowledged takes the same kind of answer, whatever it holds', async () => {
    const { caller, sent } = callerOf({ body: 'x'.repeat(100_000) });
    expect(await caller.acknowledged(SUBMIT)).toBeUndefined();
    expect(sent).toMatchObject([{ wire: { headers: { accept: 'application/json' } } }]);
  });

  test('the time for an answer is what the caller leaves, and signing counts', async () => {
    const signal = new AbortController().signal;
    const { caller, sent, tick } = callerOf({}, { credentials: () => Promise.resolve((tick(10), CREDENTIALS)) });
    await caller.text(GET);
    await caller.text(GET, { timeoutMs: 40, signal });
    await caller.text(GET, { deadlineAt: NOW + 20 + 35 });
    expect(sent.map(({ limits }) => limits)).toEqual([
      { connectTimeoutMs: 5, timeoutMs: 50 },
      { connectTimeoutMs: 5, timeoutMs: 30, signal },
      { connectTimeoutMs: 5, timeoutMs: 25 },
    ]);
  });
});

test('a call is logged with what is known of its answer', async () => {
  const { caller, logged } = callerOf({ status: 503, headers: { 'x-amzn-requestid': 'r1' }, takes: 7 });
  await errorOf(caller.text(GET));
  const line = { message: 'bedrock-mantle call', operation: 'getSession', status: 503, requestId: 'r1', durationMs: 7 };
  expect(logged).toEqual([
    { ...line, attempt: 1 },
    { ...line, attempt: 2 },
  ]);
  const lost = callerOf({ failure: new WireFailure('lost', true) });
  await errorOf(lost.caller.acknowledged(SUBMIT));
  expect(lost.logged).toMatchObject([{ operation: 'submitMessage', attempt: 1, status: undefined }]);
});

describe('an error', () => {
  const known = { 'x-amzn-requestid': 'r1' };
  test.each<[string, Call, Script, object]>([
    [
      'of a submit that failed says how to find out, when it began, and all that was seen',
      SUBMIT,
      { status: 500, headers: known, body: '{"error":{"code":"boom"}}', takes: 9 },
      {
        name: 'AmbiguousRequestError',
        message: expect.stringMatching(
          /^submitMessage may have been accepted \(.*500.*\)\. .* reconcileSubmit finds out$/,
        ),
        startedAt: NOW,
        operation: 'submitMessage',
        status: 500,
        requestId: 'r1',
        code: 'boom',
        retrySafe: false,
        cause: { name: 'ServiceUnavailableError' },
      },
    ],
    [
      'of a create names its own way to find out',
      { ...SUBMIT, operation: 'createSession' },
      { failure: new WireFailure('lost', true, 'EPIPE') },
      { message: expect.stringMatching(/lost its connection \(EPIPE\).* reconcileCreate finds out$/), code: 'EPIPE' },
    ],
    [
      'of a cancel sends to the state of the session',
      { ...SUBMIT, operation: 'cancelTurn' },
      { failure: new WireFailure('timeout', true) },
      { message: expect.stringMatching(/: get finds out$/) },
    ],
    [
      'before anything was sent is not ambiguous',
      SUBMIT,
      { failure: new WireFailure('refused', false, 'ECONNREFUSED') },
      {
        name: 'ConnectionError',
        code: 'ECONNREFUSED',
        retrySafe: true,
        message: 'submitMessage could not connect (ECONNREFUSED); nothing was sent',
      },
    ],
    [
      'of the system without a code before anything was sent is one of connecting',
      GET,
      { failure: new Error('odd') },
      { name: 'ConnectionError', retrySafe: true, message: 'getSession could not connect; nothing was sent' },
    ],
    [
      'of time before anything was sent is not ambiguous',
      SUBMIT,
      { failure: new WireFailure('timeout', false) },
      { name: 'ConnectionError', retrySafe: true, message: expect.stringMatching(/no connection in time$/) },
    ],
    [
      'of an abort before anything was sent is not ambiguous',
      SUBMIT,
      { failure: new WireFailure('aborted', false) },
      { name: 'AbortError', retrySafe: false },
    ],
    [
      'of an abort after it was sent is',
      SUBMIT,
      { failure: new WireFailure('aborted', true) },
      { name: 'AmbiguousRequestError', cause: { name: 'AbortError', retrySafe: false } },
    ],
    [
      'of a delete that was cut may be repeated by the caller',
      DELETE,
      { failure: new WireFailure('lost', true) },
      { name: 'ConnectionLostError', retrySafe: true },
    ],
    [
      'of a redirect holds the status and the request, not the target',
      SUBMIT,
      { status: 302, headers: { ...known, location: 'https://elsewhere' } },
      {
        name: 'RedirectRefusedError',
        operation: 'submitMessage',
        status: 302,
        requestId: 'r1',
        message: expect.not.stringContaining('elsewhere'),
      },
    ],
    ['of a redirect begins at 300', GET, { status: 300 }, { name: 'RedirectRefusedError' }],
    ['of a redirect ends at 399', GET, { status: 399 }, { name: 'RedirectRefusedError' }],
    [
      'of another protocol holds its status',
      GET,
      { status: 101, headers: known },
      { name: 'ProtocolError', status: 101, retrySafe: false, message: 'getSession was answered with 101' },
    ],
  ])('%s', async (_name, call, script, expected) => {
    const { caller, sent } = callerOf(script, { retry: new RetryPolicy({ maxAttempts: 1 }) });
    expect(await errorOf(caller.text(call))).toMatchObject(expected);
    expect(sent).toHaveLength(1);
  });

  test('of an answer that is too large says so, and the read is not repeated', async () => {
    const { caller, sent } = callerOf({ headers: known, body: 'x'.repeat(101) });
    expect(await errorOf(caller.text(GET))).toMatchObject({
      name: 'ProtocolError',
      message: 'getSession was answered with more than 100 bytes, the limit of this client',
      status: 200,
      requestId: 'r1',
      retrySafe: false,
    });
    expect(sent).toHaveLength(1);
  });

  test.each([200, 299])('is none for %i', async (status) => {
    expect(await callerOf({ status, body: 'text' }).caller.text(GET)).toBe('text');
  });
});

test('connections of answers that are refused are closed', async () => {
  for (const status of [101, 302]) {
    const { caller, responses, release } = callerOf({ status });
    await errorOf(caller.acknowledged(SUBMIT));
    expect([responses[0].destroyed, release.mock.calls.length]).toEqual([true, 1]);
  }
});

describe('an event stream', () => {
  test.each(['text/event-stream', 'Text/Event-Stream; charset=utf-8'])('is one of type %s', async (type) => {
    const { caller, release, responses, sent } = callerOf({ headers: { 'content-type': type } });
    expect(await caller.stream(GET)).toBe(responses[0]);
    // From here on it may take as long as it likes.
    expect(release).toHaveBeenCalledTimes(1);
    expect(sent).toMatchObject([{ wire: { headers: { accept: 'text/event-stream' } } }]);
  });

  test.each(['application/json', 'x-text/event-stream', 'text/event-streams', undefined])(
    'is none of type %s',
    async (type) => {
      const { caller, responses } = callerOf({
        headers: { 'x-amzn-requestid': 'r1', ...(type === undefined ? {} : { 'content-type': type }) },
      });
      expect(await errorOf(caller.stream(GET))).toMatchObject({
        name: 'ProtocolError',
        operation: 'getSession',
        status: 200,
        requestId: 'r1',
      });
      expect(responses[0].destroyed).toBe(true);
    },
  );
});

describe('credentials', () => {
  const refusal = async (credentials: CallerSettings['credentials'], signal?: AbortSignal) => {
    const { caller, sent } = callerOf({}, { credentials });
    const error = await errorOf(caller.text(SUBMIT, signal ? { signal } : {}));
    expect(sent).toEqual([]);
    return error;
  };

  test('that expire at this moment, or did before, are refused', async () => {
    const expired = { name: 'CredentialsError', operation: 'submitMessage', message: expect.stringMatching(/expired/) };
    const expiring = (ms: number) => () => Promise.resolve({ ...CREDENTIALS, expiration: new Date(NOW + ms) });
    expect(await refusal(expiring(0))).toMatchObject(expired);
    expect(await refusal(expiring(-1))).toMatchObject(expired);
    expect(await callerOf({}, { credentials: expiring(1) }).caller.text(GET)).toBe('{}');
  });

  test.each<[unknown, string]>([
    [new TypeError('SECRET'), 'The credentials provider failed (TypeError)'],
    ['SECRET', 'The credentials provider failed (string)'],
  ])('of a provider that fails with %p are refused without its words', async (reason, message) => {
    const error = await refusal(jest.fn().mockRejectedValue(reason));
    expect(error).toMatchObject({ name: 'CredentialsError', operation: 'submitMessage', message });
    expect((error as Error).cause).toBeUndefined();
  });

  test('are not waited for when the caller has given up, or gives up', async () => {
    const never = () => new Promise<never>(() => undefined);
    const before = new AbortController();
    before.abort();
    expect(await refusal(never, before.signal)).toMatchObject({ name: 'AbortError' });
    const later = new AbortController();
    const waiting = refusal(() => (queueMicrotask(() => later.abort()), never()), later.signal);
    expect(await waiting).toMatchObject({ name: 'AbortError' });
  });

  test('that came leave no timer and no listener behind', async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');
    const cleared = jest.spyOn(global, 'clearTimeout');
    await callerOf().caller.text(GET, { signal });
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function));
    expect(cleared).toHaveBeenCalledWith(expect.objectContaining({ hasRef: expect.any(Function) }));
    jest.restoreAllMocks();
  });
});

describe('JSON', () => {
  const shape = (value: unknown, operation: string) => ({ value, operation });
  test('is handed over with the name of the operation', async () => {
    expect(await callerOf({ body: '[1]' }).caller.json(GET, {}, shape)).toEqual({
      value: [1],
      operation: 'getSession',
    });
  });

  test('that cannot be parsed is an error that does not quote it', async () => {
    const error = await errorOf(callerOf({ body: 'SECRET' }).caller.json(GET, {}, shape));
    expect(error).toMatchObject({ name: 'ProtocolError', operation: 'getSession' });
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).message).not.toContain('SECRET');
  });
});
