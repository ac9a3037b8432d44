/** Environments and their connections: registration over HTTP, then one WebSocket that stays. */
import type { WebSocket } from 'ws';
import { conflict, notFound } from '../http/api-error';
import { newId } from '../session/ids';
import { ConnectionLost, ExecConnection } from './exec-connection';

export const DIRECT_TRANSPORT = 'direct_jsonrpc_v1';

export interface RegistryOptions {
  readonly delayMs: () => number;
  readonly onChange: (environmentId: string, change: 'connected' | 'disconnected') => void;
}

interface Environment {
  registrationId?: string;
  /** Registrations that a newer one has replaced. */
  readonly replaced: Set<string>;
  connection?: ExecConnection;
  readonly waiting: Set<(connection: ExecConnection) => void>;
}

export class EnvironmentRegistry {
  private readonly environments = new Map<string, Environment>();

  public constructor(private readonly options: RegistryOptions) {}

  /** Adds an environment; exec servers can register only after that. */
  public add(environmentId: string): void {
    this.environments.set(environmentId, { waiting: new Set(), replaced: new Set() });
  }

  /** Removes an environment and closes its connection. */
  public remove(environmentId: string): void {
    const environment = this.environments.get(environmentId);
    this.environments.delete(environmentId);
    environment?.connection?.close();
  }

  /** A new registration replaces the one before: its connection is closed as soon as the new one exists. */
  public register(environmentId: string): string {
    const environment = this.environments.get(environmentId);
    if (environment === undefined) throw notFound('No such environment');
    if (environment.registrationId !== undefined) environment.replaced.add(environment.registrationId);
    environment.registrationId = newId('reg');
    return environment.registrationId;
  }

  /**
   * A registration can connect several times: Codex reconnects to the same URL (observed with 0.171.0). It registers
   * again after 409, and ends after any other 4xx but 408 and 429.
   *
   * @throws ApiError 409 when a newer registration has replaced this one; 404 when it never existed
   */
  public checkRegistration(environmentId: string, registrationId: string): void {
    const environment = this.environments.get(environmentId);
    if (environment === undefined) throw notFound('No such environment');
    if (environment.registrationId === registrationId) return;
    if (environment.replaced.has(registrationId)) throw conflict('A newer registration has replaced this one');
    throw notFound('No such registration');
  }

  /** Takes a WebSocket whose handshake was accepted. */
  public async accept(environmentId: string, socket: WebSocket): Promise<void> {
    const connection = new ExecConnection(socket, this.options);
    try {
      await connection.initialize();
    } catch {
      return connection.terminate();
    }
    const environment = this.environments.get(environmentId);
    if (environment === undefined) return connection.close();
    const previous = environment.connection;
    environment.connection = connection;
    previous?.terminate();
    connection.onClose(() => {
      if (environment.connection !== connection) return;
      environment.connection = undefined;
      this.options.onChange(environmentId, 'disconnected');
    });
    this.options.onChange(environmentId, 'connected');
    for (const resolve of [...environment.waiting]) resolve(connection);
    environment.waiting.clear();
  }

  public connection(environmentId: string): ExecConnection | undefined {
    const connection = this.environments.get(environmentId)?.connection;
    return connection?.open === true ? connection : undefined;
  }

  /** Waits for the connection. @throws ConnectionLost when there is none in time, or on abort */
  public waitForConnection(environmentId: string, timeoutMs: number, signal: AbortSignal): Promise<ExecConnection> {
    const existing = this.connection(environmentId);
    if (existing !== undefined) return Promise.resolve(existing);
    const environment = this.environments.get(environmentId);
    if (environment === undefined) return Promise.reject(new ConnectionLost('The environment is gone'));
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        environment.waiting.delete(connected);
        settle();
      };
      const connected = (connection: ExecConnection): void => finish(() => resolve(connection));
      const aborted = (): void => finish(() => reject(new ConnectionLost('Stopped waiting for the environment')));
      const timer = setTimeout(
        () => finish(() => reject(new ConnectionLost(`The environment did not connect within ${timeoutMs} ms`))),
        timeoutMs,
      );
      environment.waiting.add(connected);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }
}
