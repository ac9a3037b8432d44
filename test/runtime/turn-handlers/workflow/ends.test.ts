import { createHash } from 'node:crypto';
import { approvalLedgerKey } from '../../../../lib/contracts/turn-ledger';
import { AmbiguousRequestError, NotFoundError } from '../../../../runtime/session-client';
import { approveTurn } from '../../../../runtime/turn-handlers/approve-turn/approve-turn';
import { cancelTurn } from '../../../../runtime/turn-handlers/cancel-turn/cancel-turn';
import { checkTurn } from '../../../../runtime/turn-handlers/check-turn/check-turn';
import { expireSessions } from '../../../../runtime/turn-handlers/expire-sessions/expire-sessions';
import { openSession } from '../../../../runtime/turn-handlers/open-session/open-session';
import { submitTurn } from '../../../../runtime/turn-handlers/submit-turn/submit-turn';
import { TransientStepError } from '../../../../runtime/turn-handlers/turn/aws-errors';
import { aTurn, MemoryLedger } from './memory-ledger';

/* What the steps of a turn do when something comes in between. Sessions and stores are as small as they can be here. */

let ledger: MemoryLedger;
beforeEach(() => {
  ledger = new MemoryLedger();
  jest.spyOn(console, 'log').mockImplementation();
});

describe('submit-turn', () => {
  const turn = aTurn('a');
  const submit = (onSubmit: () => Promise<void>) =>
    submitTurn(
      { turn, sessionId: 'sess_1', prompt: [], screened: [] },
      {
        ledger: ledger as never,
        store: { text: () => Promise.resolve('hello') } as never,
        settleMs: 0,
        client: {
          submit: onSubmit,
          get: () => Promise.resolve({ id: 'sess_1', status: 'idle' }),
          itemsPage: () => Promise.resolve({ data: [], has_more: false }),
          async *items() {
            /* the conversation stays empty */
          },
        } as never,
      },
    );
  const ambiguous = () => new AmbiguousRequestError('cut', Date.now(), {});

  test('sends nothing more once the turn was stopped, also when the first send had an unclear end', async () => {
    let sent = 0;
    const answer = await submit(() => {
      sent += 1;
      // The execution is stopped while the first send hangs.
      ledger.items.set(turn.turnPk, { ...ledger.items.get(turn.turnPk), stopped: true });
      return Promise.reject(ambiguous());
    });
    expect(sent).toBe(1);
    expect(answer).toMatchObject({ status: 'ended', ending: { outcome: 'Cancelled', reason: { code: 'stopped' } } });
  });

  test('sends nothing when the stop comes between the look at the ledger and the send', async () => {
    ledger.before = (pk) => ledger.items.set(pk, { ...ledger.items.get(pk), stopped: true });
    let sent = 0;
    const answer = await submit(() => Promise.resolve(void (sent += 1)));
    expect([sent, answer.status]).toEqual([0, 'ended']);
  });

  test('sends nothing after the deadline', async () => {
    ledger.items.set(turn.turnPk, { deadlineAt: 1 });
    let sent = 0;
    const answer = await submit(() => Promise.resolve(void (sent += 1)));
    expect([sent, answer]).toMatchObject([0, { ending: { outcome: 'TimedOut', reason: { code: 'deadline' } } }]);
  });
});

describe('check-turn', () => {
  const look = (deadlineAt: number) =>
    checkTurn(
      { turn: aTurn('a'), sessionId: 'sess_1', check: { polls: 3, idlePolls: 1, waitSeconds: 5, deadlineAt } },
      {
        client: {} as never,
        ledger: { turn: () => Promise.reject(new TransientStepError('away')) } as never,
        listenMs: 1,
      },
    );

  test('a look that fails says nothing about the turn: another follows', async () => {
    expect(await look(Date.now() + 1_000)).toMatchObject({ status: 'running', check: { polls: 4, idlePolls: 1 } });
  });

  test('also for some time after the deadline, and then no longer', async () => {
    expect(await look(Date.now() - 60_000)).toMatchObject({ status: 'running' });
    expect(await look(Date.now() - 3_600_000)).toEqual({ status: 'deadline' });
  });
});

describe('expire-sessions', () => {
  const parts = (onDelete: (id: string) => Promise<void>) => ({
    ledger: {
      change: ledger.change,
      remove: ledger.remove,
      expiredSessions: () => Promise.resolve([{ pk: 'session#a', sessionId: 'sess_old' }]),
    } as never,
    client: { delete: onDelete } as never,
    index: 'by-deletion',
  });
  beforeEach(() => ledger.items.set('session#a', { deleteAfter: 1, sessionId: 'sess_new' }));

  test('deletes the session that the conversation has now, and its record', async () => {
    const deleted: string[] = [];
    const counts = await expireSessions(parts((id) => Promise.resolve(void deleted.push(id))));
    expect([deleted, counts.deleted, ledger.items.size]).toEqual([['sess_new'], 1, 0]);
  });

  test('leaves a conversation alone that a turn took while the deletion was slow', async () => {
    const counts = await expireSessions(
      parts(() => {
        // The hold has run out, and a turn is in the conversation.
        ledger.items.set('session#a', { ...ledger.items.get('session#a'), heldBy: 'turn-1' });
        return Promise.resolve();
      }),
    );
    expect(counts).toEqual({ deleted: 0, held: 1, failed: 0 });
    expect(ledger.items.get('session#a')).toMatchObject({ heldBy: 'turn-1' });
  });

  test('a session that is gone is deleted, one that cannot be deleted stays', async () => {
    expect((await expireSessions(parts(() => Promise.reject(new Error('503'))))).failed).toBe(1);
    expect(ledger.items.size).toBe(1);
    expect(
      (await expireSessions(parts(() => Promise.reject(new NotFoundError('gone', { status: 404 }))))).deleted,
    ).toBe(1);
  });
});

describe('approve-turn', () => {
  const pk = approvalLedgerKey('turn', 'turn-1');
  const answer = async (decision: string, by: string, states: { send: () => Promise<unknown> }) => {
    const reply = await approveTurn(
      {
        body: JSON.stringify({ turn: 'turn-1', decision }),
        requestContext: { authorizer: { iam: { userArn: by } } },
      },
      {
        ledger: ledger as never,
        states: states as never,
        records: 'turn',
        pause: () => new Promise((resolve) => setImmediate(resolve)),
      },
    );
    return [reply.statusCode, JSON.parse(reply.body).message as string];
  };
  const once = () => {
    let used = false;
    return {
      send: () => {
        if (used) return Promise.reject(Object.assign(new Error('x'), { name: 'TaskTimedOut' }));
        used = true;
        return Promise.resolve({});
      },
    };
  };
  beforeEach(() => ledger.items.set(pk, { approvalToken: 'token' }));

  test('a double click is recorded once and answered with 200 twice', async () => {
    const states = once();
    const [one, two] = await Promise.all([answer('approve', 'alice', states), answer('approve', 'alice', states)]);
    expect([one[0], two[0]]).toEqual([200, 200]);
    expect((await answer('approve', 'alice', states))[0]).toBe(200);
  });

  test('another decision, and another person, hear who answered before and how', async () => {
    const states = once();
    await answer('approve', 'alice', states);
    expect(await answer('deny', 'alice', states)).toEqual([
      409,
      'The turn was approved by alice before; that answer stands',
    ]);
    expect(await answer('approve', 'bob', states)).toEqual([
      409,
      'The turn was approved by alice before; another caller gave the same answer before',
    ]);
  });

  test('a turn that waits no more is expired, not recorded', async () => {
    const gone = { send: () => Promise.reject(Object.assign(new Error('x'), { name: 'TaskTimedOut' })) };
    expect((await answer('approve', 'alice', gone))[0]).toBe(410);
  });

  test('whoever answers after the expiry hears that it is expired, not that the first late answer stands', async () => {
    const gone = { send: () => Promise.reject(Object.assign(new Error('x'), { name: 'TaskTimedOut' })) };
    const [, message] = await answer('approve', 'alice', gone);
    expect(message).toMatch(/^Too late: .*The decision was not used/);
    expect((await answer('deny', 'bob', gone))[0]).toBe(410);
    expect((await answer('approve', 'bob', gone))[0]).toBe(410);
    // The record of the turn claims no approval.
    expect(ledger.items.get(pk)).not.toHaveProperty('approval');
  });

  test('a first answer that was recorded and not sent reaches the turn with the next one', async () => {
    const lost = { send: () => Promise.reject(new Error('connection lost')) };
    await expect(answer('approve', 'alice', lost)).rejects.toThrow('connection lost');
    const sent: unknown[] = [];
    const states = {
      send: (command: { input: { output: string } }) => Promise.resolve(sent.push(JSON.parse(command.input.output))),
    };
    expect(await answer('deny', 'bob', states as never)).toEqual([
      409,
      'The turn was approved by alice before; that answer stands',
    ]);
    expect(sent).toEqual([expect.objectContaining({ decision: 'approved', by: 'alice' })]);
  });
});

describe('the calls of a step end before its function does', () => {
  const FUNCTION_END = Date.now() + 40_000;
  const turn = aTurn('bounded');
  const limits: unknown[] = [];
  /** A session at rest without items; every call notes until when it may last. */
  const noting = <T>(result: T) =>
    jest.fn((...parameters: unknown[]) => {
      limits.push((parameters.at(-1) as { deadlineAt?: number } | undefined)?.deadlineAt);
      return Promise.resolve(result);
    });
  const client = () => ({
    get: noting({ id: 'sess_1', status: 'idle' }),
    submit: noting(undefined),
    cancel: noting(undefined),
    async *items(_id: string, _query: object, options?: { deadlineAt?: number }) {
      await Promise.resolve();
      limits.push(options?.deadlineAt);
    },
  });
  beforeEach(() => (limits.length = 0));

  test.each([
    ['the end of the function, where the deadline of the turn is later', 3_600_000, FUNCTION_END],
    ['the deadline of the turn', 20_000, undefined],
  ])('submit-turn: %s', async (_what, deadlineMs, expected) => {
    const deadlineAt = Date.now() + deadlineMs;
    ledger.items.set(turn.turnPk, { deadlineAt });
    const parts = { ledger, store: { text: () => Promise.resolve('hello') }, settleMs: 0, client: client() };
    await submitTurn({ turn, sessionId: 'sess_1', prompt: [], screened: [] }, parts as never, FUNCTION_END);
    expect(limits).toEqual([expected ?? deadlineAt, expected ?? deadlineAt]);
  });

  test('cancel-turn', async () => {
    ledger.items.set(turn.turnPk, { state: 'submitted', sessionId: 'sess_1', deadlineAt: 1 });
    ledger.items.set(turn.sessionPk, { heldBy: turn.name });
    const busy = { ...client(), get: noting({ id: 'sess_1', status: 'in_progress' }) };
    await cancelTurn({ turn }, { ledger, client: busy, patienceMs: 0 } as never, FUNCTION_END);
    expect(limits.length).toBeGreaterThanOrEqual(2);
    expect(new Set(limits)).toEqual(new Set([FUNCTION_END]));
  });

  test('open-session', async () => {
    ledger.items.set(turn.sessionPk, { state: 'open', sessionId: 'sess_1', bindingSha256: sha256('binding') });
    ledger.items.set(turn.turnPk, { state: 'registered' });
    const busy = { ...client(), get: noting({ id: 'sess_1', status: 'in_progress' }) };
    const parts = { ledger, client: busy, store: {}, settleMs: 0, retentionSeconds: 1 };
    await openSession({ turn: { ...turn, deadlineSeconds: 3_600 }, binding: 'binding' }, parts as never, FUNCTION_END);
    expect(limits).toEqual([FUNCTION_END, FUNCTION_END]);
  });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
