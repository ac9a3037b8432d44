/** An exec server without processes: registers and connects like the real one, and answers at once. For tests of the API. */
import { WebSocket } from 'ws';
import type { LocalService } from '../../../local';
import { sendSigned, signedHeaders } from './signed-request';

export interface FakeExecServer {
  readonly started: string[][];
  close(): void;
}

interface Call {
  readonly id?: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/**
 * Commands end at once with code 0 and print their last argument; one that says `hang` runs until it is terminated.
 *
 * @param now the clock of the service, which refuses signatures of another time
 */
export async function connectFakeExecServer(
  service: LocalService,
  environmentId: string,
  role = 'Execution',
  now: () => number = Date.now,
): Promise<FakeExecServer> {
  const credentials = { ...service.credentialsFor(role), at: new Date(now()) };
  const registered = await sendSigned(
    {
      method: 'POST',
      url: `${service.url}/v1/cloud/environment/${environmentId}/direct/register`,
      body: JSON.stringify({ transport: 'direct_jsonrpc_v1' }),
    },
    credentials,
  );
  if (registered.status !== 200) throw new Error(registered.text);
  const { url } = JSON.parse(registered.text) as { url: string };
  const headers = await signedHeaders({ method: 'GET', url: url.replace(/^ws/, 'http') }, credentials);
  const socket = new WebSocket(url, { headers });
  const started: string[][] = [];
  const reply = (message: unknown): void => socket.send(JSON.stringify(message));
  const end = (processId: unknown, exitCode: number): void => {
    reply({ method: 'process/exited', params: { processId, exitCode } });
    reply({ method: 'process/closed', params: { processId } });
  };
  socket.on('message', (data: Buffer) => {
    const { id, method, params } = JSON.parse(data.toString('utf8')) as Call;
    if (id === undefined) return;
    const processId = params.processId;
    if (method === 'process/start') {
      const argv = params.argv as string[];
      started.push(argv);
      reply({ id, result: { processId } });
      const text = argv.at(-1) ?? '';
      if (text.includes('hang')) return;
      reply({
        method: 'process/output',
        params: { processId, stream: 'stdout', chunk: Buffer.from(text).toString('base64') },
      });
      end(processId, 0);
    } else if (method === 'process/terminate') {
      reply({ id, result: { running: true } });
      end(processId, 137);
    } else {
      reply({ id, result: { sessionId: 'fake' } });
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return { started, close: () => socket.terminate() };
}
