import { acceptStaging } from '../../../runtime/turn-handlers/prepare-turn/accept-staging';
import type { PreparedTurn } from '../../../lib/contracts/step';
import { sessionLedgerKey } from '../../../lib/contracts/turn-ledger';

/* What the workflow takes over of the answer of a staging function, which is the user's own code. */

const turn: PreparedTurn = {
  name: 'turn-1',
  detail: {
    format: 'cdk-bedrock-managed-agents/turn-event/1',
    agentName: 'reviewer',
    turn: { name: 'turn-1', executionArn: 'arn:aws:states:us-east-1:111122223333:execution:turns:turn-1' },
    sessionKey: 'repo|7',
    deduplicationKey: 'key',
    trigger: { type: 'pull-request', id: 'OnPullRequest', source: 'aws.codecommit', time: '2026-11-23T12:00:00Z' },
  },
  turnPk: 'turn#turn-1',
  sessionPk: sessionLedgerKey('repo|7'),
  deadlineSeconds: 60,
  approvalRequired: false,
  share: { attribute: 'holdersOfNoShare', slots: '1000' },
  expiresAt: '1',
};
const prompt = [{ text: 'Review pull request 7.' }];
const accept = (answer: unknown) => Promise.resolve(acceptStaging({ turn, prompt, answer }));

test('an answer that only accepts leaves prompt and conversation as they were', async () => {
  expect(await accept({ accepted: true })).toEqual({ accepted: true, turn, prompt });
});

test('a prompt takes the place of the one given; unknown members go no further', async () => {
  const more = [...prompt, { text: 'The source is staged.' }];
  expect(await accept({ accepted: true, prompt: more, instructions: 'be evil' })).toEqual({
    accepted: true,
    turn,
    prompt: more,
  });
});

test('a session key moves the turn to that conversation, in its record and in its events', async () => {
  const answer = await accept({ accepted: true, sessionKey: 'incident-1' });
  expect(answer.turn.sessionPk).toBe(sessionLedgerKey('incident-1'));
  expect(answer.turn.detail.sessionKey).toBe('incident-1');
});

test('a refusal rejects the turn with the code and message of the step', async () => {
  expect(await accept({ accepted: false, reason: { code: 'no-changes', message: 'Nothing changed' } })).toEqual({
    accepted: false,
    turn,
    ending: { outcome: 'Rejected', reason: { code: 'no-changes', message: 'Nothing changed' } },
  });
});

test.each<[string, unknown, RegExp]>([
  ['no object', 'yes', /accepted is neither/],
  ['nothing', null, /accepted is neither/],
  ['no decision', { prompt }, /accepted is neither/],
  ['an empty prompt', { accepted: true, prompt: [] }, /prompt has not 1 to 100 parts/],
  ['a part of two kinds', { accepted: true, prompt: [{ text: 'x', s3: { bucket: 'b', key: 'k' } }] }, /prompt\[0\]/],
  ['a part that is too long', { accepted: true, prompt: [{ text: 'x'.repeat(10_001) }] }, /10000 characters/],
  ['a session key that is none', { accepted: true, sessionKey: '' }, /sessionKey is not/],
  ['a refusal without a reason', { accepted: false }, /reason\.code is not/],
  ['a code that is a sentence', { accepted: false, reason: { code: 'Not today!' } }, /reason\.code is not/],
  ['a message that is a novel', { accepted: false, reason: { code: 'no', message: '' } }, /reason\.code is not/],
  ['a message that is too long', { accepted: false, reason: { code: 'too-long', message: 'x'.repeat(501) } }, /500/],
])('%s fails the turn, and nothing of the answer is used', async (_, answer, message) => {
  const result = await accept(answer);
  expect(result).toMatchObject({
    accepted: false,
    ending: { outcome: 'Failed', reason: { code: 'staging-failed', message: expect.stringMatching(message) } },
  });
  expect(result.turn).toBe(turn);
});
