import { createOnce } from '../../../../runtime/turn-handlers/open-session/create-once';
import { submitTurn } from '../../../../runtime/turn-handlers/submit-turn/submit-turn';
import { aTurn, MemoryLedger } from './memory-ledger';

/*
 * Two attempts of a step at the same time. Step Functions repeats a task whose invocation it has lost (Lambda.Unknown,
 * Lambda.SdkClientException), while the function may still run.
 */

const turn = aTurn('a');
let ledger: MemoryLedger;
beforeEach(() => {
  ledger = new MemoryLedger();
  jest.spyOn(console, 'log').mockImplementation();
});

/** Both calls of `once` wait for each other at that point. */
function meetingPoint(): () => Promise<void> {
  let arrive: () => void;
  const both = new Promise<void>((resolve) => (arrive = resolve));
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === 2) arrive();
    return both;
  };
}

/** The rejections, which only say that the step is repeated, and the answers. */
const settled = async <T>(attempts: Promise<T>[]) =>
  (await Promise.allSettled(attempts)).map((each) => (each.status === 'fulfilled' ? each.value : each.reason.name));

describe('submit-turn', () => {
  const conversation = (meet: () => Promise<void>, onSubmit: (sent: number) => Promise<void>) => {
    const sent: string[] = [];
    return {
      sent,
      client: {
        timing: { now: () => Date.now(), sleep: () => Promise.resolve() },
        submit: (_id: string, message: string) => onSubmit(sent.push(message)),
        get: () => Promise.resolve({ id: 'sess_1', status: sent.length ? 'in_progress' : 'idle' }),
        async *items() {
          await meet();
          for (const text of sent)
            yield { id: text, type: 'message', role: 'user', content: [{ text }], turn_id: 't1' };
        },
      },
    };
  };
  const submit = (client: object) =>
    submitTurn({ turn, sessionId: 'sess_1', prompt: [], screened: [] }, {
      ledger,
      store: { text: () => Promise.resolve('hello') },
      settleMs: 0,
      client,
    } as never);

  test('two attempts that both found the conversation empty send one message', async () => {
    ledger.items.set(turn.turnPk, { state: 'registered' });
    const { sent, client } = conversation(meetingPoint(), () => Promise.resolve());
    const answers = await settled([submit(client), submit(client)]);
    expect(sent).toEqual(['hello']);
    expect(answers).toMatchObject([{ status: 'submitted' }, { status: 'submitted' }]);
  });

  test('the attempt that did not claim the send waits for the other one, however slow it is', async () => {
    ledger.items.set(turn.turnPk, { state: 'registered' });
    let take!: () => void;
    const slow = new Promise<void>((resolve) => (take = resolve));
    const { sent, client } = conversation(meetingPoint(), (sent) => (sent === 1 ? slow : Promise.resolve()));
    const first = submit(client);
    const second = submit(client);
    expect(await Promise.race([first, second])).toMatchObject({ status: 'submitted' });
    take();
    expect(await settled([first, second])).toMatchObject([{ status: 'submitted' }, { status: 'submitted' }]);
    expect(sent).toEqual(['hello']);
  });

  test('two attempts that both found an earlier send that never arrived send one message', async () => {
    ledger.items.set(turn.turnPk, {
      state: 'submitting',
      submitStartedAt: 1,
      conversationMark: JSON.stringify({ empty: true, turnIds: [], known: [], whole: true }),
    });
    const { sent, client } = conversation(meetingPoint(), () => Promise.resolve());
    await settled([submit(client), submit(client)]);
    expect(sent).toEqual(['hello']);
  });
});

describe('open-session', () => {
  test('of two attempts that found no session one creates it, and the other is repeated', async () => {
    const held = { sessionKey: 'a', heldBy: turn.name };
    ledger.items.set(turn.sessionPk, held);
    let created = 0;
    const client = { create: () => Promise.resolve({ id: `sess_${(created += 1)}` }) };
    const attempt = () => createOnce({} as never, turn, held, { ledger, client, settleMs: 0, limits: {} } as never);
    expect(await settled([attempt(), attempt()])).toMatchObject([{ id: 'sess_1' }, 'TransientStepError']);
    expect(created).toBe(1);
  });
});
