/**
 * The fault table of looking at a turn and collecting its evidence: `turn-faults.json` says where what goes wrong, for how
 * many looks, how the turn ends and what is published. The service is a real HTTP server; the ledger and S3 are stand-ins in
 * memory, because their own errors are the subject of other suites. After every row: nothing of the earlier turn is published.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import type { CheckState, Ending } from '../../../../lib/contracts/step';
import { markConversation, SessionClient } from '../../../../runtime/session-client';
import { checkTurn } from '../../../../runtime/turn-handlers/check-turn/check-turn';
import { collectEvidence } from '../../../../runtime/turn-handlers/collect-evidence/collect-evidence';
import { TransientStepError } from '../../../../runtime/turn-handlers/turn/failures';
import type { Ledger } from '../../../../runtime/turn-handlers/turn/ledger';
import { markText } from '../../../../runtime/turn-handlers/turn/mark';
import { TextStore } from '../../../../runtime/turn-handlers/turn/text-store';
import { KEY, LoopbackService } from '../../session-client/loopback-service';
import { answerWith, playConversation, type ServedConversation } from './scenes';
import ROWS from './turn-faults.json';

interface Row {
  readonly where: string;
  readonly what: string;
  readonly looks?: number;
  readonly conversation?: string;
  readonly terminal?: string;
  readonly late?: number;
  readonly sameText?: boolean;
  readonly expected: {
    readonly outcome: string;
    readonly code?: string;
    readonly text: string;
    readonly complete?: boolean;
    readonly missing?: readonly string[];
  };
}

/** Small, so that large answers are quick to make. */
const MAX_RESPONSE_BYTES = 64 * 1024;
/** Attempts of a step that says it may be repeated; the state machine makes more. */
const STEP_ATTEMPTS = 8;
const MOST_LOOKS = 15;

/** Limits of a row whose service doesn't answer or fails again: each is waited for, so they are short. */
const SHORT = { timeoutMs: 60, stepMs: 250 };
/** Limits of a row whose service answers: none is reached, also on a busy machine. */
const LONG = { timeoutMs: 30_000, stepMs: 60_000 };

let service: LoopbackService;
const clients: SessionClient[] = [];
beforeAll(async () => {
  service = await new LoopbackService().start();
});
function clientWith(timeoutMs: number): SessionClient {
  const client = new SessionClient({
    region: 'us-east-1',
    endpoint: service.origin,
    credentials: () => Promise.resolve(KEY),
    environment: {},
    retry: { baseDelayMs: 5, maxDelayMs: 20 },
    timeoutMs,
    maxResponseBytes: MAX_RESPONSE_BYTES,
  });
  clients.push(client);
  return client;
}
// What the handlers log is checked elsewhere.
beforeEach(() => void jest.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  clients.forEach((client) => client.close());
  await service.stop();
});

const rows = (ROWS as Row[]).map((row) => ({
  ...row,
  name: `${row.where}: ${row.what}${row.looks ? `, ${row.looks} times` : ''} → ${row.expected.outcome}`,
}));

test('the table is as large as the project promises', () => {
  expect(rows.length).toBeGreaterThanOrEqual(80);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test.each(rows)('$name', async (row) => {
  const { where, what, looks = 0, expected } = row;
  const scene: ServedConversation = playConversation(
    row.conversation ?? (where === 'conversation' ? what : 'as it should be'),
    row,
  );
  const { timeoutMs, stepMs } = where === 'conversation' || where === 'store' ? LONG : SHORT;
  const client = clientWith(timeoutMs);
  let phase: 'mark' | 'look' | 'evidence' = 'mark';
  let tries = 0;
  const faulty = (at: string) =>
    tries < looks && ((phase === 'look' && where === at) || (phase === 'evidence' && where === `evidence-${at}`));
  service.next((response, request) => {
    const at = request.target.includes('/items') ? 'items' : request.target.includes('/events') ? 'stream' : 'session';
    if (faulty(at)) answerWith(what, response);
    else scene.answer(at, request, response);
  });

  scene.time('before');
  const record: Record<string, unknown> = {
    state: 'submitted',
    sessionId: 's1',
    deadlineAt: Date.now() + 3_600_000,
    conversationMark: markText(await markConversation(client, 's1')),
  };
  const ledger = {
    turn: () =>
      where === 'ledger' && tries < looks
        ? Promise.reject(new TransientStepError('DynamoDB: ThrottlingException'))
        : Promise.resolve(record),
    replacement: () => Promise.resolve({}),
    change: (_pk: string, { values }: { values: Record<string, string> }) => {
      Object.assign(record, { terminal: values['terminal'], turnId: values['turn'] });
      return Promise.resolve(record);
    },
  } as unknown as Ledger;
  const turn = { name: 'turn-x', turnPk: 'turn#x', sessionPk: 'session#x', deadlineSeconds: 3600, detail: {} } as never;

  scene.time('after');
  phase = 'look';
  let check: CheckState = { polls: 0, idlePolls: 0, waitSeconds: 1 };
  let ending: Ending | undefined;
  for (; tries < MOST_LOOKS && !ending; tries++) {
    const answer = await checkTurn(
      { turn, sessionId: 's1', check },
      { client, ledger, listenMs: 120 },
      Date.now() + stepMs,
    );
    if (answer.status === 'running') check = answer.check;
    else ending = answer.status === 'ended' ? answer.ending : { outcome: 'TimedOut' };
  }

  phase = 'evidence';
  tries = 0;
  const objects = new Map<string, Buffer>();
  const store = new TextStore(
    memoryBucket(objects, () => where === 'store' && tries < looks && what),
    'evidence',
  );
  const parts = { client, ledger, store, guardrail: { arn: 'a', version: '1' }, settleMs: row.late ? 2_000 : 0 };
  let collected: Awaited<ReturnType<typeof collectEvidence>> | undefined;
  for (; tries < STEP_ATTEMPTS && !collected; tries++) {
    scene.time('evidence');
    const patience = row.late ? LONG.stepMs : stepMs;
    collected = await collectEvidence({ turn, ending: ending! }, parts, Date.now() + patience).catch((error: Error) => {
      if (error instanceof TransientStepError) return undefined;
      throw error;
    });
  }

  const manifest = JSON.parse(objects.get('turns/turn-x/manifest.json')!.toString('utf8')) as {
    items: { complete: boolean; incomplete?: string[]; key: string; count: number };
  };
  const published = collected!.output.map(({ text }) => text ?? '').join('');
  const items = objects.get(manifest.items.key)!.toString('utf8');
  expect({ outcome: ending!.outcome, code: ending!.reason?.code, text: published }).toEqual({
    outcome: expected.outcome,
    code: expected.code,
    text: expect.stringContaining(expected.text),
  });
  if (expected.text === '') expect(published).toBe('');
  if (expected.complete !== undefined) expect(manifest.items.complete).toBe(expected.complete);
  expect(manifest.items.incomplete ?? []).toEqual(expected.missing ?? []);
  expect(items.split('\n').filter(Boolean)).toHaveLength(manifest.items.count);
  if (!row.sameText) expect(`${published}${items}`).not.toContain('old answer');
  expect(`${published}${items}`).not.toContain('of somebody else');
});

/** A bucket in memory behind the interface of the SDK's client; `fault` names the error of the next call. */
function memoryBucket(objects: Map<string, Buffer>, fault: () => string | false): S3Client {
  const parts: Buffer[] = [];
  return {
    send: ({ constructor, input }: { constructor: { name: string }; input: Record<string, any> }) => {
      const error = fault();
      if (error) {
        const code = /^E[A-Z]+$/.test(error) ? { code: error } : { $metadata: { httpStatusCode: 503 } };
        return Promise.reject(Object.assign(new Error('no'), { name: error.split(' ').at(-1) }, code));
      }
      if (constructor.name === 'PutObjectCommand') objects.set(input['Key'] as string, Buffer.from(input['Body']));
      if (constructor.name === 'UploadPartCommand') parts.push(Buffer.from(input['Body']));
      if (constructor.name === 'CompleteMultipartUploadCommand') {
        objects.set(input['Key'] as string, Buffer.concat(parts.splice(0)));
      }
      return Promise.resolve({ UploadId: 'u', ETag: 'e' });
    },
  } as unknown as S3Client;
}
