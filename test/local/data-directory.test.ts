/** What a full disk, a second service and damaged files do to a data directory: nothing is lost, and nothing half done. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LocalService, startLocalService } from '../../local';
import { SessionClient } from '../../runtime/session-client/client';
import { selfHostedSession } from './support/service';

let dataDirectory: string;
const problems: string[] = [];
const services: LocalService[] = [];

beforeEach(() => {
  dataDirectory = mkdtempSync(path.join(tmpdir(), 'bma-data-'));
  problems.length = 0;
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

async function start(): Promise<SessionClient> {
  const service = await startLocalService({ dataDirectory, onProblem: (problem) => problems.push(problem) });
  services.push(service);
  return new SessionClient({
    region: service.region,
    endpoint: service.url,
    credentials: () => Promise.resolve(service.credentials),
    environment: {},
    retry: { maxAttempts: 1 },
  });
}

const sessions = () => path.join(dataDirectory, 'sessions');
const idsIn = () => services[0].admin.sessions().map(({ id }) => id);

/** Nothing can be written below the sessions any more, as on a full disk. */
function breakDisk(): void {
  renameSync(sessions(), `${sessions()}-kept`);
  writeFileSync(sessions(), '');
}

test('a session that cannot be written does not exist, and the cause is told on this machine', async () => {
  const client = await start();
  const { id } = await client.create(selfHostedSession());
  breakDisk();
  await expect(client.create(selfHostedSession())).rejects.toMatchObject({ status: 500 });
  expect(idsIn()).toEqual([id]);
  expect(problems.join()).toMatch(/A request failed: Error: ENOTDIR/);
  client.close();
});

test('a message that cannot be written is no turn, and the session takes the next one', async () => {
  const client = await start();
  const { id } = await client.create(selfHostedSession());
  breakDisk();
  await expect(client.submit(id, 'hello')).rejects.toMatchObject({ status: 500 });
  expect(services[0].admin.turns(id)).toEqual([]);
  expect((await client.get(id)).status).toBe('idle');
  client.close();
});

test.each(['junk', '', '{}', '[]', 'null', '{"id":"agsess_x"}'])('a damaged file (%s) is named', async (content) => {
  mkdirSync(sessions());
  writeFileSync(path.join(sessions(), 'agsess_x.json'), content);
  await expect(start()).rejects.toThrow(/sessions\/agsess_x\.json can't be read: .*\. Fix: move the file away/);
  expect(readFileSync(path.join(sessions(), 'agsess_x.json'), 'utf8')).toBe(content);
});

test('a directory is used by one process at a time, and a killed one does not count', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => 0, 60_000)']);
  await once(other, 'spawn');
  writeFileSync(path.join(dataDirectory, 'lock'), `${other.pid}\n`);
  await expect(start()).rejects.toThrow(new RegExp(`process ${other.pid} uses it, .*Fix: give a directory`));
  other.kill('SIGKILL');
  await once(other, 'exit');
  const client = await start();
  expect(readFileSync(path.join(dataDirectory, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  client.close();
  await services.pop()!.close();
  expect(readdirSync(dataDirectory)).toEqual(['sessions']);
});

test.each(['/proc/nowhere/below', '/dev/null', `/tmp/${'a'.repeat(5_000)}`])(
  '%.30s is no data directory',
  async (place) => {
    await expect(startLocalService({ dataDirectory: place })).rejects.toThrow(
      /^The data directory '.*Fix: give a directory/,
    );
  },
);
