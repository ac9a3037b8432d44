/** Compute without containers: answers the lifecycle contract and connects an exec server that runs nothing. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LocalService } from '../../../local';
import type { ComputeProvider } from '../../../local/compute/compute';
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
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
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
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          protocol_version: 1,
          environment_id: id,
          attachment_generation,
          workspace: 'ready',
          exec_server: 'connecting',
          runtime_session_id: request.headers['x-amzn-bedrock-agentcore-runtime-session-id'],
          lease_duration_seconds: body.lease_duration_seconds,
          active_lease_count: 1,
          released: true,
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const compute: FakeCompute = {
    refused: [],
    start: () =>
      Promise.resolve({
        url,
        exited: new Promise<void>(() => undefined),
        stop: () => Promise.resolve(),
        kill: () => Promise.resolve(),
        killExecServer: () => false,
      }),
    close: async () => {
      for (const fake of connected.values()) fake.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return compute;
}
