/** A turn against a service that is a script: every answer, event and failure in the order in which a test wants them. */
import {
  AmbiguousRequestError,
  ConnectionError,
  type Item,
  NotFoundError,
  ProtocolError,
  RequestAbortedError,
  runTurn,
  type RunTurnOptions,
  type SessionClient,
  StreamDroppedError,
  type StreamEvent,
  StreamIdleError,
} from '../../../runtime/session-client';

/** What one stream does: gives an event, runs a function, throws an error; at its end it ends, or waits to be closed. */
type Step = object | Error | (() => void) | 'wait';

class Service {
  readonly calls: string[] = [];
  readonly options: unknown[] = [];
  readonly waits: number[] = [];
  readonly open = new Set<number>();
  status = 'idle';
  items: Partial<Item>[] = [];
  /** By the number of the stream; the last one repeats. */
  streams: Step[][] = [[]];
  /** Thrown by the calls of this name, one after the other. */
  failures: Partial<Record<'get' | 'items' | 'stream' | 'submit', (Error | undefined)[]>> = {};
  onSubmit: () => void = () => undefined;
  #opened = 0;

  readonly client = {
    timing: {
      now: () => 0,
      random: () => 0,
      sleep: (ms: number, signal?: AbortSignal) => {
        // A turn that is never over is a failure here, not a test that hangs.
        if (this.waits.push(ms) > 50) return Promise.reject(new Error('endless'));
        return signal?.aborted ? Promise.reject(new Error('aborted')) : new Promise((resolve) => setImmediate(resolve));
      },
    },
    get: async (_id: string, options: Options) => {
      await this.#called('get', options);
      return { status: this.status };
    },
    items: (...question: [string, unknown, Options]) => this.#list(...question),
    stream: async (_id: string, options: Options) => {
      await this.#called('stream', options);
      const number = this.#opened++;
      this.open.add(number);
      return this.#stream(number, options.signal);
    },
    submit: async (_id: string, message: unknown, options: Options) => {
      await this.#called('submit', options);
      this.calls.push(`said ${JSON.stringify(message)}`);
      this.onSubmit();
    },
  };

  say(id: string, turn_id: string, role: 'user' | 'assistant'): void {
    this.items.push({ id, turn_id, type: 'message', role, ...(role === 'assistant' ? { phase: 'final_answer' } : {}) });
  }

  async #called(name: 'get' | 'items' | 'stream' | 'submit', options: Options): Promise<void> {
    this.calls.push(name);
    this.options.push(options);
    await Promise.resolve();
    if (options.signal?.aborted) throw new RequestAbortedError('aborted');
    const failure = this.failures[name]?.shift();
    if (failure) throw failure;
  }

  async *#list(_id: string, _query: unknown, options: Options) {
    await this.#called('items', options);
    yield* [...this.items].reverse();
  }

  #stream(number: number, signal: AbortSignal | undefined) {
    const { open, calls, streams } = this;
    let close: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new RequestAbortedError('aborted')));
    });
    aborted.catch(() => undefined);
    return {
      close: () => {
        if (open.delete(number)) calls.push('close');
        close();
      },
      async *[Symbol.asyncIterator]() {
        for (const step of streams[Math.min(number, streams.length - 1)]) {
          if (step === 'wait') await Promise.race([closed, aborted]);
          else if (step instanceof Error) throw step;
          else if (typeof step === 'function') (step as () => void)();
          else yield step as StreamEvent;
          if (!open.has(number)) return;
        }
      },
    };
  }
}
interface Options {
  readonly signal?: AbortSignal;
}

let service: Service;
beforeEach(() => (service = new Service()));
afterEach(() => {
  jest.restoreAllMocks();
  // Whatever happened, no stream stays open.
  expect([...service.open]).toEqual([]);
});
const run = async (options: RunTurnOptions = {}) =>
  await runTurn(service.client as unknown as SessionClient, 's1', 'hello', options);
const failed = async (options: RunTurnOptions = {}): Promise<unknown> =>
  await run(options).catch((reason: unknown) => reason);
const expectSignals = () => {
  expect(service.options).toStrictEqual(service.options.map(() => ({ signal: expect.any(AbortSignal) })));
};
const turn = (type: string, id: unknown = 't1', more: object = {}) => ({
  type: `agent.session.turn.${type}`,
  turn: { id },
  ...more,
});
const IDLE = { type: 'agent.session.idle' };
const accept = () => {
  service.say('m1', 't1', 'user');
  service.say('m2', 't1', 'assistant');
};
const dropped = () => new StreamDroppedError('dropped');

describe('a turn', () => {
  test('is read and listened to before it is submitted, and read again when it is over', async () => {
    service.items = [{ id: 'm0', turn_id: 't0', type: 'message', role: 'user' }];
    service.streams = [[turn('created'), accept, turn('completed', 't1', { turn: { id: 't1', x: 1 } })]];
    const seen: string[] = [];
    expect(await run({ onEvent: ({ type }) => seen.push(type) })).toEqual({
      state: 'completed',
      evidence: 'event',
      turnId: 't1',
      turn: { id: 't1', x: 1 },
      items: service.items.slice(1),
      reconnects: 0,
    });
    expect(service.calls).toEqual(['get', 'items', 'stream', 'submit', 'said "hello"', 'items', 'close']);
    expectSignals();
    expect(seen).toEqual(['agent.session.turn.created', 'agent.session.turn.completed']);
    expect(service.waits).toEqual([]);
  });

  test.each([
    [{ usage: { total_tokens: 3 } }, { total_tokens: 3 }],
    [{ turn: { id: 't1', usage: { total_tokens: 4 } } }, { total_tokens: 4 }],
    [{}, undefined],
  ])('whose terminal event holds %j has used %j', async (more, usage) => {
    service.streams = [[turn('failed', 't1', more)]];
    const outcome = await run();
    expect([outcome.state, outcome.usage, 'usage' in outcome]).toEqual(['failed', usage, usage !== undefined]);
  });

  test.each(['in_progress', 'failed', 'closed'])('does not begin in a session that is %s', async (status) => {
    service.status = status;
    expect(await failed()).toMatchObject({
      name: 'RequestInputError',
      path: 'session',
      message: expect.stringMatching(new RegExp(`^session is ${status}: `)),
    });
    expect(service.calls).toEqual(['get']);
  });

  test('hands the longest silence to its streams', async () => {
    service.streams = [[dropped()], [turn('completed')]];
    service.onSubmit = () => (service.status = 'in_progress');
    await run({ idleTimeoutMs: 7 });
    const withLimit = { signal: expect.any(AbortSignal), idleTimeoutMs: 7 };
    expect(service.options.filter((_, n) => n === 2 || n === 4)).toEqual([withLimit, withLimit]);
  });

  test.each<[string, Step[]]>([
    ['the end of a turn of before', [turn('completed', 't0'), turn('completed')]],
    ['the end of a later turn', [turn('created'), turn('failed', 't2'), turn('completed')]],
    ['an end without a turn', [{ type: 'agent.session.turn.failed' }, turn('completed')]],
    ['an end of no turn', [{ type: 'agent.session.turn.failed', turn: null }, turn('completed')]],
    ['an end whose turn has no id', [turn('failed', 7), turn('failed', null), turn('completed')]],
    ['rest before the turn has shown itself', [IDLE, { type: 'agent.session.failed' }, turn('completed')]],
    ['events of kinds that are not known', [{ type: 'toString' }, { type: 'x', turn: 'y' }, turn('completed')]],
  ])('is not ended by %s', async (_name, steps) => {
    service.items = [{ id: 'm0', turn_id: 't0', type: 'message', role: 'user' }];
    service.streams = [[accept, ...steps]];
    expect(await run()).toMatchObject({ state: 'completed', evidence: 'event', turnId: 't1', reconnects: 0 });
  });

  test.each([IDLE, { type: 'agent.session.failed' }])(
    'whose end was missed is looked for when the session rests (%j): the stream is opened before the look',
    async (rest) => {
      service.streams = [[accept, turn('created'), rest, turn('completed')], []];
      expect(await run()).toMatchObject({ state: 'completed', evidence: 'items', turnId: 't1', reconnects: 1 });
      expect(service.calls.slice(5)).toEqual(['close', 'stream', 'get', 'items', 'close']);
      expect(service.waits).toEqual([250]);
      expectSignals();
    },
  );

  test.each([dropped(), new StreamIdleError('silent'), new ProtocolError('odd')])(
    'goes on when its stream breaks (%p), and is not submitted again',
    async (error) => {
      service.streams = [[accept, error], [turn('completed')]];
      service.onSubmit = () => (service.status = 'in_progress');
      expect(await run()).toMatchObject({ state: 'completed', evidence: 'event', reconnects: 1 });
      expect(service.calls.filter((name) => name === 'submit')).toHaveLength(1);
    },
  );

  test('ends with any other error of its stream', async () => {
    const error = new NotFoundError('gone', { status: 404 });
    service.streams = [[error]];
    expect(await failed()).toBe(error);
    const foreign = new TypeError('bug');
    service.streams = [[foreign]];
    expect(await failed()).toBe(foreign);
  });

  test('is waited for longer each time while nothing comes, and not longer after an event', async () => {
    service.onSubmit = () => (service.status = 'in_progress');
    service.streams = [...Array.from({ length: 7 }, () => []), [turn('in_progress')], [], [turn('completed')]];
    expect(await run()).toMatchObject({ state: 'completed', evidence: 'event', reconnects: 9 });
    expect(service.waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 250, 500]);
  });

  test.each<[number | undefined, number[]]>([
    [undefined, [250, 500, 1_000, 2_000, 4_000, 8_000]],
    [500, [250, 500]],
    [501, [250, 500, 1_000]],
    [0, [250]],
  ])('without an answer in a session at rest is undecided after %p ms', async (settleMs, waits) => {
    service.onSubmit = () => service.say('m1', 't1', 'user');
    expect(await run(settleMs === undefined ? {} : { settleMs })).toEqual({
      state: 'undecided',
      evidence: 'items',
      turnId: 't1',
      items: service.items,
      reconnects: waits.length,
    });
    expect(service.waits).toEqual(waits);
  });

  test('has all the time of its work before that time begins', async () => {
    service.onSubmit = () => (service.status = 'in_progress');
    service.streams = [[], [], [], [], [() => (service.status = 'idle'), accept]];
    expect(await run({ settleMs: 1 })).toMatchObject({ state: 'completed', evidence: 'items' });
  });

  test('that nothing shows is undecided, without a turn', async () => {
    const outcome = await run({ settleMs: 0 });
    expect(outcome).toEqual({ state: 'undecided', evidence: 'items', items: [], reconnects: 1 });
    expect('turnId' in outcome).toBe(false);
  });

  test('in a session that failed is failed, even with an answer', async () => {
    service.streams = [[accept, () => (service.status = 'failed')]];
    expect(await run()).toMatchObject({ state: 'failed', evidence: 'items', turnId: 't1', items: [{}, {}] });
  });

  test('at rest is listened to for a moment only', async () => {
    const times: number[] = [];
    const real = setTimeout;
    jest.spyOn(global, 'setTimeout').mockImplementation(((action: () => void, ms: number) => {
      times.push(ms);
      return real(action, ms > 20_000 ? ms : 0);
    }) as never);
    const cleared = jest.spyOn(global, 'clearTimeout');
    service.streams = [[], ['wait'], [accept]];
    expect(await run()).toMatchObject({ state: 'completed', evidence: 'items', reconnects: 3 });
    expect(times).toEqual([1_800_000, 500, 1_000]);
    expect(cleared.mock.calls.filter(([limit]) => limit !== undefined)).toHaveLength(3);
  });
});

describe('a service that fails after the submit', () => {
  const passing = () => new ConnectionError('down');
  const gone = new NotFoundError('gone', { status: 404 });

  test('for a while does not lose the turn, neither its stream nor its items', async () => {
    service.onSubmit = () => {
      accept();
      service.failures = { stream: [1, 2, 3, 4].map(passing), get: [passing()], items: [passing()] };
    };
    service.streams = [[]];
    expect(await run()).toMatchObject({ state: 'completed', evidence: 'items', turnId: 't1' });
    expect(service.calls.filter((name) => name === 'submit')).toHaveLength(1);
  });

  test('for a while does not lose the items of a turn that is over, and opens no stream for them', async () => {
    service.onSubmit = () => (service.failures = { items: [passing(), passing()] });
    service.streams = [[accept, turn('completed')]];
    expect(await run()).toMatchObject({ state: 'completed', items: [{ id: 'm1' }, { id: 'm2' }], reconnects: 0 });
    expect(service.waits).toEqual([250, 500]);
  });

  test.each(['stream', 'get', 'items'] as const)('for good (%s) ends the wait', async (name) => {
    service.onSubmit = () => (service.failures = { [name]: [gone] });
    service.streams = [[]];
    expect(await failed()).toBe(gone);
  });

  test('before the submit ends it, and nothing is submitted', async () => {
    service.failures = { stream: [passing()] };
    expect(await failed()).toMatchObject({ name: 'ConnectionError' });
    expect(service.calls).toEqual(['get', 'items', 'stream']);
  });
});

describe('a submit whose end is unclear', () => {
  const cause = new ConnectionError('down');
  const details = { operation: 'submitMessage', status: 500, requestId: 'r1', code: 'boom', cause } as const;
  const unclear = new AmbiguousRequestError('unclear', 42, details);
  beforeEach(() => (service.failures = { submit: [unclear] }));

  test('is followed when it was accepted: its turn is the one of the message', async () => {
    // The items that show it; the events are those of a turn that began later.
    service.streams = [[turn('completed', 't2'), turn('completed')]];
    const { items } = service.client;
    let reads = 0;
    service.client.items = (...question: Parameters<typeof items>) => {
      if (++reads === 2) accept();
      return items(...question);
    };
    expect(await run()).toMatchObject({ state: 'completed', turnId: 't1' });
    expect(service.calls.filter((name) => name === 'submit')).toHaveLength(1);
  });

  test.each([
    ['idle', 'not-found'],
    ['failed', 'undecided'],
  ])('is raised with what was found out, in a session that is %s: %s', async (status, reconciled) => {
    service.client.submit = () => ((service.status = status), Promise.reject(unclear));
    const error = await failed();
    expect(error).toBeInstanceOf(AmbiguousRequestError);
    expect(error).toMatchObject({ message: 'unclear', startedAt: 42, reconciled, ...details });
  });

  test('is raised as it is when the caller has given up', async () => {
    const abort = new AbortController();
    service.client.submit = () => (abort.abort(), service.calls.push('submit'), Promise.reject(unclear));
    expect(await failed({ signal: abort.signal })).toBe(unclear);
    expect(service.calls).toEqual(['get', 'items', 'stream', 'submit', 'close']);
  });

  test('is not what a refusal is', async () => {
    const refused = new NotFoundError('gone', { status: 404 });
    service.failures = { submit: [refused] };
    expect(await failed()).toBe(refused);
    expect(service.calls).toEqual(['get', 'items', 'stream', 'submit', 'close']);
  });
});

describe('the wait for a turn', () => {
  test('ends at the deadline with an error of its own', async () => {
    service.streams = [['wait']];
    expect(await failed({ deadlineMs: 1 })).toMatchObject({ name: 'TurnDeadlineError' });
  });

  test('ends with the abort of the caller, which may come before', async () => {
    const abort = new AbortController();
    service.streams = [[() => abort.abort(), 'wait']];
    expect(await failed({ signal: abort.signal })).toMatchObject({ name: 'AbortError' });
    service.calls.length = 0;
    expect(await failed({ signal: abort.signal })).toMatchObject({ name: 'AbortError' });
    expect(service.calls).toEqual(['get']);
  });

  test('ends between two looks, too', async () => {
    const abort = new AbortController();
    service.streams = [[() => abort.abort()]];
    expect(await failed({ signal: abort.signal })).toMatchObject({ name: 'AbortError', operation: 'streamEvents' });
  });

  test('leaves no timer and no listener behind', async () => {
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    const cleared = jest.spyOn(global, 'clearTimeout');
    service.streams = [[turn('completed')]];
    await run({ signal });
    const [[, listener]] = added.mock.calls;
    expect(added).toHaveBeenCalledWith('abort', listener, { once: true });
    expect(removed).toHaveBeenCalledWith('abort', listener);
    expect(cleared.mock.calls.filter(([limit]) => limit !== undefined)).toHaveLength(1);
  });
});
