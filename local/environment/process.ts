/** One process in the environment. Output is buffered only up to a limit. */
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { ConnectionLost, type ExecConnection } from './exec-connection';
import { BoundedOutput } from './bounded-output';

/** Largest output of an item; the middle of a longer one is omitted. */
const OUTPUT_LIMIT_BYTES = 65_536;

export interface ProcessRequest {
  readonly argv: string[];
  /** Absolute path on the machine of the exec server. */
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Names of variables that are inherited although they look like secrets (an MCP server's `env_vars`). */
  readonly inheritOnly?: string[];
  readonly pipeStdin?: boolean;
  readonly onStdout?: (chunk: Buffer) => void;
}

export interface ProcessResult {
  /** `null` if the exec server doesn't know it. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly durationMs: number;
}

export class EnvironmentProcess {
  public readonly result: Promise<ProcessResult>;

  private constructor(
    private readonly connection: ExecConnection,
    public readonly id: string,
    request: ProcessRequest,
  ) {
    this.result = this.follow(request);
    // Awaited only if needed; the result of a stopped MCP server is ignored.
    this.result.catch(() => undefined);
  }

  /** Resolves once the exec server has started the process; rejects with RpcError when it cannot. */
  public static async start(connection: ExecConnection, request: ProcessRequest): Promise<EnvironmentProcess> {
    const started = new EnvironmentProcess(connection, randomUUID(), request);
    const inheritOnly = request.inheritOnly;
    await connection.request('process/start', {
      processId: started.id,
      argv: request.argv,
      cwd: pathToFileURL(request.cwd).href,
      env: request.env ?? {},
      // `all` minus the names that look like secrets is the default of the harness.
      envPolicy: {
        inherit: 'all',
        ignoreDefaultExcludes: inheritOnly !== undefined,
        exclude: [],
        set: {},
        includeOnly: inheritOnly ?? [],
      },
      tty: false,
      pipeStdin: request.pipeStdin ?? false,
      arg0: null,
    });
    return started;
  }

  public async write(text: string): Promise<void> {
    const { status } = (await this.connection.request('process/write', {
      processId: this.id,
      writeId: randomUUID(),
      chunk: Buffer.from(text, 'utf8').toString('base64'),
    })) as { status: string };
    if (status !== 'accepted') throw new Error(`the process does not take input (${status})`);
  }

  public async terminate(): Promise<void> {
    if (!this.connection.open) return;
    await this.connection.request('process/terminate', { processId: this.id }).catch(() => undefined);
  }

  /** For an end without an exit notification, which isn't guaranteed. */
  private async askExitCode(): Promise<number | null> {
    const state = await this.connection.request('process/read', { processId: this.id, maxBytes: 1, waitMs: 0 });
    return (state as { exitCode?: number | null }).exitCode ?? null;
  }

  private follow(request: ProcessRequest): Promise<ProcessResult> {
    const output = new BoundedOutput(OUTPUT_LIMIT_BYTES);
    const startedAt = Date.now();
    let exitCode: number | undefined;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        offNotification();
        offClose();
      };
      const offNotification = this.connection.onNotification(({ method, params }) => {
        if (params.processId !== this.id) return;
        if (method === 'process/output') {
          const chunk = Buffer.from(String(params.chunk), 'base64');
          if (params.stream === 'stdout') request.onStdout?.(chunk);
          if (request.onStdout === undefined) output.add(chunk);
        } else if (method === 'process/exited') {
          exitCode = Number(params.exitCode);
        } else if (method === 'process/closed') {
          stop();
          const done = (code: number | null): void =>
            resolve({ exitCode: code, output: output.text(), durationMs: Date.now() - startedAt });
          if (exitCode !== undefined) done(exitCode);
          else void this.askExitCode().then(done, reject);
        }
      });
      const offClose = this.connection.onClose(() => {
        stop();
        reject(new ConnectionLost());
      });
    });
  }
}
