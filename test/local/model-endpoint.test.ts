/** `--model-endpoint`: the real Codex harness decides, a model endpoint answers, the environment's exec server runs the commands. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalService } from '../../local';
import type { SessionClient } from '../../runtime/session-client/client';
import { type FakeModel, startFakeModel } from './support/fake-model';
import {
  agentCoreSession,
  allItems,
  clientOf,
  eventually,
  processes,
  removeLifecycleBundle,
  startWithRealParts,
} from './support/service';

const MCP_SERVER = path.resolve(__dirname, 'fixtures/mcp-server.js');
const PLUGIN = path.resolve(__dirname, 'fixtures/plugin');

let model: FakeModel;
let service: LocalService;
let client: SessionClient;

beforeAll(async () => {
  process.env.TEST_MODEL_KEY = 'key-for-the-endpoint';
  model = await startFakeModel((turn, request) => {
    if (JSON.stringify(request.input).includes('call the tool')) {
      return { name: 'variable', namespace: 'mcp__fixture', arguments: { name: 'OWN' } };
    }
    return turn === 3 ? 'touch started; sleep 300' : `echo turn-${turn} >> made.txt; cat made.txt; exit 3`;
  });
  service = await startWithRealParts({ modelEndpoint: { baseUrl: model.baseUrl, keyVariable: 'TEST_MODEL_KEY' } });
  client = clientOf(service);
});

afterAll(async () => {
  delete process.env.TEST_MODEL_KEY;
  client.close();
  await service.close();
  await model.close();
  removeLifecycleBundle();
});

test('the harness runs the commands the model wants in the environment, and its conversation goes on from turn to turn', async () => {
  const { id } = await client.create(agentCoreSession());
  const workspace = service.admin.compute(id).workspace;

  await client.submit(id, 'first message');
  await service.admin.whenIdle(id);
  expect(service.admin.turns(id)).toMatchObject([
    { status: 'completed', error: null, usage: { input_tokens: 10, output_tokens: 4 } },
  ]);
  expect(await allItems(client, id)).toMatchObject([
    { type: 'message', role: 'user' },
    { type: 'command_execution', exit_code: 3, status: 'failed', output: 'turn-1\n', cwd: '/mnt/agent/workspace' },
    { type: 'message', role: 'assistant', phase: 'final_answer', content: [{ text: 'all done' }] },
  ]);
  expect(readFileSync(path.join(workspace, 'made.txt'), 'utf8')).toBe('turn-1\n');

  await client.submit(id, 'second message');
  await service.admin.whenIdle(id);
  expect(service.admin.turns(id)[1]).toMatchObject({ status: 'completed', error: null });
  expect(readFileSync(path.join(workspace, 'made.txt'), 'utf8')).toBe('turn-1\nturn-2\n');
  const lastRequest = JSON.stringify(model.requests.at(-1));
  expect(lastRequest).toContain('first message');
  expect(lastRequest).toContain('second message');
  expect(lastRequest).toContain('Review.');
  expect(new Set(model.authorizations)).toEqual(new Set(['Bearer key-for-the-endpoint']));

  await client.submit(id, 'third message');
  await eventually(() => existsSync(path.join(workspace, 'started')));
  await client.cancel(id);
  await service.admin.whenIdle(id);
  expect(service.admin.turns(id)[2].status).toBe('cancelled');
  await eventually(() => processes('sleep 300').length === 0);
});

test('the tools and the skills of the session reach the harness; they run in the environment', async () => {
  const { id } = await client.create(
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
              args: [MCP_SERVER],
              env: { OWN: 'set in the session' },
            },
            allowed_tools: ['echo', 'variable'],
          },
        ],
      },
      environment: { ...agentCoreSession().environment, capability_directories: [PLUGIN] } as never,
    }),
  );
  await client.submit(id, 'call the tool');
  await service.admin.whenIdle(id);

  const offered = JSON.stringify((model.requests.at(-1) as { tools: unknown }).tools);
  expect(offered).toContain('echo');
  expect(offered).not.toContain('hidden');
  expect(JSON.stringify(model.requests.at(-1))).toContain('- greet: ');
  expect(service.admin.turns(id)).toMatchObject([{ status: 'completed', error: null }]);
  expect(await allItems(client, id)).toMatchObject([
    { type: 'message', role: 'user' },
    { type: 'mcp_call', server_label: 'fixture', name: 'variable', status: 'completed' },
    { type: 'message', role: 'assistant', phase: 'final_answer' },
  ]);
  expect(JSON.stringify(model.requests.at(-1))).toContain('set in the session');
});
