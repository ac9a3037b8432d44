import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import * as path from 'node:path';
import {
  eventually,
  processesWith,
  removeBundle,
  Sandbox,
  SECRETS,
  ServerUnderTest,
  type Json,
} from './server-under-test';

let sandbox: Sandbox;
let servers: ServerUnderTest[];

async function start(env: Record<string, string> = {}): Promise<ServerUnderTest> {
  const server = await ServerUnderTest.start(sandbox, env);
  servers.push(server);
  return server;
}

beforeEach(() => {
  sandbox = new Sandbox();
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  sandbox.remove();
});

afterAll(removeBundle);

const LEASE = { environment_id: 'env_1', attachment_generation: 1, turn_id: 'turn_1' };
const renew = (changes: Json = {}): Json => ({
  action: 'renew_turn_lease',
  ...LEASE,
  lease_duration_seconds: 60,
  ...changes,
});
const release = (changes: Json = {}): Json => ({ action: 'release_turn_lease', ...LEASE, ...changes });
const started = (count: number): Promise<number> => eventually(() => sandbox.starts >= count && sandbox.starts);

describe('activate', () => {
  test('starts the exec server with the documented command line, in the workspace', async () => {
    const server = await start();
    const reply = await server.invoke(sandbox.activate(), {
      'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id': 's'.repeat(33),
    });
    expect(reply).toEqual({
      protocol_version: 1,
      environment_id: 'env_1',
      attachment_generation: 1,
      workspace: 'ready',
      exec_server: 'connecting',
      runtime_session_id: 's'.repeat(33),
    });
    await started(1);
    expect(sandbox.read('starts.log')).toMatch(
      /^\d+ exec-server --remote https:\/\/bedrock-mantle\.us-east-1\.api\.aws\/v1 --environment-id env_1 --remote-transport direct --aws-sigv4 --aws-service bedrock-mantle --aws-region us-east-1\n$/,
    );
  });

  test('makes a workspace that does not exist', async () => {
    const server = await start();
    const directory = path.join(sandbox.root, 'new/deep');
    expect(await server.invoke(sandbox.activate({ workspace: { directory } }))).toMatchObject({ workspace: 'ready' });
    expect(existsSync(directory)).toBe(true);
  });

  test('of the running attachment changes nothing', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    await started(1);
    await server.invoke(renew());
    await server.invoke(sandbox.activate());
    expect(await server.invoke({})).toMatchObject({ exec_server: 'running', active_lease_count: 1 });
    expect(sandbox.starts).toBe(1);
  });

  test.each([
    ['a newer generation', { attachment_generation: 2 }],
    ['another environment', { environment_id: 'env_2', attachment_generation: 0 }],
  ])('of %s replaces the exec server and clears leases', async (_name, changes) => {
    const server = await start();
    await server.invoke(sandbox.activate());
    await server.invoke(renew());
    await started(1);
    expect(await server.invoke(sandbox.activate(changes))).toMatchObject({ exec_server: 'connecting', ...changes });
    await started(2);
    expect(await server.invoke({})).toMatchObject({ ...changes, active_lease_count: 0 });
    expect(await server.ping()).toEqual({ status: 'Healthy' });
    await eventually(() => server.processes === 1);
  });

  test('sent by many callers at once starts one exec server', async () => {
    const server = await start();
    const replies = await Promise.all(Array.from({ length: 20 }, () => server.invoke(sandbox.activate())));
    expect(replies.filter(({ exec_server }) => exec_server === 'connecting')).toHaveLength(20);
    await started(1);
    expect(sandbox.starts).toBe(1);
    await eventually(() => server.processes === 1);
  });

  test('of generations in any order ends in the highest', async () => {
    const server = await start();
    const generations = [5, 1, 9, 3, 9, 2, 7];
    await Promise.all(
      generations.map((attachment_generation) => server.invoke(sandbox.activate({ attachment_generation }))),
    );
    expect(await server.invoke({})).toMatchObject({ attachment_generation: 9, exec_server: 'running' });
    await eventually(() => server.processes === 1);
  });

  test('of a generation that cannot be saved works, and is saved as soon as that is possible again', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    // A directory in the place of the state file: the rename fails.
    const file = path.join(sandbox.stateDirectory, 'state.json');
    rmSync(file, { force: true });
    mkdirSync(path.join(file, 'in-the-way'), { recursive: true });
    expect(await server.invoke(sandbox.activate({ attachment_generation: 2 }))).toMatchObject({ workspace: 'ready' });
    expect(await server.log(({ event }) => event === 'attachment_not_saved')).toMatchObject({ level: 'error' });
    expect(await server.invoke({})).toMatchObject({ attachment_generation: 2, exec_server: 'running' });
    rmSync(file, { recursive: true });
    await server.invoke(renew({ attachment_generation: 2 }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ attachment_generation: 2 });
  });

  test('passes the container credentials to the exec server and no bearer token or foreign variable', async () => {
    const server = await start({ BMA_PASS_ENVIRONMENT: 'AWS_CUSTOM,AWS_BEARER_TOKEN_BEDROCK', AWS_CUSTOM: 'yes' });
    await server.invoke(sandbox.activate());
    const names = (await eventually(() => sandbox.read('environment.log') || undefined)).split('\n');
    expect(names).toEqual(
      expect.arrayContaining(['AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN', 'AWS_CUSTOM', 'HOME', 'CODEX_HOME']),
    );
    expect(names.filter((name) => /BEARER|OPENAI|NODE_|JEST|^BMA_/.test(name))).toEqual([]);
  });
});

describe('turn leases', () => {
  test('make the container busy until they are released', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    expect(await server.ping()).toEqual({ status: 'Healthy' });
    expect(await server.invoke(renew())).toMatchObject({
      turn_id: 'turn_1',
      lease_duration_seconds: 60,
      active_lease_count: 1,
    });
    expect(await server.ping()).toEqual({ status: 'HealthyBusy' });
    expect(await server.invoke(release())).toMatchObject({ released: true, active_lease_count: 0 });
    expect(await server.ping()).toEqual({ status: 'Healthy' });
  });

  test('are cut to 300 seconds', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    expect(await server.invoke(renew({ lease_duration_seconds: 86_400 }))).toMatchObject({
      lease_duration_seconds: 300,
    });
  });

  test('expire by themselves', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    expect(await server.invoke(renew({ lease_duration_seconds: 1 }))).toMatchObject({ lease_duration_seconds: 1 });
    await eventually(async () => (await server.ping()).status === 'Healthy');
    expect(await server.invoke(release())).toMatchObject({ released: false });
  });

  test('of several turns are counted apart', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    await server.invoke(renew());
    expect(await server.invoke(renew({ turn_id: 'turn_2' }))).toMatchObject({ active_lease_count: 2 });
    expect(await server.invoke(renew({ turn_id: 'turn_2' }))).toMatchObject({ active_lease_count: 2 });
    expect(await server.invoke(release({ turn_id: 'turn_3' }))).toMatchObject({
      released: false,
      active_lease_count: 2,
    });
  });
});

describe('disconnect', () => {
  test('stops the exec server and forgets the attachment', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    await server.invoke(renew());
    await started(1);
    expect(await server.invoke({ action: 'disconnect' })).toMatchObject({
      environment_id: null,
      exec_server: 'stopped',
      active_lease_count: 0,
    });
    expect(server.processes).toBe(0);
    expect(existsSync(path.join(sandbox.stateDirectory, 'state.json'))).toBe(false);
    expect(await server.invoke(renew())).toMatchObject({ status_code: 409 });
  });

  test('twice is no error', async () => {
    const server = await start();
    expect(await server.invoke({ action: 'disconnect' })).not.toHaveProperty('status_code');
    expect(await server.invoke({ action: 'disconnect' })).toMatchObject({ exec_server: 'stopped' });
  });

  test('kills an exec server that ignores SIGTERM', async () => {
    sandbox.put('mode', 'stubborn');
    const server = await start();
    await server.invoke(sandbox.activate());
    await eventually(() => sandbox.read('ready.log') !== '');
    await server.invoke({ action: 'disconnect' });
    expect(server.processes).toBe(0);
  });

  test('leaves nothing behind of commands in other sessions and groups', async () => {
    const marker = `${90_000 + process.pid}.0${Date.now() % 10_000}`;
    sandbox.put('mode', 'children');
    sandbox.put('marker', marker);
    const server = await start();
    await server.invoke(sandbox.activate());
    await eventually(() => processesWith(marker).length === 2);
    await server.invoke({ action: 'disconnect' });
    await eventually(() => processesWith(marker).length === 0);
    expect(server.processes).toBe(0);
  });
});

describe('replacement compute', () => {
  test('goes on with the attachment from the mount at its first invocation, not before', async () => {
    const first = await start();
    await first.invoke(sandbox.activate({ attachment_generation: 4 }));
    await started(1);
    await first.stop();
    const second = await start();
    await second.ping();
    expect(sandbox.starts).toBe(1);
    expect(await second.invoke({})).toMatchObject({
      environment_id: 'env_1',
      attachment_generation: 4,
      exec_server: 'running',
    });
    await started(2);
    expect(await second.invoke(renew({ attachment_generation: 4 }))).toMatchObject({ active_lease_count: 1 });
  });

  test('refuses a generation that was overtaken before', async () => {
    const first = await start();
    await first.invoke(sandbox.activate({ attachment_generation: 4 }));
    await first.stop();
    const second = await start();
    expect(await second.invoke(sandbox.activate({ attachment_generation: 3 }))).toMatchObject({ status_code: 409 });
  });

  test('starts one exec server when its first invocation is an activate', async () => {
    const first = await start();
    await first.invoke(sandbox.activate());
    await started(1);
    await first.stop();
    const second = await start();
    await second.invoke(sandbox.activate({ attachment_generation: 2 }));
    await started(2);
    expect(sandbox.starts).toBe(2);
    await eventually(() => second.processes === 1);
  });

  test('after a kill without warning finds a whole state file and no exec server of the past', async () => {
    const first = await start();
    await first.invoke(sandbox.activate());
    await started(1);
    const [old] = sandbox.read('starts.log').split(' ');
    first.kill('SIGKILL');
    await first.exited;
    await eventually(() => !existsSync(`/proc/${old}`));
    const second = await start();
    expect(await second.invoke({})).toMatchObject({ attachment_generation: 1, exec_server: 'running' });
  });

  test.each([
    ['half a file', '{"format":"bma-lifecycle/1","environ'],
    [
      'an endpoint that a command planted',
      JSON.stringify({
        format: 'bma-lifecycle/1',
        protocol_version: 1,
        environment_id: 'env_1',
        attachment_generation: 9,
        workspace: { directory: '/tmp' },
        endpoint: 'https://evil.example',
        region: 'us-east-1',
      }),
    ],
    ['another format', '{"format":"other"}'],
    ['no object', '[]'],
  ])('ignores a saved state with %s', async (_name, content) => {
    mkdirSync(sandbox.stateDirectory, { mode: 0o777 });
    writeFileSync(path.join(sandbox.stateDirectory, 'state.json'), content, { mode: 0o666 });
    const server = await start();
    expect(await server.invoke({})).toMatchObject({ environment_id: null, exec_server: 'stopped' });
    expect(await server.log(({ event }) => event === 'saved_attachment_ignored')).toHaveProperty('reason');
  });
});

describe('an exec server that crashes', () => {
  test('is started again with growing, bounded pauses until it stays', async () => {
    sandbox.put('mode', 'crash');
    const server = await start();
    await server.invoke(sandbox.activate());
    await started(6);
    const delays = server.logEntries
      .filter(({ event }) => event === 'exec_server_restart_planned')
      .map(({ delayMs }) => delayMs as number);
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(delays[4]).toBeGreaterThan(delays[0]);
    sandbox.put('mode', 'stay');
    await eventually(() => server.processes === 1);
    expect(await server.invoke({})).toMatchObject({ exec_server: 'running', attachment_generation: 1 });
  });

  test('is started at once by an activate of the same attachment', async () => {
    sandbox.put('mode', 'crash');
    const server = await start({ BMA_RESTART_BASE_MS: '60000', BMA_RESTART_MAX_MS: '60000' });
    await server.invoke(sandbox.activate());
    await server.log(({ event }) => event === 'exec_server_restart_planned');
    sandbox.put('mode', 'stay');
    await server.invoke(sandbox.activate());
    await started(2);
    expect(await server.invoke({})).toMatchObject({ exec_server: 'running' });
  });

  test('is not started again after a disconnect', async () => {
    sandbox.put('mode', 'crash');
    const server = await start();
    await server.invoke(sandbox.activate());
    await started(2);
    await server.invoke({ action: 'disconnect' });
    const starts = sandbox.starts;
    expect(await server.invoke({})).toMatchObject({ exec_server: 'stopped' });
    sandbox.put('mode', 'stay');
    await server.invoke(sandbox.activate());
    await eventually(() => server.processes === 1);
    expect(sandbox.starts).toBe(starts + 1);
  });

  test('leaves no commands beside those of its successor', async () => {
    const marker = `${91_000 + process.pid}.0${Date.now() % 10_000}`;
    sandbox.put('mode', 'crash-with-children');
    sandbox.put('marker', marker);
    const server = await start();
    await server.invoke(sandbox.activate());
    await started(3);
    await server.invoke({ action: 'disconnect' });
    await eventually(() => processesWith(marker).length === 0);
    expect(server.processes).toBe(0);
  });

  test('that cannot be started at all is an error of the activate, and is retried', async () => {
    const server = await start({ BMA_CODEX_PATH: path.join(sandbox.root, 'missing') });
    expect(await server.invoke(sandbox.activate())).toEqual({
      status_code: 503,
      error: 'the exec server could not be started (ENOENT)',
    });
    expect(await server.invoke({})).toMatchObject({ exec_server: 'restarting', attachment_generation: 1 });
  });

  test.each([
    ['a directory', '', 'EACCES'],
    ['not executable', 'workspace/plain', 'EACCES'],
    ['below a file', 'workspace/plain/codex', 'ENOTDIR'],
  ])('that is %s is an error 503 of the activate', async (_name, file, code) => {
    sandbox.put('plain', '#!/bin/sh\n');
    const server = await start({ BMA_CODEX_PATH: path.join(sandbox.root, file) });
    expect(await server.invoke(sandbox.activate())).toEqual({
      status_code: 503,
      error: `the exec server could not be started (${code})`,
    });
  });
});

/** A fault leaves the attachment, the exec server and the leases exactly as they were. */
describe('a request that is refused', () => {
  const key = (name: string): Json => ({ ...renew(), extra: [{ deep: { [name]: 'x' } }] });
  const cases: [string, number, unknown][] = [
    ['invalid JSON', 400, '{"action":'],
    ['invalid UTF-8', 400, Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['a JSON array', 400, '[]'],
    ['a JSON null', 400, 'null'],
    ['an unknown action', 400, { action: 'reboot' }],
    ['an action that is no string', 400, { action: { $ne: null } }],
    ['an action from the prototype', 400, { action: 'constructor' }],
    ['a body above the limit', 413, `{"padding":"${'x'.repeat(300_000)}"}`],
    ['an activate without protocol version', 400, { activate: { protocol_version: undefined } }],
    ['an activate of another protocol version', 400, { activate: { protocol_version: 2 } }],
    ['an activate without environment', 400, { activate: { environment_id: undefined } }],
    ['an environment id that is an option', 400, { activate: { environment_id: '--config' } }],
    ['an environment id with a path', 400, { activate: { environment_id: '../../x' } }],
    ['a negative generation', 400, { activate: { attachment_generation: -1 } }],
    ['a fractional generation', 400, { activate: { attachment_generation: 1.5 } }],
    ['a generation that is a string', 400, { activate: { attachment_generation: '2' } }],
    ['a generation above the safe integers', 400, { activate: { attachment_generation: 2 ** 53 } }],
    ['a stale generation', 409, { activate: { attachment_generation: 0 } }],
    ['a relative workspace', 400, { activate: { attachment_generation: 2, workspace: { directory: 'work' } } }],
    [
      'a workspace that climbs',
      400,
      { activate: { attachment_generation: 2, workspace: { directory: '/mnt/../etc' } } },
    ],
    ['a workspace with a NUL', 400, { activate: { attachment_generation: 2, workspace: { directory: '/mnt/a\0b' } } }],
    [
      'a workspace below a file',
      503,
      { activate: { attachment_generation: 2, workspace: { directory: '/etc/passwd/x' } } },
    ],
    [
      'a workspace that no file system can make',
      503,
      { activate: { attachment_generation: 2, workspace: { directory: '/proc/nothing/here' } } },
    ],
    ['no workspace', 400, { activate: { attachment_generation: 2, workspace: undefined } }],
    ['a foreign endpoint', 400, { activate: { attachment_generation: 2, endpoint: 'https://example.com' } }],
    [
      'a look-alike endpoint',
      400,
      { activate: { attachment_generation: 2, endpoint: 'https://bedrock-mantle.us-east-1.api.aws.example.com' } },
    ],
    [
      'a plain-text endpoint',
      400,
      { activate: { attachment_generation: 2, endpoint: 'http://bedrock-mantle.us-east-1.api.aws' } },
    ],
    [
      'an endpoint with a user',
      400,
      { activate: { attachment_generation: 2, endpoint: 'https://a:b@bedrock-mantle.us-east-1.api.aws' } },
    ],
    [
      'an endpoint with a path',
      400,
      { activate: { attachment_generation: 2, endpoint: 'https://bedrock-mantle.us-east-1.api.aws/v1' } },
    ],
    [
      'an endpoint of another Region',
      400,
      { activate: { attachment_generation: 2, endpoint: 'https://bedrock-mantle.us-west-2.api.aws' } },
    ],
    ['a Region that is an option', 400, { activate: { attachment_generation: 2, region: '--listen' } }],
    ['another signing service', 400, { activate: { attachment_generation: 2, service: 'sts' } }],
    ['a lease of another generation', 409, renew({ attachment_generation: 2 })],
    ['a lease of another environment', 409, renew({ environment_id: 'env_2' })],
    ['a lease without turn', 400, renew({ turn_id: undefined })],
    ['a lease of no time', 400, renew({ lease_duration_seconds: 0 })],
    ['a lease of text', 400, renew({ lease_duration_seconds: '60' })],
    ['a release of another generation', 409, release({ attachment_generation: 7 })],
    ['a late disconnect of the past', 409, { action: 'disconnect', environment_id: 'env_1', attachment_generation: 0 }],
    [
      'a disconnect of another environment',
      409,
      { action: 'disconnect', environment_id: 'env_9', attachment_generation: 1 },
    ],
    ['aws_access_key_id at any depth', 400, key('aws_access_key_id')],
    ['AccessKeyId at any depth', 400, key('AccessKeyId')],
    ['secret_access_key at any depth', 400, key('secret_access_key')],
    ['session_token at any depth', 400, key('session_token')],
    ['sessionToken at any depth', 400, key('sessionToken')],
    ['credentials at any depth', 400, key('credentials')],
    ['Authorization at any depth', 400, key('Authorization')],
    ['X-Amz-Security-Token at any depth', 400, key('X-Amz-Security-Token')],
    ['an access key id as a value', 400, { ...renew(), note: `key ${'AKIA'}${'IOSFODNN7EXAMPLE'}` }],
  ];

  test.each(cases)('%s is answered with %i in the body and changes nothing', async (_name, statusCode, request) => {
    const server = await shared();
    const before = await server.invoke({});
    const body =
      typeof request === 'object' && request !== null && 'activate' in request
        ? sharedSandbox.activate(request.activate as Json)
        : request;
    const reply = await server.invoke(body);
    const current = statusCode === 409 ? { environment_id: 'env_1', attachment_generation: 1 } : {};
    expect(reply).toEqual({ status_code: statusCode, error: expect.any(String), ...current });
    expect(await server.invoke({})).toEqual(before);
    expect(before).toMatchObject({ attachment_generation: 1, exec_server: 'running', active_lease_count: 1 });
  });

  // One server for the whole table: a fault that changed anything shows in the cases after it, too.
  let sharedServer: ServerUnderTest | undefined;
  let sharedSandbox: Sandbox;
  async function shared(): Promise<ServerUnderTest> {
    if (sharedServer === undefined) {
      sharedSandbox = new Sandbox();
      sharedServer = await ServerUnderTest.start(sharedSandbox);
      await sharedServer.invoke(sharedSandbox.activate());
      await sharedServer.invoke(renew({ turn_id: 'turn_kept' }));
    }
    return sharedServer;
  }
  afterAll(async () => {
    expect(sharedSandbox.starts).toBe(1);
    await sharedServer?.stop();
    sharedSandbox.remove();
  });
});

describe('HTTP', () => {
  test('chunked bodies are read to their end', async () => {
    const server = await start();
    const text = JSON.stringify(sandbox.activate());
    const { body } = await server.send(
      'POST',
      '/invocations',
      [...text].map((character) => character),
      {
        'transfer-encoding': 'chunked',
      },
    );
    expect(body).toMatchObject({ workspace: 'ready' });
  });

  test('a chunked body above the limit is refused while it is being sent', async () => {
    const server = await start();
    const { status, body } = await server.send(
      'POST',
      '/invocations',
      Array.from({ length: 40 }, () => 'x'.repeat(16_384)),
    );
    expect([status, body.status_code]).toEqual([200, 413]);
    expect(await server.ping()).toEqual({ status: 'Healthy' });
  });

  test('a caller that goes away in the middle does no harm', async () => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const head = 'POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"action":';
    await new Promise((resolve) => socket.write(head, resolve));
    socket.destroy();
    await server.log(({ statusCode }) => statusCode === 400);
    expect(await server.ping()).toEqual({ status: 'Healthy' });
  });

  test.each([
    'GARBAGE\r\n\r\n',
    'POST //[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET http://[::bad HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  ])('bytes that are no proper request (%j) do no harm', async (bytes) => {
    const server = await start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('close', () => resolve(text));
      socket.on('error', () => undefined);
    });
    socket.write(bytes);
    expect(await answer).toMatch(/^HTTP\/1\.1 4/);
    expect(await server.ping()).toEqual({ status: 'Healthy' });
  });

  test('/ping answers while an action waits for a stubborn exec server', async () => {
    sandbox.put('mode', 'stubborn');
    const server = await start();
    await server.invoke(sandbox.activate());
    await eventually(() => sandbox.read('ready.log') !== '');
    let done = false;
    const disconnecting = server.invoke({ action: 'disconnect' }).then(() => (done = true));
    expect(await server.ping()).toEqual({ status: 'Healthy' });
    expect(done).toBe(false);
    await disconnecting;
  });

  test('other paths and methods get an answer', async () => {
    const server = await start();
    expect(await server.send('GET', '/admin')).toMatchObject({ status: 404 });
    expect(await server.send('GET', '/invocations')).toMatchObject({ status: 200, body: { status_code: 405 } });
  });
});

describe('the process', () => {
  test('on SIGTERM stops the exec server, keeps the saved attachment and ends with 0', async () => {
    const server = await start();
    await server.invoke(sandbox.activate());
    await started(1);
    const [pid] = sandbox.read('starts.log').split(' ');
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(JSON.parse(readFileSync(path.join(sandbox.stateDirectory, 'state.json'), 'utf8'))).toMatchObject({
      attachment_generation: 1,
    });
  });

  test('logs JSON without secrets, bodies and output of the exec server', async () => {
    sandbox.put('mode', 'secretive');
    const server = await start({ BMA_LOG_LEVEL: 'debug' });
    await server.invoke(sandbox.activate());
    await server.invoke({ action: 'x', credentials: SECRETS.bearer });
    await server.invoke(`{"note":"prompt text"`);
    const refused = await server.log(({ event }) => event === 'exec_server_refused');
    expect(refused).toMatchObject({ level: 'error', reason: 'the registry answered 403' });
    for (const secret of [...Object.values(SECRETS), 'hunter2', 'rm -rf', 'prompt text', sandbox.workspace]) {
      expect(server.logs).not.toContain(secret);
    }
  });

  test('holds the same number of processes and sockets after many rounds as before', async () => {
    const server = await start();
    const round = async (attachment_generation: number): Promise<void> => {
      await server.invoke(sandbox.activate({ attachment_generation }));
      await server.invoke(renew({ attachment_generation }));
    };
    await round(1);
    await eventually(() => server.processes === 1);
    const sockets = await settledSockets(server);
    for (let generation = 2; generation <= 25; generation++) await round(generation);
    await eventually(() => server.processes === 1);
    expect(await settledSockets(server)).toBe(sockets);
    await server.invoke({ action: 'disconnect' });
    expect(server.processes).toBe(0);
    expect(await settledSockets(server)).toBeLessThanOrEqual(sockets);
  });
});

/** Closed connections leave the table a moment after their answer. */
async function settledSockets(server: ServerUnderTest): Promise<number> {
  let last = -1;
  return eventually(() => {
    const now = server.sockets;
    const settled = now === last;
    last = now;
    return settled ? now : undefined;
  });
}
