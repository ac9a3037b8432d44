import { mkdtempSync, rmSync } from 'node:fs';
import files from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createLifecycleServer, type LifecycleServer } from '../../../runtime/lifecycle/lifecycle-server';
import { eventually } from './server-under-test';

/** Callers that hold connections open, with the shipped limits of number and shorter ones of time. */
const LIMITS = {
  headersMs: 200,
  requestMs: 400,
  idleMs: 100,
  silenceMs: 600_000,
  checkMs: 50,
  max: 128,
  maxWaiting: 64,
};

let root: string;
let server: LifecycleServer;
let port: number;
let sockets: Socket[];

async function start(changes: Partial<typeof LIMITS> = {}): Promise<void> {
  server = createLifecycleServer({
    environment: { PATH: process.env.PATH, AWS_REGION: 'us-east-1' },
    host: '127.0.0.1',
    port: 0,
    stateDirectory: path.join(root, 'state'),
    codexPath: path.join(__dirname, 'fake-exec-server.sh'),
    connections: { ...LIMITS, ...changes },
    logLine: () => undefined,
  });
  ({ port } = await server.listen());
}

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'bma-connections-'));
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** A caller that never closes its own side. */
function hold(bytes: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    socket.once('connect', () => {
      if (bytes !== '') socket.write(bytes);
      resolve(socket);
    });
  });
}

const ping = async (): Promise<unknown> => {
  const response = await fetch(`http://127.0.0.1:${port}/ping`, { headers: { connection: 'close' } });
  return ((await response.json()) as { status: unknown }).status;
};

/** Ended by the server: nothing more comes, and what is sent is refused. */
const isOver = (socket: Socket): boolean => socket.readableEnded || socket.destroyed;

test.each([
  ['sends nothing', ''],
  ['stops in the request line', 'POST /invoc'],
  ['stops in the headers', 'POST /invocations HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['stops before the body', 'POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n'],
  ['stops in the body', 'POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"action":'],
  ['stops in a chunk', 'POST /invocations HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"a'],
  ['stops in the body of an unknown path', 'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'],
  ['stops in the body of a ping', 'GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'],
  ['sends what is not HTTP', 'GARBAGE\r\n\r\n'],
  ['asks for a tunnel', 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n'],
  [
    'asks for a WebSocket, gets its answer and waits',
    'GET /ping HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  ],
])('a caller that %s is disconnected', async (_name, bytes) => {
  await start();
  const socket = await hold(bytes);
  await eventually(() => isOver(socket));
  expect(await eventually(() => server.connections === 0)).toBe(true);
});

test('a caller that sends a byte now and then is disconnected', async () => {
  await start();
  const socket = await hold('POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
  const dripping = setInterval(() => socket.writable && socket.write(' '), 20);
  await eventually(() => isOver(socket)).finally(() => clearInterval(dripping));
});

test('a caller that sends requests and reads no answer is disconnected', async () => {
  await start({ silenceMs: 300 });
  const socket = await hold('');
  socket.pause();
  const requests = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1_000);
  // Until the server stops reading, which it does while its answers are not taken.
  for (let full = false; !full; full = socket.writableLength > 4_000_000) socket.write(requests);
  await eventually(() => server.connections === 0);
  expect(await ping()).toBe('Healthy');
});

test('500 connections that send nothing are bounded in number, and /ping is answered between them', async () => {
  // The times are out of reach: what bounds here is the number.
  await start({ headersMs: 600_000, requestMs: 600_000 });
  for (let count = 0; count < 500; count++) {
    await hold(count % 2 ? '' : 'POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{');
    if (count % 50 === 0) expect(await ping()).toBe('Healthy');
  }
  expect(await ping()).toBe('Healthy');
  await eventually(() => server.connections <= LIMITS.max);
});

test('an action that runs keeps its connection while others push in', async () => {
  await start({ headersMs: 600_000, requestMs: 600_000, max: 8, maxWaiting: 4 });
  const ids = { protocol_version: 1, environment_id: 'env_1', attachment_generation: 1 };
  const body = JSON.stringify({ action: 'activate', ...ids, workspace: { directory: path.join(root, 'ws') } });
  const activating = fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body });
  for (let count = 0; count < 40; count++) await hold('');
  expect(await (await activating).json()).toMatchObject({ workspace: 'ready' });
});

test('invocations beyond those that may wait are answered 503, and all are answered', async () => {
  await start({ maxWaiting: 4 });
  let release: () => void = () => undefined;
  const held = new Promise<never>((_resolve, reject) => (release = () => reject(new Error('held'))));
  // The first invocation reads the state file: all others wait behind it.
  const opening = jest.spyOn(files, 'open').mockReturnValue(held);
  let refused = 0;
  const invocations = Array.from({ length: 20 }, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(200);
    const { status_code: code } = (await response.json()) as { status_code?: number };
    if (code === 503) refused += 1;
    return code;
  });
  await eventually(() => refused === 16);
  expect(await ping()).toBe('Healthy');
  release();
  opening.mockRestore();
  expect((await Promise.all(invocations)).filter((code) => code === undefined)).toHaveLength(4);
});
