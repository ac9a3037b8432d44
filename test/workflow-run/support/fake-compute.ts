/** Compute without containers: answers the lifecycle contract and connects an exec server that runs nothing. */
import type { LocalService } from '../../../local';
import type { ComputeProvider } from '../../../local/compute/compute';
import { LoopbackServer } from '../../../local/stand-ins/loopback-server';
import { connectFakeExecServer, type FakeExecServer } from '../../local/support/fake-exec-server';

/** How long a session waits for its exec server, long enough for a slow machine. Milliseconds. */
export const SLOW_MACHINE_MS = 600_000;

export interface FakeCompute extends ComputeProvider {
  /** The service that exec servers connect to; set it when it has started. */
  service?: LocalService;
  /** Exec servers that could not register. */
  readonly refused: Error[];
  close(): Promise<void>;
}

/** @param role that the exec servers sign as, if calls are authorized */
export async function fakeCompute(role?: string): Promise<FakeCompute> {
  const connected = new Map<string, FakeExecServer>();
  const server = new LoopbackServer(({ headers, body: bytes }) => {
    const body = JSON.parse(bytes.toString('utf8') || '{}') as Record<string, unknown>;
    const { environment_id: id, attachment_generation } = body as {
      environment_id: string;
      attachment_generation: number;
    };
    if (body.action === 'activate' && !connected.has(id)) {
      // As in AWS, a turn has no environment if its exec server may not register.
      connectFakeExecServer(compute.service!, id, role).then(
        (fake) => connected.set(id, fake),
        (error: Error) => compute.refused.push(error),
      );
    }
    return {
      status: 200,
      body: {
        protocol_version: 1,
        environment_id: id,
        attachment_generation,
        workspace: 'ready',
        exec_server: 'connecting',
        runtime_session_id: headers['x-amzn-bedrock-agentcore-runtime-session-id'],
        lease_duration_seconds: body.lease_duration_seconds,
        active_lease_count: 1,
        released: true,
      },
    };
  });
  await server.start();
  const compute: FakeCompute = {
    refused: [],
    start: () =>
      Promise.resolve({
        url: server.url,
        exited: new Promise<void>(() => undefined),
        stop: () => Promise.resolve(),
        kill: () => Promise.resolve(),
        killExecServer: () => false,
      }),
    close: async () => {
      for (const fake of connected.values()) fake.close();
      await server.close();
    },
  };
  return compute;
}
