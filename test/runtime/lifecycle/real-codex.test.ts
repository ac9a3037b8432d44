import { type ExecConnection, FakeRegistry } from './fake-registry';
import {
  eventually,
  IN_IMAGE,
  processesWith,
  removeBundle,
  Sandbox,
  SECRETS,
  ServerUnderTest,
} from './server-under-test';

/** The pinned Codex binary, started by the lifecycle server, connects to a registry and runs real commands. */
let sandbox: Sandbox;
let registry: FakeRegistry;
let servers: ServerUnderTest[];

async function start(): Promise<ServerUnderTest> {
  const server = await ServerUnderTest.start(sandbox, {}, true);
  servers.push(server);
  return server;
}

async function connected(server: ServerUnderTest, changes: Record<string, unknown> = {}): Promise<ExecConnection> {
  const activate = sandbox.activate({ endpoint: registry.endpoint, ...changes });
  expect(await server.invoke(activate)).toMatchObject({ exec_server: 'connecting' });
  const connection = await registry.connection();
  await connection.initialize();
  return connection;
}

const uniqueMarker = (base: number): string => `${base + process.pid}.${Date.now() % 100_000}1`;

beforeEach(async () => {
  sandbox = new Sandbox();
  registry = await FakeRegistry.start();
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await registry.close();
  sandbox.remove();
});

afterAll(removeBundle);

test('registers at {endpoint}/v1 and connects, both signed for bedrock-mantle', async () => {
  const server = await start();
  const connection = await connected(server);
  const [registration] = registry.registrations;
  expect(registration.path).toBe('/v1/cloud/environment/env_1/direct/register');
  expect(registration.body).toEqual({ transport: 'direct_jsonrpc_v1' });
  for (const headers of [registration.headers, connection.headers]) {
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/us-east-1\/bedrock-mantle\/aws4_request/,
    );
    expect(headers['x-amz-security-token']).toBe(SECRETS.session);
    expect(JSON.stringify(headers)).not.toContain(SECRETS.bearer);
  }
});

test('runs everything as one user, in the image one without privileges', async () => {
  const server = await start();
  const connection = await connected(server);
  const { output } = await connection.run('id', 'id -u', sandbox.workspace);
  expect(Number(output)).toBe(IN_IMAGE ? 10_001 : process.getuid?.());
  expect(server.uid).toBe(Number(output));
});

test('runs commands in the workspace and reports their exit code', async () => {
  const connection = await connected(await start());
  expect(await connection.run('one', 'pwd; echo made > made.txt', sandbox.workspace)).toEqual({
    exitCode: 0,
    output: `${sandbox.workspace}\n`,
  });
  expect(sandbox.read('made.txt')).toBe('made\n');
  expect(await connection.run('two', 'echo no >&2; exit 3', sandbox.workspace)).toEqual({
    exitCode: 3,
    output: 'no\n',
  });
});

test('a command sees neither the credentials nor the variables of the container', async () => {
  const connection = await connected(await start());
  const { output } = await connection.run('env', 'env', sandbox.workspace);
  for (const secret of Object.values(SECRETS)) expect(output).not.toContain(secret);
});

test('a command that is cancelled in the middle leaves no process', async () => {
  const marker = uniqueMarker(20_000);
  const connection = await connected(await start());
  await connection.start('long', `sleep ${marker} & sleep ${marker}`, sandbox.workspace);
  await eventually(() => processesWith(marker).length === 2);
  await connection.request('process/terminate', { processId: 'long' });
  await eventually(() => processesWith(marker).length === 0);
});

test('a disconnect in the middle of commands leaves no process, not even detached ones', async () => {
  const marker = uniqueMarker(40_000);
  const server = await start();
  const connection = await connected(server);
  await connection.start('long', `setsid sleep ${marker} & sleep ${marker} & sleep ${marker}`, sandbox.workspace);
  await eventually(() => processesWith(marker).length === 3);
  await server.invoke({ action: 'disconnect' });
  await eventually(() => processesWith(marker).length === 0);
  expect(server.processes).toBe(0);
});

test('replacement compute connects again by itself and finds the workspace', async () => {
  const first = await start();
  const before = await connected(first);
  await before.run('write', 'echo kept > kept.txt', sandbox.workspace);
  await first.stop();
  const second = await start();
  await second.invoke({});
  const after = await registry.connection();
  await after.initialize();
  expect(await after.run('read', 'cat kept.txt', sandbox.workspace)).toEqual({ exitCode: 0, output: 'kept\n' });
});

test('an exec server that is killed is started again and connects again', async () => {
  const server = await start();
  await connected(server);
  const { pid } = await server.log(({ event }) => event === 'exec_server_started');
  process.kill(pid as number, 'SIGKILL');
  const connection = await registry.connection();
  await connection.initialize();
  expect(await connection.run('again', 'exit 5', sandbox.workspace)).toMatchObject({ exitCode: 5 });
});

describe('a handshake', () => {
  test.each([401, 403, 404])('answered with %i ends Codex; the next one registers anew', async (status) => {
    registry.refusals.push(status);
    const server = await start();
    const connection = await connected(server);
    expect(await connection.run('works', 'exit 4', sandbox.workspace)).toMatchObject({ exitCode: 4 });
    expect(registry.handshakes).toEqual(['/connect/1', '/connect/2']);
    const refused = await server.log(({ event }) => event === 'exec_server_refused');
    expect(refused).toMatchObject({ level: 'error', reason: `the WebSocket handshake was answered ${status}` });
    expect(await server.invoke({})).toMatchObject({ exec_server: 'running', exec_server_restarts: 1 });
  });

  test.each([408, 429, 503])('answered with %i is repeated at the same URL', async (status) => {
    registry.refusals.push(status);
    const server = await start();
    await connected(server);
    expect(registry.handshakes).toEqual(['/connect/1', '/connect/1']);
    expect(await server.invoke({})).toMatchObject({ exec_server: 'running', exec_server_restarts: 0 });
  });

  test('answered with 409 makes the same Codex register anew', async () => {
    registry.refusals.push(409);
    const server = await start();
    await connected(server);
    expect(registry.handshakes).toEqual(['/connect/1', '/connect/2']);
    expect(await server.invoke({})).toMatchObject({ exec_server: 'running', exec_server_restarts: 0 });
  });

  test('after a connection that was cut goes to the same URL', async () => {
    const server = await start();
    (await connected(server)).cut();
    await (await registry.connection()).initialize();
    expect(registry.handshakes).toEqual(['/connect/1', '/connect/1']);
    expect(registry.registrations).toHaveLength(1);
  });

  test('that is refused again and again lets no renewal keep the container busy', async () => {
    registry.refusals.push(...Array.from({ length: 200 }, () => 403));
    const server = await start();
    await server.invoke(sandbox.activate({ endpoint: registry.endpoint }));
    await server.log(({ event }) => event === 'exec_server_ended');
    const lease = { environment_id: 'env_1', attachment_generation: 1, turn_id: 'turn_1', lease_duration_seconds: 60 };
    expect(await server.invoke({ action: 'renew_turn_lease', ...lease })).toEqual({
      status_code: 503,
      error: 'the exec server could not be started (exited)',
    });
    expect(await server.ping()).toEqual({ status: 'Healthy' });
  });
});

test('an environment id with slashes and escapes is registered as it is', async () => {
  const server = await start();
  await server.invoke(sandbox.activate({ endpoint: registry.endpoint, environment_id: 'project/a%2Fb/env_1' }));
  await eventually(() => registry.registrations.length > 0);
  expect(registry.registrations[0].path).toBe('/v1/cloud/environment/project/a%2Fb/env_1/direct/register');
});

test('an exec server does not outlive a lifecycle server that is killed', async () => {
  const server = await start();
  await connected(server, { environment_id: 'env_orphan' });
  expect(processesWith('env_orphan')).toHaveLength(1);
  server.kill('SIGKILL');
  await eventually(() => processesWith('env_orphan').length === 0);
});

test('ten generations in a row leave one exec server and the sockets of one', async () => {
  const server = await start();
  await connected(server, { environment_id: 'env_many' });
  const sockets = server.sockets;
  for (let generation = 2; generation <= 10; generation++) {
    const connection = await connected(server, { environment_id: 'env_many', attachment_generation: generation });
    expect(await connection.run('x', 'exit 0', sandbox.workspace)).toMatchObject({ exitCode: 0 });
  }
  expect(processesWith('env_many')).toHaveLength(1);
  await eventually(() => server.sockets <= sockets);
  expect(registry.registrations).toHaveLength(10);
});
