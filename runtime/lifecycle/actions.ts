import { isSameAttachment, isStale, type Attachment, type AttachmentIds } from './attachment';
import { isDirectory } from './directories';
import type { ExecServerMonitor } from './exec-server-monitor';
import { RequestFailure, systemCode } from './failure';
import type { TurnLeases } from './leases';
import type { Logger } from './logging';
import {
  parseActivate,
  parseIds,
  parseLeaseSeconds,
  parseOptionalIds,
  parseTurnId,
  PROTOCOL_VERSION,
  type Action,
  type Body,
  type RequestDefaults,
} from './requests';
import type { SerialQueue } from './serial-queue';
import type { StateStore } from './state-store';
import { withTimeLimit } from './time-limit';

const UNSTARTED = 'the exec server could not be started';

/** Time limit for a check of the workspace, in milliseconds. */
const STATUS_LIMIT_MS = 1_000;

export type Reply = Readonly<Record<string, unknown>>;

export interface ActionDependencies {
  readonly logger: Logger;
  readonly queue: SerialQueue;
  readonly store: StateStore;
  readonly leases: TurnLeases;
  readonly monitor: ExecServerMonitor;
  readonly defaults: RequestDefaults;
  /** Creates the directory that commands start in. @throws the file system's error */
  readonly makeWorkspace: (directory: string) => Promise<void>;
}

/** The lifecycle contract: what each action does to the attachment, the exec server and the leases. */
export class LifecycleActions {
  private attachment?: Attachment;
  private runtimeSessionId?: string;
  private loaded = false;
  private saved = false;

  constructor(private readonly on: ActionDependencies) {}

  /** @throws RequestFailure for every error that is returned to the caller. */
  public perform(action: Action, body: Body, runtimeSessionId: string | undefined): Promise<Reply> {
    // One at a time, so that every reply describes a state that was reached.
    return this.on.queue.run(async () => {
      await this.load();
      if (action !== 'activate' && action !== 'disconnect') await this.resume();
      // One container serves one session: an invocation without the header is of the same one.
      this.runtimeSessionId = runtimeSessionId ?? this.runtimeSessionId;
      const session = { runtime_session_id: this.runtimeSessionId ?? null };
      switch (action) {
        case 'activate':
          return { ...(await this.activate(body)), ...session };
        case 'renew_turn_lease':
          return this.renew(body);
        case 'release_turn_lease':
          return this.release(body);
        case 'disconnect':
          return this.disconnect(body);
        case 'status':
          return { ...(await this.status()), ...session };
      }
    });
  }

  private async activate(body: Body): Promise<Reply> {
    const { monitor, leases, makeWorkspace } = this.on;
    const wanted = parseActivate(body, this.on.defaults);
    if (this.attachment && isStale(wanted, this.attachment)) {
      throw this.conflict('stale attachment_generation: a newer one is attached');
    }
    // The old attachment stays unchanged until the new one has a workspace.
    await orFail('the workspace directory could not be made', makeWorkspace(wanted.workspaceDirectory));
    const same = this.attachment !== undefined && isSameAttachment(wanted, this.attachment);
    if (!(same && monitor.status === 'running')) {
      await monitor.stop();
      if (!same) leases.clear();
      this.adopt(wanted);
      // The exec server starts while the disk flushes.
      const saving = this.save();
      await orFail(UNSTARTED, monitor.start(wanted)).finally(() => saving);
    } else {
      await this.save();
    }
    return { ...ids(wanted), workspace: 'ready', exec_server: 'connecting' };
  }

  /** From here on, the attachment in memory counts, not the file on the mount. */
  private adopt(attachment: Attachment | undefined): void {
    this.attachment = attachment;
    this.loaded = true;
    this.saved = false;
  }

  /**
   * If session storage is full or broken, only the recovery on replacement compute is lost, not the session: the
   * attachment stays in memory and every later action tries again.
   */
  private async save(): Promise<void> {
    if (this.saved || this.attachment === undefined) return;
    try {
      await this.on.store.save(this.attachment);
      this.saved = true;
    } catch (error) {
      this.on.logger.log('error', 'attachment_not_saved', { reason: systemCode(error) });
    }
  }

  private async renew(body: Body): Promise<Reply> {
    const turnId = parseTurnId(body);
    const requested = parseLeaseSeconds(body);
    const current = this.requireCurrent(parseIds(body));
    this.on.leases.checkRoomFor(turnId);
    // A lease without an exec server would keep the container busy without work.
    await orFail(UNSTARTED, this.on.monitor.ensureRunning(current));
    await this.save();
    const seconds = this.on.leases.renew(turnId, requested);
    return {
      ...ids(current),
      turn_id: turnId,
      lease_duration_seconds: seconds,
      active_lease_count: this.on.leases.activeCount,
    };
  }

  private release(body: Body): Reply {
    const turnId = parseTurnId(body);
    const current = this.requireCurrent(parseIds(body));
    const released = this.on.leases.release(turnId);
    return { ...ids(current), turn_id: turnId, released, active_lease_count: this.on.leases.activeCount };
  }

  private async disconnect(body: Body): Promise<Reply> {
    const named = parseOptionalIds(body);
    // A late disconnect of an older attachment must not stop the current one.
    if (named && this.attachment) this.requireCurrent(named);
    await this.on.monitor.stop();
    this.on.leases.clear();
    this.adopt(undefined);
    await this.on.store
      .clear()
      .catch((error) => this.on.logger.log('error', 'saved_attachment_not_removed', { reason: systemCode(error) }));
    return this.status();
  }

  private async status(): Promise<Reply> {
    const { monitor, leases } = this.on;
    return {
      protocol_version: PROTOCOL_VERSION,
      environment_id: this.attachment?.environmentId ?? null,
      attachment_generation: this.attachment?.generation ?? null,
      workspace: this.attachment ? await workspaceState(this.attachment.workspaceDirectory) : null,
      exec_server: monitor.status,
      exec_server_restarts: monitor.restarts,
      active_lease_count: leases.activeCount,
    };
  }

  private requireCurrent(named: AttachmentIds): Attachment {
    if (this.attachment === undefined) throw this.conflict('nothing is attached');
    if (!isSameAttachment(named, this.attachment)) throw this.conflict('another attachment is current');
    return this.attachment;
  }

  /** Contains the current attachment, so that the caller can continue without another request. */
  private conflict(message: string): RequestFailure {
    return new RequestFailure(409, message, {
      environment_id: this.attachment?.environmentId ?? null,
      attachment_generation: this.attachment?.generation ?? null,
    });
  }

  /** The persistent mount exists from the first invocation on. */
  private async load(): Promise<void> {
    if (this.loaded) return;
    const state = await this.on.store.load(this.on.defaults);
    // While a mount cannot be read, the next invocation tries again.
    this.loaded = !(state.kind === 'unusable' && state.again);
    if (state.kind === 'unusable') this.on.logger.log('warn', 'saved_attachment_ignored', { reason: state.reason });
    if (state.kind === 'attachment') {
      this.attachment = state.attachment;
      this.saved = true;
      const { environmentId, generation } = state.attachment;
      this.on.logger.log('info', 'saved_attachment_found', { environmentId, generation });
    }
  }

  /** On replacement compute the attachment comes from the mount and nothing runs yet. An activate decides for itself. */
  private async resume(): Promise<void> {
    const attachment = this.attachment;
    if (attachment === undefined || this.on.monitor.status !== 'stopped') return;
    // The monitor keeps trying; the action itself doesn't need the exec server.
    await this.on.monitor
      .start(attachment)
      .catch((error) => this.on.logger.log('error', 'exec_server_not_resumed', { reason: systemCode(error) }));
  }
}

async function workspaceState(directory: string): Promise<'ready' | 'missing'> {
  return withTimeLimit(STATUS_LIMIT_MS, isDirectory(directory)).then(
    (found) => (found ? 'ready' : 'missing'),
    () => 'missing',
  );
}

function ids(attachment: AttachmentIds): Reply {
  return {
    protocol_version: PROTOCOL_VERSION,
    environment_id: attachment.environmentId,
    attachment_generation: attachment.generation,
  };
}

/** Says what failed and the system's error code, without the path that the system's message quotes. */
async function orFail(what: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new RequestFailure(503, `${what} (${systemCode(error)})`);
  }
}
