import {
  AmbiguousRequestError,
  type CreateSessionRequest,
  markConversation,
  ProtocolError,
  reconcileCreate,
  reconcileSubmit,
  runTurn,
  type SessionClient,
  type StreamEvent,
} from '../../../runtime/session-client';
import { Conversation } from './conversation-service';
import { type Answer, clientOf, cut, json, LoopbackService, reset } from './loopback-service';

let service: LoopbackService;
let conversation: Conversation;
let client: SessionClient;
beforeAll(async () => (service = await new LoopbackService().start()));
afterAll(() => service.stop());
beforeEach(() => {
  conversation = new Conversation().session('s1');
  service.next(conversation.answer);
  client = clientOf(service.origin);
});
afterEach(() => {
  client.close();
  conversation.streams.forEach((stream) => stream.destroy());
});

const posts = () => service.requests.filter(({ method }) => method === 'POST').length;
const turn = (type: string, id = 't1', members: object = {}) => ({
  type: `agent.session.turn.${type}`,
  turn: { id, status: type },
  ...members,
});

describe('lists', () => {
  test('all pages are walked, in order, by last_id', async () => {
    for (let i = 0; i < 205; i++) conversation.say('s1', 't0', 'user', `m${i}`);
    const ids: (string | null)[] = [];
    for await (const { id } of client.items('s1', { order: 'asc' })) ids.push(id);
    expect(ids).toEqual(Array.from({ length: 205 }, (_, i) => `item_${i}`));
    expect(service.requests.map(({ target }) => target.split('?')[1])).toEqual([
      'limit=100&order=asc',
      'limit=100&order=asc&after=item_99',
      'limit=100&order=asc&after=item_199',
    ]);
  });

  test('no page is fetched before it is needed', async () => {
    for (let i = 0; i < 205; i++) conversation.say('s1', 't0', 'user', `m${i}`);
    for await (const { id } of client.items('s1', { limit: 10 })) if (id === 'item_200') break;
    expect(service.requests).toHaveLength(1);
  });

  test('a page says where it ends and whether there is more', async () => {
    conversation.session('s2').session('s3');
    expect(await client.listPage({ limit: 2, agent_id: 'a1' })).toMatchObject({
      data: [{ id: 's3' }, { id: 's2' }],
      has_more: true,
      last_id: 's2',
    });
    expect(service.requests[0]?.target).toContain('limit=2&agent_id=a1');
  });

  test.each<[string, object]>([
    ['no cursor', { data: [{}], has_more: true, last_id: null }],
    ['the same cursor again', { data: [{ id: 'x' }], has_more: true, last_id: 'x' }],
  ])('a list with more pages but %s is an error, not an endless walk', async (_name, body) => {
    service.next((response) => json(response, 200, body));
    await expect(
      (async () => {
        for await (const item of client.list()) expect(item).toBeDefined();
      })(),
    ).rejects.toBeInstanceOf(ProtocolError);
    expect(service.requests.length).toBeLessThanOrEqual(2);
  });

  test.each([0, 101, 1.5, NaN])('a limit of %d is refused before it is sent', async (limit) => {
    await expect(client.itemsPage('s1', { limit })).rejects.toMatchObject({ name: 'RequestInputError', path: 'limit' });
    expect(service.requests).toHaveLength(0);
  });

  test.each(['', '.', '..', 'a b', 'a\nb', 'x'.repeat(257)])('the session id %j is refused', async (id) => {
    await expect(client.get(id)).rejects.toMatchObject({ name: 'RequestInputError', path: 'sessionId' });
    expect(service.requests).toHaveLength(0);
  });
});

describe('a turn', () => {
  /** A turn as the service plays it when nothing breaks. */
  const play = (id: string, text: string, state = 'completed') => {
    conversation.say(id, 't1', 'user', text);
    conversation.say(id, 't1', 'assistant', 'done');
    conversation.emit(turn('created'), turn('in_progress'), turn(state, 't1', { usage: { total_tokens: 3 } }), {
      type: 'agent.session.idle',
    });
  };

  test.each(['completed', 'failed', 'cancelled'])('that %s is reported by its terminal event', async (state) => {
    conversation.say('s1', 't0', 'user', 'earlier');
    conversation.onMessage = (id, text) => play(id, text, state);
    const events: StreamEvent[] = [];
    const outcome = await runTurn(client, 's1', 'hello', { onEvent: (event) => events.push(event) });
    expect(outcome).toMatchObject({
      state,
      evidence: 'event',
      turnId: 't1',
      usage: { total_tokens: 3 },
      items: [{ id: 'item_1' }, { id: 'item_2' }],
      reconnects: 0,
    });
    expect(events.map(({ type }) => type)).toContain('agent.session.turn.created');
    expect(posts()).toBe(1);
  });

  test('the stream is open before the message is sent', async () => {
    conversation.onMessage = (id, text) => play(id, text);
    await runTurn(client, 's1', 'hello');
    const order = service.requests.map(({ method, target }) => `${method} ${target.split('/').at(-1)}`);
    expect(order.indexOf('GET events?stream=true')).toBeLessThan(order.indexOf('POST events'));
  });

  test("another turn's terminal event, and repeated events, do not end it", async () => {
    conversation.say('s1', 't0', 'user', 'earlier');
    conversation.onMessage = (id, text) => {
      conversation.emit(turn('failed', 't0'), turn('created'), turn('created'), turn('failed', 't0'));
      play(id, text);
    };
    expect(await runTurn(client, 's1', 'hello')).toMatchObject({ state: 'completed', turnId: 't1' });
  });

  test('a stream that drops while the turn runs is opened again, and the turn is not submitted again', async () => {
    conversation.onMessage = (id, text) => {
      conversation.status(id, 'in_progress');
      conversation.say(id, 't1', 'user', text);
      conversation.emit(turn('created'));
      conversation.streams.splice(0).forEach(cut);
    };
    let opened = 0;
    conversation.onStream = () => (opened += 1);
    // The turn ends when the session was read as running after the stream was opened again.
    conversation.onRead = () => {
      if (opened < 2) return;
      conversation.onRead = () => undefined;
      conversation.say('s1', 't1', 'assistant', 'done');
      conversation.status('s1', 'idle');
      conversation.emit(turn('completed'));
    };
    expect(await runTurn(client, 's1', 'hello')).toMatchObject({
      state: 'completed',
      evidence: 'event',
      reconnects: 1,
      items: [{ role: 'user' }, { role: 'assistant' }],
    });
    expect(posts()).toBe(1);
  });

  test.each<[string, (id: string) => void, string]>([
    ['with a final answer is completed', (id) => conversation.say(id, 't1', 'assistant', 'done'), 'completed'],
    ['in a failed session is failed', (id) => conversation.status(id, 'failed'), 'failed'],
    ['without a final answer is undecided', () => undefined, 'undecided'],
  ])('whose end was missed, %s', async (_name, end, state) => {
    conversation.onMessage = (id, text) => {
      conversation.say(id, 't1', 'user', text);
      end(id);
      conversation.streams.splice(0).forEach(cut);
    };
    expect(await runTurn(client, 's1', 'hello', { settleMs: 300 })).toMatchObject({
      state,
      evidence: 'items',
      turnId: 't1',
    });
    expect(posts()).toBe(1);
  });

  test('a lost terminal event is noticed when the session comes to rest, without waiting for the idle timeout', async () => {
    conversation.onMessage = (id, text) => {
      conversation.say(id, 't1', 'user', text);
      conversation.say(id, 't1', 'assistant', 'done');
      conversation.emit(turn('created'), { type: 'agent.session.idle' });
    };
    expect(await runTurn(client, 's1', 'hello')).toMatchObject({ state: 'completed', evidence: 'items' });
  });

  test('reads that fail for a while after the submit do not lose the turn', async () => {
    let failing = 0;
    service.answer = (response, request, count) => {
      if (failing > 0 && request.method === 'GET') {
        failing -= 1;
        json(response, 503, {});
      } else conversation.answer(response, request, count);
    };
    conversation.onMessage = (id, text) => {
      conversation.say(id, 't1', 'user', text);
      conversation.say(id, 't1', 'assistant', 'done');
      failing = 10;
      conversation.streams.splice(0).forEach(cut);
    };
    expect(await runTurn(client, 's1', 'hello')).toMatchObject({ state: 'completed', evidence: 'items' });
    expect(posts()).toBe(1);
  });

  test.each<[string, Conversation['onPost']]>([
    ['the connection was cut', (response, accept) => (accept(), reset(response))],
    ['the answer was 500', (response, accept) => (accept(), json(response, 500, {}))],
  ])('an accepted submit of which %s is found by its item and followed, not repeated', async (_name, onPost) => {
    conversation.onPost = onPost;
    conversation.onMessage = (id, text) => play(id, text);
    expect(await runTurn(client, 's1', 'hello')).toMatchObject({ state: 'completed', turnId: 't1' });
    expect(posts()).toBe(1);
  });

  test('a submit that was not accepted and cut is reported as such, and not repeated', async () => {
    conversation.onPost = (response) => reset(response);
    const error: unknown = await runTurn(client, 's1', 'hello').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AmbiguousRequestError);
    expect(error).toMatchObject({ operation: 'submitMessage', reconciled: 'not-found' });
    expect(posts()).toBe(1);
  });

  test('a refused submit ends it at once', async () => {
    conversation.onPost = (response) => json(response, 409, {});
    await expect(runTurn(client, 's1', 'hello')).rejects.toMatchObject({ name: 'ConflictError' });
    expect(posts()).toBe(1);
  });

  test('a session that is busy is not submitted to', async () => {
    conversation.status('s1', 'in_progress');
    await expect(runTurn(client, 's1', 'hello')).rejects.toMatchObject({ name: 'RequestInputError', path: 'session' });
    expect(posts()).toBe(0);
  });

  test('the deadline ends the wait, with an error of its own', async () => {
    await expect(runTurn(client, 's1', 'hello', { deadlineMs: 800 })).rejects.toMatchObject({
      name: 'TurnDeadlineError',
    });
  });

  test('an abort ends the wait', async () => {
    const abort = new AbortController();
    conversation.onMessage = () => setTimeout(() => abort.abort(), 50);
    await expect(runTurn(client, 's1', 'hello', { signal: abort.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('reconciling a submit', () => {
  const reconcile = async (change: () => void, message = 'hello') => {
    conversation.say('s1', 't0', 'user', 'hello');
    const before = await markConversation(client, 's1');
    change();
    return await reconcileSubmit(client, { sessionId: 's1', message, before });
  };

  test('an equal message from before does not count', async () => {
    expect(await reconcile(() => undefined)).toEqual({ outcome: 'not-found' });
  });

  test('a new item with the text was accepted', async () => {
    expect(await reconcile(() => conversation.say('s1', 't1', 'user', 'hello'))).toMatchObject({
      outcome: 'accepted',
      turnId: 't1',
      item: { id: 'item_1' },
    });
  });

  test('a message that becomes visible late is waited for', async () => {
    let reads = 0;
    service.answer = (response, request, count) => {
      if (request.target.includes('/items') && ++reads === 4) conversation.say('s1', 't1', 'user', 'hello');
      conversation.answer(response, request, count);
    };
    expect(await reconcile(() => undefined)).toMatchObject({ outcome: 'accepted' });
  });

  test.each<[string, string]>([
    ['as it was sent', 'two\nlines\n'],
    ['without its last line break', 'two\nlines'],
    ['with other line breaks', 'two\r\nlines\r\n'],
    ['without white space at its ends', ' two\nlines '.trim()],
    ['with another character for half a surrogate pair', 'two\nlines \ufffd'],
    ['cut', 'two'],
    ['masked', 'two {EMAIL}'],
    ['empty', ''],
    ['altogether different', 'What the service made of it'],
  ])('a new message is the one that was sent, whatever the service shows of it: %s', async (_name, shown) => {
    const change = () => conversation.say('s1', 't1', 'user', shown);
    expect(await reconcile(change, 'two\nlines\n')).toMatchObject({ outcome: 'accepted', turnId: 't1' });
  });

  test.each<[string, () => void]>([
    ['a message of two parts', () => ['a', 'b'].forEach((text) => conversation.say('s1', 't1', 'user', text))],
    ['items of a new turn without its message', () => conversation.say('s1', 't1', 'assistant', 'done')],
    ['a session that works and shows nothing yet', () => conversation.status('s1', 'in_progress')],
    [
      'a new message beside an earlier item that is gone',
      () => {
        conversation.say('s1', 't1', 'user', 'hello');
        conversation.items.get('s1')!.shift();
      },
    ],
    [
      'a new message without an id or a turn',
      () => {
        conversation.items
          .get('s1')!
          .push({ id: null, turn_id: null, type: 'message', role: 'user', content: [] } as never);
      },
    ],
  ])('%s means that it was accepted', async (_name, change) => {
    expect(await reconcile(change)).toMatchObject({ outcome: 'accepted' });
  });

  test.each<[string, () => void]>([
    ['the last known item is gone', () => conversation.items.set('s1', [])],
    ['the session has failed', () => conversation.status('s1', 'failed')],
  ])('it is undecided when %s', async (_name, change) => {
    expect(await reconcile(change)).toMatchObject({ outcome: 'undecided' });
  });
});

describe('reconciling a create', () => {
  const request: CreateSessionRequest = {
    agent: { model: 'm', instructions: 'i', tools: [] },
    environment: { type: 'self_hosted', workspace_directory: '/w' },
    role_arn: 'arn:aws:iam::111122223333:role/session',
    input: 'event 42',
  };
  /** A create that was cut; `accepted` decides whether the service had taken it. */
  const cutCreate = async (accepted: boolean): Promise<number> => {
    conversation.onPost = (response, accept) => {
      if (accepted) accept();
      reset(response);
    };
    const error: unknown = await client.create(request).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AmbiguousRequestError);
    expect(posts()).toBe(1);
    return (error as AmbiguousRequestError).startedAt;
  };

  test('the session of a sole creator is found', async () => {
    const startedAt = await cutCreate(true);
    expect(await reconcileCreate(client, { request, startedAt, identifiedBy: 'sole-creator' })).toMatchObject({
      outcome: 'found',
      session: { id: 'created_1' },
    });
  });

  test('a create that was not accepted is not found', async () => {
    const startedAt = await cutCreate(false);
    for (const identifiedBy of ['sole-creator', 'input'] as const) {
      expect(await reconcileCreate(client, { request, startedAt, identifiedBy })).toEqual({ outcome: 'not-found' });
    }
  });

  test('of several equal sessions, the one with the first message is found', async () => {
    conversation.session('other', request as never);
    conversation.say('other', 't1', 'user', 'event 41');
    const startedAt = await cutCreate(true);
    conversation.say('created_2', 't1', 'user', 'event 42');
    expect(await reconcileCreate(client, { request, startedAt, identifiedBy: 'input' })).toMatchObject({
      outcome: 'found',
      session: { id: 'created_2' },
    });
  });

  test.each<[string, 'sole-creator' | 'input']>([
    ['several sessions match a sole creator', 'sole-creator'],
    ['matching sessions do not show their first message', 'input'],
  ])('it is undecided, with the candidates, when %s', async (_name, identifiedBy) => {
    conversation.session('other', request as never);
    const startedAt = await cutCreate(true);
    expect(await reconcileCreate(client, { request, startedAt, identifiedBy })).toMatchObject({
      outcome: 'undecided',
      candidates: ['created_2', 'other'],
    });
  });

  test.each<[string, object]>([
    ['older', { created_at: 1 }],
    ['of another role', { role_arn: 'arn:aws:iam::111122223333:role/other' }],
    ['of another model', { agent: { ...request.agent, model: 'n' } }],
    ['with other instructions', { agent: { ...request.agent, instructions: 'j' } }],
    ['in another workspace', { environment: { ...request.environment, workspace_directory: '/v' } }],
    ['owned by someone else', { id: 'known' }],
  ])('a session %s is not claimed', async (_name, members) => {
    const startedAt = await cutCreate(false);
    conversation.session('other', { ...request, ...members } as never);
    const known = ['known'];
    expect(await reconcileCreate(client, { request, startedAt, identifiedBy: 'sole-creator', known })).toEqual({
      outcome: 'not-found',
    });
  });

  test('a recent session that does not show what it was created from leaves it undecided', async () => {
    const startedAt = await cutCreate(false);
    conversation.session('bare', { role_arn: request.role_arn });
    expect(await reconcileCreate(client, { request, startedAt, identifiedBy: 'sole-creator' })).toMatchObject({
      outcome: 'undecided',
      candidates: ['bare'],
    });
  });

  test('without a first message there is nothing to identify by', async () => {
    const bare = { ...request, input: undefined };
    await expect(reconcileCreate(client, { request: bare, startedAt: 0, identifiedBy: 'input' })).rejects.toMatchObject(
      { name: 'RequestInputError' },
    );
  });
});

describe('the other operations', () => {
  const ok: (body: unknown) => Answer = (body) => (response) => json(response, 200, body);

  test('create sends the request as it is and returns the session', async () => {
    service.next(ok({ id: 's9', status: 'idle' }));
    const request = {
      agent: { model: 'm', instructions: 'i', tools: [] },
      environment: { type: 'self_hosted' as const },
      role_arn: 'arn:aws:iam::111122223333:role/session',
    };
    expect(await client.create(request)).toMatchObject({ id: 's9' });
    expect(JSON.parse(service.requests[0].body)).toEqual(request);
  });

  test('delete, cancel and submit send what the service documents', async () => {
    service.next(ok({ id: 's1', deleted: true }));
    expect(await client.delete('s1')).toEqual({ id: 's1', deleted: true });
    await client.cancel('s1');
    await client.submit('s1', 'hi');
    expect(service.requests.map(({ method, target, body }) => [method, target, body && JSON.parse(body)])).toEqual([
      ['DELETE', '/openai/v1/agents/sessions/s1', ''],
      ['POST', '/openai/v1/agents/sessions/s1/events', { events: [{ type: 'agent.session.input.cancel' }] }],
      [
        'POST',
        '/openai/v1/agents/sessions/s1/events',
        {
          events: [
            {
              type: 'agent.session.input.message',
              input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
            },
          ],
        },
      ],
    ]);
  });

  test('the model catalogue is read', async () => {
    service.next(ok({ object: 'list', data: [{ id: 'openai.gpt-5.6-luna' }] }));
    expect((await client.listModels()).data).toEqual([{ id: 'openai.gpt-5.6-luna' }]);
    expect(service.requests[0]?.target).toBe('/v1/models');
  });

  test.each(['', []])('an empty message is refused before it is sent', async (message) => {
    service.next(ok({}));
    await expect(client.submit('s1', message)).rejects.toMatchObject({ name: 'RequestInputError' });
    expect(service.requests).toHaveLength(0);
  });
});
