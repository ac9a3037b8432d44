/** The bundled `source` server with what was staged for a turn, archives of every kind, and private registries. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { failure } from '../../../local/stand-ins/recorded-aws';
import { contents, git, SourceScene, tar, type TarEntry, tarGz } from './source-scene';
import type { ToolUnderTest } from './tool-under-test';

// Every case starts several programs.
const STAGED = {
  BMA_SOURCE_STAGED_BUCKET: 'source-bucket',
  BMA_SOURCE_STAGED_PREFIX: 'staged/',
  BMA_SOURCE_STAGED_BUCKET_OWNER: '111122223333',
};
let scene: SourceScene;
let workspace: string;
let staged: ToolUnderTest;

beforeAll(async () => {
  scene = await SourceScene.start();
  workspace = scene.workspace();
  staged = await scene.tool(workspace, STAGED);
});
beforeEach(() => scene.empty(workspace));
afterAll(() => scene.stop());

const fetchStaged = (turn: string) => staged.call('fetch_staged', { turn });
const at = (...names: string[]) => path.join(workspace, 'staged', ...names);

describe('fetch_staged', () => {
  test('brings every object of the turn and no other, in place of what was there', async () => {
    await scene.put('staged/turn-1/changes/diff.patch', '+ 1');
    await scene.put('staged/turn-1/about.json', '{}');
    await scene.put('staged/turn-12/other.json', '{}');
    mkdirSync(at('turn-1'), { recursive: true });
    writeFileSync(at('turn-1', 'old'), 'old');
    const { json } = await fetchStaged('turn-1');
    expect(json).toEqual({
      directory: 'staged/turn-1',
      files: expect.arrayContaining([
        { name: 'about.json', bytes: 2 },
        { name: 'changes/diff.patch', bytes: 3 },
      ]),
    });
    expect(contents(workspace)).toEqual({
      'staged/turn-1/about.json': '{}',
      'staged/turn-1/changes/diff.patch': '+ 1',
    });
  });

  test('unpacks the source that git made', async () => {
    const long = `${'d'.repeat(90)}/${'e'.repeat(90)}/${'f'.repeat(120)}.txt`;
    const { directory } = scene.repository({
      'run.sh': '#!/bin/sh\n',
      'lib/a.js': 'a',
      'ünï.txt': 'u',
      [long]: 'long',
    });
    symlinkSync('../run.sh', path.join(directory, 'lib/run'));
    symlinkSync('/etc/hostname', path.join(directory, 'lib/host'));
    execFileSync('chmod', ['+x', path.join(directory, 'run.sh')]);
    git(directory, 'add', '--all');
    git(directory, 'commit', '--quiet', '--message=links');
    git(directory, 'archive', '--prefix=shop/', '--output=../archive.tar.gz', 'HEAD');
    await scene.put('staged/turn-2/source.tar.gz', readFileSync(path.join(scene.root, 'archive.tar.gz')));
    const { json } = await fetchStaged('turn-2');
    expect(json).toEqual({
      directory: 'staged/turn-2',
      files: [],
      source: { directory: 'source', files: 4, bytes: 16, links_left_out: 1 },
    });
    const source = at('turn-2', 'source', 'shop');
    expect(contents(source)).toEqual({ 'run.sh': '#!/bin/sh\n', 'lib/a.js': 'a', 'ünï.txt': 'u', [long]: 'long' });
    expect(readlinkSync(path.join(source, 'lib/run'))).toBe('../run.sh');
    expect(statSync(path.join(source, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(readdirSync(at('turn-2'))).toEqual(['source']);
  });

  test('unpacks what GNU tar made, with its own form of long names', async () => {
    const { directory } = scene.repository({ [`${'long'.repeat(40)}/a.txt`]: 'a' });
    execFileSync('tar', ['--format=gnu', '--exclude=.git', '-czf', '../gnu.tar.gz', '.'], { cwd: directory });
    await scene.put('staged/turn-3/source.tar.gz', readFileSync(path.join(scene.root, 'gnu.tar.gz')));
    expect((await fetchStaged('turn-3')).json.source).toMatchObject({ files: 1, bytes: 1 });
    expect(contents(at('turn-3', 'source'))).toEqual({ [`${'long'.repeat(40)}/a.txt`]: 'a' });
  });

  test.each([
    ['a turn without objects', 'turn-9', /Nothing was staged/],
    ['a turn that goes up', '../turn-1', /turn/],
    ['a turn with a slash', 'turn-1/changes', /turn/],
    ['every turn', '', /turn/],
  ])('refuses %s', async (_, turn, why) => {
    const { refused, text } = await fetchStaged(turn);
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(existsSync(at(turn || 'x'))).toBe(false);
  });

  const listing = (...objects: { key: string; size: number }[]) => ({
    'GET /source-bucket/': () => ({
      headers: { 'content-type': 'application/xml' },
      body: `<ListBucketResult>${objects
        .map(({ key, size }) => `<Contents><Key>${key}</Key><Size>${size}</Size></Contents>`)
        .join('')}</ListBucketResult>`,
    }),
  });
  test.each([
    ['a key that goes up', [{ key: 'staged/t/../../.bashrc', size: 1 }], /not one that can be a file/],
    ['a key with an empty part', [{ key: 'staged/t//etc/x', size: 1 }], /not one that can be a file/],
    [
      'too many bytes',
      [
        { key: 'staged/t/a', size: 9_999_999 },
        { key: 'staged/t/b', size: 9 },
      ],
      /larger than/,
    ],
    [
      'too many objects',
      Array.from({ length: 1_001 }, (_, i) => ({ key: `staged/t/${i}`, size: 1 })),
      /More than 1000/,
    ],
    [
      'an object in place of the unpacked source',
      [
        { key: 'staged/t/source.tar.gz', size: 1 },
        { key: 'staged/t/source/x', size: 1 },
      ],
      /where source.tar.gz is unpacked/,
    ],
  ])('refuses %s before anything is fetched', async (_, objects, why) => {
    const tool = await scene.tool(workspace, { ...STAGED, AWS_ENDPOINT_URL_S3: scene.aws.url });
    scene.aws.answers(listing(...objects));
    expect((await tool.call('fetch_staged', { turn: 't' })).text).toMatch(why);
    expect(scene.aws.requests).toHaveLength(1);
    expect(scene.aws.requests[0].input).toMatchObject({ prefix: 'staged/t/' });
    expect(scene.aws.requests[0].headers['x-amz-expected-bucket-owner']).toBe('111122223333');
    expect(readdirSync(workspace).filter((name) => name !== 'staged')).toEqual([]);
  });

  test('reports a denial as such', async () => {
    const tool = await scene.tool(workspace, { ...STAGED, AWS_ENDPOINT_URL_S3: scene.aws.url });
    scene.aws.answers({ 'GET /source-bucket/': () => failure('AccessDenied', 'x', 403) });
    expect((await tool.call('fetch_staged', { turn: 't' })).text).toContain('not permitted');
  });
});

describe('a hostile archive', () => {
  const file = (name: string, content: Buffer | string = 'x'): TarEntry => ({ name, content });
  const link = (name: string, target: string): TarEntry => ({ name, type: '2', target });
  const hostile: [string, () => Buffer, RegExp][] = [
    ['with a path that goes up', () => tarGz(file('../../stolen')), /leaves the archive/],
    ['with a path that goes down and up', () => tarGz(file('a/../../stolen')), /leaves the archive/],
    ['with an absolute path', () => tarGz(file('/tmp/stolen')), /absolute/],
    [
      'with a hard link',
      () => tarGz(file('a'), { name: 'b', type: '1', target: 'a' }),
      /no file, directory or symbolic/,
    ],
    ['with a device', () => tarGz({ name: 'null', type: '3' }), /no file, directory or symbolic/],
    ['with a pipe', () => tarGz({ name: 'pipe', type: '6' }), /no file, directory or symbolic/],
    ['with two files at one place', () => tarGz(file('a'), file('a')), /two things at the same place/],
    ['with a file inside a file', () => tarGz(file('a'), file('a/b')), /two things at the same place/],
    [
      'that unpacks to more than allowed',
      () => tarGz(file('zeros', Buffer.alloc(10_000_001))),
      /larger than the 10000000/,
    ],
    [
      'that unpacks to more than allowed in parts',
      () => tarGz(file('a', Buffer.alloc(6_000_000)), file('b', Buffer.alloc(6_000_000))),
      /larger than the 10000000/,
    ],
    [
      'with too many entries',
      () => gzipSync(Buffer.alloc(200_001 * 512, tar({ name: './', type: '5' }).subarray(0, 512))),
      /more than the 200000 files/,
    ],
    ['with endless notes', () => tarGz({ name: 'x', type: 'x', content: Buffer.alloc(70_000) }), /notes are too long/],
    ['with a malformed note', () => tarGz({ name: 'x', type: 'x', content: '99 path=a\n' }), /note in it is malformed/],
    [
      'with a negative size in a note',
      () => tarGz({ name: 'x', type: 'x', content: '11 size=-1\n' }, file('a')),
      /malformed/,
    ],
    ['that is cut off', () => gzipSync(tar(file('a', 'x'.repeat(2_000))).subarray(0, 1_200)), /cut off/],
    ['that is damaged', () => gzipSync(Buffer.from('x'.repeat(1_024))), /damaged|malformed/],
    ['that is not compressed', () => tar(file('a')), /not compressed/],
  ];
  test.each(hostile)('%s is refused and leaves nothing behind', async (_, make, why) => {
    await scene.put('staged/hostile/source.tar.gz', make());
    const { refused, text } = await fetchStaged('hostile');
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(contents(workspace)).toEqual({});
    expect(readdirSync(workspace)).toEqual(['staged']);
    expect(existsSync('/tmp/stolen')).toBe(false);
  });

  test('has its links left out that lead out, or could by way of another one', async () => {
    const outside = path.join(scene.root, 'outside');
    mkdirSync(outside, { recursive: true });
    await scene.put(
      'staged/links/source.tar.gz',
      tarGz(
        link('absolute', outside),
        link('up', '../../../outside'),
        link('just-up', '..'),
        link('d/e/top', '../..'),
        // Inside by its text; out by way of `top`, which is nearer to the top than its text says.
        link('by-way', 'd/e/top/../../../outside'),
        link('d/e/top/under', '../../../../x'),
        // A file below a link that is already there must not be written through it.
        link('dir', outside),
        file('dir/file', 'inside'),
        link('fine', 'd/e'),
        link('d/fine', '../dir/file'),
      ),
    );
    const { json } = await fetchStaged('links');
    const source = at('links', 'source');
    expect(json.source).toMatchObject({ files: 1, links_left_out: 7 });
    expect(contents(source)).toEqual({ 'dir/file': 'inside' });
    expect(readFileSync(path.join(source, 'd/fine'), 'utf8')).toBe('inside');
    expect(execFileSync('find', [source, '-type', 'l'], { encoding: 'utf8' }).trim().split('\n').sort()).toEqual(
      ['d/fine', 'fine'].map((name) => path.join(source, name)),
    );
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('configure_registries', () => {
  const TOKEN = `eyJ2ZXIiOjEsImlzdSI6MTc5NTQyODAwMH0.${'aB3-_'.repeat(40)}`;
  const HOST = 'https://acme-111122223333.d.codeartifact.us-east-1.amazonaws.com';
  const SCOPE = {
    BMA_SOURCE_REGISTRIES: 'code-artifact/acme/111122223333/shared/npm,code-artifact/acme/111122223333/shared/pypi',
  };
  let tool: ToolUnderTest;
  const answers = (token = TOKEN, endpoint = (format: string) => `${HOST}/${format}/shared/`) =>
    scene.aws.answers({
      'POST /v1/authorization-token': () => ({ body: { authorizationToken: token, expiration: 1_795_431_600 } }),
      'GET /v1/repository/endpoint': ({ input }) => ({ body: { repositoryEndpoint: endpoint(input.format) } }),
    });

  beforeAll(async () => {
    tool = await scene.tool(workspace, SCOPE);
  });

  test('offers only itself when nothing else is in scope', async () => {
    expect(await tool.toolNames()).toEqual(['configure_registries']);
  });

  test('writes what npm and pip need, for this user only, and answers without the token', async () => {
    answers();
    await tool.call('configure_registries', {});
    const { json, text } = await tool.call('configure_registries', {});
    const [npmrc, pip] = ['.npmrc', 'pip.conf'].map((name) => path.join(workspace, '.registries', name));
    expect(json).toEqual({
      environment: { NPM_CONFIG_USERCONFIG: npmrc, PIP_CONFIG_FILE: pip },
      registries: [
        { repository: 'shared', format: 'npm' },
        { repository: 'shared', format: 'pypi' },
      ],
      expires: '2026-11-23T11:00:00.000Z',
    });
    expect(text).not.toContain(TOKEN.slice(40, 80));
    expect(scene.aws.of('POST /v1/authorization-token')[0].input).toMatchObject({
      domain: 'acme',
      'domain-owner': '111122223333',
      duration: '3600',
    });
    for (const file of [npmrc, pip]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(npmrc)).sort()).toEqual(['.npmrc', 'pip.conf']);
    expect(readFileSync(pip, 'utf8')).toBe(
      `[global]\nindex-url = https://aws:${TOKEN}@acme-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/shared/simple/\n`,
    );
    expect(readFileSync(npmrc, 'utf8')).toContain(`//${HOST.slice(8)}/npm/shared/:_authToken=${TOKEN}`);
    const registry = execFileSync('npm', ['config', 'get', 'registry'], {
      encoding: 'utf8',
      cwd: workspace,
      env: { PATH: process.env.PATH, HOME: workspace, NPM_CONFIG_USERCONFIG: npmrc },
    });
    expect(registry.trim()).toBe(`${HOST}/npm/shared/`);
  });

  test.each([
    ['a token that would end its line', () => answers('a\nregistry=https://evil.example/'), /usable token/],
    ['an address with a user', () => answers(TOKEN, () => 'https://x:y@evil.example/npm/'), /usable address/],
    ['an address that is none', () => answers(TOKEN, () => 'shared'), /usable address/],
    [
      'a denial',
      () => scene.aws.answers({ 'POST /v1/authorization-token': () => failure('AccessDeniedException', 'x', 403) }),
      /not permitted/,
    ],
    [
      'a link in place of the directory',
      () => symlinkSync(scene.root, path.join(workspace, '.registries')),
      /not a directory/,
    ],
  ])('refuses %s', async (_, arrange, why) => {
    arrange();
    const { refused, text } = await tool.call('configure_registries', {});
    expect([refused, text]).toEqual([true, expect.stringMatching(why)]);
    expect(existsSync(path.join(workspace, '.registries/.npmrc'))).toBe(false);
    expect(text).not.toContain(TOKEN.slice(40, 80));
  });

  test('takes no input', async () => {
    expect((await tool.call('configure_registries', { repository: 'other' })).refused).toBe(true);
  });
});
