/** What decides whether a session, or a message, is the caller's own. The client is a list of sessions and items. */
import {
  type CreateSessionRequest,
  markConversation,
  type Item,
  reconcileCreate,
  reconcileSubmit,
  type SessionClient,
} from '../../../runtime/session-client';
import { walkPages } from '../../../runtime/session-client/paging';

const STARTED = 1_800_000_000_000;
const REQUEST: CreateSessionRequest = {
  agent: { model: 'm', instructions: 'i', tools: [] },
  environment: {
    type: 'aws_bedrock_agentcore',
    runtime_arn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/a',
    runtime_qualifier: 'DEFAULT',
    workspace_directory: '/w',
  },
  role_arn: 'arn:aws:iam::111122223333:role/session',
  input: 'event 42',
};

/** A service that is a list, and what was asked of it. */
class Service {
  readonly waits: number[] = [];
  readonly options: unknown[] = [];
  readonly queries: unknown[] = [];
  sessions: object[] = [];
  items: object[] = [];
  status = 'idle';
  looks = 0;
  /** Called before each look. */
  onLook: (looks: number) => void = () => undefined;

  readonly client = {
    timing: { now: () => STARTED, random: () => 0, sleep: (ms: number) => Promise.resolve(void this.waits.push(ms)) },
    get: (_id: string, options: unknown) => {
      this.#look(options);
      return Promise.resolve({ status: this.status });
    },
    list: (query: unknown, options: unknown) => {
      this.queries.push(query);
      this.#look(options);
      return this.#walk(this.sessions);
    },
    items: () => this.#walk([...this.items].reverse()),
    itemsPage: (id: string, query: unknown, options: unknown) => {
      this.queries.push(query);
      this.options.push(options);
      return Promise.resolve({
        data: (this.sessions as { id: string; said?: object[] }[]).find((each) => each.id === id)?.said ?? [],
      });
    },
  } as unknown as SessionClient;

  #look(options: unknown): void {
    this.options.push(options);
    this.onLook(++this.looks);
  }

  #walk(all: readonly object[]) {
    return walkPages('listItems', {}, () =>
      Promise.resolve({ object: 'list', data: [...all], has_more: false, first_id: null, last_id: null }),
    );
  }
}

let service: Service;
beforeEach(() => (service = new Service()));

const session = (id: string, more: object = {}): object => ({ ...REQUEST, id, created_at: STARTED / 1000, ...more });
const said = (...texts: string[]): Partial<Item>[] =>
  texts.map((text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }) as never);

describe('a create', () => {
  const reconcile = async (more: object = {}) =>
    await reconcileCreate(service.client, {
      request: REQUEST,
      startedAt: STARTED,
      identifiedBy: 'sole-creator',
      ...more,
    });

  test('is looked for until it has had time to become visible, and then not found', async () => {
    expect(await reconcile()).toEqual({ outcome: 'not-found' });
    expect(service.waits).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000, 2_250]);
    expect(service.waits.reduce((sum, ms) => sum + ms)).toBe(30_000);
    expect(service.looks).toBe(service.waits.length + 1);
  });

  test('is looked for at least once, and as long as the caller says', async () => {
    service.sessions = [session('own')];
    expect(await reconcile({ settleMs: 0 })).toMatchObject({ outcome: 'found', session: { id: 'own' } });
    expect([service.looks, service.waits]).toEqual([1, []]);
    service.sessions = [];
    await reconcile({ settleMs: 600 });
    expect(service.waits).toEqual([250, 350]);
  });

  test('that becomes visible late is found', async () => {
    service.onLook = (looks) => {
      if (looks === 3) service.sessions = [session('own')];
    };
    expect(await reconcile()).toMatchObject({ outcome: 'found', session: { id: 'own' } });
    expect(service.waits).toEqual([250, 500]);
  });

  test.each<[string, object, string]>([
    ['with every member', {}, 'found'],
    ['in the second that began before the create', { created_at: (STARTED - 120_000) / 1000 - 0.999 }, 'found'],
    ['older than the clocks may differ', { created_at: (STARTED - 121_000) / 1000 }, 'not-found'],
    ['of another role', { role_arn: 'x' }, 'not-found'],
    ['of another model', { agent: { ...REQUEST.agent, model: 'n' } }, 'not-found'],
    ['with other instructions', { agent: { ...REQUEST.agent, instructions: 'j' } }, 'not-found'],
    ['without instructions', { agent: { model: 'm' } }, 'found'],
    ['of another kind of environment', { environment: { ...REQUEST.environment, type: 'self_hosted' } }, 'not-found'],
    ['of another Runtime', { environment: { ...REQUEST.environment, runtime_arn: 'x' } }, 'not-found'],
    ['of another endpoint', { environment: { ...REQUEST.environment, runtime_qualifier: 'x' } }, 'not-found'],
    ['in another workspace', { environment: { ...REQUEST.environment, workspace_directory: '/v' } }, 'not-found'],
    [
      'without endpoint and workspace',
      {
        environment: {
          type: 'aws_bedrock_agentcore',
          runtime_arn: (REQUEST.environment as { runtime_arn: string }).runtime_arn,
        },
      },
      'found',
    ],
    ['without a role', { role_arn: null }, 'undecided'],
    ['without an agent', { agent: undefined }, 'undecided'],
    ['without an environment', { environment: undefined }, 'undecided'],
  ])('is a session %s: %s', async (_name, more, outcome) => {
    service.sessions = [session('one', more)];
    expect(await reconcile({ settleMs: 0 })).toMatchObject({ outcome });
  });

  test.each<[string, object]>([
    ['the endpoint', { ...REQUEST.environment, runtime_qualifier: undefined }],
    ['the Runtime, which a self-hosted environment has not', { type: 'self_hosted', workspace_directory: '/w' }],
  ])('that does not name %s is a session that may show it', async (_name, environment) => {
    const request = { ...REQUEST, environment } as CreateSessionRequest;
    service.sessions = [
      session('one', { environment: { ...REQUEST.environment, ...environment, runtime_qualifier: 'x' } }),
    ];
    expect(await reconcile({ request, settleMs: 0 })).toMatchObject({ outcome: 'found' });
  });

  test('is not a session of somebody else', async () => {
    service.sessions = [session('one')];
    expect(await reconcile({ settleMs: 0, known: ['one'] })).toEqual({ outcome: 'not-found' });
  });

  test('is looked for behind 99 older sessions, not behind 100', async () => {
    const older = (count: number) => Array.from({ length: count }, (_, n) => session(`old${n}`, { created_at: 1 }));
    service.sessions = [...older(99), session('own')];
    expect(await reconcile({ settleMs: 0 })).toMatchObject({ outcome: 'found' });
    service.sessions = [...older(99), session('young', { role_arn: 'x' }), ...older(99), session('own')];
    expect(await reconcile({ settleMs: 0 })).toMatchObject({ outcome: 'found' });
    service.sessions = [...older(100), session('own')];
    expect(await reconcile({ settleMs: 0 })).toEqual({ outcome: 'not-found' });
  });

  test('among more than 2,000 sessions is undecided', async () => {
    const others = (count: number) => Array.from({ length: count }, (_, n) => session(`s${n}`, { role_arn: 'x' }));
    service.sessions = others(2_000);
    expect(await reconcile({ settleMs: 0 })).toEqual({ outcome: 'not-found' });
    service.sessions = others(2_001);
    expect(await reconcile()).toMatchObject({
      outcome: 'undecided',
      candidates: [],
      reason: expect.stringMatching(/too many/),
    });
  });

  test('is undecided at once when two sessions match, and at the end when one may still be it', async () => {
    service.sessions = [session('a'), session('b')];
    expect(await reconcile()).toMatchObject({ outcome: 'undecided', candidates: ['a', 'b'] });
    expect(service.waits).toEqual([]);
    service.sessions = [session('a', { role_arn: null })];
    expect(await reconcile({ settleMs: 100 })).toMatchObject({ outcome: 'undecided', candidates: ['a'] });
    expect(service.waits).toEqual([100]);
  });

  test('hands the limits of the caller to every read', async () => {
    const limits = { signal: new AbortController().signal, timeoutMs: 5, deadlineAt: STARTED + 1 };
    service.sessions = [session('a', { said: said('event 42') })];
    await reconcile({ ...limits, settleMs: 0, identifiedBy: 'input' });
    expect(service.options).toEqual([limits, limits]);
    // The newest sessions, and the oldest items of each: its first message.
    expect(service.queries).toEqual([{ order: 'desc' }, { order: 'asc' }]);
    service.options.length = 0;
    await reconcile({ settleMs: 0 });
    expect(service.options).toEqual([{}]);
  });
});

describe('the first message', () => {
  const reconcile = async (sessions: object[], input: CreateSessionRequest['input'] = 'event 42') => {
    service.sessions = sessions;
    const request = { ...REQUEST, input };
    return await reconcileCreate(service.client, { request, startedAt: STARTED, identifiedBy: 'input', settleMs: 0 });
  };

  test.each<[string, string, string]>([
    ['as it was sent', 'event 42', 'found'],
    ['with other white space', ' event\r\n42\u200b', 'found'],
    ['in another form of Unicode', 'event ４２', 'found'],
    ['with what cannot be encoded', 'event\ufffd 42?', 'found'],
    ['cut', 'event', 'undecided'],
    ['that goes on', 'event 42 and more', 'undecided'],
    ['that is another', 'event 41', 'not-found'],
  ])('%s: %s', async (_name, text, outcome) => {
    expect(await reconcile([session('own', { said: said(text) })])).toMatchObject({ outcome });
  });

  test('tells equal sessions apart, and the others are no candidates', async () => {
    const sessions = [session('a', { said: said('event 41') }), session('b', { said: said('event 42', 'event 41') })];
    expect(await reconcile(sessions)).toMatchObject({ outcome: 'found', session: { id: 'b' } });
  });

  test('that is not there yet leaves the session a candidate', async () => {
    const answer = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'event 42' }] };
    expect(await reconcile([session('a'), session('b', { said: [answer] })])).toMatchObject({
      outcome: 'undecided',
      candidates: ['a', 'b'],
    });
  });

  test('of several is the one that is compared, all its parts together', async () => {
    const part = (text: string) => ({ type: 'input_text' as const, text });
    const input = [
      { role: 'user' as const, content: [part('event '), part('42')] },
      { role: 'user' as const, content: [part('more')] },
    ];
    expect(await reconcile([session('own', { said: said('event 42') })], input)).toMatchObject({ outcome: 'found' });
  });
});

describe('a submit', () => {
  const turn = (turn_id: string | null, role: 'user' | 'assistant', id: string) => ({
    id,
    turn_id,
    type: 'message',
    role,
    ...(role === 'assistant' ? { phase: 'final_answer' } : {}),
    content: [],
  });
  const reconcile = async (change: () => void, more: object = {}) => {
    service.items = [turn('t0', 'user', 'i0'), turn('t0', 'assistant', 'i1')];
    const before = await markConversation(service.client, 's1');
    change();
    return await reconcileSubmit(service.client, { sessionId: 's1', message: 'x', before, ...more });
  };

  test('is looked for ten seconds', async () => {
    expect(await reconcile(() => undefined)).toEqual({ outcome: 'not-found' });
    expect(service.waits.reduce((sum, ms) => sum + ms)).toBe(10_000);
  });

  test('was accepted when the message is there, which is given with its turn', async () => {
    expect(await reconcile(() => service.items.push(turn('t1', 'user', 'i2'), turn('t1', 'assistant', 'i3')))).toEqual({
      outcome: 'accepted',
      item: turn('t1', 'user', 'i2'),
      turnId: 't1',
    });
    expect(service.looks).toBe(1);
  });

  test('was accepted when the message is listed behind its answer', async () => {
    expect(
      await reconcile(() => service.items.push(turn('t1', 'assistant', 'i2'), turn('t1', 'user', 'i3'))),
    ).toMatchObject({ outcome: 'accepted', item: { id: 'i3' }, turnId: 't1' });
  });

  test('was accepted when something new is there, even if nothing tells of which turn', async () => {
    const answers = ['t1', 't2'].map((id) => turn(id, 'assistant', `of ${id}`));
    expect(await reconcile(() => service.items.push(...answers))).toEqual({ outcome: 'accepted' });
  });

  test('was accepted when only the answer is there', async () => {
    expect(await reconcile(() => service.items.push(turn('t1', 'assistant', 'i3')))).toEqual({
      outcome: 'accepted',
      turnId: 't1',
    });
  });

  test('was accepted when the session works, and is undecided when it has failed', async () => {
    expect(await reconcile(() => (service.status = 'in_progress'))).toEqual({ outcome: 'accepted' });
    expect(await reconcile(() => (service.status = 'failed'))).toMatchObject({
      outcome: 'undecided',
      reason: expect.stringMatching(/session is failed/),
    });
  });

  test('is undecided at once when nothing of before is there any more', async () => {
    expect(await reconcile(() => (service.items = []))).toMatchObject({ outcome: 'undecided' });
    expect(service.waits).toEqual([]);
  });

  test('is looked for when the newest item of before is gone', async () => {
    expect(await reconcile(() => service.items.pop())).toEqual({ outcome: 'not-found' });
  });

  test('hands the limits of the caller to its reads', async () => {
    await reconcile(() => undefined, { settleMs: 0, timeoutMs: 7 });
    expect(service.options).toEqual([{ timeoutMs: 7 }]);
  });
});
