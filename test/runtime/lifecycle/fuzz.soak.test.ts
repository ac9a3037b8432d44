import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import fc from '../../fast-check';
import { createLifecycleServer, type LifecycleServer } from '../../../runtime/lifecycle/lifecycle-server';

const RUNS = 10_000;

let server: LifecycleServer;
let root: string;
let port: number;
const rejections: unknown[] = [];
const onRejection = (reason: unknown): unknown => rejections.push(reason);
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

beforeAll(async () => {
  process.on('unhandledRejection', onRejection);
  root = mkdtempSync(path.join(tmpdir(), 'bma-fuzz-'));
  server = createLifecycleServer({
    host: '127.0.0.1',
    port: 0,
    stateDirectory: path.join(root, 'state'),
    // Exists and takes any argument; what it does is tested elsewhere.
    codexPath: '/bin/cat',
    restartBackoff: { baseMs: 60_000, maxMs: 60_000 },
    logLine: () => undefined,
  });
  ({ port } = await server.listen());
});

afterAll(async () => {
  agent.destroy();
  await server.close();
  process.off('unhandledRejection', onRejection);
  rmSync(root, { recursive: true, force: true });
});

function invoke(body: string | Buffer): Promise<{ status?: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, path: '/invocations', method: 'POST', agent }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      incoming.on('end', () => resolve({ status: incoming.statusCode, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test(`${RUNS} generated bodies are each answered with HTTP 200 and a JSON object, and nothing crashes`, async () => {
  const action = fc.oneof(
    fc.constantFrom('activate', 'renew_turn_lease', 'release_turn_lease', 'disconnect', 'status', undefined),
    fc.string(),
    fc.jsonValue(),
  );
  const nearly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 4, arbitrary: good }, { weight: 1, arbitrary: fc.jsonValue() });
  const almostValid = fc.record(
    {
      action,
      protocol_version: nearly(fc.constant(1)),
      environment_id: nearly(
        fc.oneof(fc.constantFrom('env_1', 'env_2', '-x', '', 'a/b', '%2e/x'), fc.string({ unit: 'binary' })),
      ),
      attachment_generation: nearly(fc.integer({ min: -1, max: 5 })),
      workspace: nearly(
        fc.record({
          // Absolute only below the temporary root: what is accepted is made.
          directory: fc.oneof(
            fc.constantFrom(path.join(root, 'ws'), '/proc/nothing', 'relative', path.join(root, 'a\0b')),
            fc.string().map((name) => (name.startsWith('/') ? `${root}${name}` : name)),
            fc.option(fc.integer()),
          ),
        }),
      ),
      endpoint: nearly(fc.constantFrom(undefined, 'https://bedrock-mantle.us-east-1.api.aws', 'https://example.com')),
      region: nearly(fc.constantFrom('us-east-1', undefined)),
      service: nearly(fc.constantFrom('bedrock-mantle', undefined)),
      turn_id: nearly(fc.oneof(fc.constantFrom('turn_1', 'turn_2'), fc.string({ unit: 'binary' }))),
      lease_duration_seconds: nearly(fc.oneof(fc.integer(), fc.double())),
      [fc.sample(fc.string(), { numRuns: 1 })[0]]: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    { weight: 6, arbitrary: almostValid.map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  );
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      const { status, text } = await invoke(bytes);
      const reply = JSON.parse(text) as { status_code?: number };
      expect(status).toBe(200);
      expect(typeof reply).toBe('object');
      const code = reply.status_code ?? 200;
      expect([200, 400, 409, 503]).toContain(code);
      seen.set(code, (seen.get(code) ?? 0) + 1);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  // The generator reaches the good paths as well as the bad ones.
  expect([...seen.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 409]));
  expect(rejections).toEqual([]);
});

test('afterwards the server still works', async () => {
  expect(JSON.parse((await invoke('{"action":"disconnect"}')).text)).toMatchObject({ exec_server: 'stopped' });
  expect(server.execServerPid).toBeUndefined();
});
