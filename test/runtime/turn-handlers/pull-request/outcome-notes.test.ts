import { GitHubApiStandIn, GitHubFault } from '../../../../local/stand-ins/github-api';
import { GitRepository } from '../../../../local/stand-ins/git-repository';
import { outcomeNote } from '../../../../runtime/turn-handlers/pull-request/outcome-note';
import { AGENT, coldStart, Stores } from './review-scene';

/* The function that says on a pull request of GitHub why there is no review: the bundle, against loopback. */

const REPOSITORY = 'example-org/payments';
const TOKEN = 'github_pat_ofExampleThatNobodyUses';
const stores = new Stores();
const environment = process.env;
let repository: GitRepository;
let api: GitHubApiStandIn;
let handler: (batch: object) => Promise<{ batchItemFailures: object[] }>;

beforeAll(async () => {
  await stores.start();
  stores.secret = JSON.stringify({ token: TOKEN });
  repository = GitRepository.create();
  repository.commit('main', { 'refund.js': 'x\n' }, 'First');
  repository.commit('fix', { 'refund.js': 'y\n' }, 'Fix');
  api = await GitHubApiStandIn.start({
    repositories: { [REPOSITORY]: repository },
    token: { value: TOKEN, login: 'reviewer-bot' },
  });
  handler = coldStart('explain-github-review', {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stores.url,
    BMA_GITHUB_API_URL: api.url,
    BMA_REPOSITORIES: JSON.stringify([REPOSITORY]),
    BMA_CREDENTIALS_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:github',
  });
});
afterAll(async () => {
  process.env = environment;
  repository.remove();
  await Promise.all([stores.close(), api.close()]);
});
beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation();
  api.reset();
  api.pullRequests.push({ number: 7, repository: REPOSITORY, source: 'fix', destination: 'main' });
});
afterEach(() => jest.restoreAllMocks());

test.each([
  ['Rejected', 'draft', true],
  ['Failed', 'review-invalid', true],
  ['TimedOut', 'deadline', true],
  ['Rejected', 'fork-not-allowed', false],
  ['Rejected', 'change-too-large', false],
  ['Rejected', 'input-blocked', false],
])('%s (%s): whether the note names the command: %s', (outcome, code, named) => {
  const ended = { agentName: AGENT, turnName: 'turn-1', outcome: outcome as never, code, sourceCommit: 'c0ffee1' };
  expect(outcomeNote({ ...ended, command: '/review' })!.includes('`/review`')).toBe(named);
  expect(outcomeNote(ended)).not.toContain('/review');
});

/** The outcome event of a turn about pull request 7. */
const event = (outcome: string, code?: string, more: object = {}) => ({
  source: 'cdk-bedrock-managed-agents',
  'detail-type': `Managed Agent Turn ${outcome}`,
  detail: {
    agentName: AGENT,
    turn: { name: 'turn-1' },
    subject: { repository: REPOSITORY, pullRequestId: '7', sourceCommit: repository.tip('fix') },
    outcome,
    ...(code ? { reason: { code, message: 'SECRET of the event' } } : {}),
    output: [{ text: 'SECRET of the model' }],
    ...more,
  },
});
const tell = (...events: object[]) =>
  handler({ Records: events.map((each, index) => ({ messageId: `m${index}`, body: JSON.stringify(each) })) });
const notes = () => api.comments.filter(({ kind }) => kind === 'note').map(({ body }) => body);

test.each([
  ['Rejected', 'change-too-large', /larger than this reviewer takes.*Split it/s],
  ['Rejected', 'fork-not-allowed', /comes from a fork.*push the branch/s],
  ['Rejected', 'nothing-reviewable', /no file that can be read as text/],
  ['Rejected', 'no-changes', /changes no file/],
  ['Rejected', 'output-blocked', /content filter/],
  ['Rejected', 'some-new-code', /it was refused.*reason `some-new-code`/s],
  ['Rejected', 'constructor', /it was refused/],
  ['Failed', 'review-invalid', /not a review.*another commit/s],
  ['Failed', 'delivery-failed', /the review failed.*another commit/s],
  ['TimedOut', 'no-slot', /took too long/],
  ['Cancelled', undefined, /was cancelled/],
])('%s (%s) is told in one comment, which a repetition leaves as it is', async (outcome, code, text) => {
  expect(await tell(event(outcome, code))).toEqual({ batchItemFailures: [] });
  await tell(event(outcome, code));
  expect(notes()).toEqual([expect.stringMatching(text)]);
  expect(notes()[0]).toContain(`<!-- bma-note agent=${AGENT} -->`);
  expect(notes()[0]).not.toContain('SECRET');
});

test('a later outcome takes the place of an earlier one, and a review ends it', async () => {
  await tell(event('Rejected', 'change-too-large'), event('Failed', 'review-invalid'));
  expect(notes()).toEqual([expect.stringContaining('not a review')]);
  await tell(event('Completed'));
  expect(notes()).toEqual([expect.stringContaining('Reviewed since, at commit')]);
});

test.each<[string, () => object]>([
  ['a review', () => event('Completed')],
  ['what is over', () => event('Rejected', 'superseded')],
  ['what is not there', () => event('Rejected', 'not-found')],
  ['another agent', () => event('Failed', 'x', { agentName: 'other' })],
  ['another source', () => ({ ...event('Failed', 'x'), source: 'somebody' })],
  [
    'another repository',
    () => event('Failed', 'x', { subject: { repository: 'example-org/other', pullRequestId: '7' } }),
  ],
  ['a turn about no pull request', () => event('Failed', 'x', { subject: undefined })],
  [
    'an older commit',
    () => event('Failed', 'x', { subject: { ...event('x').detail.subject, sourceCommit: 'a'.repeat(40) } }),
  ],
])('nothing is said about %s', async (_, make) => {
  expect(await tell(make())).toEqual({ batchItemFailures: [] });
  expect(notes()).toEqual([]);
});

test('nothing is said on a pull request that is closed', async () => {
  api.pullRequests[0].state = 'closed';
  await tell(event('Failed', 'x'));
  expect(notes()).toEqual([]);
});

test('a comment of somebody else with the same mark is left alone', async () => {
  await tell(event('Failed', 'x'));
  api.comments[0].login = 'mallory';
  await tell(event('Failed', 'x'));
  expect(api.comments.map(({ login }) => login)).toEqual(['mallory', 'reviewer-bot']);
});

test('what fails returns to the queue alone, and is not posted twice', async () => {
  api.cut.push(`POST /repos/${REPOSITORY}/issues/7/comments`);
  expect(await tell(event('Failed', 'x'), event('Completed'))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm0' }],
  });
  await tell(event('Failed', 'x'));
  expect(notes()).toHaveLength(1);
  api.before = () => {
    throw new GitHubFault(500);
  };
  expect((await tell(event('Failed', 'x'))).batchItemFailures).toHaveLength(1);
});
