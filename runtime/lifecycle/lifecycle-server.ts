import type { AddressInfo } from 'node:net';
import { LifecycleActions } from './actions';
import { configFromEnvironment, type LifecycleConfig } from './config';
import { makeDirectories } from './directories';
import { execServerCommand } from './exec-server-command';
import { ExecServerHome } from './exec-server-home';
import { ExecServerMonitor } from './exec-server-monitor';
import { RequestFailure } from './failure';
import { createHttpServer } from './http-server';
import { TurnLeases } from './leases';
import { JsonLogger } from './logging';
import type { RequestDefaults } from './requests';
import { SerialQueue } from './serial-queue';
import { StateStore } from './state-store';
import { withTimeLimit } from './time-limit';
import { createTracer } from './tracing';

/** Time limit for creating the workspace on a mount that hangs, in milliseconds. */
const WORKSPACE_LIMIT_MS = 5_000;

/** A lifecycle server that can be started and stopped. */
export interface LifecycleServer {
  /** Starts to listen. @returns where */
  listen(): Promise<{ readonly port: number; readonly url: string }>;
  /**
   * Stops listening and stops the exec server. The saved attachment stays, so that replacement compute can continue
   * from it.
   */
  close(): Promise<void>;
  /** Process id of the exec server while one runs. */
  readonly execServerPid: number | undefined;
  /** Connections that are open now. */
  readonly connections: number;
}

/**
 * Creates the AgentCore lifecycle server.
 *
 * @param overrides settings that differ from those in the environment variables of this process.
 */
export function createLifecycleServer(overrides: Partial<LifecycleConfig> = {}): LifecycleServer {
  const config = { ...configFromEnvironment(overrides.environment ?? process.env), ...overrides };
  const logger = new JsonLogger(config.logLevel, config.logLine);
  const tracer = createTracer(config.otlpEndpoint, config.serviceName);
  const queue = new SerialQueue();
  const leases = new TurnLeases();
  const defaults: RequestDefaults = { region: config.region, allowLoopback: config.allowLoopbackEndpoint };
  const home = new ExecServerHome(config.stateDirectory, logger);
  const makeWorkspace = (directory: string): Promise<void> =>
    withTimeLimit(WORKSPACE_LIMIT_MS, makeDirectories(directory));
  const monitor = new ExecServerMonitor({
    logger,
    queue,
    prepare: async (attachment) => {
      await makeWorkspace(attachment.workspaceDirectory);
      return {
        command: execServerCommand(attachment, { ...config, stateDirectory: await home.prepare() }),
        stopGraceMs: config.stopGraceMs,
        orphanAdopter: config.orphanAdopter,
      };
    },
    backoff: config.restartBackoff,
    stableAfterMs: config.stableAfterMs,
    settleMs: config.settleMs,
  });
  const actions = new LifecycleActions({
    logger,
    queue,
    store: new StateStore(config.stateDirectory),
    leases,
    monitor,
    defaults,
    makeWorkspace,
  });
  let closing = false;
  const { server, open } = createHttpServer({
    logger,
    tracer,
    maxBodyBytes: config.maxBodyBytes,
    connections: config.connections,
    health: () => ({ busy: leases.activeCount > 0, since: leases.lastChange }),
    perform: (action, body, runtimeSessionId) => {
      // An activate after the last stop would leave a running exec server.
      if (closing) throw new RequestFailure(503, 'the server is stopping');
      return actions.perform(action, body, runtimeSessionId);
    },
  });

  return {
    get execServerPid() {
      return monitor.pid;
    },
    get connections() {
      return open.count;
    },
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(config.port, config.host, () => {
          server.off('error', reject);
          const { port } = server.address() as AddressInfo;
          logger.log('info', 'listening', { port });
          resolve({ port, url: `http://127.0.0.1:${port}` });
        });
      }),
    close: async () => {
      closing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await queue.run(() => monitor.stop());
      server.closeAllConnections();
      await closed;
      await home.close();
      await tracer.close();
      logger.log('info', 'closed');
    },
  };
}
