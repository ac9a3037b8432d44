/** Bundled functions in a thread of their own, which can be killed in the middle of a call. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly stack: string };
}

export class FunctionHost {
  private calls = 0;
  private worker?: Worker;
  private readonly pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  constructor(private readonly environment: Record<string, string>) {}

  /** Invokes the handler of a bundle. What it throws keeps its name. */
  invoke(directory: string, payload: unknown): Promise<unknown> {
    this.worker ??= this.start();
    const id = this.calls++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker!.postMessage({ id, directory, payload: JSON.parse(JSON.stringify(payload)) });
    });
  }

  /** Ends the thread; calls under way are lost without an answer. The next call starts another. */
  async crash(): Promise<void> {
    const worker = this.worker;
    this.worker = undefined;
    await worker?.terminate();
    for (const { reject } of this.pending.values()) reject(new Error('the function was lost'));
    this.pending.clear();
  }

  private start(): Worker {
    const worker = new Worker(path.join(__dirname, 'function-thread.js'), { workerData: this.environment });
    worker.on('message', ({ id, answer, error }: Reply) => {
      const call = this.pending.get(id);
      this.pending.delete(id);
      if (error) call?.reject(Object.assign(new Error(error.message), { name: error.name, stack: error.stack }));
      // Parsed here, so that it is an object of this realm.
      else call?.resolve(JSON.parse(JSON.stringify(answer)));
    });
    return worker;
  }
}
