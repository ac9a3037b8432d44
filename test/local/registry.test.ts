/** Who may connect for an environment: the rules, and the real Codex binary under them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findCodexBinary, type LocalService, startLocalService } from '../../local';
import { EnvironmentRegistry } from '../../local/environment/registry';
import { connectFakeExecServer } from './support/fake-exec-server';
import { clientOf, eventually, selfHostedSession } from './support/service';

describe('a registration', () => {
  const registry = (): EnvironmentRegistry => {
    const made = new EnvironmentRegistry({ delayMs: () => 0, onChange: () => undefined });
    made.add('env_1');
    made.add('env_2');
    return made;
  };

  test('connects as often as it likes', () => {
    const environments = registry();
    const id = environments.register('env_1');
    for (let time = 0; time < 3; time++) expect(() => environments.checkRegistration('env_1', id)).not.toThrow();
  });

  test('that a newer one has replaced is answered 409, however many came after it', () => {
    const environments = registry();
    const replaced = [1, 2, 3].map(() => environments.register('env_1'));
    environments.register('env_1');
    for (const id of replaced) {
      expect(() => environments.checkRegistration('env_1', id)).toThrow(expect.objectContaining({ status: 409 }));
    }
  });

  test.each([
    ['never was one', 'env_1', () => 'reg_guessed'],
    ['belongs to another environment', 'env_1', (on: EnvironmentRegistry) => on.register('env_2')],
    ['names an environment that is gone', 'env_3', () => 'reg_guessed'],
  ])('that %s is answered 404', (_name, environmentId, registration) => {
    const environments = registry();
    environments.register('env_1');
    const id = registration(environments);
    expect(() => environments.checkRegistration(environmentId, id)).toThrow(expect.objectContaining({ status: 404 }));
  });
});

describe('Codex', () => {
  let service: LocalService;
  let home: string;
  let codex: ChildProcess;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    home = mkdtempSync(path.join(tmpdir(), 'bma-registry-'));
    service = await startLocalService({
      log: (line) => {
        const { method, status } = JSON.parse(line) as { method: string; status: number };
        requests.push(`${method} ${status}`);
      },
    });
  });

  afterEach(async () => {
    codex.kill('SIGKILL');
    await service.close();
    rmSync(home, { recursive: true, force: true });
  });

  function start(environmentId: string): Promise<number | null> {
    const credentials = service.credentialsFor('Execution');
    const remote = ['--remote', `${service.url}/v1`, '--environment-id', environmentId, '--remote-transport', 'direct'];
    const signing = ['--aws-sigv4', '--aws-service', 'bedrock-mantle', '--aws-region', service.region];
    codex = spawn(findCodexBinary(), ['exec-server', ...remote, ...signing], {
      cwd: home,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {
        PATH: process.env.PATH,
        HOME: home,
        CODEX_HOME: home,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_SESSION_TOKEN: credentials.sessionToken,
      },
    });
    return new Promise((resolve) => codex.once('exit', (code) => resolve(code)));
  }

  test('that another registration has replaced registers anew; it ends when its environment is gone', async () => {
    const client = clientOf(service);
    const { id, environment } = await client.create(selfHostedSession());
    const ended = start(environment.id);
    await eventually(() => service.admin.compute(id).connected);
    const other = await connectFakeExecServer(service, environment.id);
    await eventually(() => requests.filter((line) => line === 'UPGRADE 101').length === 3);
    expect(requests).toEqual([
      ...['POST 200', 'POST 200', 'UPGRADE 101'],
      // The other one takes over.
      ...['POST 200', 'UPGRADE 101'],
      // Codex tries its URL again, and registers anew.
      ...['UPGRADE 409', 'POST 200', 'UPGRADE 101'],
    ]);
    other.close();
    await eventually(() => service.admin.compute(id).connected);
    await client.delete(id);
    expect(await ended).toBe(1);
    expect(requests.at(-1)).toBe('UPGRADE 404');
    client.close();
  });
});
