import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { createLifecycleServer, type LifecycleServer } from '../../../runtime/lifecycle/lifecycle-server';
import { CONTRACT_ROWS, TABLE_HEADER, tableCells, type ContractRow } from './contract-rows';
import { eventually } from './server-under-test';

/** Every answer of contract.json, from a server of its own. The exec server is a stand-in: Codex is tested elsewhere. */
const SESSION = 's'.repeat(33);
const MISSING = '/nonexistent/codex';

class Bench {
  public readonly root = mkdtempSync(path.join(tmpdir(), 'bma-contract-'));
  public readonly workspace = path.join(this.root, 'workspace');
  public readonly state = path.join(this.root, 'state');
  public readonly codex = path.join(this.root, 'fake-exec-server.sh');
  public server!: LifecycleServer;
  private port = 0;

  public constructor() {
    mkdirSync(this.workspace);
    copyFileSync(path.join(__dirname, 'fake-exec-server.sh'), this.codex);
    chmodSync(this.codex, 0o755);
  }

  public async start(codexPath = this.codex): Promise<void> {
    this.server = createLifecycleServer({
      environment: { PATH: process.env.PATH, AWS_REGION: 'us-east-1' },
      host: '127.0.0.1',
      port: 0,
      stateDirectory: this.state,
      codexPath,
      // Nothing restarts by itself: what a row sees is the work of its request.
      restartBackoff: { baseMs: 600_000, maxMs: 600_000 },
      logLine: () => undefined,
    });
    ({ port: this.port } = await this.server.listen());
  }

  public async restart(): Promise<void> {
    await this.server.close();
    await this.start();
  }

  public async remove(): Promise<void> {
    await this.server.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  public send({ method = 'POST', path: target = '/invocations', body, raw, session = true }: ContractRow['request']) {
    const text = raw ?? (body === undefined ? '' : JSON.stringify(body));
    const bytes = text.replace('$WORKSPACE', this.workspace).replace('$TOO_LARGE', () => 'x'.repeat(262_145));
    return new Promise<{ status: number; answer: Record<string, unknown> }>((resolve, reject) => {
      const headers = session ? { 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id': SESSION } : {};
      const outgoing = request({ port: this.port, method, path: target, headers, agent: false }, (incoming) => {
        let received = '';
        incoming.on('data', (chunk: Buffer) => (received += chunk.toString('utf8')));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode as number, answer: JSON.parse(received) as Record<string, unknown> }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(bytes);
    });
  }

  public async activate(): Promise<void> {
    const workspace = { directory: this.workspace };
    const ids = { protocol_version: 1, environment_id: 'env_1', attachment_generation: 3 };
    await this.send({ body: { action: 'activate', ...ids, workspace, region: 'us-east-1' } });
  }

  public async renew(): Promise<void> {
    const ids = { environment_id: 'env_1', attachment_generation: 3, turn_id: 'turn_1' };
    await this.send({ body: { action: 'renew_turn_lease', ...ids, lease_duration_seconds: 60 } });
  }

  public mode(mode: string): void {
    writeFileSync(path.join(this.workspace, 'mode'), mode);
  }

  public saved(content: string): void {
    mkdirSync(this.state, { recursive: true });
    writeFileSync(path.join(this.state, 'state.json'), content);
  }

  /** A file in the place of a directory. */
  public blocked(directory: string): void {
    rmSync(directory, { recursive: true, force: true });
    writeFileSync(directory, '');
  }
}

/** How each state is reached. */
const STATES: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
  'nothing attached': (bench) => bench.start(),
  attached: async (bench) => {
    await bench.start();
    await bench.activate();
  },
  'a turn holds a lease': async (bench) => {
    await STATES.attached(bench);
    await bench.renew();
  },
  'Codex is missing': (bench) => bench.start(MISSING),
  'attached, Codex is missing': async (bench) => {
    await bench.start(MISSING);
    await bench.activate();
  },
  'state directory is a file': async (bench) => {
    bench.blocked(bench.state);
    await bench.start();
  },
  'state file is a directory': async (bench) => {
    mkdirSync(path.join(bench.state, 'state.json/in-the-way'), { recursive: true });
    await bench.start();
  },
  'state file is broken': async (bench) => {
    bench.saved('{"format":"bma-lifecycle/1","environ');
    await bench.start();
  },
  'state file of another version': async (bench) => {
    bench.saved('{"format":"bma-lifecycle/2","environment_id":"env_1","attachment_generation":3}');
    await bench.start();
  },
  'attached, then the state directory became a file': async (bench) => {
    await STATES.attached(bench);
    bench.blocked(bench.state);
  },
  'attached, then the workspace was deleted': async (bench) => {
    await STATES.attached(bench);
    await eventually(() => existsSync(path.join(bench.workspace, 'environment.log')));
    rmSync(bench.workspace, { recursive: true });
  },
  'attached, then the workspace became a file': async (bench) => {
    await STATES.attached(bench);
    await eventually(() => existsSync(path.join(bench.workspace, 'environment.log')));
    bench.blocked(bench.workspace);
  },
  'the exec server died': async (bench) => {
    bench.mode('crash');
    await STATES.attached(bench);
    await eventually(() => bench.server.execServerPid === undefined);
    bench.mode('stay');
  },
  'the exec server crashes again and again': async (bench) => {
    bench.mode('crash');
    await STATES.attached(bench);
    await eventually(() => bench.server.execServerPid === undefined);
  },
  'replacement compute': async (bench) => {
    await STATES['a turn holds a lease'](bench);
    await bench.restart();
  },
};

const PLACEHOLDERS: Readonly<Record<string, unknown>> = {
  $TEXT: expect.stringMatching(/^[^$]{5,}$/),
  $NUMBER: expect.any(Number),
  $SESSION: SESSION,
};

function expected(answer: ContractRow['answer']): Record<string, unknown> {
  const filled = ([name, value]: [string, unknown]) => [name, PLACEHOLDERS[value as string] ?? value] as const;
  return Object.fromEntries(Object.entries(answer).map(filled));
}

describe('the contract of the lifecycle server', () => {
  let bench: Bench;
  beforeEach(() => (bench = new Bench()));
  afterEach(() => bench.remove());

  test.each(CONTRACT_ROWS.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    await STATES[row.state](bench);
    expect(await bench.send(row.request)).toEqual({ status: row.status, answer: expected(row.answer) });
    if (row.ping === undefined) return;
    expect((await bench.send({ method: 'GET', path: '/ping' })).answer.status).toBe(row.ping);
  });
});

test('docs/runtime-image.md shows the same table', () => {
  const text = readFileSync(path.resolve(__dirname, '../../../docs/runtime-image.md'), 'utf8');
  const table = /<!-- contract table: [^>]*-->\n([\s\S]*?)<!-- end of contract table -->/.exec(text)?.[1] ?? '';
  const lines = table.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|-]+$/.test(line));
  const cells = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells).toEqual([TABLE_HEADER, ...CONTRACT_ROWS.map(tableCells)]);
});
