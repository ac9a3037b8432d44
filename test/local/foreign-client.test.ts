/** A client nobody here wrote: `openai` v7, which needs Node 22, run by the Node.js of an npm package. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { type LocalService, readScript } from '../../local';
import { nodeForNewerClients } from './support/newer-node';
import { agentCoreSession, removeLifecycleBundle, startWithRealParts } from './support/service';

let service: LocalService;
let node: string;
beforeAll(async () => {
  node = nodeForNewerClients();
  service = await startWithRealParts({
    script: readScript({ rules: [{ steps: [{ run: 'exit 3' }], answer: 'done' }] }),
  });
});
afterAll(async () => {
  await service.close();
  removeLifecycleBundle();
});

test('the openai package creates a session, submits, streams and lists items, signing with its own signer', async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = service.credentials;
  const { stdout } = await promisify(execFile)(node, [path.join(__dirname, 'fixtures/openai-client.mjs')], {
    timeout: 300_000,
    env: {
      BMA_URL: service.url,
      BMA_REQUEST: JSON.stringify(agentCoreSession()),
      BMA_ACCESS_KEY_ID: accessKeyId,
      BMA_SECRET_ACCESS_KEY: secretAccessKey,
      BMA_SESSION_TOKEN: sessionToken,
    },
  });
  const seen = JSON.parse(stdout);
  expect(seen).toMatchObject({
    created: { object: 'agent.session', status: 'idle' },
    usage: { total_tokens: expect.any(Number) },
    items: [
      ['message', null],
      ['command_execution', 3],
      ['message', null],
    ],
    listed: [seen.created.id],
    retrieved: 'idle',
    deleted: true,
    gone: [404, 'not_found'],
  });
  expect(seen.events.slice(0, 3)).toEqual([
    'agent.session.in_progress',
    'agent.session.turn.created',
    'agent.session.turn.in_progress',
  ]);
  expect(seen.events.slice(-2)).toEqual(['agent.session.turn.completed', 'agent.session.idle']);
});
