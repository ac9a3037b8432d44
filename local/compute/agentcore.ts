/**
 * The local AgentCore: one compute per Runtime session, which is called only through the lifecycle contract, with a
 * mount that outlives it.
 */
import path from 'node:path';
import { makeDirectory } from '../../analysis/files/make-directory';
import type { Credentials } from '../auth/principals';
import type { SessionRecord } from '../session/records';
import type { Compute, ComputeProvider } from './compute';
import { invoke, type InvocationReply, ping } from './invocation';
import { PathMap } from './path-map';

const DEFAULT_WORKSPACE = '/mnt/workspace';

export interface AgentCoreOptions {
  readonly provider: ComputeProvider;
  /** Directory that holds one mount per runtime session. */
  readonly mountRoot: string;
  readonly region: string;
  readonly endpoint: () => string;
  readonly executionCredentials: (runtimeArn: string) => Credentials;
  /** Directories of the image on this machine. */
  readonly imagePaths: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** The compute of one session. */
export interface ComputeState {
  readonly running: boolean;
  readonly pid: number | undefined;
  readonly url: string | undefined;
  readonly mountDirectory: string;
  /** Number of computes that this session has had. */
  readonly starts: number;
}

interface Slot {
  compute?: Compute;
  starting?: Promise<Compute>;
  starts: number;
}

export class AgentCoreStandIn {
  private readonly slots = new Map<string, Slot>();
  private closed = false;

  public constructor(private readonly options: AgentCoreOptions) {}

  public mountDirectory(record: SessionRecord): string {
    return path.join(this.options.mountRoot, record.runtimeSessionId);
  }

  /** Workspace and image directories of the session's container, as directories of this machine. */
  public paths(record: SessionRecord): PathMap {
    const workspace = record.environment.workspace_directory ?? DEFAULT_WORKSPACE;
    const mount = /^\/mnt\/[^/]+/.exec(workspace)?.[0] ?? workspace;
    return new PathMap({ ...this.options.imagePaths, [mount]: path.join(this.mountDirectory(record), mount) });
  }

  public workspace(record: SessionRecord): string {
    return this.paths(record).toHost(record.environment.workspace_directory ?? DEFAULT_WORKSPACE);
  }

  public state(record: SessionRecord): ComputeState {
    const slot = this.slots.get(record.id);
    return {
      running: slot?.compute !== undefined,
      pid: slot?.compute?.pid,
      url: slot?.compute?.url,
      mountDirectory: this.mountDirectory(record),
      starts: slot?.starts ?? 0,
    };
  }

  /**
   * Starts compute if none is running. AgentCore does the same: an invocation of a session without compute creates one.
   */
  public async ensureCompute(record: SessionRecord): Promise<Compute> {
    const slot = this.slots.get(record.id) ?? { starts: 0 };
    this.slots.set(record.id, slot);
    if (slot.compute !== undefined) return slot.compute;
    slot.starting ??= this.start(record, slot).finally(() => (slot.starting = undefined));
    return slot.starting;
  }

  /** Invokes the container like the service, and starts compute if needed. */
  public async invoke(record: SessionRecord, body: Record<string, unknown>): Promise<InvocationReply> {
    const compute = await this.ensureCompute(record);
    return invoke(compute.url, record.runtimeSessionId, body);
  }

  public async activate(record: SessionRecord): Promise<InvocationReply> {
    return this.invoke(record, {
      action: 'activate',
      protocol_version: 1,
      ...this.ids(record),
      workspace: { directory: this.workspace(record) },
      endpoint: this.options.endpoint(),
      region: this.options.region,
      service: 'bedrock-mantle',
    });
  }

  public async renewLease(record: SessionRecord, turnId: string, seconds: number): Promise<void> {
    await this.invokeRunning(record, { action: 'renew_turn_lease', turn_id: turnId, lease_duration_seconds: seconds });
  }

  public async releaseLease(record: SessionRecord, turnId: string): Promise<void> {
    await this.invokeRunning(record, { action: 'release_turn_lease', turn_id: turnId });
  }

  public async ping(record: SessionRecord): Promise<string> {
    const compute = await this.ensureCompute(record);
    return ping(compute.url);
  }

  /** StopRuntimeSession: the compute ends, the mount stays. */
  public async stop(record: SessionRecord): Promise<void> {
    const slot = this.slots.get(record.id);
    await slot?.starting?.catch(() => undefined);
    await slot?.compute?.stop();
  }

  /** The host is lost. */
  public async kill(record: SessionRecord): Promise<void> {
    const slot = this.slots.get(record.id);
    await slot?.starting?.catch(() => undefined);
    await slot?.compute?.kill();
  }

  public crashExecServer(record: SessionRecord): boolean {
    return this.slots.get(record.id)?.compute?.killExecServer() ?? false;
  }

  /** Notifies the container that the session has ended and, if the session role is permitted to, stops it. */
  public async release(record: SessionRecord, mayStop: boolean): Promise<void> {
    await this.invokeRunning(record, { action: 'disconnect' }).catch(() => undefined);
    // Compute that can't be stopped runs until its idle timeout; in the local service, until the service closes.
    if (!mayStop) return;
    await this.stop(record);
    this.slots.delete(record.id);
  }

  public async close(): Promise<void> {
    this.closed = true;
    await Promise.all(
      [...this.slots.values()].map(async (slot) => {
        await slot.starting?.catch(() => undefined);
        await slot.compute?.stop();
      }),
    );
  }

  private ids(record: SessionRecord): Record<string, unknown> {
    return { environment_id: record.environment.id, attachment_generation: record.generation };
  }

  /** A lease ends with its compute, so nothing is started for it. */
  private async invokeRunning(record: SessionRecord, body: Record<string, unknown>): Promise<void> {
    const compute = this.slots.get(record.id)?.compute;
    if (compute !== undefined) await invoke(compute.url, record.runtimeSessionId, { ...this.ids(record), ...body });
  }

  private async start(record: SessionRecord, slot: Slot): Promise<Compute> {
    if (this.closed) throw new Error('The service is closing');
    const environment = record.environment;
    const runtimeArn = 'runtime_arn' in environment ? environment.runtime_arn : '';
    const mountDirectory = this.mountDirectory(record);
    makeDirectory(mountDirectory, 0o700);
    const compute = await this.options.provider.start({
      runtimeSessionId: record.runtimeSessionId,
      mountDirectory,
      region: this.options.region,
      credentials: this.options.executionCredentials(runtimeArn),
      endpoint: this.options.endpoint(),
      environment: this.options.environment,
    });
    slot.compute = compute;
    slot.starts += 1;
    void compute.exited.then(() => {
      if (slot.compute === compute) slot.compute = undefined;
    });
    return compute;
  }
}
