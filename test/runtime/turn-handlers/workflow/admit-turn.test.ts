import type { Admission } from '../../../../lib/contracts/step';
import { admitTurn } from '../../../../runtime/turn-handlers/admit-turn/admit-turn';
import { TransientStepError } from '../../../../runtime/turn-handlers/turn/aws-errors';
import { aTurn, MemoryLedger } from './memory-ledger';

/* Turns wait in virtual time: minutes pass between two looks, and no test waits for them. */

const MINUTE = 60_000;
let ledger: MemoryLedger;
let now: number;
const admissions = new Map<string, Admission>();

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation();
  ledger = new MemoryLedger();
  admissions.clear();
  now = 1_800_000_000_000;
});

/** One look, and what the machine does with the answer. */
async function look(name: string, key: string, slots = 2): Promise<string> {
  const answer = await admitTurn(
    { turn: aTurn(name, key), admission: admissions.get(name) ?? null },
    { ledger: ledger, slots, patienceSeconds: 3600, now: () => now },
  );
  if (answer.status === 'ended') return answer.ending.reason!.code;
  admissions.set(name, answer.admission);
  if (answer.status === 'admitted') {
    const item = ledger.items.get('slots') ?? {};
    const holders = new Set(item['holders'] as Set<string> | undefined).add(name);
    delete item[`waits#${name}`];
    ledger.items.set('slots', { ...item, holders });
  }
  return answer.status;
}

function giveBack(name: string, key: string): void {
  const conversation = { ...ledger.items.get(`session#${key}`)! };
  delete conversation['heldBy'];
  ledger.items.set(`session#${key}`, conversation);
  (ledger.items.get('slots')!['holders'] as Set<string>).delete(name);
}

test('turns of one conversation hold one slot, and turns of another go on', async () => {
  expect(await look('a1', 'a')).toBe('admitted');
  for (const name of ['a2', 'a3', 'a4']) expect(await look(name, 'a')).toBe('waiting');
  expect(await look('b1', 'b')).toBe('admitted');
  expect([...(ledger.items.get('slots')!['holders'] as Set<string>)]).toEqual(['a1', 'b1']);
});

test('who has waited longest is next, however often the others look', async () => {
  await look('a1', 'a');
  const order: string[] = [];
  for (const name of ['a2', 'a3', 'a4']) {
    now += 1_000;
    await look(name, 'a');
  }
  for (let running = 'a1', left = ['a4', 'a3', 'a2']; left.length > 0; left = left.filter((each) => each !== running)) {
    giveBack(running, 'a');
    for (const name of left) {
      now += 1_000;
      if ((await look(name, 'a')) === 'admitted') order.push((running = name));
    }
  }
  expect(order).toEqual(['a2', 'a3', 'a4']);
});

test('slots go to who has waited longest, too, and a full share is passed over', async () => {
  for (const name of ['a', 'b']) await look(name, name);
  for (const name of ['c', 'd']) {
    now += 1_000;
    expect(await look(name, name)).toBe('waiting');
  }
  giveBack('a', 'a');
  expect(await look('d', 'd')).toBe('waiting');
  expect(await look('c', 'c')).toBe('admitted');
});

test('a turn that was lost while it waited stands in nobody’s way for long', async () => {
  await look('a1', 'a');
  await look('lost', 'a');
  now += 1_000;
  await look('a2', 'a');
  giveBack('a1', 'a');
  expect(await look('a2', 'a')).toBe('waiting');
  now += 5 * MINUTE;
  expect(await look('a2', 'a')).toBe('admitted');
});

test('a turn that could not look for a while comes back to its place', async () => {
  await look('a1', 'a');
  await look('slow', 'a');
  now += 10 * MINUTE;
  await look('a2', 'a');
  expect(await look('slow', 'a')).toBe('waiting');
  giveBack('a1', 'a');
  expect(await look('a2', 'a')).toBe('waiting');
  expect(await look('slow', 'a')).toBe('admitted');
});

test('waiting ends with what was waited for, after the time for both together', async () => {
  for (const name of ['a', 'b']) await look(name, name);
  await look('a2', 'a');
  await look('c', 'c');
  now += 60 * MINUTE;
  // The hold of the running turn was renewed where its session was opened.
  ledger.items.get('session#a')!['heldUntil'] = now + MINUTE;
  expect(await look('a2', 'a')).toBe('session-busy');
  expect(await look('c', 'c')).toBe('no-slot');
  expect(Object.keys(ledger.items.get('session#a')!)).not.toContain('waits#a2');
});

test('a stopped turn takes nothing', async () => {
  ledger.items.set('turn#a', { stopped: true });
  expect(await look('a', 'a')).toBe('stopped');
  expect(ledger.items.has('session#a')).toBe(false);
});

test('a ledger that is away for a while costs a turn its time and nothing else', async () => {
  await look('a1', 'a');
  const { since } = admissions.get('a1')!;
  ledger.before = () => {
    throw new TransientStepError('DynamoDB: ThrottlingException');
  };
  now += MINUTE;
  expect(await look('a1', 'a')).toBe('waiting');
  expect(admissions.get('a1')!.since).toBe(since);
  now += 60 * MINUTE;
  expect(await look('a1', 'a')).toBe('no-slot');
});

test('a stopped agent takes no turn, whoever starts it, and the outcome says since when and why', async () => {
  const announced = { pk: 'stop', id: 'x', at: '2026-11-28T02:59:58.000Z', reason: 'leaked prompt' };
  ledger.items.set('stop', { ...announced, refusesSince: '2026-11-28T03:00:00.000Z' });
  const answer = await admitTurn(
    { turn: aTurn('a1', 'a'), admission: null },
    { ledger, slots: 2, patienceSeconds: 3600, now: () => now },
  );
  expect(answer).toMatchObject({
    status: 'ended',
    ending: { outcome: 'Cancelled', reason: { code: 'agent-stopped' } },
  });
  expect(JSON.stringify(answer)).toMatch(/2026-11-28T03:00:00.000Z.*leaked prompt/);
  // Its triggers are still being disabled: until then their events must not be refused.
  ledger.items.set('stop', announced);
  expect(await look('a1', 'a')).toBe('admitted');
});
