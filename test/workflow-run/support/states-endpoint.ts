/** The two operations of Step Functions that functions of this library call, over its wire protocol. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StatesOperations {
  /** @returns false when an execution of this name exists */
  startExecution(name: string, input: unknown): boolean;
  /** @returns false when nothing waits for the token */
  sendTaskSuccess(token: string, output: unknown): boolean;
}

export async function statesEndpoint(operations: StatesOperations): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const reply = (status: number, answer: object) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
        response.end(JSON.stringify(answer));
      };
      const refuse = (type: string) => reply(400, { __type: `com.amazonaws.sfn#${type}`, message: type });
      try {
        switch (String(request.headers['x-amz-target']).split('.')[1]) {
          case 'StartExecution':
            return operations.startExecution(body.name, JSON.parse(body.input))
              ? reply(200, { executionArn: `${body.stateMachineArn}:${body.name}`, startDate: Date.now() / 1000 })
              : refuse('ExecutionAlreadyExists');
          case 'SendTaskSuccess':
            return operations.sendTaskSuccess(body.taskToken, JSON.parse(body.output))
              ? reply(200, {})
              : refuse('TaskTimedOut');
          default:
            return refuse('UnknownOperation');
        }
      } catch {
        // An injected fault: whatever was done, the caller hears nothing.
        request.socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}
