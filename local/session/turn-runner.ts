/** Runs turns: one at a time per session, each to exactly one definite end. */
import type { AgentCoreStandIn } from '../compute/agentcore';
import { PathMap } from '../compute/path-map';
import { ConnectionLost, type ExecConnection } from '../environment/exec-connection';
import type { EnvironmentRegistry } from '../environment/registry';
import type { Faults } from '../faults/faults';
import { conflict } from '../http/api-error';
import type { Authorizer } from '../iam/authorizer';
import { type AgentLoop, TurnCancelled, TurnFailed, type TurnOutcome } from './agent-loop';
import { newId } from './ids';
import { type SessionRecord, sessionResource, type TurnRecord, turnResource } from './records';
import type { SessionStore } from './store';
import { TurnJournal } from './turn-journal';
import type { TokenUsage } from '../../runtime/session-client/types';

export interface TurnRunnerOptions {
  readonly store: SessionStore;
  readonly registry: EnvironmentRegistry;
  readonly agentcore: AgentCoreStandIn;
  readonly authorizer: Authorizer;
  readonly faults: Faults;
  readonly loop: AgentLoop;
  readonly now: () => number;
  readonly connectTimeoutMs: number;
  readonly leaseSeconds: number;
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** Compute without a turn for this long is stopped; `undefined` keeps it. */
  readonly idleTimeoutMs: number | undefined;
}

interface RunningTurn {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

const NO_USAGE: TokenUsage = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
};

export class TurnRunner {
  private readonly running = new Map<string, RunningTurn>();
  private readonly idleTimers = new Map<string, NodeJS.Timeout>();
  /** Sessions whose environment was attached by this process. */
  private readonly attached = new Set<string>();

  public constructor(private readonly on: TurnRunnerOptions) {}

  /** Accepts a message: when this returns, the turn exists. @throws ApiError 409 when the session cannot take it */
  public start(record: SessionRecord, message: string): TurnRecord {
    if (this.running.has(record.id)) throw conflict('A turn is in progress in this session');
    if (record.status === 'failed') throw conflict('The session has failed');
    const seconds = this.seconds();
    const turn: TurnRecord = {
      id: newId('turn'),
      message,
      status: 'queued',
      created_at: seconds,
      started_at: null,
      completed_at: null,
      error: null,
      usage: null,
    };
    const before = { status: record.status, last_active_at: record.last_active_at };
    record.turns.push(turn);
    record.status = 'in_progress';
    record.last_active_at = seconds;
    try {
      this.on.store.save(record);
    } catch (error) {
      // The message is not accepted.
      record.turns.pop();
      Object.assign(record, before);
      throw error;
    }
    clearTimeout(this.idleTimers.get(record.id));
    const controller = new AbortController();
    // Starts after the response was sent, so that the caller always gets its 202.
    const done = new Promise<void>((resolve) => setImmediate(resolve)).then(() =>
      this.run(record, turn, controller.signal),
    );
    this.running.set(record.id, { controller, done });
    void done.finally(() => this.settled(record));
    return turn;
  }

  /** @returns whether a turn was running */
  public cancel(sessionId: string): boolean {
    const running = this.running.get(sessionId);
    running?.controller.abort();
    return running !== undefined;
  }

  public async whenIdle(sessionId: string): Promise<void> {
    await this.running.get(sessionId)?.done;
  }

  /** Cancels the turn, waits for its end, and removes the session. */
  public async forget(sessionId: string): Promise<void> {
    this.cancel(sessionId);
    await this.whenIdle(sessionId);
    clearTimeout(this.idleTimers.get(sessionId));
    this.idleTimers.delete(sessionId);
    this.attached.delete(sessionId);
  }

  public async close(): Promise<void> {
    await Promise.all([...this.running.keys()].map((id) => this.forget(id)));
    for (const timer of this.idleTimers.values()) clearTimeout(timer);
    this.on.loop.close?.();
  }

  private seconds(): number {
    return Math.floor(this.on.now() / 1000);
  }

  private async run(record: SessionRecord, turn: TurnRecord, signal: AbortSignal): Promise<void> {
    const events = this.on.store.eventsOf(record.id);
    const journal = new TurnJournal(record, turn.id, events, () => this.on.store.saveProgress(record));
    const emitTurn = (name: string, more: Record<string, unknown> = {}): void =>
      events.emit(`agent.session.turn.${name}`, { turn: turnResource(record.id, turn), turn_id: turn.id, ...more });

    events.emit('agent.session.in_progress', { session: sessionResource(record) });
    emitTurn('created');
    turn.status = 'in_progress';
    turn.started_at = this.seconds();
    emitTurn('in_progress');
    journal.userMessage(turn.message);

    const end = await this.outcome(record, turn, journal, signal);
    turn.status = end.status;
    turn.error = end.error;
    turn.usage = end.usage;
    turn.completed_at = this.seconds();
    record.status = end.fatal ? 'failed' : 'idle';
    record.error = end.fatal ? end.error : null;
    record.last_active_at = this.seconds();
    this.on.store.saveProgress(record);
    // From here on, the session accepts the next message; a client that gets `idle` may submit immediately.
    this.running.delete(record.id);
    emitTurn(end.status, { usage: end.usage });
    events.emit(end.fatal ? 'agent.session.failed' : 'agent.session.idle', { session: sessionResource(record) });
  }

  private async outcome(
    record: SessionRecord,
    turn: TurnRecord,
    journal: TurnJournal,
    signal: AbortSignal,
  ): Promise<{
    status: 'completed' | 'failed' | 'cancelled';
    error: TurnRecord['error'];
    usage: TokenUsage;
    fatal: boolean;
  }> {
    try {
      const { error, usage } = await this.attempt(record, turn, journal, signal);
      if (signal.aborted) throw new TurnCancelled();
      return { status: error === undefined ? 'completed' : 'failed', error: error ?? null, usage, fatal: false };
    } catch (error) {
      if (signal.aborted || error instanceof TurnCancelled) {
        return { status: 'cancelled', error: null, usage: NO_USAGE, fatal: false };
      }
      const { code, message, fatal } = describe(error);
      return { status: 'failed', error: { code, message }, usage: NO_USAGE, fatal };
    }
  }

  private async attempt(
    record: SessionRecord,
    turn: TurnRecord,
    journal: TurnJournal,
    signal: AbortSignal,
  ): Promise<TurnOutcome> {
    const inference = this.on.authorizer.inference(record.role_arn, record.agent.model);
    if (!inference.allowed) throw new TurnFailed('authentication_error', inference.reason);
    const connection = await this.connect(record, signal);
    const agentcore = record.environment.type === 'aws_bedrock_agentcore';
    const paths = agentcore ? this.on.agentcore.paths(record) : new PathMap({});
    const stopLease = agentcore ? this.holdLease(record, turn.id) : () => Promise.resolve();
    try {
      return await this.on.loop.run({
        session: record,
        turn,
        turnNumber: record.turns.indexOf(turn) + 1,
        message: turn.message,
        connection,
        paths,
        workspace: paths.toHost(record.environment.workspace_directory ?? '/mnt/workspace'),
        journal,
        signal,
        toolEnvironment: this.on.toolEnvironment,
        commandRunning: () => {
          if (!this.on.faults.strikes('crash-exec-server')) return;
          if (!this.on.agentcore.crashExecServer(record)) connection.terminate();
        },
      });
    } finally {
      await stopLease();
    }
  }

  /** The environment, attached: starts compute, activates it and waits until its exec server has connected. */
  private async connect(record: SessionRecord, signal: AbortSignal): Promise<ExecConnection> {
    const environmentId = record.environment.id;
    const existing = this.on.registry.connection(environmentId);
    if (existing !== undefined) return existing;
    const events = this.on.store.eventsOf(record.id);
    const environment = { id: environmentId, type: record.environment.type, status: 'pending', error: null };
    events.emit('agent.session.environment.pending', { environment });
    try {
      if (record.environment.type === 'aws_bedrock_agentcore') await this.activate(record);
      return await this.on.registry.waitForConnection(environmentId, this.on.connectTimeoutMs, signal);
    } catch (error) {
      if (error instanceof TurnFailed || signal.aborted) throw error;
      const message = (error as Error).message;
      events.emit('agent.session.environment.failed', {
        environment: {
          ...environment,
          status: 'failed',
          error: { type: 'environment_error', code: 'sandbox_error', message },
        },
      });
      throw new TurnFailed('sandbox_error', message, true);
    }
  }

  private async activate(record: SessionRecord): Promise<void> {
    const environment = record.environment;
    if (environment.type !== 'aws_bedrock_agentcore') return;
    const decision = this.on.authorizer.runtime(
      record.role_arn,
      environment.runtime_arn,
      environment.runtime_qualifier ?? 'DEFAULT',
      'InvokeAgentRuntime',
    );
    if (!decision.allowed) throw new TurnFailed('authentication_error', decision.reason);
    const compute = this.on.agentcore.state(record);
    // The same attachment as long as its compute exists (the exec server reconnects itself), and a new one after that.
    if (!compute.running || !this.attached.has(record.id)) record.generation += 1;
    this.on.store.saveProgress(record);
    await this.on.agentcore.activate(record);
    this.attached.add(record.id);
  }

  /** Renews the lease of a turn at a third of its duration, so that one lost renewal has no effect. */
  private holdLease(record: SessionRecord, turnId: string): () => Promise<void> {
    const { agentcore, faults, leaseSeconds } = this.on;
    let last: Promise<void> = Promise.resolve();
    const renew = (): void => {
      last = agentcore.renewLease(record, turnId, leaseSeconds).catch(() => undefined);
    };
    renew();
    const timer = setInterval(
      () => {
        if (!faults.withholdLeaseRenewals) renew();
      },
      (leaseSeconds * 1000) / 3,
    );
    return async () => {
      clearInterval(timer);
      await last;
      await agentcore.releaseLease(record, turnId).catch(() => undefined);
    };
  }

  private settled(record: SessionRecord): void {
    const { idleTimeoutMs, agentcore, store } = this.on;
    if (idleTimeoutMs === undefined || record.environment.type !== 'aws_bedrock_agentcore') return;
    clearTimeout(this.idleTimers.get(record.id));
    const timer = setTimeout(() => {
      if (this.running.has(record.id) || store.get(record.id) === undefined) return;
      void agentcore.stop(record);
      store.eventsOf(record.id).emit('agent.session.environment.suspended', {
        environment: { id: record.environment.id, type: record.environment.type, status: 'suspended', error: null },
      });
    }, idleTimeoutMs);
    this.idleTimers.set(record.id, timer);
  }
}

function describe(error: unknown): { code: string; message: string; fatal: boolean } {
  if (error instanceof TurnFailed) return error;
  if (error instanceof ConnectionLost) return { code: 'connection_failed', message: error.message, fatal: false };
  return { code: 'internal_error', message: error instanceof Error ? error.message : String(error), fatal: false };
}
