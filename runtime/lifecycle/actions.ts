import { isSameAttachment, isStale, type Attachment, type AttachmentIds } from './attachment';
import { makeDirectories } from './directories';
import type { ExecServerMonitor } from './exec-server-monitor';
import { homeDirectories } from './exec-server-command';
import { RequestFailure } from './failure';
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

const UNSAVED = 'the attachment could not be saved';
const UNSTARTED = 'the exec server could not be started';

export type Reply = Readonly<Record<string, unknown>>;

export interface ActionDependencies {
  readonly logger: Logger;
  readonly queue: SerialQueue;
  readonly store: StateStore;
  readonly leases: TurnLeases;
  readonly monitor: ExecServerMonitor;
  readonly defaults: RequestDefaults;
  readonly stateDirectory: string;
}

/** The lifecycle contract: what each action does to the attachment, the exec server and the leases. */
export class LifecycleActions {
  private attachment?: Attachment;
  private loading?: Promise<void>;

  constructor(private readonly on: ActionDependencies) {}

  /** @throws RequestFailure for everything the caller can be told. */
  public perform(action: Action, body: Body, runtimeSessionId: string | undefined): Promise<Reply> {
    // One at a time, so that every reply describes a state that was reached.
    return this.on.queue.run(async () => {
      await this.loadOnce();
      if (action !== 'activate' && action !== 'disconnect') await this.resume();
      const session = { runtime_session_id: runtimeSessionId ?? null };
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
          return { ...this.status(), ...session };
      }
    });
  }

  private async activate(body: Body): Promise<Reply> {
    const wanted = parseActivate(body, this.on.defaults);
    const current = this.attachment;
    if (current && isStale(wanted, current)) {
      throw new RequestFailure(409, 'stale attachment_generation: a newer one is attached');
    }
    const unchanged = current !== undefined && isSameAttachment(wanted, current);
    if (!(unchanged && this.on.monitor.status === 'running')) {
      await this.replace(unchanged ? current : wanted, unchanged);
    }
    return { ...ids(wanted), workspace: 'ready', exec_server: 'connecting' };
  }

  private async replace(next: Attachment, unchanged: boolean): Promise<void> {
    const { monitor, store, leases } = this.on;
    await this.prepareDirectories(next);
    if (this.attachment === undefined) return this.attachFirst(next);
    // Nothing of the old attachment is touched before the new one is safely on disk.
    if (!unchanged) await orFail(UNSAVED, store.save(next));
    await monitor.stop();
    if (!unchanged) leases.clear();
    this.attachment = next;
    await orFail(UNSTARTED, monitor.start(next));
  }

  /** With nothing to replace, the exec server starts while the disk flushes. */
  private async attachFirst(next: Attachment): Promise<void> {
    const { monitor, store } = this.on;
    this.attachment = next;
    const [saved, started] = await Promise.allSettled([
      orFail(UNSAVED, store.save(next)),
      orFail(UNSTARTED, monitor.start(next)),
    ]);
    if (saved.status === 'rejected') {
      await monitor.stop();
      this.attachment = undefined;
      throw saved.reason;
    }
    if (started.status === 'rejected') throw started.reason;
  }

  private async prepareDirectories(attachment: Attachment): Promise<void> {
    const { home, codexHome } = homeDirectories(this.on.stateDirectory);
    await Promise.all([
      orFail('the workspace directory could not be made', makeDirectories(attachment.workspaceDirectory)),
      ...[home, codexHome].map((directory) =>
        orFail('the state directory could not be made', makeDirectories(directory, 0o700)),
      ),
    ]);
  }

  private renew(body: Body): Reply {
    const current = this.requireCurrent(parseIds(body));
    const turnId = parseTurnId(body);
    const seconds = this.on.leases.renew(turnId, parseLeaseSeconds(body));
    return {
      ...ids(current),
      turn_id: turnId,
      lease_duration_seconds: seconds,
      active_lease_count: this.on.leases.activeCount,
    };
  }

  private release(body: Body): Reply {
    const current = this.requireCurrent(parseIds(body));
    const turnId = parseTurnId(body);
    const released = this.on.leases.release(turnId);
    return { ...ids(current), turn_id: turnId, released, active_lease_count: this.on.leases.activeCount };
  }

  private async disconnect(body: Body): Promise<Reply> {
    const named = parseOptionalIds(body);
    // A late disconnect of the past must not take down its successor.
    if (named && this.attachment) this.requireCurrent(named);
    await this.on.monitor.stop();
    this.on.leases.clear();
    this.attachment = undefined;
    await orFail('the saved attachment could not be removed', this.on.store.clear());
    return this.status();
  }

  private status(): Reply {
    const { monitor, leases } = this.on;
    return {
      protocol_version: PROTOCOL_VERSION,
      environment_id: this.attachment?.environmentId ?? null,
      attachment_generation: this.attachment?.generation ?? null,
      workspace: this.attachment ? 'ready' : null,
      exec_server: monitor.status,
      exec_server_restarts: monitor.restarts,
      active_lease_count: leases.activeCount,
    };
  }

  private requireCurrent(named: AttachmentIds): Attachment {
    if (this.attachment === undefined) throw new RequestFailure(409, 'nothing is attached');
    if (!isSameAttachment(named, this.attachment)) throw new RequestFailure(409, 'another attachment is current');
    return this.attachment;
  }

  /** The first invocation is the first moment at which the persistent mount is there. */
  private loadOnce(): Promise<void> {
    this.loading ??= this.on.store.load(this.on.defaults).then((state) => {
      if (state.kind === 'unusable') this.on.logger.log('warn', 'saved_attachment_ignored', { reason: state.reason });
      if (state.kind === 'attachment') {
        this.attachment = state.attachment;
        const { environmentId, generation } = state.attachment;
        this.on.logger.log('info', 'saved_attachment_found', { environmentId, generation });
      }
    });
    return this.loading;
  }

  /** On replacement compute the attachment comes from the mount and nothing runs yet. An activate decides for itself. */
  private async resume(): Promise<void> {
    const attachment = this.attachment;
    if (attachment === undefined || this.on.monitor.status !== 'stopped') return;
    // The monitor goes on trying; the action itself does not need the exec server.
    await this.prepareDirectories(attachment)
      .then(() => this.on.monitor.start(attachment))
      .catch(() => this.on.logger.log('error', 'exec_server_not_resumed'));
  }
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
    throw new RequestFailure(500, `${what} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}
