import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { locateCodexBinary } from '../../../runtime/lifecycle/codex-binary';
import { descendantsOf } from '../../../runtime/lifecycle/process-tree';

const REPOSITORY = path.resolve(__dirname, '../../..');

/** scripts/image-test.sh sets both: the suite then runs against the server inside the image. */
const LAUNCHER = process.env.BMA_TEST_LAUNCHER;
const SHARED_ROOT = process.env.BMA_TEST_ROOT;

export const IN_IMAGE = LAUNCHER !== undefined;

/** Values in the environment that must not appear in any output. */
export const SECRETS = {
  bearer: 'bearer-value-9b1c',
  secretKey: 'secret-key-value-4f2a',
  session: 'session-value-77aa',
};

export type Json = Record<string, unknown>;

/** Directories of one test: a persistent mount and its content. */
export class Sandbox {
  public readonly root: string;
  public readonly workspace: string;
  public readonly stateDirectory: string;
  public readonly fakeExec: string;

  constructor() {
    const parent = SHARED_ROOT ?? tmpdir();
    this.root = mkdtempSync(path.join(parent, 'bma-lifecycle-'));
    this.workspace = path.join(this.root, 'workspace');
    this.stateDirectory = path.join(this.root, 'state');
    this.fakeExec = path.join(this.root, 'fake-exec-server.sh');
    mkdirSync(this.workspace);
    copyFileSync(path.join(__dirname, 'fake-exec-server.sh'), this.fakeExec);
    // The server in the image runs as another user.
    for (const directory of [this.root, this.workspace]) chmodSync(directory, 0o777);
  }

  public put(file: string, content: string): void {
    writeFileSync(path.join(this.workspace, file), content);
  }

  public read(file: string): string {
    try {
      return readFileSync(path.join(this.workspace, file), 'utf8');
    } catch {
      return '';
    }
  }

  /** The number of starts of the fake exec server. */
  public get starts(): number {
    return this.read('starts.log').split('\n').length - 1;
  }

  public activate(changes: Json = {}): Json {
    return {
      action: 'activate',
      protocol_version: 1,
      environment_id: 'env_1',
      attachment_generation: 1,
      workspace: { directory: this.workspace },
      region: 'us-east-1',
      ...changes,
    };
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** The lifecycle server as a program of its own, on this machine or in the image. */
export class ServerUnderTest {
  public logs = '';
  public readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private port = 0;

  public static async start(
    sandbox: Sandbox,
    env: Record<string, string> = {},
    realCodex = false,
  ): Promise<ServerUnderTest> {
    const codexPath = realCodex
      ? IN_IMAGE
        ? {}
        : { BMA_CODEX_PATH: locateCodexBinary(REPOSITORY) }
      : { BMA_CODEX_PATH: sandbox.fakeExec };
    const environment = {
      BMA_PORT: '0',
      BMA_HOST: '127.0.0.1',
      BMA_STATE_DIRECTORY: sandbox.stateDirectory,
      BMA_ALLOW_LOOPBACK_ENDPOINT: 'true',
      BMA_RESTART_BASE_MS: '40',
      BMA_RESTART_MAX_MS: '200',
      AWS_ACCESS_KEY_ID: 'AKIDTEST',
      AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
      AWS_SESSION_TOKEN: SECRETS.session,
      AWS_BEARER_TOKEN_BEDROCK: SECRETS.bearer,
      ...codexPath,
      ...env,
    };
    const child = IN_IMAGE
      ? spawn(LAUNCHER as string, [], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn(process.execPath, [bundledServer()], {
          env: { PATH: process.env.PATH, OPENAI_API_KEY: SECRETS.bearer, ...environment },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
    const server = new ServerUnderTest(child);
    await server.log(({ event }) => event === 'listening').then(({ port }) => (server.port = port as number));
    return server;
  }

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.logs += chunk.toString('utf8')));
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The Node process: below the init of the image, or the child itself. */
  public get pid(): number {
    const top = this.child.pid as number;
    return IN_IMAGE ? descendantsOf(top).find(({ parent }) => parent === top)!.pid : top;
  }

  public get logEntries(): Json[] {
    return this.logs
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Json);
  }

  /** The first log entry that fits, awaited. */
  public async log(fits: (entry: Json) => boolean): Promise<Json> {
    return eventually(() => this.logEntries.find(fits));
  }

  public ping(): Promise<Json> {
    return this.send('GET', '/ping').then(({ body: { status } }) => ({ status }));
  }

  /** Sends a body as the Runtime does and insists on HTTP 200. */
  public async invoke(body: unknown, headers: Record<string, string> = {}): Promise<Json> {
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await this.send('POST', '/invocations', text, headers);
    expect(answer.status).toBe(200);
    return answer.body;
  }

  /** @param chunks several make a chunked body. */
  public send(
    method: string,
    target: string,
    body: string | Buffer | string[] = '',
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Json }> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.url}${target}`,
        { method, headers, agent: false },
        (incoming: IncomingMessage) => {
          const received: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => received.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode as number,
              body: JSON.parse(Buffer.concat(received).toString('utf8')) as Json,
            }),
          );
        },
      );
      outgoing.on('error', reject);
      if (Array.isArray(body)) {
        for (const chunk of body) outgoing.write(chunk);
        outgoing.end();
      } else {
        outgoing.end(body);
      }
    });
  }

  /** User id that the server process runs as. */
  public get uid(): number {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]);
  }

  /** Open sockets of the server process. */
  public get sockets(): number {
    return readdirSync(`/proc/${this.pid}/fd`).filter((fd) => {
      try {
        return readlinkSync(`/proc/${this.pid}/fd/${fd}`).startsWith('socket:');
      } catch {
        return false;
      }
    }).length;
  }

  /** Processes below the server. */
  public get processes(): number {
    return descendantsOf(this.pid).length;
  }

  public kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    await this.exited;
  }
}

/** Ids of processes with this text on their command line, anywhere in the tree. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(text);
      } catch {
        return false;
      }
    });
}

/** Polls until there is a value. The limit only ends a test that hangs. */
export async function eventually<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 120_000,
): Promise<T> {
  for (const end = Date.now() + ms; ;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`nothing after ${ms} ms: ${probe.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

let bundle: string | undefined;
function bundledServer(): string {
  if (bundle === undefined) {
    bundle = path.join(mkdtempSync(path.join(tmpdir(), 'bma-bundle-')), 'server.js');
    const entryPoints = [path.join(REPOSITORY, 'runtime/lifecycle/main.ts')];
    buildSync({ entryPoints, outfile: bundle, bundle: true, platform: 'node', format: 'cjs', target: 'node20' });
  }
  return bundle;
}

/** Removes the bundle that this test file made. */
export function removeBundle(): void {
  if (bundle !== undefined) rmSync(path.dirname(bundle), { recursive: true, force: true });
  bundle = undefined;
}
