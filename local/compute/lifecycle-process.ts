/** Compute as a child process: the real lifecycle server, which starts the real exec server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LIFECYCLE_VARIABLES } from '../../lib/contracts/lifecycle-variables';
import type { Compute, ComputeProvider, ComputeRequest } from './compute';

export interface LifecycleProcessOptions {
  readonly codexBinary: string;
  /** The lifecycle server as one JavaScript file. @default the bundled program */
  readonly program?: string;
  /** Called with the log lines of the lifecycle server. */
  readonly onLog?: (line: string) => void;
}

const START_TIMEOUT_MS = 20_000;
/** Time between SIGTERM and SIGKILL. */
const STOP_GRACE_MS = 10_000;

/** This process keeps standard input open, so the compute also stops when this process ends for any reason. */
const GUARD = `
process.stdin.resume().on('close', () => process.kill(process.pid, 'SIGTERM'));
require(process.argv[1]);`;

/** The bundled lifecycle server: next to this bundle in the package, in assets/ when run from source. */
function bundledLifecycleServer(): string {
  const candidates = [
    '../image/lifecycle/server.js',
    '../assets/image/lifecycle/server.js',
    '../../assets/image/lifecycle/server.js',
  ];
  const found = candidates.map((candidate) => path.join(__dirname, candidate)).find((file) => existsSync(file));
  if (found === undefined) throw new Error('The lifecycle server is not bundled: run `npm run bundle` first');
  return found;
}

/** Children of a process; empty where the system has no /proc. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

class LifecycleProcess implements Compute {
  public readonly exited: Promise<void>;

  public constructor(
    private readonly child: ChildProcess,
    public readonly url: string,
  ) {
    this.exited =
      child.exitCode !== null || child.signalCode !== null
        ? Promise.resolve()
        : new Promise((resolve) => child.once('exit', () => resolve()));
  }

  public get pid(): number {
    return this.child.pid!;
  }

  public async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_GRACE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  public async kill(): Promise<void> {
    // The host is lost, with all its processes.
    for (const pid of childrenOf(this.pid)) killQuietly(pid);
    this.child.kill('SIGKILL');
    await this.exited;
  }

  public killExecServer(): boolean {
    return childrenOf(this.pid).map(killQuietly).some(Boolean);
  }
}

function killQuietly(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** The compute gets only variables that a container would have, not the service's environment. */
function containerEnvironment(request: ComputeRequest, codexBinary: string): NodeJS.ProcessEnv {
  const { PATH, LANG, LC_ALL, TZ, TMPDIR } = process.env;
  return {
    PATH,
    ...Object.fromEntries(Object.entries({ LANG, LC_ALL, TZ, TMPDIR }).filter(([, value]) => value !== undefined)),
    ...request.environment,
    [LIFECYCLE_VARIABLES.host]: '127.0.0.1',
    [LIFECYCLE_VARIABLES.port]: '0',
    [LIFECYCLE_VARIABLES.stateDirectory]: path.join(request.mountDirectory, '.bma'),
    [LIFECYCLE_VARIABLES.codexPath]: codexBinary,
    [LIFECYCLE_VARIABLES.allowLoopbackEndpoint]: 'true',
    [LIFECYCLE_VARIABLES.passEnvironment]: Object.keys(request.environment).join(','),
    AWS_REGION: request.region,
    AWS_ACCESS_KEY_ID: request.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: request.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: request.credentials.sessionToken ?? '',
  };
}

export class LifecycleProcessProvider implements ComputeProvider {
  public constructor(private readonly options: LifecycleProcessOptions) {}

  public async start(request: ComputeRequest): Promise<Compute> {
    const program = this.options.program ?? bundledLifecycleServer();
    const child = spawn(process.execPath, ['-e', GUARD, program], {
      env: containerEnvironment(request, this.options.codexBinary),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const port = await this.listening(child);
    return new LifecycleProcess(child, `http://127.0.0.1:${port}`);
  }

  /** Reads the log until the line with the port; log lines are passed to `onLog`. */
  private listening(child: ChildProcess): Promise<number> {
    return new Promise((resolve, reject) => {
      let buffer = '';
      let lastError = '';
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error('The lifecycle server did not start in time'));
      }, START_TIMEOUT_MS);
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        settle();
      };
      child.once('error', (error) => done(() => reject(error)));
      child.once('exit', (code) =>
        done(() => reject(new Error(`The lifecycle server exited with code ${code}: ${lastError}`))),
      );
      child.stderr!.on('data', (chunk: Buffer) => (lastError = chunk.toString('utf8').trim().slice(0, 500)));
      child.stdout!.on('data', (chunk: Buffer) => {
        const lines = (buffer + chunk.toString('utf8')).split('\n');
        buffer = lines.pop() ?? '';
        for (const line of lines) {
          this.options.onLog?.(line);
          const port = portOf(line);
          if (port !== undefined) done(() => resolve(port));
        }
      });
    });
  }
}

function portOf(line: string): number | undefined {
  try {
    const record = JSON.parse(line) as { event?: unknown; message?: unknown; port?: unknown };
    const isListening = Object.values(record).includes('listening');
    return isListening && typeof record.port === 'number' ? record.port : undefined;
  } catch {
    return undefined;
  }
}
