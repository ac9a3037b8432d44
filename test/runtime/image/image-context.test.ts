import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';

const IMAGE = path.resolve(__dirname, '../../../runtime/image');
const read = (file: string): string => readFileSync(path.join(IMAGE, file), 'utf8');
const json = <T>(text: string): T => JSON.parse(text) as T;

interface Lock {
  readonly packages: Record<string, { version: string; integrity?: string; resolved?: string; os?: string[] }>;
}

describe('the Dockerfile', () => {
  const dockerfile = read('Dockerfile');
  const instructions = dockerfile.split('\n').filter((line) => /^[A-Z]+ /.test(line));

  test('pins its base by digest', () => {
    expect(dockerfile).toMatch(
      /^ARG BASE_IMAGE=docker\.io\/library\/node:\d+\.\d+\.\d+-trixie-slim@sha256:[0-9a-f]{64}$/m,
    );
    expect(instructions.filter((line) => line.startsWith('FROM'))).toEqual(['FROM ${BASE_IMAGE}']);
  });

  test('runs as a numeric user that is not root, in the end', () => {
    expect(instructions.filter((line) => line.startsWith('USER')).at(-1)).toBe('USER 10001:10001');
  });

  test('copies nothing that the ignore file keeps out of the build context', () => {
    const admitted = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = instructions
      .filter((line) => line.startsWith('COPY'))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied.sort()).toEqual(admitted.sort());
    expect(copied.filter((source) => source !== 'lifecycle' && !existsSync(path.join(IMAGE, source)))).toEqual([]);
  });

  test('downloads nothing past apt and npm', () => {
    expect(dockerfile).not.toMatch(/\b(curl|wget|ADD http|git clone)\b/);
  });
});

describe('the lock file', () => {
  const lock = json<Lock>(read('package-lock.json'));
  const { devDependencies } = json<{ devDependencies: Record<string, string> }>(
    readFileSync(path.join(IMAGE, '../../package.json'), 'utf8'),
  );

  test('holds the Codex that the tests and the local service run', () => {
    expect(lock.packages['node_modules/@openai/codex'].version).toBe(devDependencies['@openai/codex']);
  });

  test.each(['linux-arm64', 'linux-x64'])('holds the %s binary with its hash', (platform) => {
    const found = lock.packages[`node_modules/@openai/codex-${platform}`];
    expect(found.version).toBe(`${devDependencies['@openai/codex']}-${platform}`);
    expect(found.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  test('names no registry host', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});

describe('the skills', () => {
  test.each(readdirSync(path.join(IMAGE, 'skills')))(
    '%s has a front matter with its own name and a description',
    (name) => {
      const [, frontMatter] = read(`skills/${name}/SKILL.md`).split('---\n');
      expect(parse(frontMatter)).toEqual({ name, description: expect.stringMatching(/.{20,}/) });
    },
  );
});

describe('the workspace MCP server', () => {
  let workspace: string;
  beforeAll(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'bma-mcp-'));
    mkdirSync(path.join(workspace, 'src/.git'), { recursive: true });
    writeFileSync(path.join(workspace, 'src/a.txt'), 'abc');
    writeFileSync(path.join(workspace, 'src/.git/config'), 'secret');
    symlinkSync('/etc/passwd', path.join(workspace, 'link'));
  });
  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  /** Sends messages, collects as many answers as there are requests. */
  async function talk(...messages: unknown[]): Promise<Record<string, any>[]> {
    const child = spawn(process.execPath, [path.join(IMAGE, 'mcp/workspace.mjs'), workspace]);
    child.stdin.end(
      messages.map((message) => (typeof message === 'string' ? message : JSON.stringify(message))).join('\n') + '\n',
    );
    const answers: Record<string, any>[] = [];
    for await (const line of createInterface({ input: child.stdout })) answers.push(json(line));
    return answers;
  }
  const call = (id: number, args: unknown): unknown => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'manifest', arguments: args },
  });

  test('introduces itself and its one read-only tool', async () => {
    const [hello, tools] = await talk(
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {} } },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
    );
    expect(hello.result).toMatchObject({ protocolVersion: '2025-06-18', serverInfo: { name: 'workspace' } });
    expect(tools.result.tools).toEqual([
      expect.objectContaining({ name: 'manifest', annotations: { readOnlyHint: true, openWorldHint: false } }),
    ]);
  });

  test('lists regular files with hashes, without .git and links', async () => {
    const [{ result }] = await talk(call(1, {}));
    expect(json(result.content[0].text)).toEqual({
      files: [
        { path: 'src/a.txt', bytes: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
      ],
      truncated: false,
    });
  });

  test.each([{ path: '..' }, { path: '/etc' }, { path: 7 }, { path: 'absent' }])('refuses %j', async (args) => {
    const [{ result }] = await talk(call(1, args));
    expect(result).toMatchObject({ isError: true });
    expect(result.content[0].text).not.toContain('root:');
  });

  test('answers what is no request it knows with an error and goes on', async () => {
    const answers = await talk(
      '{',
      { jsonrpc: '2.0', id: 1, method: 'constructor' },
      { jsonrpc: '2.0', id: 2, method: 'ping' },
    );
    expect(answers.map(({ error, result }) => error?.code ?? result)).toEqual([-32700, -32601, {}]);
  });
});

describe('the scripts around the image', () => {
  test.each(['image-test.sh', 'run-in-image.sh'])('%s is valid bash', (script) => {
    const file = path.resolve(IMAGE, '../../scripts', script);
    expect(spawnSync('bash', ['-n', file]).status).toBe(0);
  });
});
