import { isSameAttachment, type Attachment } from './attachment';
import { backoffMs } from './backoff';
import { ExecServerProcess, type ExecServerExit, type ExecServerProcessOptions } from './exec-server-process';
import { systemCode } from './failure';
import type { Logger } from './logging';
import type { SerialQueue } from './serial-queue';

/** `running` means that the process exists. Only the service knows whether it is connected. */
export type ExecServerStatus = 'stopped' | 'running' | 'restarting';

export interface MonitorOptions {
  readonly logger: Logger;
  /** Shared with the actions: a restart never runs at the same time as an activate or a disconnect. */
  readonly queue: SerialQueue;
  /** Creates the directories that the exec server needs. @throws the file system's error */
  readonly prepare: (attachment: Attachment) => Promise<Omit<ExecServerProcessOptions, 'logger'>>;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  /** An exec server that ran this long was healthy: the next failure restarts the back-off. */
  readonly stableAfterMs: number;
  /** An exec server that is started after a failure counts as running after this time, in milliseconds. */
  readonly settleMs: number;
}

/** The exec server ended immediately after its start. */
class ExecServerEnded extends Error {
  public readonly code = 'exited';
}

/** Keeps one exec server running for the current attachment. All methods are called from within the queue. */
export class ExecServerMonitor {
  /** Restarts since the attachment was made. */
  public restarts = 0;
  private wanted?: Attachment;
  /** Survives a stop: failures are counted for an attachment, however often it is activated. */
  private lastWanted?: Attachment;
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

  /** Starts an exec server for this attachment. @throws the start error; the monitor keeps trying. */
  public async start(attachment: Attachment): Promise<void> {
    this.cancelRestart();
    if (this.lastWanted === undefined || !isSameAttachment(attachment, this.lastWanted)) {
      this.failures = 0;
      this.restarts = 0;
    }
    this.wanted = this.lastWanted = attachment;
    await this.launch();
  }

  /**
   * Makes sure that an exec server runs, without waiting for the next planned restart. After a failure it also waits
   * until the new one stays: in a crash loop, a process nearly always exists, but it never works.
   *
   * @throws the start error, or ExecServerEnded
   */
  public async ensureRunning(attachment: Attachment): Promise<void> {
    if (this.current === undefined) {
      if (this.failures > 0) this.restarts += 1;
      await this.start(attachment);
    }
    const started = this.current;
    if (this.failures === 0 || started === undefined) return;
    if (await started.exitedWithin(this.options.settleMs - started.livedMs)) throw new ExecServerEnded();
  }

  /** Stops the exec server and all its child processes, and removes the attachment. */
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
    const { logger, prepare } = this.options;
    const wanted = this.wanted as Attachment;
    try {
      const started = await ExecServerProcess.start({ ...(await prepare(wanted)), logger });
      this.current = started;
      const { environmentId, generation } = wanted;
      logger.log('info', 'exec_server_started', { pid: started.pid, environmentId, generation });
      void started.exited.then((exit) => this.onExit(started, exit));
    } catch (error) {
      this.scheduleRestart(systemCode(error));
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
