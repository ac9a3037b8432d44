/** What is asked of Node's http and https, and what its events mean. The request is an emitter; no connection is made. */
import { EventEmitter } from 'node:events';
import http, { type Agent, type RequestOptions } from 'node:http';
import https from 'node:https';
import { PassThrough } from 'node:stream';
import {
  asWireFailure,
  HttpTransport,
  type WireLimits,
  type WireRequest,
  WireFailure,
} from '../../../runtime/session-client/http';

const WIRE: WireRequest = { method: 'GET', path: '/p?q', headers: { a: 'b' }, freshConnection: false };
const LIMITS: WireLimits = { connectTimeoutMs: 60_000, timeoutMs: 60_000 };

/** Ends what a test leaves open, with its timers. */
let over: AbortController;
beforeEach(() => (over = new AbortController()));
afterEach(() => {
  over.abort();
  jest.restoreAllMocks();
});

function requestOf(endpoint: string, wire: Partial<WireRequest> = {}, limits: Partial<WireLimits> = {}) {
  const ended = jest.fn();
  const request = Object.assign(new EventEmitter(), {
    end: ended,
    destroy: jest.fn(),
  });
  const asked: { of: 'http' | 'https'; options: RequestOptions }[] = [];
  const spy = (of: 'http' | 'https') => (options: RequestOptions) => (asked.push({ of, options }), request);
  jest.spyOn(http, 'request').mockImplementation(spy('http') as never);
  jest.spyOn(https, 'request').mockImplementation(spy('https') as never);
  const transport = new HttpTransport(new URL(endpoint));
  const answer = transport.send({ ...WIRE, ...wire }, { ...LIMITS, signal: over.signal, ...limits });
  answer.catch(() => undefined);
  return { request, ended, asked, answer, transport };
}
const agentOf = ({ options }: { options: RequestOptions }) =>
  options.agent as Agent & { keepAlive: boolean; options: object };
const socketOf = (members: object) => Object.assign(new EventEmitter(), members);

describe('a request', () => {
  test.each<[string, string, object]>([
    ['https://host.example', 'https', { protocol: 'https:', hostname: 'host.example' }],
    ['https://host.example:8443', 'https', { protocol: 'https:', hostname: 'host.example', port: '8443' }],
    ['http://[::1]:80', 'http', { protocol: 'http:', hostname: '::1' }],
  ])('to %s goes over %s', (endpoint, of, options) => {
    const { asked, ended } = requestOf(endpoint);
    expect(asked).toEqual([
      {
        of,
        options: { method: 'GET', path: '/p?q', headers: { a: 'b' }, agent: expect.anything() as Agent, ...options },
      },
    ]);
    expect(ended).toHaveBeenCalledWith(undefined);
  });

  test('with a body says how many bytes it has', () => {
    const { asked, ended } = requestOf('https://h', { body: 'grüß' });
    expect(asked[0].options.headers).toEqual({ a: 'b', 'content-length': '6' });
    expect(ended).toHaveBeenCalledWith('grüß');
  });

  test.each(['https://h', 'http://127.0.0.1'])(
    'to %s keeps its connection, unless it must have its own',
    (endpoint) => {
      const [kept] = requestOf(endpoint).asked;
      const [fresh] = requestOf(endpoint, { freshConnection: true }).asked;
      expect([agentOf(kept).keepAlive, agentOf(fresh).keepAlive]).toEqual([true, false]);
      if (endpoint.startsWith('http:')) return;
      // NODE_TLS_REJECT_UNAUTHORIZED is for others.
      for (const asked of [kept, fresh]) expect(agentOf(asked).options).toMatchObject({ rejectUnauthorized: true });
    },
  );

  test('keeps no connection once its transport is closed', () => {
    const { transport, asked } = requestOf('https://h');
    const fresh = requestOf('https://h', { freshConnection: true });
    const destroyed = jest.spyOn(https.Agent.prototype, 'destroy');
    transport.close();
    expect(destroyed.mock.contexts).toContain(agentOf(asked[0]));
    fresh.transport.close();
    expect(destroyed.mock.contexts).toContain(agentOf(fresh.asked[0]));
  });
});

describe('an exchange', () => {
  const connected = (request: EventEmitter) => request.emit('socket', socketOf({ connecting: false }));
  const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });

  test.each<[string, (request: EventEmitter) => void, object]>([
    [
      'an error before it is connected',
      (request) => request.emit('error', reset),
      { kind: 'refused', sent: false, code: 'ECONNRESET' },
    ],
    [
      'an error on a connection that was there',
      (request) => (connected(request), request.emit('error', reset)),
      { kind: 'lost', sent: true, code: 'ECONNRESET' },
    ],
    ['a close before it is connected', (request) => request.emit('close'), { kind: 'refused', sent: false }],
    [
      'a close without an answer',
      (request) => (connected(request), request.emit('close')),
      { kind: 'lost', sent: true },
    ],
    [
      'an error after plain connecting',
      (request) => {
        const socket = socketOf({ connecting: true });
        request.emit('socket', socket);
        socket.emit('connect');
        request.emit('error', reset);
      },
      { kind: 'lost', sent: true },
    ],
    [
      'an error between connecting and the end of the TLS handshake',
      (request) => {
        const socket = socketOf({ connecting: true, encrypted: true });
        request.emit('socket', socket);
        socket.emit('connect');
        request.emit('error', reset);
      },
      { kind: 'refused', sent: false },
    ],
    [
      'an error after the TLS handshake',
      (request) => {
        const socket = socketOf({ connecting: true, encrypted: true });
        request.emit('socket', socket);
        socket.emit('secureConnect');
        request.emit('error', reset);
      },
      { kind: 'lost', sent: true },
    ],
  ])('that ends with %s', async (_name, play, failure) => {
    const { request, answer } = requestOf('https://h');
    play(request);
    const error: unknown = await answer.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WireFailure);
    expect(error).toMatchObject(failure);
    expect(request.destroy).toHaveBeenCalledWith(error);
  });

  test('that changes the protocol is a failure, and its connection is closed', async () => {
    const { request, answer } = requestOf('https://h');
    const socket = { destroy: jest.fn() };
    connected(request);
    request.emit('upgrade', {}, socket);
    await expect(answer).rejects.toMatchObject({ kind: 'upgraded', sent: true });
    expect(socket.destroy).toHaveBeenCalledTimes(1);
  });

  test('that was given up before is not begun', async () => {
    const abort = new AbortController();
    abort.abort();
    const { answer, asked } = requestOf('https://h', {}, { signal: abort.signal });
    await expect(answer).rejects.toMatchObject({ kind: 'aborted', sent: false });
    expect(asked).toEqual([]);
  });

  test('has less time to connect than for its answer, and never more than for its answer', async () => {
    const times: number[] = [];
    const real = setTimeout;
    jest.spyOn(global, 'setTimeout').mockImplementation(((action: () => void, ms: number) => {
      times.push(ms);
      return real(action, ms);
    }) as never);
    const early = requestOf('https://h', {}, { connectTimeoutMs: 1, timeoutMs: 50_000 });
    await expect(early.answer).rejects.toMatchObject({ kind: 'timeout', sent: false });
    await expect(requestOf('https://h', {}, { timeoutMs: 1 }).answer).rejects.toMatchObject({ kind: 'timeout' });
    expect(times).toEqual([1, 50_000, 1, 1]);
  });

  test('that is connected has until its end', async () => {
    const { request, answer } = requestOf('https://h', {}, { connectTimeoutMs: 1, timeoutMs: 20 });
    connected(request);
    await expect(answer).rejects.toMatchObject({ kind: 'timeout', sent: true });
  });

  const answered = async (limits: Partial<WireLimits>) => {
    const { request, answer } = requestOf('https://h', {}, limits);
    connected(request);
    const response = new PassThrough();
    request.emit('response', response);
    return { request, response, answer: await answer };
  };

  test('whose answer is being read ends with an abort, for the reader too', async () => {
    const abort = new AbortController();
    const { request, response, answer } = await answered({ signal: abort.signal });
    abort.abort();
    await expect(answer.stopped).rejects.toMatchObject({ kind: 'aborted', sent: true });
    expect([response.destroyed, request.destroy.mock.calls.length]).toEqual([true, 1]);
  });

  test('whose answer was released is bounded no more', async () => {
    const { signal } = new AbortController();
    const removed = jest.spyOn(signal, 'removeEventListener');
    const added = jest.spyOn(signal, 'addEventListener');
    const cleared = jest.spyOn(global, 'clearTimeout');
    const { answer, request } = await answered({ signal });
    answer.release();
    const [[, listener, once]] = added.mock.calls;
    expect(once).toEqual({ once: true });
    expect(removed).toHaveBeenCalledWith('abort', listener);
    expect(new Set(cleared.mock.calls.map(([timer]) => timer)).size).toBe(2);
    // Its connection closes after the answer: that is not the end of the exchange.
    request.emit('close');
    expect(request.destroy).not.toHaveBeenCalled();
  });
});

test.each<[unknown, boolean, object]>([
  [{ code: 'EPIPE' }, true, { kind: 'lost', sent: true, code: 'EPIPE' }],
  [{ code: 'EPIPE' }, false, { kind: 'refused', sent: false, code: 'EPIPE' }],
  [{ code: 7 }, true, { kind: 'lost', sent: true, code: undefined }],
  [new WireFailure('oversized', true), false, { kind: 'oversized', sent: true, message: 'oversized' }],
])('the failure of %p, sent: %p', (error, sent, failure) => {
  expect(asWireFailure(error, sent)).toMatchObject(failure);
});
