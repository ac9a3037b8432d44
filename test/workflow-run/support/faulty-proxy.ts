/** A proxy in front of a store that returns errors for a number of requests, so that SDK clients get real network faults. */
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

export type StoreFault = 'slow-down' | 'throttled' | 'internal-error' | 'cut';

export interface FaultyProxy {
  readonly url: string;
  /** The next `times` requests go wrong. */
  plan(fault: StoreFault, times: number): void;
  close(): Promise<void>;
}

const ANSWERS: Readonly<Record<Exclude<StoreFault, 'cut'>, (json: boolean) => [number, string]>> = {
  'slow-down': () => [503, '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>'],
  throttled: () => [400, '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"Rate exceeded"}'],
  'internal-error': (json) => [
    500,
    json
      ? '{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}'
      : '<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>',
  ],
};

export async function faultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  let planned: { fault: StoreFault; left: number } | undefined;
  const server = createServer((incoming, response) => {
    if (planned !== undefined && planned.left > 0) {
      planned.left -= 1;
      if (planned.fault === 'cut') return void incoming.socket.destroy();
      const json = String(incoming.headers['content-type']).includes('json');
      const [status, body] = ANSWERS[planned.fault](json);
      incoming.resume();
      response.writeHead(status, { 'content-type': json ? 'application/x-amz-json-1.0' : 'application/xml' });
      return void response.end(body);
    }
    // The headers as they are: the signature covers the name of the host.
    const outgoing = forward(
      { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: (fault, left) => (planned = { fault, left }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
