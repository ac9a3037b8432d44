/** Operations of AWS services that speak JSON, on one loopback port: what functions call through their SDK. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fields = Readonly<Record<string, unknown>>;
/** Answers one operation; throws AwsError to refuse it. */
export type Operation = (input: Fields) => unknown;

/** What a service answers instead. */
export class AwsError extends Error {
  public constructor(name: string, message: string = name) {
    super(message);
    this.name = name;
  }
}

/** Thrown by an operation: whatever it did, the caller hears nothing. */
export class HangUp extends Error {}

/**
 * Serves operations by their target header (`AWSStepFunctions.StartExecution`). Signatures are not checked: what a role
 * may call is proven by simulation of its policies, not here.
 */
export async function awsEndpoint(
  operations: ReadonlyMap<string, Operation>,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const target = String(request.headers['x-amz-target']);
      const reply = (status: number, answer: unknown) => {
        response.writeHead(status, { 'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answer ?? {}));
      };
      const operation = operations.get(target);
      const called = async () => {
        if (operation === undefined) throw new AwsError('UnknownOperationException', `${target} is not served here`);
        return await operation(JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Fields);
      };
      called().then(
        (answer) => reply(200, answer),
        (error: Error) => {
          if (error instanceof HangUp) request.socket.destroy();
          else if (error instanceof AwsError) reply(400, { __type: error.name, message: error.message });
          else reply(500, { __type: 'InternalFailure', message: error.message });
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
