import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Attachment } from '../../../runtime/lifecycle/attachment';
import { ExecServerHome } from '../../../runtime/lifecycle/exec-server-home';
import { createLifecycleServer, type LifecycleServer } from '../../../runtime/lifecycle/lifecycle-server';
import { StateStore } from '../../../runtime/lifecycle/state-store';

/** Session storage that fails in every way a file system can. The errors are injected; files and processes are real. */
const CODES = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ESTALE', 'EMFILE', 'ENOTDIR'];

const ATTACHMENT: Attachment = {
  environmentId: 'env_1',
  generation: 3,
  workspaceDirectory: '/mnt/agent/workspace',
  endpoint: 'https://bedrock-mantle.us-east-1.api.aws',
  region: 'us-east-1',
  service: 'bedrock-mantle',
};

let root: string;
let state: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'bma-storage-'));
  state = path.join(root, 'state');
});

afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const failure = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/** Lets one file operation fail below the state directory, and nowhere else. */
function breakOperation(operation: 'open' | 'rename' | 'mkdir' | 'rm', code: string): void {
  const real = files[operation] as (...given: unknown[]) => Promise<unknown>;
  jest
    .spyOn(files, operation)
    .mockImplementation(((name: string, ...rest: unknown[]) =>
      name.startsWith(state) ? Promise.reject(failure(code)) : real(name, ...rest)) as never);
}

describe('a lifecycle server whose session storage', () => {
  let server: LifecycleServer;
  let url: string;
  let logs: Record<string, unknown>[];

  beforeEach(async () => {
    logs = [];
    server = createLifecycleServer({
      environment: { PATH: process.env.PATH, AWS_REGION: 'us-east-1' },
      host: '127.0.0.1',
      port: 0,
      stateDirectory: state,
      codexPath: path.join(__dirname, 'fake-exec-server.sh'),
      logLine: (line) => logs.push(JSON.parse(line) as Record<string, unknown>),
    });
    ({ url } = await server.listen());
  });

  afterEach(() => server.close());

  async function invoke(body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}/invocations`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { connection: 'close' },
    });
    return (await response.json()) as Record<string, unknown>;
  }

  const activate = (generation: number): Record<string, unknown> => ({
    action: 'activate',
    protocol_version: 1,
    environment_id: 'env_1',
    attachment_generation: generation,
    workspace: { directory: path.join(root, 'workspace') },
  });

  const operations = (['open', 'rename', 'mkdir'] as const).flatMap((operation) =>
    CODES.map((code) => [operation, code] as const),
  );
  test.each(operations)('answers %s with %s goes on in memory and says so', async (operation, code) => {
    breakOperation(operation, code);
    for (const generation of [1, 2]) {
      expect(await invoke(activate(generation))).toMatchObject({
        workspace: 'ready',
        attachment_generation: generation,
      });
      expect(server.execServerPid).toBeDefined();
    }
    expect(logs.filter(({ event }) => event === 'attachment_not_saved')).toEqual(
      Array.from({ length: 2 }, () => expect.objectContaining({ level: 'error', reason: code })),
    );
    const lease = { environment_id: 'env_1', attachment_generation: 2, turn_id: 't', lease_duration_seconds: 9 };
    expect(await invoke({ action: 'renew_turn_lease', ...lease })).toMatchObject({ active_lease_count: 1 });
    expect(existsSync(state) ? readdirSync(state).filter((name) => name.includes('json')) : []).toEqual([]);
  });

  test.each(['EROFS', 'EIO'])('cannot remove the saved attachment (%s) disconnects all the same', async (code) => {
    await invoke(activate(1));
    breakOperation('rm', code);
    expect(await invoke({ action: 'disconnect' })).toMatchObject({ exec_server: 'stopped', environment_id: null });
    expect(logs).toContainEqual(expect.objectContaining({ event: 'saved_attachment_not_removed', reason: code }));
    // What is still on the mount is not taken up again by this server.
    expect(await invoke({})).toMatchObject({ exec_server: 'stopped', environment_id: null });
  });

  test('cannot be read at first is read by a later invocation', async () => {
    await new StateStore(state).save({ ...ATTACHMENT, workspaceDirectory: path.join(root, 'workspace') });
    breakOperation('open', 'EIO');
    expect(await invoke({})).toMatchObject({ environment_id: null });
    jest.restoreAllMocks();
    expect(await invoke({})).toMatchObject({ environment_id: 'env_1', exec_server: 'running' });
  });

  test('cannot hold HOME gets a temporary one, and the variables of Codex name it', async () => {
    writeFileSync(state, 'a file in the place of the state directory');
    await invoke(activate(1));
    const home = readFileSync(`/proc/${server.execServerPid}/environ`, 'utf8').split('\0');
    expect(home.find((variable) => variable.startsWith('HOME='))).toMatch(/^HOME=.*bma-home-.*\/home$/);
    expect(logs).toContainEqual(expect.objectContaining({ event: 'home_on_temporary_directory' }));
  });

  test('hangs is asked once for HOME, not again at every restart', async () => {
    const real = files.mkdir;
    const making = jest
      .spyOn(files, 'mkdir')
      .mockImplementation(((name: string) =>
        name.startsWith(state) ? new Promise(() => undefined) : real(name)) as never);
    const home = new ExecServerHome(state, { log: () => undefined }, 200);
    const first = await home.prepare();
    expect(await home.prepare()).toBe(first);
    expect(making.mock.calls.filter(([name]) => String(name).startsWith(state))).toHaveLength(1);
    jest.restoreAllMocks();
    await home.close();
    expect(existsSync(first)).toBe(false);
  });

  test('loses the workspace of a running session gets it back with the next activate', async () => {
    await invoke(activate(1));
    rmSync(path.join(root, 'workspace'), { recursive: true });
    expect(await invoke({})).toMatchObject({ workspace: 'missing' });
    expect(await invoke(activate(1))).toMatchObject({ workspace: 'ready' });
    expect(existsSync(path.join(root, 'workspace'))).toBe(true);
  });
});

describe('the state store', () => {
  const plants: Record<string, (file: string) => unknown> = {
    'a pipe': (file) => execFileSync('mkfifo', [file]),
    'a link to a device without end': (file) => symlinkSync('/dev/zero', file),
    'a link to a valid state': (file) => {
      writeFileSync(path.join(root, 'other.json'), readFileSync(file));
      rmSync(file);
      symlinkSync(path.join(root, 'other.json'), file);
    },
    'a link to itself': (file) => symlinkSync(file, file),
    'a directory': (file) => mkdirSync(file),
    'a file of 2 GB': (file) => {
      writeFileSync(file, '{');
      truncateSync(file, 2 ** 31);
    },
    'an empty file': (file) => writeFileSync(file, ''),
    'a file of zeros, as after a crash': (file) => writeFileSync(file, Buffer.alloc(300)),
  };

  test.each(Object.entries(plants))('reads %s as nothing usable', async (name, plant) => {
    const store = new StateStore(state);
    await store.save(ATTACHMENT);
    const file = path.join(state, 'state.json');
    if (name !== 'a link to a valid state') rmSync(file);
    plant(file);
    expect(await store.load({ allowLoopback: false })).toMatchObject({ kind: 'unusable' });
  });

  test.each(Array.from({ length: 12 }, (_, index) => index / 12))(
    'reads %d of a file as nothing usable',
    async (part) => {
      const store = new StateStore(state);
      await store.save(ATTACHMENT);
      const file = path.join(state, 'state.json');
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * part)));
      expect(await store.load({ allowLoopback: false })).toMatchObject({ kind: 'unusable' });
    },
  );

  test('gives up on a mount that hangs, and does not start a second write behind the first', async () => {
    let release: (error: Error) => void = () => undefined;
    const opening = jest
      .spyOn(files, 'open')
      .mockImplementation(() => new Promise((_resolve, reject) => (release = reject)));
    const store = new StateStore(state, 200);
    await expect(store.save(ATTACHMENT)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await expect(store.save(ATTACHMENT)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(opening.mock.calls.length).toBeLessThanOrEqual(1);
    expect(await store.load({ allowLoopback: false })).toEqual({ kind: 'unusable', reason: 'ETIMEDOUT', again: false });
    opening.mockRestore();
    release(failure('EIO'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
