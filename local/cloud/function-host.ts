/** One function in its own thread, which can be killed during a call. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string };
  readonly log?: string;
}

export interface FunctionHostOptions {
  /** Directory of the code. */
  readonly directory: string;
  /** File and export in the format of Lambda: `index.handler`. */
  readonly handler: string;
  /** The complete environment: the function gets no variables of this process. */
  readonly environment: Readonly<Record<string, string>>;
  /** @default `function` */
  readonly name?: string;
  /** @default none */
  readonly arn?: string;
  /** After this time an invocation fails and the thread is ended, as Lambda does. @default 900, the longest of Lambda */
  readonly timeoutSeconds?: number;
  /**
   * The memory size for the function's environment, and the limit of its heap. The thread serves all invocations at
   * once.
   *
   * @default 128
   */
  readonly memoryMegabytes?: number;
  /** Gets the lines that the function logs. */
  readonly onLog?: (line: string) => void;
}

const LONGEST_SECONDS = 900;

/** A thread and its running calls. */
interface Running {
  readonly worker: Worker;
  readonly pending: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>;
}

export class FunctionHost {
  private calls = 0;
  private running?: Running;

  public constructor(private readonly options: FunctionHostOptions) {}

  /** Invokes the handler. Errors keep their names. */
  public invoke(payload: unknown): Promise<unknown> {
    this.running ??= this.start();
    const { worker, pending } = this.running;
    const id = this.calls++;
    const { timeoutSeconds = LONGEST_SECONDS } = this.options;
    let timer: NodeJS.Timeout;
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      timer = setTimeout(() => {
        pending.delete(id);
        // The error name of Step Functions for a function that timed out.
        reject(
          Object.assign(new Error(`Task timed out after ${timeoutSeconds}.00 seconds`), { name: 'Sandbox.Timedout' }),
        );
        void this.crash();
      }, timeoutSeconds * 1000);
      worker.postMessage({ id, payload: JSON.parse(JSON.stringify(payload)) as unknown });
    }).finally(() => clearTimeout(timer));
  }

  /** Ends the thread; running calls are lost. The next call starts another thread. */
  public async crash(): Promise<void> {
    const { running } = this;
    if (running === undefined) return;
    this.running = undefined;
    await running.worker.terminate();
    lose(running, Object.assign(new Error('the function was lost'), { name: 'Lambda.Unknown' }));
  }

  private start(): Running {
    const [file, handler] = this.options.handler.split('.');
    const worker = new Worker(path.join(__dirname, 'function-thread.js'), {
      env: this.options.environment,
      // Without the loaders of this process, because a function runs from its bundle.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: this.options.memoryMegabytes ?? 128 },
      workerData: {
        file: path.join(this.options.directory, `${file}.js`),
        handler,
        logs: this.options.onLog !== undefined,
        name: this.options.name ?? 'function',
        arn: this.options.arn,
        timeoutSeconds: this.options.timeoutSeconds ?? LONGEST_SECONDS,
        memoryMegabytes: this.options.memoryMegabytes ?? 128,
      },
    });
    const running: Running = { worker, pending: new Map() };
    worker.on('error', (error) => {
      if (this.running === running) this.running = undefined;
      const isOutOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      // The name in the documentation of AWS Lambda: docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
      lose(running, isOutOfMemory ? Object.assign(new Error(error.message), { name: 'Runtime.OutOfMemory' }) : error);
    });
    worker.on('message', ({ id, answer, error, log }: Reply) => {
      if (log !== undefined) return this.options.onLog?.(log);
      const call = running.pending.get(id);
      running.pending.delete(id);
      if (error) call?.reject(Object.assign(new Error(error.message), { name: error.name, stack: error.stack }));
      // Parsed here, so that it is an object of this realm.
      else call?.resolve(JSON.parse(JSON.stringify(answer)));
    });
    return running;
  }
}

function lose({ pending }: Running, error: Error): void {
  for (const { reject } of pending.values()) reject(error);
  pending.clear();
}
