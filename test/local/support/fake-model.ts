/** An OpenAI-compatible endpoint that requests one command or one tool call, and then answers. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeModel {
  readonly baseUrl: string;
  readonly requests: Record<string, unknown>[];
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

export interface FunctionCall {
  readonly name: string;
  readonly namespace?: string;
  readonly arguments: object;
}

interface Input {
  readonly type?: string;
  readonly output?: unknown;
}

/** @param callOf a command, or a call of a function that the request offers */
export async function startFakeModel(
  callOf: (turn: number, request: Record<string, unknown>) => string | FunctionCall,
): Promise<FakeModel> {
  const requests: Record<string, unknown>[] = [];
  const authorizations: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST') return void response.end('{"data":[]}');
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { input: Input[] };
      requests.push(body);
      authorizations.push(request.headers.authorization);
      const last = body.input.at(-1)!;
      const turn = body.input.filter((entry) => entry.type === 'function_call_output').length;
      const id = `resp_${requests.length}`;
      const wanted = last.type === 'function_call_output' ? '' : callOf(turn + 1, body);
      const call = typeof wanted === 'string' ? { name: 'exec_command', arguments: { cmd: wanted } } : wanted;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = (type: string, more: object): void =>
        void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`);
      event('response.created', { response: { id } });
      const item =
        last.type === 'function_call_output'
          ? {
              type: 'message',
              role: 'assistant',
              id: `msg_${id}`,
              content: [{ type: 'output_text', text: 'all done' }],
            }
          : {
              type: 'function_call',
              id: `fc_${id}`,
              call_id: `call_${id}`,
              ...call,
              arguments: JSON.stringify(call.arguments),
            };
      event('response.output_item.done', { item });
      const usage = {
        input_tokens: 5,
        input_tokens_details: { cached_tokens: 1 },
        output_tokens: 2,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 7,
      };
      event('response.completed', { response: { id, usage } });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    authorizations,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
