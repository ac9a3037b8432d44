/** What each operation sends, what is refused before, and what is made of the answer. The connection is a script. */
import { PassThrough } from 'node:stream';
import { type CreateSessionRequest, SessionClient, type SessionClientOptions } from '../../../runtime/session-client';
import { HttpTransport, type WireRequest } from '../../../runtime/session-client/http';
import { SYSTEM_TIMING } from '../../../runtime/session-client/timing';
import { KEY } from './loopback-service';

const SESSIONS = '/openai/v1/agents/sessions';
const REQUEST: CreateSessionRequest = {
  agent: { model: 'm', instructions: 'i', tools: [] },
  environment: { type: 'self_hosted' },
  role_arn: 'arn:aws:iam::111122223333:role/session',
};
const SESSION = { id: 's1', status: 'idle' };
const PAGE = { data: [{ id: 'a' }], has_more: false };

afterEach(() => jest.restoreAllMocks());

/** A client whose requests are answered with 200 and this body. */
function clientOf(body: unknown = {}, options: Partial<SessionClientOptions> = {}, headers: object = {}) {
  const sent = jest.spyOn(HttpTransport.prototype, 'send').mockImplementation(() => {
    const response = Object.assign(new PassThrough(), { statusCode: 200, headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    return Promise.resolve({
      response,
      stopped: new Promise<never>(() => undefined),
      release: () => undefined,
    } as never);
  });
  const client = new SessionClient({
    region: 'us-east-1',
    credentials: () => Promise.resolve(KEY),
    environment: {},
    ...options,
  });
  return { client, sent };
}

test.each<[string, (client: SessionClient) => Promise<unknown>, unknown, Partial<WireRequest>, unknown]>([
  [
    'create',
    (client) => client.create(REQUEST),
    SESSION,
    { method: 'POST', path: SESSIONS, body: JSON.stringify(REQUEST) },
    SESSION,
  ],
  ['get', (client) => client.get('a/b'), SESSION, { method: 'GET', path: `${SESSIONS}/a%2Fb` }, SESSION],
  [
    'list',
    async (client) => (await client.list({ agent_id: 'x' }).next()).value,
    PAGE,
    { method: 'GET', path: `${SESSIONS}?limit=100&agent_id=x` },
    { id: 'a' },
  ],
  [
    'listPage',
    (client) => client.listPage(),
    PAGE,
    { method: 'GET', path: SESSIONS },
    { ...PAGE, object: 'list', first_id: 'a', last_id: 'a' },
  ],
  [
    'listPage with a query',
    async (client) => (await client.listPage({ agent_id: 'x', after: 'b', order: 'asc', limit: 1 })).data,
    PAGE,
    { path: `${SESSIONS}?limit=1&order=asc&after=b&agent_id=x` },
    PAGE.data,
  ],
  ['delete', (client) => client.delete('s1'), { a: 1 }, { method: 'DELETE', path: `${SESSIONS}/s1` }, { a: 1 }],
  ['delete, acknowledged with a list', (client) => client.delete('s1'), [1], {}, {}],
  ['delete, acknowledged with a text', (client) => client.delete('s1'), 'gone', {}, {}],
  [
    'submit',
    (client) => client.submit('s1', 'hi'),
    'anything',
    {
      method: 'POST',
      path: `${SESSIONS}/s1/events`,
      body: JSON.stringify({
        events: [
          {
            type: 'agent.session.input.message',
            input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
          },
        ],
      }),
    },
    undefined,
  ],
  [
    'submit of several messages',
    (client) =>
      client.submit('s1', [
        { role: 'user', content: [{ type: 'input_text', text: 'a' }] },
        { role: 'user', content: [{ type: 'input_text', text: 'b' }] },
      ]),
    {},
    { body: expect.stringMatching(/"text":"a".*"text":"b"/) as string },
    undefined,
  ],
  [
    'cancel',
    (client) => client.cancel('s1'),
    {},
    {
      method: 'POST',
      path: `${SESSIONS}/s1/events`,
      body: JSON.stringify({ events: [{ type: 'agent.session.input.cancel' }] }),
    },
    undefined,
  ],
  [
    'items',
    async (client) => (await client.items('s1').next()).value,
    PAGE,
    { method: 'GET', path: `${SESSIONS}/s1/items?limit=100` },
    { id: 'a' },
  ],
  [
    'itemsPage',
    async (client) => (await client.itemsPage('s1')).data,
    PAGE,
    { method: 'GET', path: `${SESSIONS}/s1/items` },
    PAGE.data,
  ],
  [
    'listModels',
    (client) => client.listModels(),
    { ...PAGE, object: 'models' },
    { method: 'GET', path: '/v1/models' },
    { object: 'list', data: PAGE.data },
  ],
])('%s', async (_name, call, body, wire, result) => {
  const { client, sent } = clientOf(body);
  expect(await call(client)).toEqual(result);
  expect(sent).toHaveBeenCalledTimes(1);
  const [[request]] = sent.mock.calls;
  expect(request).toMatchObject({ ...wire, freshConnection: request.method !== 'GET' });
});

test.each<[string, (client: SessionClient) => Promise<unknown>, string]>([
  ['get', (client) => client.get(''), 'sessionId'],
  ['listPage', (client) => client.listPage({ limit: 0 }), 'limit'],
  ['listPage of an agent', (client) => client.listPage({ agent_id: '' }), 'agent_id'],
  ['itemsPage', (client) => client.itemsPage('s1', { after: '' }), 'after'],
  ['items', (client) => client.items('s1', { order: 'up' as never }).next(), 'order'],
  ['create', (client) => client.create({ ...REQUEST, role_arn: '' }), 'role_arn'],
  ['delete', (client) => client.delete('..'), 'sessionId'],
  ['submit', (client) => client.submit('s1', []), 'message'],
  ['submit to no session', (client) => client.submit('', 'x'), 'sessionId'],
  ['cancel', (client) => client.cancel(''), 'sessionId'],
  ['stream', (client) => client.stream(''), 'sessionId'],
])('%s refuses what it cannot send before it sends anything', async (_name, call, path) => {
  const { client, sent } = clientOf();
  await expect(call(client)).rejects.toMatchObject({ name: 'RequestInputError', path });
  expect(sent).not.toHaveBeenCalled();
});

describe('an answer of another shape', () => {
  test.each([{ id: 1, status: 'idle' }, { id: 's1' }, { status: 'idle' }, [], 'null'])(
    '%j is no session',
    async (body) => {
      const { client } = clientOf(body);
      await expect(client.get('s1')).rejects.toMatchObject({ name: 'ProtocolError', operation: 'getSession' });
      await expect(client.create(REQUEST)).rejects.toMatchObject({
        name: 'AmbiguousRequestError',
        cause: { name: 'ProtocolError', operation: 'createSession' },
      });
    },
  );

  test.each<[string, (client: SessionClient) => Promise<unknown>]>([
    ['listSessions', (client) => client.listPage()],
    ['listItems', (client) => client.itemsPage('s1')],
    ['listModels', (client) => client.listModels()],
  ])('is no page of %s', async (operation, call) => {
    await expect(call(clientOf({ data: 7 }).client)).rejects.toMatchObject({ name: 'ProtocolError', operation });
  });
});

describe('a client', () => {
  test.each<[string, SessionClientOptions, string]>([
    ['its options', { region: 'eu-west-1', environment: { AWS_REGION: 'x', AWS_DEFAULT_REGION: 'y' } }, 'eu-west-1'],
    ['AWS_REGION', { environment: { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'y' } }, 'us-west-2'],
    ['AWS_DEFAULT_REGION', { environment: { AWS_DEFAULT_REGION: 'us-gov-west-1' } }, 'us-gov-west-1'],
  ])('has its Region from %s', (_name, options, region) => {
    const client = new SessionClient(options);
    expect([client.region, client.endpoint.href]).toEqual([region, `https://bedrock-mantle.${region}.api.aws/`]);
  });

  test('has the limits and the environment of its process where it is told nothing', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { AWS_REGION: 'us-east-2', AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 's' });
    try {
      const { sent } = clientOf(SESSION);
      const client = new SessionClient();
      await client.get('s1');
      expect([client.region, client.timing]).toEqual(['us-east-2', SYSTEM_TIMING]);
      const [[request, limits]] = sent.mock.calls;
      expect(request.headers['authorization']).toMatch(/Credential=AKIAOWN\/\d{8}\/us-east-2\/bedrock-mantle\//);
      expect(limits.connectTimeoutMs).toBe(5_000);
      // Less what signing took.
      expect(limits.timeoutMs).toBeGreaterThan(30_000);
      expect(limits.timeoutMs).toBeLessThanOrEqual(60_000);
    } finally {
      process.env = before;
    }
    const { client } = clientOf(SESSION, { retry: { maxAttempts: 1 } }, { 'content-length': '16777217' });
    await expect(client.get('s1')).rejects.toThrow(/more than 16777216 bytes/);
    await expect(clientOf(SESSION, {}, { 'content-length': '16777216' }).client.get('s1')).resolves.toEqual(SESSION);
  });

  test('is limited and aborted as its caller says', async () => {
    const timing = { now: () => 1_000, random: () => 0, sleep: () => Promise.resolve() };
    const { client, sent } = clientOf({}, { timing, connectTimeoutMs: 7, timeoutMs: 9 });
    const { signal } = new AbortController();
    await client.cancel('s1', { signal });
    await client.submit('s1', 'x', { signal, timeoutMs: 8 });
    expect(sent.mock.calls.map(([, limits]) => limits)).toEqual([
      { connectTimeoutMs: 7, timeoutMs: 9, signal },
      { connectTimeoutMs: 7, timeoutMs: 8, signal },
    ]);
  });

  test('without a Region is refused', () => {
    expect(() => new SessionClient({ environment: {} })).toThrow(/^region is not known: /);
  });

  test('that is closed closes its connections', () => {
    const closed = jest.spyOn(HttpTransport.prototype, 'close');
    clientOf().client.close();
    expect(closed).toHaveBeenCalledTimes(1);
  });
});
