/** The REST API: what it accepts, refuses, pages and streams, and what faults do to it. Processes are faked here. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc, { runs } from '../fast-check';
import { ApiError } from '../../local/http/api-error';
import { checkCreate, checkSubmit } from '../../local/session/request-checks';
import { type LocalService, type LocalServiceOptions, readScript, startLocalService } from '../../local';
import { AmbiguousRequestError } from '../../runtime/session-client/errors';
import { SessionClient } from '../../runtime/session-client/client';
import { runTurn } from '../../runtime/session-client/run-turn';
import { reconcileCreate } from '../../runtime/session-client/reconcile';
import { SYSTEM_TIMING, type Timing } from '../../runtime/session-client/timing';
import type { Session } from '../../runtime/session-client/types';
import { connectFakeExecServer, type FakeExecServer } from './support/fake-exec-server';
import {
  agentCoreSession,
  allItems,
  eventsUntilIdle,
  eventually,
  RUNTIME_ARN,
  selfHostedSession,
  SESSION_ROLE,
} from './support/service';
import { sendSigned } from './support/signed-request';

const SCRIPT = readScript({
  rules: [
    { when: { contains: 'hang' }, steps: [{ run: 'hang' }], answer: 'never' },
    { when: { contains: 'refuse' }, fail: { code: 'cyber_policy', message: 'no' } },
    { when: { contains: 'say' }, steps: [{ say: 'looking' }, { wait: 0.01 }], answer: 'found' },
    { when: { matches: '^(?!unmatched)' }, steps: [{ run: 'work' }], answer: 'done: {{input}}' },
  ],
});

let service: LocalService;
let client: SessionClient;
const fakes: FakeExecServer[] = [];

/** A client whose time runs 20 times as fast: waiting to be sure takes the client seconds, and this suite none. */
const started = Date.now();
const HURRIED: Timing = {
  now: () => started + (Date.now() - started) * 20,
  sleep: (ms, signal) => SYSTEM_TIMING.sleep(ms / 20, signal),
  random: () => 0.5,
};

async function start(options: LocalServiceOptions = {}, attempts = 1): Promise<void> {
  service = await startLocalService({ script: SCRIPT, connectTimeoutMs: 1_000, ...options });
  client = new SessionClient({
    region: service.region,
    endpoint: service.url,
    credentials: () => Promise.resolve(service.credentials),
    environment: {},
    retry: { maxAttempts: attempts, baseDelayMs: 5, maxDelayMs: 20 },
    timing: attempts > 1 ? HURRIED : SYSTEM_TIMING,
  });
}

async function session(): Promise<Session> {
  const created = await client.create(selfHostedSession());
  fakes.push(await connectFakeExecServer(service, created.environment.id));
  return created;
}

async function run(id: string, message: string): Promise<void> {
  await client.submit(id, message);
  await service.admin.whenIdle(id);
}

afterEach(async () => {
  client?.close();
  fakes.splice(0).forEach((fake) => fake.close());
  await service?.close();
});

const post = async (target: string, body: unknown): Promise<{ status: number; error: Record<string, unknown> }> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await sendSigned({ method: 'POST', url: `${service.url}${target}`, body: text }, service.credentials);
  const parsed = answer.text === '' ? {} : (JSON.parse(answer.text) as { error?: Record<string, unknown> });
  return { status: answer.status, error: parsed.error ?? {} };
};

const SESSIONS = '/openai/v1/agents/sessions';
const CREATE = agentCoreSession();
const tool = (transport: unknown, more = {}) => ({
  agent: { ...CREATE.agent, tools: [{ type: 'mcp', server_label: 'a', transport, ...more }] },
});

describe('create refuses with 400 and names the field', () => {
  beforeEach(() => start());
  test.each([
    ['an unknown field', { metadata: {} }, 'metadata'],
    ['an unknown agent field', { agent: { ...CREATE.agent, reasoning: {} } }, 'agent.reasoning'],
    ['an unknown environment field', { environment: { ...CREATE.environment, network: {} } }, 'environment.network'],
    [
      'runtime fields of a self-hosted environment',
      { environment: { type: 'self_hosted', runtime_arn: RUNTIME_ARN } },
      'environment.runtime_arn',
    ],
    ['an environment type of another API', { environment: { type: 'openai_hosted' } }, 'environment.type'],
    [
      'a runtime ARN that is none',
      { environment: { type: 'aws_bedrock_agentcore', runtime_arn: 'x' } },
      'environment.runtime_arn',
    ],
    [
      'a relative workspace',
      { environment: { ...CREATE.environment, workspace_directory: 'ws' } },
      'environment.workspace_directory',
    ],
    [
      'a relative capability directory',
      { environment: { ...CREATE.environment, capability_directories: ['x'] } },
      'environment.capability_directories',
    ],
    [
      'the same capability directory twice',
      { environment: { ...CREATE.environment, capability_directories: ['/a', '/a'] } },
      'environment.capability_directories',
    ],
    [
      '33 capability directories',
      {
        environment: { ...CREATE.environment, capability_directories: Array.from({ length: 33 }, (_, i) => `/c${i}`) },
      },
      'environment.capability_directories',
    ],
    ['a model that is not offered', { agent: { ...CREATE.agent, model: 'openai.gpt-1' } }, 'agent.model'],
    ['a model in other case', { agent: { ...CREATE.agent, model: 'OPENAI.GPT-5.5' } }, 'agent.model'],
    ['a role that is no ARN', { role_arn: 'SessionRole' }, 'role_arn'],
    ['a role of another account', { role_arn: 'arn:aws:iam::999999999999:role/S' }, 'role_arn'],
    ['an HTTP transport', tool({ type: 'http', server_url: 'https://x' }), 'agent.tools[0].transport.type'],
    [
      'a function tool',
      { agent: { ...CREATE.agent, tools: [{ type: 'function', name: 'x' }] } },
      'agent.tools[0].type',
    ],
    ['a tool without command', tool({ type: 'stdio' }), 'agent.tools[0].transport.command'],
    [
      'an image as input',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] },
      'input[0].content',
    ],
    [
      'another role than user',
      { input: [{ role: 'system', content: [{ type: 'input_text', text: 'x' }] }] },
      'input[0].role',
    ],
    ['an empty input', { input: [] }, 'input'],
  ])('%s', async (_name, change, param) => {
    const answer = await post(SESSIONS, { ...CREATE, ...change });
    expect([answer.status, answer.error.type, answer.error.param]).toEqual([400, 'invalid_request_error', param]);
    expect(await client.listPage()).toMatchObject({ data: [] });
  });

  test('a body that is not JSON', async () => {
    expect(await post(SESSIONS, '{"agent":')).toMatchObject({ status: 400, error: { code: 'invalid_json' } });
  });
});

test('no body makes create or submit fail in another way than 400', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const maybe = (real: unknown) => fc.oneof({ weight: 3, arbitrary: fc.constant(real) }, value);
  const create = fc.record(
    {
      agent: fc.oneof(fc.record({ model: maybe('m'), instructions: maybe(''), tools: maybe([]) }), value),
      environment: maybe({ type: 'self_hosted' }),
      role_arn: maybe(SESSION_ROLE),
      input: maybe('x'),
    },
    { requiredKeys: [] },
  );
  const submit = fc.record({
    events: fc.oneof(
      fc.array(fc.oneof(fc.record({ type: fc.constant('agent.session.input.message'), input: value }), value)),
      value,
    ),
  });
  const answer = (act: () => unknown): unknown => {
    try {
      act();
      return 'accepted';
    } catch (error) {
      return error instanceof ApiError ? error.status : error;
    }
  };
  const seen = new Set<unknown>();
  fc.assert(
    fc.property(
      fc.oneof(create, value),
      (body) => void seen.add(answer(() => checkCreate(body, '111122223333', ['m']))),
    ),
    runs(3000),
  );
  fc.assert(
    fc.property(fc.oneof(submit, value), (body) => void seen.add(answer(() => checkSubmit(body)))),
    runs(3000),
  );
  expect(seen).toEqual(new Set(['accepted', 400]));
});

describe('events', () => {
  beforeEach(() => start());

  test.each([
    ['no events', { events: [] }, 'events'],
    ['an unknown event type', { events: [{ type: 'agent.session.input.tool_result' }] }, 'events[0].type'],
    ['an unknown field', { events: [{ type: 'agent.session.input.cancel', force: true }] }, 'events[0].force'],
    ['a message without input', { events: [{ type: 'agent.session.input.message' }] }, 'events[0].input'],
  ])('are refused with 400: %s', async (_name, body, param) => {
    const { id } = await session();
    expect(await post(`${SESSIONS}/${id}/events`, body)).toMatchObject({ status: 400, error: { param } });
    expect(service.admin.turns(id)).toEqual([]);
  });

  test('are accepted with 202 and an empty body', async () => {
    const { id } = await session();
    const body = JSON.stringify({
      events: [
        {
          type: 'agent.session.input.message',
          input: [{ role: 'user', content: [{ type: 'input_text', text: 'x' }] }],
        },
      ],
    });
    const answer = await sendSigned(
      { method: 'POST', url: `${service.url}${SESSIONS}/${id}/events`, body },
      service.credentials,
    );
    expect([answer.status, answer.text]).toEqual([202, '']);
    await service.admin.whenIdle(id);
  });

  test('a cancel without a turn is accepted and does nothing', async () => {
    const { id } = await session();
    await client.cancel(id);
    await run(id, 'hello');
    expect(service.admin.turns(id).map((turn) => turn.status)).toEqual(['completed']);
  });

  test('the stream wants stream=true, as the service was seen to', async () => {
    const { id } = await session();
    const answer = await sendSigned(
      { method: 'GET', url: `${service.url}${SESSIONS}/${id}/events` },
      service.credentials,
    );
    expect(answer.status).toBe(400);
  });

  test('commentary, answer and user message are items of their turn, with their phases', async () => {
    const { id } = await session();
    await run(id, 'say');
    const turnId = service.admin.turns(id)[0].id;
    expect(await allItems(client, id)).toMatchObject([
      { type: 'message', role: 'user', turn_id: turnId, content: [{ type: 'input_text', text: 'say' }] },
      { type: 'message', role: 'assistant', turn_id: turnId, phase: 'commentary' },
      {
        type: 'message',
        role: 'assistant',
        turn_id: turnId,
        phase: 'final_answer',
        content: [{ type: 'output_text', text: 'found' }],
      },
    ]);
  });

  test('a turn that the script fails is failed, and the session takes the next message', async () => {
    const { id } = await session();
    const events = await eventsUntilIdle(client, id, () => client.submit(id, 'refuse'));
    expect(events.at(-2)).toMatchObject({
      type: 'agent.session.turn.failed',
      turn: { error: { code: 'cyber_policy' } },
    });
    await run(id, 'unmatched');
    await run(id, 'hello');
    expect(service.admin.turns(id).map((turn) => turn.status)).toEqual(['failed', 'failed', 'completed']);
  });

  test('a create with input and stream answers with the events of the first turn and ends', async () => {
    const answer = await sendSigned(
      {
        method: 'POST',
        url: `${service.url}${SESSIONS}`,
        body: JSON.stringify({ ...selfHostedSession(), input: 'unmatched', stream: true }),
      },
      service.credentials,
    ).catch((error: Error) => error);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
    const types = (answer as { text: string }).text.match(/(?<=event: ).*/g);
    expect(types).toEqual(expect.arrayContaining(['agent.session.created', 'agent.session.turn.created']));
    expect(types!.at(-1)).toMatch(/agent\.session\.(idle|failed)/);
  });
});

describe('pages', () => {
  beforeEach(() => start());

  test('lists are newest first, 20 at a time, and follow each other without gap or overlap', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 45; i++) ids.push((await client.create(CREATE)).id);
    const first = await client.listPage();
    expect(first.data.map((entry) => entry.id)).toEqual(ids.slice(-20).reverse());
    expect(first).toMatchObject({ has_more: true, first_id: ids[44], last_id: ids[25] });
    const walked: string[] = [];
    for await (const entry of client.list({ limit: 7, order: 'asc' })) walked.push(entry.id);
    expect(walked).toEqual(ids);
    expect(await client.listPage({ limit: 100, after: ids[1] })).toMatchObject({
      has_more: false,
      data: [{ id: ids[0] }],
    });
  });

  test.each(['limit=0', 'limit=101', 'limit=x', 'limit=-1', 'order=up', 'after=nothing'])(
    '%s is refused with 400',
    async (query) => {
      const answer = await sendSigned(
        { method: 'GET', url: `${service.url}${SESSIONS}?${query}` },
        service.credentials,
      );
      expect(answer.status).toBe(400);
    },
  );
});

describe('sessions', () => {
  test.each(['%zz', '%zz/items', '%'])('a path that is not percent-encoding is refused with 400: %j', async (path) => {
    await start();
    const request = { method: 'GET', url: `${service.url}${SESSIONS}/${path}` };
    expect((await sendSigned(request, service.credentials)).status).toBe(400);
  });

  test('are read, listed, deleted, and then 404', async () => {
    await start();
    const { id } = await session();
    expect(await client.get(id)).toMatchObject({ id, object: 'agent.session', status: 'idle', error: null });
    expect(await client.delete(id)).toMatchObject({ id, deleted: true });
    await expect(client.get(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.submit(id, 'x')).rejects.toMatchObject({ status: 404 });
    await expect(client.delete(id)).rejects.toMatchObject({ status: 404 });
  });

  test('a delete during a turn cancels it and ends the stream', async () => {
    await start();
    const { id } = await session();
    const stream = await client.stream(id);
    await client.submit(id, 'hang');
    await eventually(() => fakes[0].started.length === 1);
    await client.delete(id);
    const types: string[] = [];
    await (async () => {
      for await (const event of stream) types.push(event.type);
    })().catch(() => undefined);
    expect(types).toContain('agent.session.turn.cancelled');
  });

  test('survive a restart with a data directory, and a turn that was running ends as failed', async () => {
    const dataDirectory = mkdtempSync(path.join(tmpdir(), 'bma-data-'));
    try {
      await start({ dataDirectory });
      const { id } = await session();
      await run(id, 'hello');
      await client.submit(id, 'hang');
      await eventually(() => fakes[0].started.length === 2);
      // A crash: nothing of this service gets the chance to write any more.
      const crashed = service;
      await start({ dataDirectory });
      expect((await allItems(client, id)).map((item) => item.type)).toEqual([
        'message',
        'command_execution',
        'message',
        'message',
        'command_execution',
      ]);
      expect(service.admin.turns(id).map((turn) => turn.status)).toEqual(['completed', 'failed']);
      expect((await client.get(id)).status).toBe('idle');
      fakes.push(await connectFakeExecServer(service, (await client.get(id)).environment.id));
      await run(id, 'hello again');
      expect(service.admin.turns(id).at(-1)!.status).toBe('completed');
      await crashed.close();
      expect(readdirSync(path.join(dataDirectory, 'sessions')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  test('an account without the preview gets 401 for everything', async () => {
    await start({ faults: { previewDisabled: true } });
    await expect(client.listModels()).rejects.toMatchObject({ status: 401, name: 'PreviewNotEnabledError' });
  });

  test('a self-hosted environment that never connects fails the turn and the session', async () => {
    await start({ connectTimeoutMs: 50 });
    const { id } = await client.create(selfHostedSession());
    await run(id, 'hello');
    expect(service.admin.turns(id)).toMatchObject([{ status: 'failed', error: { code: 'sandbox_error' } }]);
    expect(await client.get(id)).toMatchObject({ status: 'failed' });
  });

  test('a registration that was replaced may not connect', async () => {
    await start();
    const { id, environment } = await client.create(selfHostedSession());
    fakes.push(await connectFakeExecServer(service, environment.id));
    fakes.push(await connectFakeExecServer(service, environment.id));
    await run(id, 'hello');
    expect(fakes.map((fake) => fake.started.length)).toEqual([0, 1]);
  });
});

describe('faults', () => {
  test.each([
    ['throttle', 429],
    ['server-error', 500],
    ['unavailable', 503],
    ['conflict', 409],
  ] as const)('%s answers %d and does nothing', async (kind, status) => {
    await start();
    const { id } = await session();
    service.faults.plan(kind);
    await expect(client.submit(id, 'hello')).rejects.toMatchObject({ status });
    expect(service.admin.turns(id)).toEqual([]);
  });

  test('Retry-After is sent when it is set', async () => {
    await start({ faults: { rates: { throttle: 1 }, retryAfterSeconds: 7 } });
    await expect(client.listModels()).rejects.toMatchObject({ retryAfterMs: 7000 });
  });

  test('an ambiguous create made a session that can be found; a lost one made none', async () => {
    await start();
    const request = selfHostedSession();
    service.faults.plan('ambiguous-create');
    const error = await client.create(request).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AmbiguousRequestError);
    const { startedAt } = error as AmbiguousRequestError;
    const found = await reconcileCreate(client, { request, startedAt, identifiedBy: 'sole-creator' });
    expect(found.outcome).toBe('found');
    expect((await client.listPage()).data.length).toBe(1);
    service.faults.plan('lost-create');
    await expect(client.create(request)).rejects.toBeInstanceOf(AmbiguousRequestError);
    expect((await client.listPage()).data.length).toBe(1);
  });

  test('the same seed makes the same faults', async () => {
    const outcomes: string[] = [];
    for (let round = 0; round < 2; round++) {
      await start({ faults: { seed: 42, rates: { throttle: 0.3, unavailable: 0.3 } } });
      const seen: string[] = [];
      for (let i = 0; i < 30; i++) {
        seen.push(
          await client.listModels().then(
            () => 'ok',
            (error: { status: number }) => String(error.status),
          ),
        );
      }
      outcomes.push(seen.join());
      client.close();
      await service.close();
    }
    expect(outcomes[0]).toBe(outcomes[1]);
    expect(new Set(outcomes[0].split(','))).toEqual(new Set(['ok', '429', '503']));
  });

  test('a slow exec server slows the turn and nothing else', async () => {
    await start({ faults: { slowExecServerMs: 20 } });
    const { id } = await session();
    await run(id, 'hello');
    expect(service.admin.turns(id)[0].status).toBe('completed');
  });

  test('an unknown fault or a rate that is no probability is refused', async () => {
    await expect(startLocalService({ faults: { rates: { nonsense: 1 } as never } })).rejects.toThrow(
      /unknown fault "nonsense"/,
    );
    await expect(startLocalService({ faults: { rates: { throttle: 2 } } })).rejects.toThrow(/from 0 to 1/);
  });

  const MIXES: [name: string, rates: Record<string, number>][] = [
    ['ambiguous submits', { 'ambiguous-submit': 0.5 }],
    ['lost submits', { 'lost-submit': 0.5 }],
    ['dropped streams', { 'drop-stream': 0.15 }],
    ['lost events', { 'lose-event': 0.2 }],
    ['repeated events', { 'duplicate-event': 0.5 }],
    ['refused requests', { throttle: 0.15, 'server-error': 0.1, unavailable: 0.1, conflict: 0.1 }],
    ['crashing exec servers', { 'crash-exec-server': 0.4 }],
    [
      'everything at once',
      {
        'ambiguous-submit': 0.2,
        'drop-stream': 0.05,
        'lose-event': 0.05,
        'duplicate-event': 0.2,
        throttle: 0.05,
        unavailable: 0.05,
      },
    ],
  ];

  test.each(MIXES)(
    '%s: every accepted message is exactly one turn, and every turn has one definite end',
    async (_name, rates) => {
      await start({ faults: { seed: 7, rates }, now: () => HURRIED.now() }, 6);
      const accepted: Record<string, string[]> = {};
      const refused: Record<string, string[]> = {};
      await Promise.all(
        Array.from({ length: 4 }, async (_, s) => {
          let created: Session | undefined;
          while (created === undefined) created = await client.create(selfHostedSession()).catch(() => undefined);
          const { id, environment } = created;
          accepted[id] = [];
          refused[id] = [];
          for (let m = 0; m < 6; m++) {
            const message = `session ${s} message ${m}`;
            // The crash fault takes the fake exec server with it: a new one comes, as the monitor would start it.
            while (!service.admin.compute(id).connected) {
              await connectFakeExecServer(service, environment.id, undefined, () => HURRIED.now()).then(
                (fake) => fakes.push(fake),
                () => undefined,
              );
              await new Promise((resolve) => setTimeout(resolve, 2));
            }
            const ended = await runTurn(client, id, message, {
              idleTimeoutMs: 300,
              settleMs: 200,
              deadlineMs: 20_000,
            }).catch((e: unknown) => e);
            await service.admin.whenIdle(id);
            const made = service.admin.turns(id).filter((turn) => turn.message === message).length;
            if (made > 0) accepted[id].push(message);
            else refused[id].push(message);
            // What the client says it knows must be true.
            if (!(ended instanceof Error)) expect([message, made]).toEqual([message, 1]);
            expect(made).toBeLessThanOrEqual(1);
          }
        }),
      );
      for (const [id, messages] of Object.entries(accepted)) {
        expect(service.admin.turns(id).map((turn) => turn.message)).toEqual(messages);
        expect(messages.length + refused[id].length).toBe(6);
        for (const turn of service.admin.turns(id)) {
          expect(['completed', 'failed', 'cancelled']).toContain(turn.status);
          expect(turn.completed_at).not.toBeNull();
        }
      }
    },
  );
});
