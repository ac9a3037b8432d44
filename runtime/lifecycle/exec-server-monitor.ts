import type { Attachment } from './attachment';
import { backoffMs } from './backoff';
import { ExecServerProcess, type ExecServerExit, type ExecServerProcessOptions } from './exec-server-process';
import type { Logger } from './logging';
import type { SerialQueue } from './serial-queue';

/** `running` says that the process lives. Whether it is connected only the service knows. */
export type ExecServerStatus = 'stopped' | 'running' | 'restarting';

export interface MonitorOptions {
  readonly logger: Logger;
  /** Shared with the actions: a restart never runs beside an activate or a disconnect. */
  readonly queue: SerialQueue;
  readonly processOptions: (attachment: Attachment) => Omit<ExecServerProcessOptions, 'logger'>;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  /** An exec server that lived this long was healthy: the next failure starts the back-off anew. */
  readonly stableAfterMs: number;
}

/** Keeps one exec server running for the current attachment. All methods are called from within the queue. */
export class ExecServerMonitor {
  /** Restarts since the attachment was made. */
  public restarts = 0;
  private wanted?: Attachment;
  private current?: ExecServerProcess;
  private failures = 0;
  private timer?: NodeJS.Timeout;

  constructor(private readonly options: MonitorOptions) {}

  public get status(): ExecServerStatus {
    if (this.current) return 'running';
    return this.wanted ? 'restarting' : 'stopped';
  }

  public get pid(): number | undefined {
    return this.current?.pid;
  }

  /** Starts an exec server for this attachment. @throws the spawn error; the monitor keeps trying all the same. */
  public async start(attachment: Attachment): Promise<void> {
    this.cancelRestart();
    this.wanted = attachment;
    this.failures = 0;
    this.restarts = 0;
    await this.launch();
  }

  /** Stops the exec server with everything it started and forgets the attachment. */
  public async stop(): Promise<void> {
    this.cancelRestart();
    this.wanted = undefined;
    const stopping = this.current;
    this.current = undefined;
    if (stopping) {
      await stopping.stop();
      this.options.logger.log('info', 'exec_server_stopped', { pid: stopping.pid });
    }
  }

  private async launch(): Promise<void> {
    const { logger, processOptions } = this.options;
    const wanted = this.wanted as Attachment;
    try {
      const started = await ExecServerProcess.start({ ...processOptions(wanted), logger });
      this.current = started;
      const { environmentId, generation } = wanted;
      logger.log('info', 'exec_server_started', { pid: started.pid, environmentId, generation });
      void started.exited.then((exit) => this.onExit(started, exit));
    } catch (error) {
      this.scheduleRestart((error as NodeJS.ErrnoException).code ?? 'spawn failed');
      throw error;
    }
  }

  private async onExit(ended: ExecServerProcess, exit: ExecServerExit): Promise<void> {
    if (this.current !== ended) return;
    this.current = undefined;
    const { code: exitCode, signal } = exit;
    this.options.logger.log('warn', 'exec_server_ended', { pid: ended.pid, exitCode, signal, restarts: this.restarts });
    if (exit.livedMs >= this.options.stableAfterMs) this.failures = 0;
    this.scheduleRestart('ended');
    await this.options.queue.run(async () => {
      if (this.current === undefined) await ended.sweep();
    });
  }

  private scheduleRestart(reason: string): void {
    this.failures += 1;
    const delayMs = backoffMs(this.failures, this.options.backoff);
    this.options.logger.log('info', 'exec_server_restart_planned', { delayMs, reason, restarts: this.restarts });
    this.timer = setTimeout(() => void this.options.queue.run(() => this.restart()), delayMs);
    this.timer.unref();
  }

  private async restart(): Promise<void> {
    // An activate or disconnect may have been in the queue before this.
    if (this.wanted === undefined || this.current !== undefined || this.timer === undefined) return;
    this.cancelRestart();
    this.restarts += 1;
    // A failed launch has planned the next one.
    await this.launch().catch(() => undefined);
  }

  private cancelRestart(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
