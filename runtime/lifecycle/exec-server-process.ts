import { spawn, type ChildProcess } from 'node:child_process';
import type { ExecServerCommand } from './exec-server-command';
import { classifyExecServerOutput } from './exec-server-output';
import type { Logger } from './logging';
import { descendantsOf, killAll, orphansOf } from './process-tree';

/** How an exec server ended. */
export interface ExecServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly livedMs: number;
}

export interface ExecServerProcessOptions {
  readonly command: ExecServerCommand;
  readonly logger: Logger;
  /** Time between SIGTERM and SIGKILL, in milliseconds. */
  readonly stopGraceMs: number;
  /**
   * Process that adopts the orphans of this container, if it has no other children. See
   * `LifecycleConfig.orphanAdopter`.
   */
  readonly orphanAdopter?: number;
}

/** Time for reading what an exec server wrote before its end, in milliseconds. */
const LAST_OUTPUT_MS = 250;

/** Longest piece of output that one reason can be spread over, in characters. */
const REPORT_WINDOW = 2048;

/** New processes can appear while others are killed; a few rounds are enough, except for a fork bomb. */
const KILL_ROUNDS = 20;

/** One running `codex exec-server` and all its child processes. */
export class ExecServerProcess {
  /** Settles when the process itself is gone. */
  public readonly exited: Promise<ExecServerExit>;
  private readonly startedAt = performance.now();
  private gone = false;
  private unclassified = '';

  /** @throws the spawn error (ENOENT, EACCES, …) */
  public static async start(options: ExecServerProcessOptions): Promise<ExecServerProcess> {
    const { file, args, cwd, env } = options.command;
    // detached: a process group of its own. stdin stays open for as long as this server lives, see the command.
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return new ExecServerProcess(child, options);
  }

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: ExecServerProcessOptions,
  ) {
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => this.report(chunk));
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.gone = true;
        // The reason of the end may still be in the pipe; a remaining command may keep the pipe open.
        setTimeout(() => child.stderr?.destroy(), LAST_OUTPUT_MS).unref();
        child.stdin?.destroy();
        resolve({ code, signal, livedMs: this.livedMs });
      });
    });
  }

  public get pid(): number {
    return this.child.pid as number;
  }

  /** Time since the start, in milliseconds. */
  public get livedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** SIGTERM, a grace period, SIGKILL; then kills remaining processes of its commands. Can be called at any time. */
  public async stop(): Promise<void> {
    if (this.gone) return this.sweep([]);
    const before = descendantsOf(this.pid);
    this.signalGroup('SIGTERM');
    if (!(await this.exitedWithin(this.options.stopGraceMs))) {
      before.push(...descendantsOf(this.pid));
      this.signalGroup('SIGKILL');
      await this.exited;
    }
    await this.sweep(before);
  }

  /**
   * Kills commands that outlived the exec server. Otherwise, they would continue unnoticed next to those of the next
   * exec server.
   */
  public async sweep(known: ReturnType<typeof descendantsOf> = []): Promise<void> {
    // The group outlives its leader as long as one member does.
    this.signalGroup('SIGKILL');
    let killed = killAll(known);
    const { orphanAdopter, logger } = this.options;
    for (let round = 0; orphanAdopter !== undefined && round < KILL_ROUNDS; round++) {
      const count = killAll(orphansOf(orphanAdopter));
      if (count === 0) break;
      killed += count;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (killed > 0) logger.log('info', 'commands_left_behind_killed', { pid: this.pid, count: killed });
  }

  private signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group is already gone: the exit event is on its way.
    }
  }

  /** Waits up to `ms` milliseconds for the end of the process. @returns whether it ended */
  public async exitedWithin(ms: number): Promise<boolean> {
    if (this.gone) return true;
    if (ms <= 0) return false;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    const exited = await Promise.race([this.exited.then(() => true), timeout]);
    clearTimeout(timer);
    return exited;
  }

  private report(chunk: Buffer): void {
    const text = this.unclassified + chunk.toString('utf8');
    const reason = classifyExecServerOutput(text);
    this.unclassified = reason === undefined ? text.slice(-REPORT_WINDOW) : '';
    if (reason === undefined) return;
    this.options.logger.log('error', 'exec_server_refused', { pid: this.pid, reason });
  }
}
