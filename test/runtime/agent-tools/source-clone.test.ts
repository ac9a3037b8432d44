/** The bundled `source` server clones with the real git: from a CodeCommit that checks signatures, from S3, from GitHub. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { CodeCommitGit } from '../../../local/stand-ins/code-commit-git';
import { answerFromRepository } from '../../../local/stand-ins/git-http-backend';
import { codeCommitCredentials } from '../../../runtime/agent-tools/source/code-commit-credentials';
import { contents, git, gitReading, SourceScene } from './source-scene';
import { CREDENTIALS, type ToolUnderTest } from './tool-under-test';

const ACCEPTED = {
  region: 'us-east-1',
  accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
  secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  sessionToken: CREDENTIALS.AWS_SESSION_TOKEN,
};
/** What CodeCommit takes for a password. */
const PASSWORD = /\d{8}T\d{6}Z[0-9a-f]{64}/;

// Every case starts several programs.
let scene: SourceScene;
let codeCommit: CodeCommitGit;
let shop: { directory: string; commits: string[] };
let grows: { directory: string; commits: string[] };
let workspace: string;
/** Of all repositories in CodeCommit. */
let usual: ToolUnderTest;
let tool: ToolUnderTest;

const scope = () => ({
  BMA_SOURCE_REPOSITORIES: 'code-commit/shop,code-commit/large,code-commit/bomb,code-commit/gone,code-commit/grows',
  AWS_ENDPOINT_URL_GIT_CODECOMMIT: codeCommit.url,
});
const clone = (input: Record<string, unknown>) => tool.call('clone_repository', input);
const inShop = (...args: string[]) => git(path.join(workspace, 'shop'), ...args);

/** Commits a file without writing it to the working tree, where attributes would count. */
function addObject(directory: string, name: string, content: string): void {
  const blob = gitReading(content, directory, 'hash-object', '-w', '--stdin', '--no-filters');
  git(directory, 'update-index', '--add', '--cacheinfo', `100644,${blob},${name}`);
  git(directory, 'commit', '--quiet', '--message=more');
}

/** A repository of a few objects whose tree has ten million files. */
function bomb(): string {
  const { directory } = scene.repository({ f: 'x' });
  let [kind, object] = ['100644 blob', git(directory, 'rev-parse', 'HEAD:f')];
  for (let level = 0; level < 7; level++) {
    const lines = Array.from({ length: 10 }, (_, index) => `${kind} ${object}\tf${index}\n`);
    [kind, object] = ['040000 tree', gitReading(lines.join(''), directory, 'mktree')];
  }
  git(directory, 'update-ref', 'refs/heads/main', git(directory, 'commit-tree', '-m', 'bomb', object));
  return directory;
}

beforeAll(async () => {
  scene = await SourceScene.start();
  shop = scene.repository(
    { 'README.md': 'one\n', '.gitattributes': '*.bin filter=lfs\n' },
    { 'README.md': 'two\n', 'src/app.js': 'x' },
  );
  git(shop.directory, 'branch', 'feature/old', shop.commits[0]);
  const large = scene.repository({
    noise: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('hex'),
  });
  // Four bytes for each one that the object has.
  grows = scene.repository(
    { 'a.md': 'small\n' },
    { 'a.md': 'small\n', '.gitattributes': '*.txt working-tree-encoding=UTF-32LE eol=crlf\n' },
  );
  addObject(grows.directory, 'b.txt', 'x\n'.repeat(20_000));
  grows.commits.push(git(grows.directory, 'rev-parse', 'HEAD'));
  codeCommit = await CodeCommitGit.start({
    ...ACCEPTED,
    repositories: { shop: shop.directory, large: large.directory, bomb: bomb(), grows: grows.directory },
  });
  workspace = scene.workspace();
  usual = await scene.tool(workspace, scope());
});
beforeEach(() => {
  codeCommit.change({ ...ACCEPTED, protocolV2: true, before: undefined });
  codeCommit.requests.length = 0;
  scene.empty(workspace);
  tool = usual;
});
afterAll(async () => {
  await codeCommit.close();
  await scene.stop();
});

test("signs like AWS's own helper: its published test vectors", () => {
  const role = { accessKeyId: 'access', secretAccessKey: 'secret' };
  const at = new Date('2017-12-24T11:53:20Z');
  const sign = (url: string, sessionToken?: string) =>
    codeCommitCredentials({ ...role, sessionToken }, 'us-west-2', new URL(url), at);
  const password = '20171224T115320Zb6df2d758a8023b2f000a546417007b65494f3ce8ad0300fd45fcfa173f1959a';
  const url = 'https://git-codecommit.us-west-2.amazonaws.com/v1/repos/test_repo';
  expect(sign(url)).toEqual({ username: 'access', password });
  expect(sign(url, 'token')).toEqual({ username: 'access%token', password });
  expect(sign('https://land.called.honahlee/v1/repos/test_repo').password).toBe(
    '20171224T115320Za14a37a53035bbceb6e1748247b143124fe7326cdffd3d418236a592ce6158a0',
  );
});

describe('a repository of CodeCommit', () => {
  test('is cloned at the commit that is asked for', async () => {
    const { json } = await clone({ name: 'shop', commit: shop.commits[0] });
    const [commit] = shop.commits;
    expect(json).toEqual({ directory: 'shop', state: 'cloned', commit, files: 2, history: 'complete' });
    expect(inShop('rev-parse', 'HEAD')).toBe(commit);
    expect(inShop('status', '--porcelain')).toBe('');
    expect(readFileSync(path.join(workspace, 'shop/README.md'), 'utf8')).toBe('one\n');
    expect(readdirSync(workspace)).toEqual(['shop']);
  });

  test.each([
    ['the default branch', {}, 1],
    ['a branch', { branch: 'feature/old' }, 0],
  ])('is cloned at the tip of %s', async (_, input, nth) => {
    expect((await clone({ name: 'shop', ...input })).json.commit).toBe(shop.commits[nth]);
  });

  test('is cloned with as much history as asked for', async () => {
    expect((await clone({ name: 'shop', depth: 1 })).json.history).toBe('cut off');
    expect(inShop('rev-list', '--count', 'HEAD')).toBe('1');
  });

  test('that is there is brought to another commit; files that are not in the way stay', async () => {
    await clone({ name: 'shop', depth: 1 });
    writeFileSync(path.join(workspace, 'shop/notes.txt'), 'mine');
    const { json } = await clone({ name: 'shop', commit: shop.commits[0], depth: 1 });
    expect(json).toMatchObject({ state: 'updated', commit: shop.commits[0] });
    expect(inShop('rev-parse', 'HEAD')).toBe(shop.commits[0]);
    expect(readFileSync(path.join(workspace, 'shop/notes.txt'), 'utf8')).toBe('mine');
  });

  test('that is there keeps changes which are in the way, and says so', async () => {
    await clone({ name: 'shop' });
    writeFileSync(path.join(workspace, 'shop/README.md'), 'mine');
    const { refused, text } = await clone({ name: 'shop', commit: shop.commits[0] });
    expect([refused, text]).toEqual([true, expect.stringContaining('in the way')]);
    expect(readFileSync(path.join(workspace, 'shop/README.md'), 'utf8')).toBe('mine');
  });

  test.each([
    ['is not there', undefined],
    ['is there', 0],
  ])('whose attributes make its files too large is refused where it %s', async (_, first) => {
    tool = await scene.tool(workspace, { ...scope(), BMA_SOURCE_MAX_BYTES: '150000' });
    if (first !== undefined) await clone({ name: 'grows', commit: grows.commits[first] });
    const { refused, text } = await clone({ name: 'grows', commit: grows.commits[2] });
    expect([refused, text]).toEqual([true, expect.stringContaining('larger than the 150000 bytes')]);
    expect(readdirSync(workspace)).toEqual(first === undefined ? [] : ['grows']);
    if (first === undefined) return;
    expect(git(path.join(workspace, 'grows'), 'rev-parse', 'HEAD')).toBe(grows.commits[first]);
    expect(git(path.join(workspace, 'grows'), 'status', '--porcelain')).toBe('');
  });

  test.each([
    [
      'a filter',
      (directory: string) => {
        git(directory, 'config', 'filter.grow.smudge', 'head -c 300000 /dev/zero');
        writeFileSync(path.join(directory, '.git/info/attributes'), '* filter=grow\n');
      },
    ],
    [
      'an encoding',
      (directory: string) => {
        mkdirSync(path.join(directory, '.git/info'), { recursive: true });
        writeFileSync(path.join(directory, '.git/info/attributes'), '* working-tree-encoding=UTF-32LE\n');
      },
    ],
  ])('that is there is brought to another commit without %s that commands configured', async (_, configure) => {
    await clone({ name: 'shop', commit: shop.commits[0] });
    mkdirSync(path.join(workspace, 'shop/.git/info'), { recursive: true });
    configure(path.join(workspace, 'shop'));
    expect((await clone({ name: 'shop' })).json).toMatchObject({ state: 'updated', commit: shop.commits[1] });
    expect(readFileSync(path.join(workspace, 'shop/README.md'), 'utf8')).toBe('two\n');
  });

  test('that is there is put back when attributes outside of the commit make its files too large', async () => {
    tool = await scene.tool(workspace, { ...scope(), BMA_SOURCE_MAX_BYTES: '150000' });
    await clone({ name: 'shop', commit: shop.commits[0] });
    addObject(shop.directory, 'big.txt', 'x\n'.repeat(20_000));
    const commit = git(shop.directory, 'rev-parse', 'HEAD');
    git(shop.directory, 'update-ref', 'refs/heads/main', shop.commits[1]);
    git(shop.directory, 'update-ref', 'refs/heads/big', commit);
    writeFileSync(path.join(workspace, 'shop/.gitattributes'), '*.txt working-tree-encoding=UTF-32LE\n');
    inShop('rm', '--cached', '--quiet', '.gitattributes');
    const { refused, text } = await clone({ name: 'shop', commit });
    expect([refused, text]).toEqual([true, expect.stringMatching(/larger than the 150000 bytes|in the way/)]);
    expect(inShop('rev-parse', 'HEAD')).toBe(shop.commits[0]);
    expect(existsSync(path.join(workspace, 'shop/big.txt'))).toBe(false);
    git(shop.directory, 'update-ref', '-d', 'refs/heads/big');
    git(shop.directory, 'reset', '--quiet', '--hard', shop.commits[1]);
  });

  test('that is there keeps what commands have staged, and is left alone while another git works in it', async () => {
    await clone({ name: 'shop', depth: 1 });
    writeFileSync(path.join(workspace, 'shop/staged.txt'), 'mine');
    inShop('add', 'staged.txt');
    writeFileSync(path.join(workspace, 'shop/.git/index.lock'), '');
    expect((await clone({ name: 'shop', commit: shop.commits[0] })).text).toContain('Another git works');
    rmSync(path.join(workspace, 'shop/.git/index.lock'));
    expect((await clone({ name: 'shop', commit: shop.commits[0], depth: 1 })).json.state).toBe('updated');
    expect(inShop('status', '--porcelain')).toBe('A  staged.txt');
    expect(readdirSync(path.join(workspace, 'shop/.git'))).not.toContain('index.lock');
  });

  test('gives a commit of its history also where the host refuses to be asked for it', async () => {
    codeCommit.change({ protocolV2: false });
    git(shop.directory, 'branch', '--delete', '--force', 'feature/old');
    expect((await clone({ name: 'shop', commit: shop.commits[0] })).json.commit).toBe(shop.commits[0]);
    git(shop.directory, 'branch', 'feature/old', shop.commits[0]);
  });

  test.each([
    ['a name out of scope', { name: 'payments' }, /'payments' is out of scope. In scope: shop, large/],
    ['a URL', { name: 'https://example.com/x' }, /out of scope/],
    ['a name that goes up', { name: '../shop' }, /out of scope/],
    ['an option for a branch', { name: 'shop', branch: '--upload-pack=touch x' }, /branch/],
    ['a refspec for a branch', { name: 'shop', branch: 'main:refs/heads/x' }, /branch/],
    ['a branch that goes up', { name: 'shop', branch: '../main' }, /branch/],
    ['a short commit', { name: 'shop', commit: 'abc1234' }, /commit/],
    ['commit and branch', { name: 'shop', commit: 'a'.repeat(40), branch: 'main' }, /not both/],
    ['no history', { name: 'shop', depth: 0 }, /depth/],
    ['an unknown member', { name: 'shop', url: 'https://example.com' }, /url/i],
  ])('is not asked for with %s', async (_, input, why) => {
    const { refused, text } = await clone(input);
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(codeCommit.requests).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, RegExp, string]>([
    ['a branch that is not there', { name: 'shop', branch: 'none' }, /no such branch/, ''],
    ['a commit that is not there', { name: 'shop', commit: 'a'.repeat(40) }, /no such commit/, ''],
    ['a repository that is not there', { name: 'gone' }, /'gone' is not found/, ''],
    ['a repository that is too large', { name: 'large' }, /larger than the 100000 bytes/, '100000'],
    ['a tree of ten million files', { name: 'bomb' }, /more than the 200000 files/, ''],
  ])('%s is refused and leaves nothing behind', async (_, input, why, most) => {
    if (most) tool = await scene.tool(workspace, { ...scope(), BMA_SOURCE_MAX_BYTES: most });
    const { refused, text } = await clone(input);
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(readdirSync(workspace)).toEqual([]);
  });

  test.each([
    ['a secret that is not (or no longer) the role’s', { secretAccessKey: 'another' }],
    ['a session that has ended', { sessionToken: 'next-session-token' }],
    ['another Region', { region: 'eu-west-1' }],
  ])('refuses %s, in words and once', async (_, accepted) => {
    codeCommit.change(accepted);
    const { refused, text } = await clone({ name: 'shop' });
    expect([refused, text]).toEqual([true, expect.stringMatching(/refused the credentials.*may have expired/)]);
    expect(codeCommit.requests.filter(({ outcome }) => outcome === 'refused')).toHaveLength(1);
    expect(readdirSync(workspace)).toEqual([]);
  });

  test.each([
    ['a directory', () => mkdirSync(path.join(workspace, 'shop')), /is not a clone/],
    ['a link', () => symlinkSync(shop.directory, path.join(workspace, 'shop')), /is not a clone/],
  ])('does not touch %s that has its name', async (_, make, why) => {
    make();
    expect((await clone({ name: 'shop' })).text).toMatch(why);
    expect(codeCommit.requests).toEqual([]);
  });
});

describe('the credentials', () => {
  const SECRETS = [CREDENTIALS.AWS_SECRET_ACCESS_KEY, CREDENTIALS.AWS_SESSION_TOKEN, CREDENTIALS.AWS_ACCESS_KEY_ID];
  const holdsSecret = (text: string) => SECRETS.some((secret) => text.includes(secret)) || PASSWORD.test(text);

  /** Command line and environment of every git that the server has started. */
  function gitProcesses(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const [line, environment] = ['cmdline', 'environ'].map((file) =>
            readFileSync(`/proc/${pid}/${file}`, 'latin1'),
          );
          return environment.includes('GIT_LFS_SKIP_SMUDGE=1') ? [`${line}\n${environment}`] : [];
        } catch {
          return []; // Ended meanwhile.
        }
      });
  }

  test('are in no file, no answer, no command line and no environment', async () => {
    const seen: string[] = [];
    codeCommit.change({ before: () => Promise.resolve(void seen.push(...gitProcesses())) });
    const { text } = await clone({ name: 'shop' });
    await clone({ name: 'shop', commit: shop.commits[0] });
    expect(codeCommit.requests.filter(({ outcome }) => outcome === 'served').length).toBeGreaterThan(3);
    expect(seen.join().match(/git-remote-http|remote-http/g)!.length).toBeGreaterThan(3);
    expect(seen.filter(holdsSecret)).toEqual([]);
    expect(Object.entries(contents(workspace)).filter(([, content]) => holdsSecret(content))).toEqual([]);
    expect(holdsSecret(text)).toBe(false);
    expect(inShop('remote', 'get-url', 'origin')).toBe(`${codeCommit.url}/v1/repos/shop`);
  });

  test('reach neither hooks nor helpers, addresses and file monitors that commands configured in the clone', async () => {
    await clone({ name: 'shop' });
    const stolen = path.join(workspace, 'stolen');
    const hooks = path.join(workspace, 'shop/.git/hooks');
    mkdirSync(hooks, { recursive: true });
    for (const hook of ['post-checkout', 'reference-transaction', 'post-merge', 'fsmonitor-watchman']) {
      writeFileSync(path.join(hooks, hook), `#!/bin/sh\nenv >> ${stolen}\n`, { mode: 0o755 });
    }
    inShop('config', 'core.fsmonitor', path.join(hooks, 'fsmonitor-watchman'));
    inShop('config', 'credential.helper', `store --file=${stolen}`);
    inShop('config', 'core.askPass', path.join(hooks, 'post-checkout'));
    inShop('config', `url.http://127.0.0.1:9/.insteadOf`, codeCommit.url);
    inShop('config', 'core.hooksPath', hooks);
    expect((await clone({ name: 'shop', commit: shop.commits[0] })).json.state).toBe('updated');
    expect(existsSync(stolen)).toBe(false);
  });
});

describe('a git bundle', () => {
  const bundle = async (key: string, ...refs: string[]) => {
    const file = path.join(scene.root, 'made.bundle');
    git(shop.directory, 'bundle', 'create', '--quiet', file, ...refs);
    await scene.put(key, readFileSync(file));
  };
  const ENTRY = 'bundle/shop/111122223333/source-bucket/backups/shop.bundle';

  test.each([
    ['of everything', ['--all'], {}],
    ['of one branch', ['main'], {}],
    ['of everything, at a branch', ['--all'], { branch: 'main' }],
  ])('%s is cloned', async (_, refs, input) => {
    await bundle('backups/shop.bundle', ...refs);
    tool = await scene.tool(workspace, { BMA_SOURCE_REPOSITORIES: ENTRY });
    expect((await clone({ name: 'shop', ...input })).json).toMatchObject({ state: 'cloned', commit: shop.commits[1] });
    expect((await clone({ name: 'shop', commit: shop.commits[0] })).json).toMatchObject({ state: 'updated' });
    expect(inShop('rev-parse', 'HEAD')).toBe(shop.commits[0]);
  });

  test.each([
    ['that is not there', () => Promise.resolve(), /NoSuchKey/, 'none'],
    ['that is something else', () => scene.put('text', 'hello'), /could not fetch/, 'text'],
    [
      'that is too large',
      () => bundle('backups/shop.bundle', '--all'),
      /larger than the 300 bytes/,
      'backups/shop.bundle',
    ],
  ])('%s is refused and leaves nothing behind', async (_, make, why, key) => {
    await make();
    const max = { BMA_SOURCE_MAX_BYTES: key.includes('/') ? '300' : '10000000' };
    tool = await scene.tool(workspace, { BMA_SOURCE_REPOSITORIES: ENTRY.replace('backups/shop.bundle', key), ...max });
    const { refused, text } = await clone({ name: 'shop' });
    expect([refused, text]).toEqual([true, expect.stringMatching(why)]);
    expect(readdirSync(workspace)).toEqual([]);
  });
});

describe('a public repository of GitHub', () => {
  let server: Server;
  let gitHub: ToolUnderTest;
  const asked: (string | undefined)[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      const { pathname } = new URL(request.url!, 'http://localhost');
      if (pathname.startsWith('/acme/moved.git')) {
        response.writeHead(301, { location: request.url!.replace('moved', 'shop') }).end();
      } else if (pathname.startsWith('/acme/private.git')) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
      } else {
        answerFromRepository(request, response, shop.directory, pathname.slice('/acme/shop.git'.length));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gitHub = await scene.tool(workspace, {
      BMA_SOURCE_REPOSITORIES: 'github/acme/shop,github/acme/moved,github/acme/private',
      BMA_SOURCE_GITHUB_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
  });
  beforeEach(() => {
    tool = gitHub;
  });
  afterAll(() => server.close());

  test('is cloned below its owner, without credentials', async () => {
    const { json } = await clone({ name: 'acme/shop' });
    expect(json).toMatchObject({ directory: 'acme/shop', commit: shop.commits[1] });
    expect(git(path.join(workspace, 'acme/shop'), 'rev-parse', 'HEAD')).toBe(shop.commits[1]);
    expect(asked.filter((authorization) => authorization !== undefined)).toEqual([]);
  });

  test.each([
    ['acme/moved', /elsewhere, which is not followed/],
    ['acme/private', /refused/],
  ])('%s is refused', async (name, why) => {
    expect((await clone({ name })).text).toMatch(why);
  });

  test('is not written through a link that commands put in its way', async () => {
    symlinkSync(scene.root, path.join(workspace, 'acme'));
    expect((await clone({ name: 'acme/shop' })).text).toContain('symbolic link');
  });
});

test.each([
  ['BMA_SOURCE_REPOSITORIES', ''],
  ['BMA_SOURCE_REPOSITORIES', 'code-commit/..'],
  ['BMA_SOURCE_REPOSITORIES', 'bundle/shop/111122223333/bucket'],
  ['BMA_SOURCE_REPOSITORIES', 'ssh/shop'],
  ['BMA_SOURCE_REGISTRIES', 'code-artifact/d/111122223333/r/maven'],
  ['BMA_SOURCE_MAX_BYTES', '0'],
  ['AWS_ENDPOINT_URL_GIT_CODECOMMIT', 'http://example.com'],
  ['AWS_ENDPOINT_URL_GIT_CODECOMMIT', 'file:///tmp'],
])('the server does not start when %s is %j', async (name, value) => {
  await expect(scene.tool(workspace, { ...scope(), [name]: value })).rejects.toThrow(/closed/i);
});
