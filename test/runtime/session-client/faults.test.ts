/**
 * Every way a call can break, for reads and for the calls that must happen once. Each row says what the service does,
 * what the caller gets and how many requests the service saw. After all rows, nothing secret may be in any text.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { SessionClient, SessionClientOptions } from '../../../runtime/session-client';
import type { CreateSessionRequest } from '../../../runtime/session-client';
import {
  type Answer,
  clientOf,
  cut,
  data,
  json,
  KEY,
  LoopbackService,
  NoWaiting,
  PROMPT,
  RecordingLogger,
  reset,
  resetInBody,
  sse,
} from './loopback-service';

const REQUEST: CreateSessionRequest = {
  agent: { model: 'openai.gpt-5.6-luna', instructions: PROMPT, tools: [] },
  environment: {
    type: 'aws_bedrock_agentcore',
    runtime_arn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-1',
    runtime_qualifier: 'DEFAULT',
    workspace_directory: '/mnt/workspace',
    capability_directories: ['/opt/agent/skills'],
  },
  role_arn: 'arn:aws:iam::111122223333:role/session',
  input: PROMPT,
};
const SESSION = { id: 'sess_1', object: 'agent.session', status: 'idle', created_at: 1 };
const ECHO = { error: { code: 'some_code', message: `refused: ${PROMPT}` } };

/** The same fault, seen by each kind of call. */
type Operation = 'get' | 'items' | 'stream' | 'create' | 'submit' | 'cancel' | 'delete';
const CALLS: Record<Operation, (client: SessionClient, signal?: AbortSignal) => Promise<unknown>> = {
  get: (client, signal) => client.get('s1', { signal }),
  items: (client, signal) => client.itemsPage('s1', {}, { signal }),
  stream: (client, signal) => client.stream('s1', { signal }),
  create: (client, signal) => client.create(REQUEST, { signal }),
  submit: (client, signal) => client.submit('s1', PROMPT, { signal }),
  cancel: (client, signal) => client.cancel('s1', { signal }),
  delete: (client, signal) => client.delete('s1', { signal }),
};
const ONCE: Operation[] = ['create', 'submit', 'cancel'];
const READS: Operation[] = ['get', 'items', 'stream'];

interface Expected {
  readonly name: string;
  readonly status?: number;
  readonly retrySafe?: boolean;
  readonly requests: number;
  readonly message?: RegExp;
  readonly waits?: readonly number[];
  readonly causeName?: string;
}
interface Fault {
  readonly fault: string;
  readonly answer: Answer;
  readonly expected: Partial<Record<Operation, Expected>>;
  readonly options?: Partial<SessionClientOptions>;
  readonly abort?: 'before' | 'when-received';
}

const each = (operations: readonly Operation[], expected: Expected): Partial<Record<Operation, Expected>> =>
  Object.fromEntries(operations.map((operation) => [operation, expected]));
const refused = (name: string, status: number, message?: RegExp): Partial<Record<Operation, Expected>> =>
  each([...READS, ...ONCE, 'delete'], { name, status, retrySafe: false, requests: 1, ...(message ? { message } : {}) });
/** Reads are repeated to the end, writes are ambiguous after one request, a delete is left to the caller. */
const unclear = (name: string, status?: number): Partial<Record<Operation, Expected>> => ({
  ...each(READS, { name, retrySafe: true, requests: 4, ...(status ? { status } : {}) }),
  ...each(ONCE, { name: 'AmbiguousRequestError', retrySafe: false, requests: 1, causeName: name }),
  delete: { name, retrySafe: true, requests: 1 },
});

const always =
  (status: number, body: unknown = ECHO, headers: Record<string, string> = {}): Answer =>
  (response) =>
    json(response, status, body, headers);

const FAULTS: Fault[] = [
  { fault: '400', answer: always(400), expected: refused('BadRequestError', 400, /\(some_code, request req-1\)/) },
  { fault: '401', answer: always(401), expected: refused('AccessDeniedError', 401) },
  {
    fault: '401 preview not enabled',
    answer: always(401, { error: { message: `This model is not available for this account. ${PROMPT}` } }),
    expected: refused('PreviewNotEnabledError', 401, /not enabled for this account in us-east-1.*request access/s),
  },
  { fault: '403', answer: always(403), expected: refused('AccessDeniedError', 403, /iam:PassRole/) },
  {
    fault: '403 in the shape of other AWS services',
    answer: always(403, { __type: 'AccessDeniedException', message: PROMPT }),
    expected: refused('AccessDeniedError', 403, /AccessDeniedException/),
  },
  {
    fault: '403 because of a wrong clock',
    answer: always(403, ECHO, { date: 'Mon, 23 Nov 2020 10:00:00 GMT' }),
    expected: refused('AccessDeniedError', 403, /clock is \d+ s ahead/),
  },
  { fault: '404', answer: always(404), expected: refused('NotFoundError', 404) },
  { fault: '409', answer: always(409), expected: refused('ConflictError', 409) },
  { fault: '418', answer: always(418), expected: refused('ServiceError', 418) },
  {
    fault: '429 with Retry-After in seconds',
    answer: always(429, ECHO, { 'retry-after': '7' }),
    expected: {
      ...each(READS, {
        name: 'RateLimitedError',
        status: 429,
        retrySafe: true,
        requests: 4,
        waits: [7000, 7000, 7000],
      }),
      ...each([...ONCE, 'delete'], { name: 'RateLimitedError', status: 429, retrySafe: true, requests: 1 }),
    },
  },
  {
    fault: '429 with Retry-After as a date an hour away, which is capped',
    answer: (response) => json(response, 429, ECHO, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }),
    expected: each(READS, { name: 'RateLimitedError', requests: 4, waits: [60_000, 60_000, 60_000] }),
  },
  {
    fault: '429 without Retry-After: jittered exponential waits',
    answer: always(429),
    expected: each(READS, { name: 'RateLimitedError', requests: 4, waits: [100, 200, 400] }),
  },
  { fault: '500', answer: always(500), expected: unclear('ServiceUnavailableError', 500) },
  { fault: '503', answer: always(503), expected: unclear('ServiceUnavailableError', 503) },
  {
    fault: '504 with an HTML body',
    answer: (response) => response.writeHead(504, { 'content-type': 'text/html' }).end(`<p>${PROMPT}</p>`),
    expected: unclear('ServiceUnavailableError', 504),
  },
  {
    fault: '500 whose error body is cut',
    answer: (response) => {
      response.writeHead(500, { 'content-length': '1000' }).write(`{"error": {"message": "${PROMPT}`);
      cut(response);
    },
    expected: unclear('ServiceUnavailableError', 500),
  },
  {
    fault: '500 with an endless error body',
    answer: (response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write(PROMPT.repeat(1000)));
      };
      response.on('drain', more);
      more();
    },
    expected: unclear('ServiceUnavailableError', 500),
  },
  {
    fault: 'reset before the headers',
    answer: (response) => reset(response),
    expected: unclear('ConnectionLostError'),
  },
  {
    fault: 'closed without an answer',
    answer: (response) => response.socket?.end(),
    expected: unclear('ConnectionLostError'),
  },
  {
    fault: 'an answer that is not HTTP',
    answer: (response) => response.socket?.end(`${PROMPT}\r\n\r\n`),
    expected: unclear('ConnectionLostError'),
  },
  {
    fault: 'reset in the middle of the body',
    answer: (response) => resetInBody(response, '{"id":"sess_1"'),
    expected: {
      ...each(['get', 'items'], { name: 'ConnectionLostError', retrySafe: true, requests: 4 }),
      create: { name: 'AmbiguousRequestError', requests: 1, causeName: 'ConnectionLostError' },
      delete: { name: 'ConnectionLostError', retrySafe: true, requests: 1 },
    },
  },
  {
    fault: 'no answer',
    answer: () => undefined,
    options: { timeoutMs: 150 },
    expected: unclear('RequestTimeoutError'),
  },
  {
    fault: 'a body that stops coming',
    answer: (response) => response.writeHead(200).write('{'),
    options: { timeoutMs: 150 },
    expected: {
      ...each(['get', 'items'], { name: 'RequestTimeoutError', retrySafe: true, requests: 4 }),
      create: { name: 'AmbiguousRequestError', requests: 1, causeName: 'RequestTimeoutError' },
    },
  },
  {
    fault: 'aborted while waiting for the answer',
    answer: () => undefined,
    abort: 'when-received',
    expected: {
      ...each([...READS, 'delete'], { name: 'AbortError', retrySafe: false, requests: 1 }),
      ...each(ONCE, { name: 'AmbiguousRequestError', requests: 1, causeName: 'AbortError' }),
    },
  },
  {
    fault: 'aborted before anything was sent',
    answer: () => undefined,
    abort: 'before',
    expected: each([...READS, ...ONCE, 'delete'], { name: 'AbortError', retrySafe: false, requests: 0 }),
  },
  ...[101, 103, 199].map((status): Fault => ({
    fault: `a change of protocol or an interim answer (${status}) with nothing after it`,
    answer: (response) =>
      response.socket?.write(
        `HTTP/1.1 ${status} Whatever\r\n${status === 101 ? 'connection: upgrade\r\nupgrade: websocket\r\n' : ''}\r\n`,
      ),
    options: { timeoutMs: 150 },
    expected:
      status === 101
        ? {
            ...each([...READS, 'delete'], { name: 'ProtocolError', status: 101, requests: 1 }),
            ...each(ONCE, { name: 'AmbiguousRequestError', requests: 1, causeName: 'ProtocolError' }),
          }
        : unclear('RequestTimeoutError'),
  })),
  {
    fault: 'a 101 without an Upgrade header',
    answer: (response) => response.socket?.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    expected: {
      ...each(['get', 'stream', 'delete'], { name: 'ProtocolError', requests: 1 }),
      ...each(ONCE, { name: 'AmbiguousRequestError', requests: 1, causeName: 'ProtocolError' }),
    },
  },
  {
    fault: 'interim answers without end',
    answer: (response) => {
      const socket = response.socket;
      const more = () => {
        if (socket?.writable) socket.write('HTTP/1.1 102 Processing\r\n\r\n', () => setImmediate(more));
      };
      more();
    },
    options: { timeoutMs: 100, retry: { maxAttempts: 1 } },
    expected: { ...each(READS, { name: 'RequestTimeoutError', requests: 1 }) },
  },
  {
    fault: 'headers without end',
    answer: (response) => {
      const socket = response.socket;
      socket?.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        if (socket?.writable) socket.write(`x-${'a'.repeat(50)}: b\r\n`, () => setImmediate(more));
      };
      more();
    },
    expected: unclear('ConnectionLostError'),
  },
  {
    fault: 'a head that stops coming',
    answer: (response) => response.socket?.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-le'),
    options: { timeoutMs: 150 },
    expected: unclear('RequestTimeoutError'),
  },
  {
    fault: 'a status line with letters for a status',
    answer: (response) => response.socket?.end('HTTP/1.1 OKAY fine\r\n\r\n'),
    expected: unclear('ConnectionLostError'),
  },
  {
    fault: 'credentials that never come',
    answer: always(200, SESSION),
    options: { timeoutMs: 100, retry: { maxAttempts: 1 }, credentials: () => new Promise(() => undefined) },
    // Nothing was sent: even what happens once may be repeated by the caller.
    expected: each([...READS, ...ONCE, 'delete'], { name: 'ConnectionError', retrySafe: true, requests: 0 }),
  },
  {
    fault: 'a redirect',
    answer: (response) => response.writeHead(307, { location: `http://127.0.0.1:1/?${PROMPT}` }).end(),
    expected: refused('RedirectRefusedError', 307),
  },
  {
    fault: 'an answer that is not JSON',
    answer: (response) => response.writeHead(200).end(`<html>${PROMPT}`),
    expected: {
      ...each(READS, { name: 'ProtocolError', retrySafe: false, requests: 1 }),
      create: { name: 'AmbiguousRequestError', requests: 1, causeName: 'ProtocolError' },
    },
  },
  {
    fault: 'JSON of another shape',
    answer: always(200, [PROMPT]),
    expected: {
      ...each(READS, { name: 'ProtocolError', retrySafe: false, requests: 1 }),
      create: { name: 'AmbiguousRequestError', requests: 1, causeName: 'ProtocolError' },
    },
  },
  {
    fault: 'an oversized body',
    answer: always(200, { ...SESSION, data: [], filler: 'x'.repeat(20_000) }),
    options: { maxResponseBytes: 10_000 },
    expected: {
      ...each(['get', 'delete'], { name: 'ProtocolError', requests: 1, message: /more than 10000 bytes/ }),
      // Asked for in smaller pages, then for its outline, before it is given up.
      items: { name: 'ProtocolError', requests: 4, message: /more than 10000 bytes/ },
      create: { name: 'AmbiguousRequestError', requests: 1, causeName: 'ProtocolError' },
    },
  },
  {
    fault: 'a spent retry budget',
    answer: always(503),
    options: { retry: { budget: 1 } },
    expected: each(READS, { name: 'ServiceUnavailableError', requests: 2 }),
  },
];

const cases = FAULTS.flatMap(({ expected, ...fault }) =>
  Object.entries(expected).map(([operation, outcome]) => ({
    ...fault,
    operation: operation as Operation,
    outcome,
  })),
);

describe('faults', () => {
  let service: LoopbackService;
  const texts: string[] = [];
  beforeAll(async () => (service = await new LoopbackService().start()));
  afterAll(() => service.stop());

  test('the table has the cases the project promises', () => {
    expect(FAULTS.length).toBeGreaterThanOrEqual(22);
  });

  test.each(cases)('$operation: $fault → $outcome.name', async (row) => {
    const { operation, outcome } = row;
    const abort = new AbortController();
    if (row.abort === 'before') abort.abort(new Error('the caller said so'));
    service.next((...received) => {
      if (row.abort === 'when-received') abort.abort();
      row.answer(...received);
    });
    const logger = new RecordingLogger();
    const timing = new NoWaiting();
    const client = clientOf(service.origin, { logger, timing, ...row.options });

    const error: unknown = await CALLS[operation](client, abort.signal).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    // On a busy machine the client can give up before the service has read what was sent: it must not count for the next case.
    for (let looks = 0; looks < 500 && service.requests.length < outcome.requests; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    client.close();
    texts.push(everyText(error), ...logger.lines);

    expect(error).toMatchObject({ name: outcome.name });
    if (outcome.status !== undefined) expect(error).toMatchObject({ status: outcome.status });
    if (outcome.retrySafe !== undefined) expect(error).toMatchObject({ retrySafe: outcome.retrySafe });
    if (outcome.message) expect((error as Error).message).toMatch(outcome.message);
    if (outcome.causeName) expect((error as Error).cause).toMatchObject({ name: outcome.causeName });
    if (outcome.waits) expect(timing.waits.map((ms) => Math.round(ms / 1000) * 1000 || ms)).toEqual(outcome.waits);
    expect(service.requests).toHaveLength(outcome.requests);
    expect(service.signatureFailures).toEqual([]);
  });

  test('connection refused: nothing was sent, and even a create may be repeated by the caller', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    for (const operation of [...READS, ...ONCE, 'delete'] as Operation[]) {
      const timing = new NoWaiting();
      const error: unknown = await CALLS[operation](clientOf(`http://127.0.0.1:${port}`, { timing })).catch(
        (reason: unknown) => reason,
      );
      texts.push(everyText(error));
      expect(error).toMatchObject({ name: 'ConnectionError', retrySafe: true, code: 'ECONNREFUSED' });
      expect(timing.waits).toHaveLength(READS.includes(operation) ? 3 : 0);
    }
  });

  test.each([
    ['an empty body', (response) => response.writeHead(202).end()],
    ['a body that is not JSON', (response) => response.writeHead(200).end('ok')],
    [
      'a body that is cut',
      (response) => {
        response.writeHead(202, { 'content-length': '10' }).write('{');
        cut(response);
      },
    ],
  ] as [string, Answer][])('a submit answered with 2xx and %s was accepted', async (_name, answer) => {
    service.next(answer);
    const client = clientOf(service.origin);
    await expect(client.submit('s1', PROMPT)).resolves.toBeUndefined();
    expect(service.requests).toHaveLength(1);
    client.close();
  });

  test.each([
    ['503, then an answer', (response, _request, count) => json(response, count < 2 ? 503 : 200, SESSION)],
    ['a reset, then an answer', (response, _r, count) => (count < 2 ? reset(response) : json(response, 200, SESSION))],
  ] as [string, Answer][])('a read goes on after %s', async (_name, answer) => {
    service.next(answer);
    const client = clientOf(service.origin);
    await expect(client.get('s1')).resolves.toMatchObject({ id: 'sess_1' });
    expect(service.requests).toHaveLength(3);
    client.close();
  });

  test('an abort during a wait between two attempts ends the call', async () => {
    service.next(always(503));
    const abort = new AbortController();
    const timing = new NoWaiting();
    const client = clientOf(service.origin, {
      timing: { ...timing, sleep: (ms, signal) => (abort.abort(), timing.sleep(ms, signal)) },
    });
    await expect(client.get('s1', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(service.requests).toHaveLength(1);
    client.close();
  });

  test("the service's own words are in no part of an error", async () => {
    service.next(always(400, { error: { message: 'x'.repeat(5_000) } }));
    const error: unknown = await clientOf(service.origin)
      .get('s1')
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(everyText(error)).not.toContain('xxx');
  });

  test.each<[string, (response: Parameters<Answer>[0]) => void, string]>([
    [
      'a connection cut in mid-event',
      (response) => {
        sse(response).write(`${data({ type: 'a' })}data: {"type":"b", "text": "${PROMPT}`);
        cut(response);
      },
      'StreamDroppedError',
    ],
    [
      'data that is not JSON',
      (response) => sse(response).end(`${data({ type: 'a' })}data: ${PROMPT}\n\n`),
      'ProtocolError',
    ],
    ['data without a type', (response) => sse(response).end(`${data({ type: 'a' })}data: {}\n\n`), 'ProtocolError'],
    ['silence', (response) => sse(response).write(data({ type: 'a' })), 'StreamIdleError'],
  ])('a stream with %s gives what came before, then a typed error', async (_name, play, name) => {
    service.next((response) => play(response));
    const stream = await clientOf(service.origin).stream('s1', { idleTimeoutMs: 300 });
    const events: unknown[] = [];
    const error: unknown = await (async () => {
      for await (const event of stream) events.push(event);
    })().catch((reason: unknown) => reason);
    texts.push(everyText(error));
    expect(events).toEqual([{ type: 'a' }]);
    expect(error).toMatchObject({ name });
  });

  test('over all cases above, no log line and no error holds a key, a token or the prompt', () => {
    expect(texts.length).toBeGreaterThan(150);
    const everything = texts.join('\n');
    for (const secret of [KEY.secretAccessKey, KEY.sessionToken, 'PROMPT-MARKER', KEY.accessKeyId, 'Signature=']) {
      expect(everything).not.toContain(secret);
    }
  });
});

/** Whatever a logger could get out of an error: message, stack, members, causes. */
function everyText(error: unknown): string {
  const { stack, message } = error as Error;
  return [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), stack, message].join('\n');
}
