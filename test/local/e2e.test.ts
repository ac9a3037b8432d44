/** End to end: the real client, the real lifecycle server in its own process, the real `codex exec-server`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LocalService, readScript } from '../../local';
import { AgentCoreStandIn } from '../../local/compute/agentcore';
import { InvocationError } from '../../local/compute/invocation';
import type { SessionClient } from '../../runtime/session-client/client';
import type { CommandExecutionItem, Item, McpCallItem, MessageItem, Session } from '../../runtime/session-client/types';
import {
  agentCoreSession,
  allItems,
  clientOf,
  eventsUntilIdle,
  eventsOfType,
  eventually,
  lifecycleBundle,
  processes,
  removeLifecycleBundle,
  RUNTIME_ARN,
  SESSION_ROLE,
  startWithRealParts,
  WORKSPACE,
} from './support/service';

const FIXTURES = path.join(__dirname, 'fixtures');

const SCRIPT = readScript({
  rules: [
    { when: { contains: 'write' }, steps: [{ run: 'echo from-turn-{1..2} > note.txt' }], answer: 'written' },
    { when: { contains: 'read' }, steps: [{ run: 'cat note.txt', id: 'note' }], answer: 'read {{steps.note.output}}' },
    {
      when: { contains: 'exit three' },
      steps: [{ run: 'echo out; echo err >&2; exit 3', id: 'c' }],
      answer: 'code {{steps.c.exit_code}}',
    },
    { when: { contains: 'no such program' }, steps: [{ run: ['/no/such/program'], id: 'c' }], answer: 'went on' },
    { when: { contains: 'sleep' }, steps: [{ run: 'echo started > started; sleep 300; echo never' }], answer: 'slept' },
    {
      when: { contains: 'flood' },
      steps: [{ run: 'head -c 5000000 /dev/zero | tr "\\0" x; echo END' }],
      answer: 'flooded',
    },
    { when: { contains: 'timeout' }, steps: [{ run: 'sleep 60', timeout_seconds: 0.3 }], answer: 'went on' },
    { when: { contains: 'secret' }, steps: [{ run: 'env', id: 'env' }], answer: '{{steps.env.output}}' },
    {
      when: { contains: 'mcp' },
      steps: [
        { mcp: { server: 'fixture', tool: 'echo', arguments: { text: 'hi' } }, id: 'echo' },
        { mcp: { server: 'fixture', tool: 'variable', arguments: { name: 'FIXTURE_TOKEN' } }, id: 'token' },
        { mcp: { server: 'fixture', tool: 'forbidden' } },
      ],
      answer: '{{steps.echo.text}}/{{steps.token.text}}',
    },
    { when: { contains: 'skills' }, steps: [{ skills: 'discover', id: 's' }], answer: '{{steps.s.names}}' },
    {
      when: { contains: 'files' },
      steps: [
        { write_file: { path: 'deep/er/file.txt', content: 'turn {{turn}}' } },
        { read_file: { path: 'deep/er/file.txt' }, id: 'f' },
      ],
      answer: '{{steps.f.content}}',
    },
    { steps: [{ run: 'pwd', id: 'where' }], answer: 'hello' },
  ],
});

const openSockets = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

const commands = (items: Item[]): CommandExecutionItem[] =>
  items.filter((item): item is CommandExecutionItem => item.type === 'command_execution');

const answers = (items: Item[]): string[] =>
  items
    .filter((item): item is MessageItem => item.type === 'message' && item.role === 'assistant')
    .map((item) => item.content.map((part) => ('text' in part ? String(part.text) : '')).join(''));

let service: LocalService;
let client: SessionClient;

async function turn(session: Session, message: string): Promise<Item[]> {
  const before = (await allItems(client, session.id)).length;
  await client.submit(session.id, message);
  await service.admin.whenIdle(session.id);
  return (await allItems(client, session.id)).slice(before);
}

beforeAll(async () => {
  service = await startWithRealParts({
    script: SCRIPT,
    imagePaths: { '/opt/agent': FIXTURES },
    containerEnvironment: { FIXTURE_TOKEN: 'from-the-container' },
    leaseSeconds: 2,
  });
  client = clientOf(service);
});

afterAll(async () => {
  client.close();
  await service.close();
  removeLifecycleBundle();
});

describe('one session', () => {
  let session: Session;
  beforeAll(async () => {
    session = await client.create(
      agentCoreSession({
        agent: {
          model: 'openai.gpt-5.5',
          instructions: 'Review.',
          tools: [
            {
              type: 'mcp',
              server_label: 'fixture',
              transport: {
                type: 'stdio',
                command: process.execPath,
                args: ['/opt/agent/mcp-server.js'],
                env_vars: ['FIXTURE_TOKEN'],
              },
              allowed_tools: ['echo', 'variable'],
            },
          ],
        },
        environment: {
          type: 'aws_bedrock_agentcore',
          runtime_arn: RUNTIME_ARN,
          workspace_directory: WORKSPACE,
          capability_directories: ['/opt/agent/plugin', '/opt/agent/missing'],
        },
      }),
    );
  });

  test('a turn runs, tells its progress in the documented order and ends in completed', async () => {
    const events = await eventsUntilIdle(client, session.id, () => client.submit(session.id, 'hello'));
    expect(events.map((event) => event.type)).toEqual([
      'agent.session.in_progress',
      'agent.session.turn.created',
      'agent.session.turn.in_progress',
      'agent.session.turn.item.added',
      'agent.session.environment.pending',
      'agent.session.environment.connected',
      'agent.session.turn.item.added',
      'agent.session.turn.item.done',
      'agent.session.turn.item.added',
      'agent.session.turn.output_text.delta',
      'agent.session.turn.item.done',
      'agent.session.turn.completed',
      'agent.session.idle',
    ]);
    expect(events.at(-2)).toMatchObject({
      turn: { status: 'completed', error: null },
      usage: { total_tokens: expect.any(Number) },
    });
    expect((await client.get(session.id)).status).toBe('idle');
  });

  test('two turns share the workspace', async () => {
    await turn(session, 'write');
    expect(answers(await turn(session, 'read'))).toEqual(['read from-turn-1 from-turn-2\n']);
  });

  test('a command that exits with 3 is reported with its code and both its outputs, and the turn goes on', async () => {
    const items = await turn(session, 'exit three');
    expect(commands(items)).toEqual([
      expect.objectContaining({
        exit_code: 3,
        status: 'failed',
        cwd: WORKSPACE,
        output: expect.stringMatching(/out|err/),
      }),
    ]);
    expect(commands(items)[0].output!.split('\n').sort()).toEqual(['', 'err', 'out']);
    expect(answers(items)).toEqual(['code 3']);
  });

  test('a program that is not there is a failed command, not a failed turn', async () => {
    const items = await turn(session, 'no such program');
    expect(commands(items)).toEqual([expect.objectContaining({ exit_code: null, status: 'failed' })]);
    expect(answers(items)).toEqual(['went on']);
  });

  test('a command that takes too long is stopped', async () => {
    const items = await turn(session, 'timeout');
    expect(commands(items)).toEqual([expect.objectContaining({ exit_code: 124, status: 'failed' })]);
  });

  test('an endless output keeps its beginning and its end and says what is missing', async () => {
    const [command] = commands(await turn(session, 'flood'));
    expect(command.output!.length).toBeLessThan(70_000);
    expect(command.output).toMatch(/^x{1000}.*\[… \d+ bytes omitted …\].*END\n$/s);
  });

  test('a command does not see the credentials of the execution role', async () => {
    const [answer] = answers(await turn(session, 'secret'));
    expect(answer).toContain('PATH=');
    expect(answer).not.toMatch(/AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN/);
  });

  test('files are written and read through the exec server', async () => {
    expect(answers(await turn(session, 'files'))).toEqual([expect.stringMatching(/^turn \d+$/)]);
  });

  test('a STDIO MCP server is started in the environment, called, and limited to its allowed tools', async () => {
    const items = await turn(session, 'mcp');
    const calls = items.filter((item): item is McpCallItem => item.type === 'mcp_call');
    expect(calls.map((call) => [call.server_label, call.name, call.status])).toEqual([
      ['fixture', 'echo', 'completed'],
      ['fixture', 'variable', 'completed'],
      ['fixture', 'forbidden', 'failed'],
    ]);
    expect(answers(items)).toEqual(['echo: hi/from-the-container']);
    expect(processes('mcp-server.js')).toEqual([]);
  });

  test('a skill of a capability directory is discovered', async () => {
    expect(answers(await turn(session, 'skills'))).toEqual(['greet']);
  });

  test('a cancel stops the running command and ends the turn as cancelled', async () => {
    const started = path.join(service.admin.compute(session.id).workspace, 'started');
    const events = await eventsUntilIdle(client, session.id, async () => {
      await client.submit(session.id, 'sleep');
      await eventually(() => existsSync(started));
      await client.cancel(session.id);
    });
    expect(events.at(-2)).toMatchObject({ type: 'agent.session.turn.cancelled', turn: { status: 'cancelled' } });
    const [command] = commands(await allItems(client, session.id)).slice(-1);
    expect(command).toMatchObject({ status: 'incomplete', exit_code: 137 });
    expect(answers(await turn(session, 'hello'))).toEqual(['hello']);
  });

  test('a second message during a turn is refused with 409 and starts nothing', async () => {
    await client.submit(session.id, 'sleep');
    await expect(client.submit(session.id, 'hello')).rejects.toMatchObject({ status: 409 });
    await client.cancel(session.id);
    await service.admin.whenIdle(session.id);
    expect(
      service.admin.turns(session.id).filter((t) => t.message === 'sleep' && t.status === 'cancelled').length,
    ).toBe(2);
    expect(service.admin.turns(session.id).at(-1)!.message).toBe('sleep');
  });

  test('a killed exec server fails the turn with connection_failed, and the next turn finds it running again', async () => {
    service.faults.plan('crash-exec-server');
    const events = await eventsUntilIdle(client, session.id, () => client.submit(session.id, 'sleep'));
    expect(events.at(-2)).toMatchObject({
      type: 'agent.session.turn.failed',
      turn: { status: 'failed', error: { code: 'connection_failed' } },
    });
    expect(answers(await turn(session, 'hello'))).toEqual(['hello']);
    expect(service.admin.compute(session.id).starts).toBe(1);
  });
});

describe('compute comes and goes', () => {
  test('a session that was paused resumes on other compute with its workspace', async () => {
    const session = await client.create(agentCoreSession());
    await turn(session, 'write');
    const first = service.admin.compute(session.id);
    await service.admin.stopCompute(session.id);
    await eventually(() => !service.admin.compute(session.id).connected);

    expect(answers(await turn(session, 'read'))).toEqual(['read from-turn-1 from-turn-2\n']);
    const second = service.admin.compute(session.id);
    expect(second).toMatchObject({ starts: 2, generation: first.generation + 1 });
    expect(second.pid).not.toBe(first.pid);
  });

  test('replacement compute finds the attachment on the mount and reconnects before any activate', async () => {
    const session = await client.create(agentCoreSession());
    await turn(session, 'write');
    const { generation } = service.admin.compute(session.id);
    await service.admin.replaceCompute(session.id);
    const status = await service.admin.invoke(session.id, { action: 'status' });
    expect(status).toMatchObject({ environment_id: session.environment.id, attachment_generation: generation });
    await eventually(() => service.admin.compute(session.id).connected);

    expect(answers(await turn(session, 'read'))).toEqual(['read from-turn-1 from-turn-2\n']);
    expect(service.admin.compute(session.id).generation).toBe(generation);
  });

  test('compute lost in the middle of a command fails that turn; the next one runs on new compute', async () => {
    const session = await client.create(agentCoreSession());
    const workspace = service.admin.compute(session.id).workspace;
    await client.submit(session.id, 'sleep');
    await eventually(() => existsSync(path.join(workspace, 'started')));
    await service.admin.killCompute(session.id);
    await service.admin.whenIdle(session.id);
    expect(service.admin.turns(session.id)[0]).toMatchObject({
      status: 'failed',
      error: { code: 'connection_failed' },
    });
    expect(answers(await turn(session, 'hello'))).toEqual(['hello']);
  });

  test('a stale generation is refused by the container and changes nothing', async () => {
    const session = await client.create(agentCoreSession());
    await turn(session, 'hello');
    await service.admin.stopCompute(session.id);
    await turn(session, 'hello');
    const stale = service.admin.invoke(session.id, {
      action: 'activate',
      protocol_version: 1,
      environment_id: session.environment.id,
      attachment_generation: 1,
      workspace: { directory: service.admin.compute(session.id).workspace },
      endpoint: service.url,
      region: service.region,
    });
    await expect(stale).rejects.toThrow(InvocationError);
    await expect(stale).rejects.toMatchObject({ statusCode: 409 });
    expect(service.admin.compute(session.id).connected).toBe(true);
    expect(answers(await turn(session, 'hello'))).toEqual(['hello']);
  });

  test('the container is busy while a turn holds its lease, and healthy again when the lease expires', async () => {
    const renewals = jest.spyOn(AgentCoreStandIn.prototype, 'renewLease');
    const session = await client.create(agentCoreSession());
    const started = path.join(service.admin.compute(session.id).workspace, 'started');
    await client.submit(session.id, 'sleep');
    await eventually(() => existsSync(started));
    expect(await service.admin.ping(session.id)).toBe('HealthyBusy');
    // A lease is renewed at a third of its duration: after seven renewals only they keep the container busy.
    await eventually(() => renewals.mock.calls.length > 7);
    expect(await service.admin.ping(session.id)).toBe('HealthyBusy');
    service.faults.withholdLeaseRenewals = true;
    await eventually(async () => (await service.admin.ping(session.id)) === 'Healthy');
    service.faults.withholdLeaseRenewals = false;
    await client.cancel(session.id);
    await service.admin.whenIdle(session.id);
  });

  test('compute without a turn is stopped, and the next turn brings it back', async () => {
    const own = await startWithRealParts({ script: SCRIPT, idleTimeoutMs: 100 });
    const driver = clientOf(own);
    try {
      const session = await driver.create(agentCoreSession());
      const suspended = eventsOfType(driver, session.id, 'agent.session.environment.suspended');
      await driver.submit(session.id, 'write');
      await suspended;
      await eventually(() => !own.admin.compute(session.id).running);
      await driver.submit(session.id, 'read');
      await own.admin.whenIdle(session.id);
      expect(answers(await allItems(driver, session.id))).toEqual(['written', 'read from-turn-1 from-turn-2\n']);
    } finally {
      driver.close();
      await own.close();
    }
  });

  test('with a data directory a session goes on after a restart of the service, on its workspace', async () => {
    const dataDirectory = mkdtempSync(path.join(tmpdir(), 'bma-data-'));
    let sessionId = '';
    try {
      for (const message of ['write', 'read']) {
        const own = await startWithRealParts({ script: SCRIPT, dataDirectory });
        const driver = clientOf(own);
        sessionId ||= (await driver.create(agentCoreSession())).id;
        await driver.submit(sessionId, message);
        await own.admin.whenIdle(sessionId);
        const said = answers(await allItems(driver, sessionId));
        expect(said.at(-1)).toBe(message === 'write' ? 'written' : 'read from-turn-1 from-turn-2\n');
        driver.close();
        await own.close();
      }
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  });

  test('a service that is killed leaves no compute behind', async () => {
    const dataDirectory = mkdtempSync(path.join(tmpdir(), 'bma-data-'));
    const root = path.resolve(__dirname, '../..');
    const program = `
      require(${JSON.stringify(path.join(root, 'node_modules/tsx/dist/cjs/index.cjs'))});
      const { startLocalService, LifecycleProcessProvider, findCodexBinary } = require(${JSON.stringify(path.join(root, 'local/index.ts'))});
      const compute = new LifecycleProcessProvider({ codexBinary: findCodexBinary(), program: ${JSON.stringify(lifecycleBundle())} });
      startLocalService({ compute, dataDirectory: ${JSON.stringify(dataDirectory)} }).then((s) => console.log(JSON.stringify({ url: s.url, credentials: s.credentials })));`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { url, credentials } = JSON.parse(line.toString()) as Pick<LocalService, 'url' | 'credentials'>;
    const driver = clientOf({ ...service, url, credentials });
    const { id } = await driver.create(agentCoreSession());
    await driver.submit(id, 'hello');
    await eventually(() => processes(`${url}/v1`).length === 1);
    child.kill('SIGKILL');
    await eventually(() => processes(`${url}/v1`).length === 0);
    driver.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  test('compute that cannot be made fails the turn with sandbox_error and the session for good', async () => {
    const broken = await startWithRealParts({
      compute: { start: () => Promise.reject(new Error('no capacity')) },
    });
    const other = clientOf(broken);
    const session = await other.create({ ...agentCoreSession(), role_arn: SESSION_ROLE });
    const events = await eventsUntilIdle(other, session.id, () => other.submit(session.id, 'hello'));
    expect(events.map((event) => event.type).slice(-3)).toEqual([
      'agent.session.environment.failed',
      'agent.session.turn.failed',
      'agent.session.failed',
    ]);
    expect(await other.get(session.id)).toMatchObject({ status: 'failed', error: { code: 'sandbox_error' } });
    await expect(other.submit(session.id, 'again')).rejects.toMatchObject({ status: 409 });
    other.close();
    await broken.close();
  });
});

test('20 sessions at once each run their turn, and nothing is left of them', async () => {
  const own = await startWithRealParts({ script: SCRIPT, connectTimeoutMs: 120_000 });
  const driver = clientOf(own);
  try {
    await driver.listModels();
    const sockets = openSockets();
    expect(processes(`${own.url}/v1`)).toEqual([]);

    const sessions = await Promise.all(Array.from({ length: 20 }, () => driver.create(agentCoreSession())));
    await Promise.all(
      sessions.map(async (session) => {
        await driver.submit(session.id, 'exit three');
        await own.admin.whenIdle(session.id);
      }),
    );
    expect(processes(`${own.url}/v1`).length).toBe(20);
    for (const session of sessions) {
      expect(own.admin.turns(session.id)).toEqual([expect.objectContaining({ status: 'completed', error: null })]);
      expect(commands(await allItems(driver, session.id)).map((command) => command.exit_code)).toEqual([3]);
    }
    await Promise.all(sessions.map((session) => driver.delete(session.id)));
    await eventually(() => processes(`${own.url}/v1`).length === 0);
    await eventually(() => openSockets() <= sockets);
  } finally {
    driver.close();
    await own.close();
  }
});
