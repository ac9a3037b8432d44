import { chmodSync } from 'fs';
import { generateKeyPairSync } from 'crypto';
import { GitHubApiStandIn, GitHubFault } from '../../../../local/stand-ins/github-api';
import { GitRepository } from '../../../../local/stand-ins/git-repository';
import { AGENT, coldStart, finding, output, POLICY, review, Stores, turnAbout } from './review-scene';

/* Both functions for GitHub as they are deployed: the bundles, fetch, and the SDK clients in them, against loopback. */

const REPOSITORY = 'example-org/payments';
const TOKEN = 'github_pat_ofExampleThatNobodyUses';
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const app = { id: '12345', installationId: '678', slug: 'payments-reviewer', publicKey };
const AS_PERSON = JSON.stringify({ token: TOKEN });
const AS_APP = JSON.stringify({ appId: app.id, installationId: app.installationId, privateKey });

const OLD_NAME = 'example-org/old-payments';
const stores = new Stores();
const repositories: Record<string, GitRepository> = {};
const environment = process.env;
let template: GitRepository;
let repository: GitRepository;
let api: GitHubApiStandIn;
const lines = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('');

beforeAll(async () => {
  await stores.start();
  api = await GitHubApiStandIn.start({ repositories, token: { value: TOKEN, login: 'reviewer-bot' }, app });
  template = GitRepository.create();
  template.commit('main', { 'refund.js': lines(40), 'old.txt': 'gone\n' }, 'First');
  template.commit('fix', { 'refund.js': lines(40).replace('line 20\n', 'line twenty\n') }, 'Fix');
});
afterAll(async () => {
  process.env = environment;
  template.remove();
  await Promise.all([stores.close(), api.close()]);
});
beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation();
  stores.objects.clear();
  stores.secretReads = 0;
  stores.secret = AS_PERSON;
  api.reset();
  repository = repositories[REPOSITORY] = template.copy();
  api.pullRequests.push({ number: 7, repository: REPOSITORY, source: 'fix', destination: 'main', title: 'Round' });
});
afterEach(() => {
  repository.remove();
  jest.restoreAllMocks();
});

const cold = (name: string, more: Record<string, string> = {}) =>
  coldStart<any, any>(name, {
    AWS_ENDPOINT_URL_S3: stores.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stores.url,
    BMA_GITHUB_API_URL: api.url,
    BMA_FORKS: 'skip',
    BMA_REPOSITORIES: JSON.stringify([REPOSITORY]),
    BMA_CREDENTIALS_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:github',
    ...more,
  });
/** A function keeps what it has read of a secret: one start per secret. */
const warm = new Map<string, ReturnType<typeof cold>>();
const started = (name: string, more: Record<string, string> = {}) => {
  const key = JSON.stringify([name, more, stores.secret]);
  return warm.get(key) ?? warm.set(key, cold(name, more)).get(key)!;
};
const subject = () => ({ repository: REPOSITORY, pullRequestId: '7', sourceCommit: repository.tip('fix')! });
const stage = (more: Record<string, string> = {}, turn = turnAbout(subject())): Promise<any> =>
  started('stage-github-pull-request', more)({ turn, prompt: [{ text: 'Review it.' }] });
const publish = (document: unknown, turn = turnAbout(subject())): Promise<any> =>
  started('publish-github-review')({ turn, output: output(document), evidence: {} });
const reviews = () => api.comments.filter(({ kind }) => kind === 'review');
const inline = () => api.comments.filter(({ kind }) => kind === 'comment');

describe('staging', () => {
  test('leaves what changed and the source, and tells the agent where', async () => {
    const answer = await stage();
    expect(answer.accepted).toBe(true);
    expect(stores.files().sort()).toEqual(
      ['change.diff', 'changes.json', 'pull-request.json', 'source.tar.gz'].map((file) => `staged/turn-1/${file}`),
    );
    expect(stores.json('changes.json').files).toEqual([
      {
        file: 'refund.js',
        status: 'modified',
        binary: false,
        addedLines: 1,
        removedLines: 1,
        hunks: [{ start: 17, lines: 7 }],
      },
    ]);
    expect(stores.objects.get('/material/staged/turn-1/change.diff')!.toString()).toContain('+line twenty');
    expect(stores.objects.get('/material/staged/turn-1/source.tar.gz')!.subarray(0, 2).toString('hex')).toBe('1f8b');
    expect(answer.prompt[1].text).toContain('fetch_staged, turn "turn-1"');
    expect(answer.prompt[1].text).not.toContain('Do not run');
  });

  test('an app gets a token of one hour for one repository, to read, once for many calls', async () => {
    stores.secret = AS_APP;
    const handler = cold('stage-github-pull-request');
    for (let i = 0; i < 3; i += 1) {
      expect(await handler({ turn: turnAbout(subject()), prompt: [] })).toMatchObject({ accepted: true });
    }
    expect(api.exchanges).toEqual([
      { repositories: ['payments'], permissions: { contents: 'read', pull_requests: 'read' } },
    ]);
    expect(stores.secretReads).toBe(1);
  });

  test('renamed, removed, added and binary files are told apart', async () => {
    repository.commit(
      'fix',
      {
        'old.txt': undefined,
        'new.txt': 'gone\n',
        'logo.png': Buffer.from([137, 80, 0, 1, 2]),
        'refund.js': undefined,
        'added.js': 'a\n',
      },
      'Many',
    );
    await stage();
    const files = stores
      .json('changes.json')
      .files.map(({ file, previousFile, status, binary }: any) => [file, previousFile, status, binary]);
    expect(files).toEqual([
      ['added.js', undefined, 'added', false],
      ['logo.png', undefined, 'added', true],
      ['new.txt', 'old.txt', 'renamed', false],
      ['refund.js', undefined, 'removed', false],
    ]);
  });

  test.each<[string, string, () => void]>([
    ['a change of nothing', 'no-changes', () => repository.commit('fix', { 'refund.js': lines(40) }, 'Back')],
    [
      'a difference of more than 2 MiB',
      'change-too-large',
      () => repository.commit('fix', { big: `${'x'.repeat(300)}\n`.repeat(10_000) }, 'Big'),
    ],
    [
      'a difference that GitHub refuses to make',
      'change-too-large',
      () => repository.commit('fix', { big: lines(25_000) }, 'Big'),
    ],
    [
      'binary files only',
      'nothing-reviewable',
      () => repository.commit('fix', { 'refund.js': lines(40), 'a.png': Buffer.from([1, 0, 2]) }, 'Logo'),
    ],
    [
      'files that are left out only',
      'nothing-reviewable',
      () => repository.commit('fix', { 'refund.js': lines(40), 'web/package-lock.json': '{}' }, 'Lock'),
    ],
    ['a draft', 'draft', () => (api.pullRequests[0].draft = true)],
    ['an author who is skipped', 'author-skipped', () => by('release-robot', 'User')],
    ['a closed pull request', 'superseded', () => (api.pullRequests[0].state = 'closed')],
    ['a pull request that does not exist', 'not-found', () => api.pullRequests.pop()],
    ['a fork', 'fork-not-allowed', () => fork('stranger/payments')],
    ['a fork that is gone', 'fork-not-allowed', () => fork(null)],
  ])('refuses %s (%s)', async (_, code, change) => {
    change();
    expect(await stage()).toMatchObject({ accepted: false, reason: { code } });
    expect(stores.files()).toEqual([]);
  });

  test.each([
    ['the newest commit', true, () => undefined],
    ['the newest commit, in a draft', true, () => (api.pullRequests[0].draft = true)],
    ['a pull request that was closed', true, () => (api.pullRequests[0].state = 'closed')],
    ['a pull request that does not exist', undefined, () => api.pullRequests.pop()],
  ])('an event about %s makes older reviews useless: %s', async (_, replaces, change) => {
    change();
    expect((await stage()).replacesOlderTurns).toBe(replaces);
  });

  test('an event about an older commit leaves the review of the newest alone', async () => {
    const older = subject();
    repository.commit('fix', { 'refund.js': lines(41) }, 'More');
    const answer = await stage({}, turnAbout(older));
    expect(answer).toMatchObject({ accepted: false, reason: { code: 'superseded' } });
    expect(answer).not.toHaveProperty('replacesOlderTurns');
  });

  test.each([
    ['a draft', true, () => (api.pullRequests[0].draft = true)],
    ['a pull request of an author who is skipped', true, () => by('release-robot', 'User')],
    ['a fork', false, () => fork('stranger/payments')],
  ])('who asks for a review of %s gets one: %s', async (_, accepted, change) => {
    change();
    const { repository: name, pullRequestId } = subject();
    const asked = turnAbout({ repository: name, pullRequestId });
    asked.detail.trigger.detailType = 'issue_comment';
    expect(await stage({}, asked)).toMatchObject({ accepted });
  });

  const fork = (headRepository: string | null) => {
    api.pullRequests[0] = { ...api.pullRequests[0], headRepository };
  };

  test.each([
    ['read-only-review', 'forbidden', true],
    ['run', 'allowed', false],
  ])('a fork under the policy %s: execution is %s', async (forks, execution, told) => {
    fork('stranger/payments');
    const { prompt } = await stage({ BMA_FORKS: forks });
    expect(stores.json('pull-request.json')).toMatchObject({ fromFork: true, execution });
    expect(prompt[1].text.includes('Do not run')).toBe(told);
  });

  test.each<[string, () => void, object]>([
    [
      'an empty new file',
      () => repository.commit('fix', { 'refund.js': lines(40), empty: '' }, 'Empty'),
      { file: 'empty', status: 'added' },
    ],
    ['a file that may be executed now', makeExecutable, { file: 'refund.js', status: 'modified', hunks: [] }],
    [
      'a new name',
      () => repository.commit('fix', { 'refund.js': undefined, 'pay back.js': lines(40) }, 'Move'),
      { file: 'pay back.js', status: 'renamed' },
    ],
    [
      'a name that git quotes',
      () => repository.commit('fix', { 'refund.js': lines(40), 'größe "1".js': 'x\n' }, 'Name'),
      { file: 'größe "1".js', addedLines: 1 },
    ],
    [
      'a text that is too large for the list of files',
      () => {
        repository.commit('fix', { 'refund.js': lines(40), 'large data.txt': lines(900) }, 'Large');
        api.withoutPatch.add('large data.txt');
      },
      { file: 'large data.txt', hunks: [{ start: 1, lines: 900 }] },
    ],
  ])('a change of nothing but %s is reviewed', async (_, make, expected) => {
    make();
    expect(await stage()).toMatchObject({ accepted: true });
    expect(stores.json('changes.json').files).toMatchObject([{ binary: false, ...expected }]);
  });

  function makeExecutable(): void {
    chmodSync(`${repository.directory}/refund.js`, 0o755);
    repository.commit('fix', { 'refund.js': lines(40) }, 'Mode');
  }

  test.each([
    [true, { accepted: true }],
    [false, { accepted: false, reason: { code: 'bot-author' } }],
  ])('whether pull requests of apps are reviewed is a choice: %s', async (bots, expected) => {
    by('dependabot[bot]', 'Bot');
    expect(await stage({ BMA_REVIEW_POLICY: JSON.stringify({ ...POLICY, bots }) })).toMatchObject(expected);
  });

  test('a draft is reviewed where that is chosen', async () => {
    api.pullRequests[0].draft = true;
    expect(await stage({ BMA_REVIEW_POLICY: JSON.stringify({ ...POLICY, drafts: true }) })).toMatchObject({
      accepted: true,
    });
  });

  test.each([
    ['small', 10],
    ['too large for GitHub to show', 25_000],
  ])(
    'files that are left out count for no limit, are not shown, and are named in the review (%s)',
    async (_, count) => {
      repository.commit('fix', { 'web/package-lock.json': lines(count) }, 'Lock');
      const { accepted, prompt } = await stage({ BMA_MAX_CHANGED_FILES: '1' });
      expect(accepted).toBe(true);
      expect(prompt[1].text).toContain('1 more changed files are left out');
      expect(stores.json('changes.json')).toMatchObject({
        files: [{ file: 'refund.js' }],
        leftOut: ['web/package-lock.json'],
      });
      const diff = stores.objects.get('/material/staged/turn-1/change.diff')!.toString();
      expect(diff).toContain('+line twenty');
      expect(diff).not.toContain('package-lock');
      await publish(review([]));
      expect(reviews()[0].body).toContain(
        'Not reviewed, because reviews here leave such files out: `web/package-lock.json`.',
      );
    },
  );

  function by(login: string, type: string): void {
    api.pullRequests[0].author = { login, type };
  }

  const failDiff = (code?: string) => {
    let first = true;
    // The pull request is read twice before its difference is.
    let reads = 0;
    api.before = (call) => {
      if (call.endsWith('/pulls/7') && ++reads === 3 && first) {
        first = false;
        throw new GitHubFault(422, {}, 'Sorry, this diff is taking too long to generate.', code);
      }
    };
  };

  test('a difference that takes GitHub too long is put together from the list of files', async () => {
    failDiff('not_available');
    expect(await stage()).toMatchObject({ accepted: true });
    const diff = stores.objects.get('/material/staged/turn-1/change.diff')!.toString();
    expect(diff).toContain('diff --git a/refund.js b/refund.js\n--- a/refund.js\n+++ b/refund.js\n@@ ');
    expect(diff).toContain('+line twenty');
  });

  test('a difference that GitHub calls too large is refused', async () => {
    failDiff('too_large');
    expect(await stage()).toMatchObject({ accepted: false, reason: { code: 'change-too-large' } });
  });

  test.each([
    ['renamed', () => api.renamed.set(OLD_NAME, REPOSITORY), OLD_NAME],
    ['spelled otherwise in the event', () => undefined, REPOSITORY],
  ])('a repository that is %s is found, and its branches are no forks', async (_, make, configured) => {
    make();
    const repositoriesOf = { BMA_REPOSITORIES: JSON.stringify([configured]) };
    const event = { ...subject(), repository: configured.toUpperCase() };
    expect(await stage(repositoriesOf, turnAbout(event))).toMatchObject({ accepted: true });
    expect(stores.json('pull-request.json')).toMatchObject({ repository: configured, fromFork: false });
  });

  test.each<[string, GitHubFault]>([
    ['the primary limit', new GitHubFault(403, { 'x-ratelimit-remaining': '0' })],
    ['a secondary limit', new GitHubFault(403, { 'retry-after': '60' })],
    [
      'a secondary limit that only its message tells',
      new GitHubFault(403, {}, 'You have exceeded a secondary rate limit.'),
    ],
    ['too many requests', new GitHubFault(429)],
    ['a server error', new GitHubFault(502)],
  ])('%s is tried again', async (_, fault) => {
    api.before = () => {
      throw fault;
    };
    await expect(stage()).rejects.toMatchObject({ name: 'TransientStepError' });
  });

  test.each([`GET /repos/${REPOSITORY}/pulls/7`, `GET /repos/${REPOSITORY}/pulls/7/files`])(
    'a connection that ends inside the body of %s is tried again',
    async (call) => {
      api.cut.push(call);
      await expect(stage()).rejects.toMatchObject({ name: 'TransientStepError' });
      expect(await stage()).toMatchObject({ accepted: true });
    },
  );

  test('a denial without a limit in its message is not tried again', async () => {
    api.before = () => {
      throw new GitHubFault(403, {}, 'Resource not accessible by personal access token');
    };
    await expect(stage()).rejects.toThrow(/HTTP 403/);
  });

  test('a refusal is not tried again, and its message holds no token', async () => {
    stores.secret = JSON.stringify({ token: 'github_pat_ofAnotherOwner' });
    const error: Error = await stage().catch((caught: Error) => caught);
    expect(error.name).toBe('Error');
    expect(error.message).toBe('GitHub answered GET /repos/example-org/payments/pulls/7 with HTTP 401');
  });

  test.each(['', 'github_pat_bare', '{"token":""}', '{"token":"github_pat_ofExampleThat","extra":1}', '{"appId":"1"}'])(
    'a secret of another form is refused without being quoted: %j',
    async (secret) => {
      stores.secret = secret;
      await expect(stage()).rejects.toThrow(/^The GitHub secret is neither/);
      expect(api.calls).toEqual([]);
    },
  );

  test.each(['https://evil.example', 'http://169.254.169.254:80', 'http://localhost:80@evil.example:80'])(
    'tokens are sent to api.github.com only, not to %s',
    (url) => {
      expect(() => cold('stage-github-pull-request', { BMA_GITHUB_API_URL: url })).toThrow(
        /must be http to this machine/,
      );
    },
  );
});

describe('delivery', () => {
  beforeEach(async () => {
    await stage();
    api.calls.length = 0;
  });

  test('posts one review with its comments, at once', async () => {
    const answer = await publish(review([finding('refund.js', 20), finding('other.js', 1)]));
    expect(answer).toEqual({
      delivered: true,
      receipt: { commentId: String(reviews()[0].id), findings: 2, inline: 1, updated: false },
    });
    expect(api.calls.filter((call) => call.startsWith('POST'))).toEqual([`POST /repos/${REPOSITORY}/pulls/7/reviews`]);
    expect(inline()).toMatchObject([{ path: 'refund.js', line: 20, login: 'reviewer-bot' }]);
    expect(reviews()[0].body).toContain(`<!-- bma-review agent=${AGENT} -->`);
    expect(reviews()[0].body).toContain('### Outside the change');
  });

  test.each([
    ['a person', AS_PERSON],
    ['an app', AS_APP],
  ])('as %s: a later turn adds what is new and updates the review', async (_, secret) => {
    stores.secret = secret;
    await publish(review([finding('refund.js', 20), finding('refund.js', 21, { message: 'Gone later.' })]));
    const answer = await publish(
      review([finding('refund.js', 20), finding('refund.js', 22, { message: 'New.' })], 'Again.'),
    );
    expect(answer.receipt).toMatchObject({ updated: true, inline: 1, findings: 2 });
    expect(reviews()).toHaveLength(1);
    expect(reviews()[0].body).toContain('Again.');
    expect(reviews()[0].body).toContain('- high in `refund.js` line 21');
    expect(inline().map(({ line }) => line)).toEqual([20, 21, 22]);
    if (secret === AS_APP) {
      expect(api.exchanges.at(-1)).toEqual({ repositories: ['payments'], permissions: { pull_requests: 'write' } });
    }
  });

  test.each([1, 2])('after a fault at post %i of an update, a repetition doubles nothing', async (at) => {
    await publish(review([]));
    const more = review([finding('refund.js', 20), finding('refund.js', 21, { message: 'Another.' })]);
    let posts = 0;
    api.after = (call) => {
      if (call.startsWith('POST') && ++posts === at) throw new GitHubFault(502);
    };
    await expect(publish(more)).rejects.toMatchObject({ name: 'TransientStepError' });
    expect(await publish(more)).toMatchObject({ receipt: { updated: true, findings: 2 } });
    expect(inline()).toHaveLength(2);
    expect(reviews()).toHaveLength(1);
  });

  test.each([
    ['the first review', 'POST', 'reviews', false],
    ['a comment of a later turn', 'POST', 'comments', true],
    ['what is there', 'GET', 'reviews', true],
  ])('a connection that ends inside the response to %s doubles nothing', async (_, method, list, later) => {
    if (later) await publish(review([]));
    api.cut.push(`${method} /repos/${REPOSITORY}/pulls/7/${list}`);
    const document = review([finding('refund.js', 20)]);
    await expect(publish(document)).rejects.toMatchObject({ name: 'TransientStepError' });
    expect(await publish(document)).toMatchObject({ receipt: { updated: true, findings: 1 } });
    expect([reviews().length, inline().length]).toEqual([1, 1]);
  });

  test('a first review whose answer was lost is found again', async () => {
    api.after = (call) => {
      if (call.startsWith('POST')) throw new GitHubFault(502);
    };
    const document = review([finding('refund.js', 20)]);
    await expect(publish(document)).rejects.toMatchObject({ name: 'TransientStepError' });
    expect(await publish(document)).toMatchObject({ receipt: { updated: true, inline: 0 } });
    expect(api.comments).toHaveLength(2);
  });

  test('a line that GitHub refuses moves its own comment to the review, and no other', async () => {
    let posts = 0;
    api.before = (call) => {
      // The review with both comments, and then the first of them alone.
      if (call.startsWith('POST') && ++posts <= 2) throw new GitHubFault(422);
    };
    const document = review([finding('refund.js', 20), finding('refund.js', 21, { message: 'Another.' })]);
    expect((await publish(document)).receipt).toMatchObject({ inline: 1, findings: 2 });
    expect(inline()).toMatchObject([{ line: 21 }]);
    expect(reviews()).toHaveLength(1);
    expect(reviews()[0].body).toContain('### Outside the change');
  });

  const MESSAGE = 'Amounts of half a cent are rounded down.';
  test.each<[string, object]>([
    ['reworded', { message: 'Half-cent values lose precision, they go to zero.' }],
    [
      'reworded a little, two lines further',
      { line: 22, message: 'Amounts of half a cent are always rounded down here.' },
    ],
    ['moved far away', { line: 23, message: MESSAGE }],
    ['rated anew', { severity: 'low' }],
    ['with a space at the end', { message: `${MESSAGE} ` }],
    ['with another path to it', { file: './refund.js' }],
    ['with the path in the workspace', { file: '/workspace/staged/turn-2/source/refund.js' }],
    ['with the path in the difference', { file: 'b/refund.js' }],
    ['with a suggestion', { suggestion: 'round(x)' }],
  ])('a finding that is %s is the same one, and its comment says what the newest review says', async (_, more) => {
    await publish(review([finding('refund.js', 20)]));
    const [{ id }] = inline();
    const { receipt } = await publish(review([finding('refund.js', 20, more)]));
    expect(receipt).toMatchObject({ findings: 1, inline: 0 });
    expect(inline().map((comment) => comment.id)).toEqual([id]);
    const { severity = 'high', message = MESSAGE } = more as { severity?: string; message?: string };
    expect(inline()[0].body).toContain(message.trim());
    expect(inline()[0].body).toContain(`severity=${severity}`);
    // And once more, in the words of the first review.
    await publish(review([finding('refund.js', 20)]));
    expect(inline()).toHaveLength(1);
    expect(reviews()[0].body).not.toContain('Resolved since');
  });

  test('six pushes with six wordings make one comment', async () => {
    for (const words of ['A', 'B is wrong', 'C may fail', 'D', 'E breaks', 'F']) {
      await publish(review([finding('refund.js', 20, { message: `${words}: half cents` })]));
    }
    expect(inline()).toHaveLength(1);
    expect(inline()[0].body).toContain('F: half cents');
  });

  test('two findings are told apart by their words when they change places', async () => {
    const [one, two] = [{ message: 'The lock is never released.' }, { message: 'Errors of the bank are ignored.' }];
    await publish(review([finding('refund.js', 20, one), finding('refund.js', 21, two)]));
    const before = inline().map(({ body }) => body);
    await publish(review([finding('refund.js', 21, one), finding('refund.js', 20, two)]));
    expect(inline().map(({ body }) => body)).toEqual(before);
  });

  test('another finding elsewhere in the file is another finding', async () => {
    await publish(review([finding('refund.js', 18)]));
    const { receipt } = await publish(review([finding('refund.js', 22, { message: 'The lock is never released.' })]));
    expect(receipt).toMatchObject({ inline: 1, changed: 1 });
    expect(inline()[0].body).toContain('**Resolved** at');
    expect(inline()[0].body).toContain(MESSAGE);
  });

  test('a finding that is gone is marked as resolved once, and comes back in the same comment', async () => {
    await publish(review([finding('refund.js', 20)]));
    await publish(review([]));
    const resolved = inline()[0].body;
    expect(resolved).toContain(`**Resolved** at ${repository.tip('fix')!.slice(0, 12)}`);
    expect((await publish(review([]))).receipt).not.toHaveProperty('changed');
    expect(inline()[0].body).toBe(resolved);
    await publish(review([finding('refund.js', 20)]));
    expect(inline()).toHaveLength(1);
    expect(inline()[0].body).not.toContain('Resolved');
  });

  test('a comment that was deleted meanwhile keeps no review back', async () => {
    await publish(review([finding('refund.js', 20)]));
    api.before = (call) => {
      if (call.startsWith('PATCH')) throw new GitHubFault(404);
    };
    expect(await publish(review([]))).toMatchObject({ delivered: true });
  });

  test('marks of somebody else are not believed', async () => {
    await publish(review([finding('refund.js', 20)]));
    api.comments.forEach((comment) => (comment.login = 'mallory'));
    expect((await publish(review([finding('refund.js', 20)]))).receipt).toMatchObject({ updated: false, inline: 1 });
  });

  test('posts nothing when newer commits came meanwhile', async () => {
    const turn = turnAbout(subject());
    repository.commit('fix', { 'refund.js': lines(50) }, 'Newer');
    expect(await publish(review([]), turn)).toMatchObject({ delivered: false, reason: { code: 'superseded' } });
    expect(api.comments).toEqual([]);
  });

  test('nothing that a model writes notifies people or leads elsewhere', async () => {
    const hostile = 'Ask @octocat, see [this](https://evil.example/a) ![x](http://evil.example/p.png) <img src=x> #1';
    await publish(review([finding('refund.js', 20, { message: hostile, suggestion: '```\n@octocat' })], hostile));
    for (const { body } of api.comments) {
      const prose = body.replace(/^<!--.*?-->/, '').replace(/^````\n[\s\S]*?\n````$/gm, '');
      expect(prose).not.toMatch(/@octocat|\]\(|<img|https?:\/\/|#1\b/);
    }
  });
});

describe('a gate', () => {
  const GATE = { BMA_REVIEW_GATE: JSON.stringify({ failFrom: 'high' }) };
  /** Delivers the same turn twice, as a repetition does. */
  const publishGated = async (findings: object[], credentials = AS_APP): Promise<any> => {
    await stage();
    stores.secret = credentials;
    const handler = cold('publish-github-review', GATE);
    const deliver = () => handler({ turn: turnAbout(subject()), output: output(review(findings)), evidence: {} });
    await deliver();
    return deliver();
  };

  test.each([
    ['no finding', [], 'success', 'passed'],
    ['a finding below the limit', [finding('refund.js', 20, { severity: 'medium' })], 'success', 'passed'],
    ['a finding at the limit', [finding('refund.js', 20)], 'failure', 'failed'],
    ['a finding above it', [finding('refund.js', 20, { severity: 'critical' })], 'failure', 'failed'],
  ])('%s: the check run on the reviewed commit says %s', async (_, findings, conclusion, gate) => {
    expect(await publishGated(findings)).toMatchObject({ delivered: true, receipt: { gate } });
    // Once per turn, whatever is repeated, and without a word of the review.
    expect(api.checkRuns).toMatchObject([
      { name: `Review by ${AGENT}`, head_sha: repository.tip('fix'), status: 'completed', conclusion },
    ]);
    expect(JSON.stringify(api.checkRuns)).not.toMatch(/One defect|rounded down/);
    expect(api.exchanges.at(-1)).toMatchObject({ permissions: { pull_requests: 'write', checks: 'write' } });
  });

  test('a token of a person cannot make check runs: the review is there, and the receipt says it', async () => {
    expect(await publishGated([], AS_PERSON)).toMatchObject({ delivered: true, receipt: { gate: 'not-set' } });
    expect(reviews()).toHaveLength(1);
    expect(api.checkRuns).toEqual([]);
  });

  test('nobody asks for check runs where there is no gate', async () => {
    await stage();
    stores.secret = AS_APP;
    const delivered = await cold('publish-github-review', { BMA_REVIEW_GATE: '' })({
      turn: turnAbout(subject()),
      output: output(review([])),
      evidence: {},
    });
    expect(delivered.receipt).not.toHaveProperty('gate');
    expect(api.exchanges).toMatchObject([{ permissions: { pull_requests: 'write' } }]);
    expect(JSON.stringify(api.exchanges)).not.toContain('checks');
  });

  test.each([
    ['Rejected', 'change-too-large', 'action_required'],
    ['Rejected', 'input-blocked', 'action_required'],
    ['Failed', 'review-invalid', 'action_required'],
    ['TimedOut', 'deadline', 'action_required'],
    ['Rejected', 'author-skipped', 'neutral'],
    ['Cancelled', 'superseded', undefined],
    ['Rejected', 'draft', undefined],
    ['Completed', undefined, undefined],
  ])('%s (%s) without a review: %s', async (outcome, code, conclusion) => {
    stores.secret = AS_APP;
    const detail = { ...turnAbout(subject()).detail, outcome, ...(code ? { reason: { code } } : {}) };
    const body = JSON.stringify({ source: 'cdk-bedrock-managed-agents', detail });
    const answer = await cold('explain-github-review', GATE)({ Records: [{ messageId: 'm', body }] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(api.checkRuns.map((run) => run['conclusion'])).toEqual(conclusion ? [conclusion] : []);
  });
});
