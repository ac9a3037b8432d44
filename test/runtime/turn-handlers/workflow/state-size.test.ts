import { MAX_INLINE_BYTES, type TextPart, TURN_REQUEST_FORMAT } from '../../../../lib/contracts/turn';
import { judgeScreening } from '../../../../runtime/turn-handlers/judge-screening/judge-screening';
import { MAX_TURN_BYTES, prepareTurn } from '../../../../runtime/turn-handlers/prepare-turn/prepare-turn';
import { storePrompt } from '../../../../runtime/turn-handlers/prepare-turn/store-prompt';
import { aTurn } from './memory-ledger';

/* The state of an execution holds 262,144 bytes. An execution that outgrows it ends at once and cannot be caught. */

const LIMIT = 262_144;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const store = { bucket: 'b'.repeat(63), write: (key: string) => Promise.resolve({ key, bytes: 0, sha256: '' }) };
const environment = {
  BMA_AGENT_NAME: 'reviewer',
  BMA_DEADLINE_SECONDS: '60',
  BMA_APPROVAL: 'none',
  BMA_RECORD_SECONDS: '60',
};
const name = `turn-${'f'.repeat(64)}`;
const execution = {
  name,
  id: `arn:aws:states:us-east-1:111122223333:execution:${'m'.repeat(80)}:${name}`,
  startTime: '2026-11-27T12:00:00Z',
};

/** One character that JSON writes with one, two, three, four or six bytes. */
const ALPHABET = ['a', '"', 'é', '字', '😀', '\u0001', '\ud800'];

let seed = 5;
const random = (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((seed / 4_294_967_296) * below);
};
const text = (most: number) => ALPHABET[random(ALPHABET.length)].repeat(1 + random(most)).slice(0, most);

function request() {
  const parts = Array.from({ length: 1 + random(100) }, () => ({ text: text(random(2) ? 10_000 : 500) }));
  return {
    format: TURN_REQUEST_FORMAT,
    agentName: 'reviewer',
    deduplicationKey: text(1_024),
    sessionKey: text(256),
    trigger: {
      type: text(256),
      id: text(256),
      source: text(512),
      eventId: text(256),
      time: '2026-11-27T12:00:00Z',
      resources: Array.from({ length: 10 }, () => text(512)),
    },
    subject: Object.fromEntries(
      Array.from({ length: random(17) }, (_, index) => [`name${index}`, '"'.repeat(1 + random(1_200))]),
    ),
    prompt: parts,
  } as never;
}

/** A guardrail that masks every part with something longer, and finds a hundred things. */
const answer = (masked: string) => ({
  Outputs: [{ Text: masked }],
  Assessments: [
    {
      SensitiveInformationPolicy: {
        Regexes: Array.from({ length: 100 }, (_, index) => ({
          Name: `${index}`.padEnd(100, 'x'),
          Action: 'ANONYMIZED',
        })),
      },
    },
  ],
});

test('500 requests of all sizes and alphabets: what is accepted fits twice with everything that can stand beside it', async () => {
  let [accepted, byReference] = [0, 0];
  for (let run = 0; run < 500; run++) {
    const prepared = await storePrompt(prepareTurn({ request: request(), execution }, environment), name, store);
    expect(bytes(prepared.turn)).toBeLessThanOrEqual(MAX_TURN_BYTES);
    if (!prepared.accepted) continue;
    accepted += 1;
    if (prepared.prompt.some(({ s3 }) => s3)) byReference += 1;
    const verdict = { action: 'MASKED', findings: Array.from({ length: 5 }, () => 'x'.repeat(80)) };
    // While the input is screened: the turn, the prompt and every part again with its verdict.
    const screened = prepared.prompt.map((part) => ({ part, verdict }));
    const { turn, prompt, toScreen } = prepared;
    expect(toScreen).toEqual(prompt);
    expect(bytes({ accepted: true, turn, prompt, toScreen, screened })).toBeLessThan(LIMIT);
    // At the end: the turn twice, the verdicts, and an output of a hundred references four times, twice with verdicts.
    const output = Array.from({ length: 100 }, (_, index) => ({
      s3: { bucket: store.bucket, key: `turns/${name}/output/${String(index).padStart(3, '0')}.txt` },
    }));
    const end = {
      turn: prepared.turn,
      result: { verdicts: screened.map(() => verdict), ending: {}, approval: { comment: '\u0001'.repeat(500) } },
      collected: output,
      published: output,
      final: { detail: { ...prepared.turn.detail, output }, output: output.map((part) => ({ part, verdict })) },
    };
    expect(bytes(end)).toBeLessThan(LIMIT);
  }
  expect(accepted).toBeGreaterThan(50);
  expect(byReference).toBeGreaterThan(20);
});

test('the fourteen parts that made a state of 292,177 bytes go to S3', async () => {
  const prompt = Array.from({ length: 14 }, () => ({ text: 'x'.repeat(10_000) }));
  const given = {
    ...(request() as object),
    trigger: { type: 'direct', id: 'x', source: 'x', time: 'x' },
    subject: {},
    prompt,
  };
  const prepared = await storePrompt(prepareTurn({ request: given as never, execution }, environment), name, store);
  expect(prepared.accepted && prepared.prompt.every(({ s3 }) => s3)).toBe(true);
});

test('a masked part never takes more of the state than the part did, or a reference', async () => {
  for (const original of ['a', 'é'.repeat(300), 'x'.repeat(9_000)]) {
    for (const masked of ['{EMAIL}', '\u0001'.repeat(10_000), 'x'.repeat(5_000)]) {
      const part: TextPart = { text: original };
      const judged = await judgeScreening(
        { turn: aTurn(name), stage: 'input', index: 0, part, answer: answer(masked) },
        store as never,
      );
      expect(judged.verdict.action).toBe('MASKED');
      expect(bytes(judged.part)).toBeLessThanOrEqual(Math.max(bytes(part), 250));
      expect(bytes(judged.verdict.findings)).toBeLessThan(5 * 90);
    }
  }
  expect(MAX_INLINE_BYTES + 100 * 250).toBeLessThan(LIMIT / 3);
});
