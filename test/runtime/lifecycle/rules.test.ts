import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import files from 'node:fs/promises';
import fc, { runs } from '../../fast-check';
import { backoffMs } from '../../../runtime/lifecycle/backoff';
import { configFromEnvironment } from '../../../runtime/lifecycle/config';
import { execServerCommand } from '../../../runtime/lifecycle/exec-server-command';
import { TurnLeases } from '../../../runtime/lifecycle/leases';
import { checkedMantleEndpoint } from '../../../runtime/lifecycle/mantle-endpoint';
import { descendantsOf } from '../../../runtime/lifecycle/process-tree';
import { SerialQueue } from '../../../runtime/lifecycle/serial-queue';
import { StateStore } from '../../../runtime/lifecycle/state-store';
import { suppliesCredentials } from '../../../runtime/lifecycle/supplied-credentials';
import { createTracer } from '../../../runtime/lifecycle/tracing';

const ATTACHMENT = {
  environmentId: 'env_1',
  generation: 3,
  workspaceDirectory: '/mnt/agent/workspace',
  endpoint: 'https://bedrock-mantle.us-east-1.api.aws',
  region: 'us-east-1',
  service: 'bedrock-mantle',
};

describe('the endpoint', () => {
  const strict = { allowLoopback: false };

  test.each([
    [{ region: 'us-west-2' }, strict, 'https://bedrock-mantle.us-west-2.api.aws', 'us-west-2'],
    [{}, { ...strict, region: 'us-east-2' }, 'https://bedrock-mantle.us-east-2.api.aws', 'us-east-2'],
    [
      { endpoint: 'https://bedrock-mantle.us-east-1.api.aws/' },
      strict,
      'https://bedrock-mantle.us-east-1.api.aws',
      'us-east-1',
    ],
    [
      { endpoint: 'https://bedrock-mantle.us-east-1.api.aws:443' },
      strict,
      'https://bedrock-mantle.us-east-1.api.aws',
      'us-east-1',
    ],
    [
      { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' },
      { allowLoopback: true },
      'http://127.0.0.1:9000',
      'us-east-1',
    ],
  ])('%j with %j is %s in %s', (given, defaults, endpoint, region) => {
    expect(checkedMantleEndpoint(given, defaults)).toEqual({ endpoint, region });
  });

  test.each([
    [{}, strict],
    [{ endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' }, strict],
    [{ endpoint: 'http://10.0.0.1', region: 'us-east-1' }, { allowLoopback: true }],
    [{ endpoint: 'http://127.0.0.1.evil.example', region: 'us-east-1' }, { allowLoopback: true }],
    [{ endpoint: 'https://bedrock-mantle.us-east-1.api.aws:8443' }, strict],
    [{ endpoint: 'https://bedrock-mantle.us-east-1.api.aws?x=1' }, strict],
    [{ endpoint: 'https://bedrock-mantle.us-east-1.api.aws#x' }, strict],
    [{ endpoint: 'https://bedrock-mantle.us-east-1.api.aws@evil.example' }, strict],
    [{ endpoint: 'file:///etc/passwd' }, { allowLoopback: true, region: 'us-east-1' }],
    [{ region: 'us-east-1/../x' }, strict],
  ])('%j with %j is refused', (given, defaults) => {
    expect(() => checkedMantleEndpoint(given, defaults)).toThrow(expect.objectContaining({ statusCode: 400 }));
  });

  test('is never anything but the service, whatever is sent', () => {
    const hostile = fc.oneof(
      fc.webUrl({ validSchemes: ['http', 'https'], withFragments: true, withQueryParameters: true }),
      fc.string().map((text) => `https://bedrock-mantle.us-east-1.api.aws${text}`),
      fc.string().map((text) => `https://${text}bedrock-mantle.us-east-1.api.aws`),
    );
    fc.assert(
      fc.property(hostile, (endpoint) => {
        try {
          const checked = checkedMantleEndpoint({ endpoint, region: 'us-east-1' }, strict);
          return checked.endpoint === 'https://bedrock-mantle.us-east-1.api.aws';
        } catch (error) {
          return (error as { statusCode?: number }).statusCode === 400;
        }
      }),
      runs(2_000),
    );
  });
});

describe('supplied credentials', () => {
  test.each(['lease_duration_seconds', 'turn_id', 'environment_id', 'runtime_session_id', 'tokens_used', 'workspace'])(
    '%s is no credential',
    (name) => {
      expect(suppliesCredentials({ [name]: 'value' })).toBe(false);
    },
  );

  test('are found however deep they are', () => {
    let body: unknown = { aws_session_token: 'x' };
    for (let depth = 0; depth < 20_000; depth++) body = depth % 2 ? [body] : { member: body };
    expect(suppliesCredentials(body)).toBe(true);
  });
});

describe('leases', () => {
  test('of a clock end exactly when they were granted to', () => {
    let now = 0;
    const leases = new TurnLeases(() => now);
    expect(leases.renew('a', 1_000)).toBe(300);
    leases.renew('b', 10);
    now = 9_999;
    expect(leases.activeCount).toBe(2);
    now = 10_000;
    expect(leases.activeCount).toBe(1);
    leases.renew('a', 300);
    now = 309_999;
    expect(leases.activeCount).toBe(1);
    now = 310_000;
    expect(leases.activeCount).toBe(0);
  });

  test('tell when the container last became busy or idle, also when nobody asked in between', () => {
    let now = 0;
    const leases = new TurnLeases(() => now, 1_000_000_000_000);
    const changed = (): number => leases.lastChange - 1_000_000_000;
    expect(changed()).toBe(0);
    now = 7_000;
    leases.renew('a', 10);
    now = 9_000;
    leases.renew('b', 20);
    leases.renew('a', 1);
    expect(changed()).toBe(7);
    now = 60_000;
    expect(changed()).toBe(29);
    leases.renew('a', 300);
    now = 61_000;
    leases.release('a');
    leases.clear();
    expect(changed()).toBe(61);
  });

  test('end at the latest time granted, in any order of renewals, releases and waiting', () => {
    const step = fc.oneof(
      fc.record({ turn: fc.constantFrom('a', 'b'), seconds: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ released: fc.constantFrom('a', 'b') }),
      fc.record({ waited: fc.integer({ min: 0, max: 400_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let now = 0;
        const leases = new TurnLeases(() => now);
        const ends = new Map<string, number>();
        for (const each of steps) {
          for (const [turn, end] of ends) if (end <= now) ends.delete(turn);
          if ('waited' in each) now += each.waited;
          else if ('released' in each) expect(leases.release(each.released)).toBe(ends.delete(each.released));
          else {
            leases.renew(each.turn, each.seconds);
            ends.set(each.turn, Math.max(ends.get(each.turn) ?? 0, now + Math.min(each.seconds, 300) * 1_000));
          }
          expect(leases.activeCount).toBe([...ends.values()].filter((end) => end > now).length);
        }
      }),
      runs(500),
    );
  });

  test('are bounded in number', () => {
    const leases = new TurnLeases();
    for (let turn = 0; turn < 256; turn++) leases.renew(`turn_${turn}`, 60);
    expect(() => leases.renew('one more', 60)).toThrow(expect.objectContaining({ statusCode: 429 }));
    expect(leases.renew('turn_0', 60)).toBe(60);
  });
});

describe('the saved attachment', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(path.join(tmpdir(), 'bma-state-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('is read back as it was saved', async () => {
    const store = new StateStore(path.join(directory, 'new'));
    await store.save(ATTACHMENT);
    expect(await store.load({ allowLoopback: false })).toEqual({ kind: 'attachment', attachment: ATTACHMENT });
  });

  test('is never seen half written by a reader', async () => {
    const store = new StateStore(directory);
    const kinds = new Set<string>();
    let writing = true;
    const reader = (async () => {
      while (writing) kinds.add((await store.load({ allowLoopback: false })).kind);
    })();
    await store.save(ATTACHMENT);
    for (let generation = 0; generation < 50; generation++) await store.save({ ...ATTACHMENT, generation });
    writing = false;
    await reader;
    expect([...kinds].filter((kind) => kind !== 'attachment' && kind !== 'none')).toEqual([]);
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  test('stays whole when a save fails', async () => {
    const store = new StateStore(directory);
    await store.save(ATTACHMENT);
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const renaming = jest.spyOn(files, 'rename').mockRejectedValueOnce(full);
    await expect(store.save({ ...ATTACHMENT, generation: 4 })).rejects.toThrow(full);
    renaming.mockRestore();
    expect(readdirSync(directory)).toEqual(['state.json']);
    expect(await store.load({ allowLoopback: false })).toMatchObject({ attachment: { generation: 3 } });
  });

  test('is forgotten by clear, also when there is none', async () => {
    const store = new StateStore(directory);
    await store.save(ATTACHMENT);
    await store.clear();
    await store.clear();
    expect(existsSync(path.join(directory, 'state.json'))).toBe(false);
    expect(await store.load({ allowLoopback: false })).toEqual({ kind: 'none' });
  });

  test('of a loopback endpoint is refused outside local development', async () => {
    const store = new StateStore(directory);
    await store.save({ ...ATTACHMENT, endpoint: 'http://127.0.0.1:9' });
    expect(await store.load({ allowLoopback: true })).toMatchObject({ kind: 'attachment' });
    expect(await store.load({ allowLoopback: false })).toMatchObject({ kind: 'unusable' });
  });

  test('with any content does not break the load', async () => {
    const store = new StateStore(directory);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (content) => {
        writeFileSync(path.join(directory, 'state.json'), content);
        return (await store.load({ allowLoopback: false })).kind === 'unusable';
      }),
      runs(300),
    );
  });
});

describe('the exec server command', () => {
  const command = (environment: NodeJS.ProcessEnv, passEnvironment: string[] = []) =>
    execServerCommand(ATTACHMENT, {
      codexPath: '/codex',
      stateDirectory: '/mnt/agent/.bma',
      passEnvironment,
      environment,
    });

  test('keeps HOME and CODEX_HOME on the persistent mount', () => {
    expect(command({ HOME: '/root', CODEX_HOME: '/elsewhere' }).env).toMatchObject({
      HOME: '/mnt/agent/.bma/home',
      CODEX_HOME: '/mnt/agent/.bma/codex',
    });
  });

  test('reads no AWS profile from that HOME, where commands could plant one', () => {
    expect(command({}).env).toMatchObject({ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
    expect(command({ AWS_CONFIG_FILE: '/etc/aws' }).env.AWS_CONFIG_FILE).toBe('/etc/aws');
  });

  test.each(['AWS_BEARER_TOKEN_BEDROCK', 'OPENAI_API_KEY', 'CODEX_API_KEY', 'CODEX_ACCESS_TOKEN', 'DB_PASSWORD'])(
    'never passes %s, not even when it is named',
    (name) => {
      expect(command({ [name]: 'x' }, [name]).env).not.toHaveProperty(name);
    },
  );

  test('passes what is named and nothing else', () => {
    const { env } = command({ TRACKER_URL: 'a', OTHER: 'b', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'c' }, [
      'TRACKER_URL',
      'ABSENT',
    ]);
    expect(env).toMatchObject({ TRACKER_URL: 'a', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'c' });
    expect(env).not.toHaveProperty('OTHER');
    expect(env).not.toHaveProperty('ABSENT');
  });
});

describe('the pause before a restart', () => {
  test('doubles from half the base to the whole, and never exceeds the maximum', () => {
    const options = { baseMs: 250, maxMs: 30_000 };
    expect(backoffMs(1, options, () => 0)).toBe(125);
    expect(backoffMs(1, options, () => 1)).toBe(250);
    expect(backoffMs(4, options, () => 1)).toBe(2_000);
    for (let failures = 1; failures < 5_000; failures++) {
      expect(backoffMs(failures, options, () => 1)).toBeLessThanOrEqual(30_000);
    }
  });
});

describe('the configuration', () => {
  test.each([
    ['BMA_PORT', '80a'],
    ['BMA_PORT', '70000'],
    ['BMA_STATE_DIRECTORY', 'relative'],
    ['BMA_ALLOW_LOOPBACK_ENDPOINT', 'maybe'],
    ['BMA_LOG_LEVEL', 'loud'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => configFromEnvironment({ BMA_CODEX_PATH: '/codex', [name]: value })).toThrow(name);
  });

  test('is the contract of AgentCore Runtime by default', () => {
    expect(configFromEnvironment({ BMA_CODEX_PATH: '/codex' })).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      allowLoopbackEndpoint: false,
      orphanAdopter: undefined,
      otlpEndpoint: undefined,
      stopGraceMs: 3_000,
    });
  });

  test('finds the native Codex binary, not the Node program around it', () => {
    expect(readFileSync(configFromEnvironment({}).codexPath).subarray(0, 4).toString('latin1')).toMatch(
      /ELF|\xcf\xfa\xed\xfe/,
    );
  });
});

test('descendants are found over any number of levels and none else', () => {
  const entry = (pid: number, parent: number) => ({ pid, parent, startTime: '1' });
  const processes = [entry(5, 4), entry(4, 2), entry(2, 1), entry(3, 1), entry(6, 3), entry(1, 0)];
  expect(
    descendantsOf(2, processes)
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual([4, 5]);
});

test('the queue goes on after a task that failed', async () => {
  const queue = new SerialQueue();
  const failed = queue.run(() => Promise.reject(new Error('x')));
  const order: number[] = [];
  const tasks = [1, 2, 3].map((number) => queue.run(() => Promise.resolve(order.push(number))));
  await expect(failed).rejects.toThrow('x');
  await Promise.all(tasks);
  expect(order).toEqual([1, 2, 3]);
});

describe('spans', () => {
  test('are sent as OTLP JSON, continue the trace of the caller and hold ids only', async () => {
    const received: { url?: string; body: string }[] = [];
    const collector = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        received.push({ url: request.url, body });
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const tracer = createTracer(`http://127.0.0.1:${(collector.address() as AddressInfo).port}/`, 'agent');
    const span = tracer.start('lifecycle.invocation', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    span.rename('lifecycle.activate');
    span.end({ action: 'activate', statusCode: 409, runtimeSessionId: 'session-1' });
    await tracer.close();
    collector.closeAllConnections();
    await new Promise((resolve) => collector.close(resolve));
    expect(received).toHaveLength(1);
    expect(received[0].url).toBe('/v1/traces');
    const [{ resource, scopeSpans }] = (
      JSON.parse(received[0].body) as { resourceSpans: [{ resource: unknown; scopeSpans: [{ spans: unknown[] }] }] }
    ).resourceSpans;
    expect(resource).toEqual({ attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] });
    expect(scopeSpans[0].spans).toEqual([
      expect.objectContaining({
        traceId: 'a'.repeat(32),
        parentSpanId: 'b'.repeat(16),
        name: 'lifecycle.activate',
        kind: 2,
        status: { code: 2 },
        attributes: [
          { key: 'lifecycle.action', value: { stringValue: 'activate' } },
          { key: 'lifecycle.status_code', value: { intValue: '409' } },
          { key: 'session.id', value: { stringValue: 'session-1' } },
        ],
      }),
    ]);
  });

  test('to a collector that is not there hold nothing up', async () => {
    const tracer = createTracer('http://127.0.0.1:1', 'agent');
    for (let count = 0; count < 1_000; count++) tracer.start('x').end({ action: 'status', statusCode: 200 });
    await expect(tracer.close()).resolves.toBeUndefined();
  });
});
