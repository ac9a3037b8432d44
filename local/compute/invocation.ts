/**
 * `POST /invocations` as AgentCore sends it: the response is always 200, and a failure has `status_code` in the body.
 */
import { Agent, request as httpRequest } from 'node:http';

export class InvocationError extends Error {
  public constructor(
    public readonly statusCode: number,
    message: string,
  ) {
    super(message);
    this.name = 'InvocationError';
  }
}

export type InvocationReply = Readonly<Record<string, unknown>>;

const INVOCATION_TIMEOUT_MS = 30_000;
const PING_TIMEOUT_MS = 5_000;

const agent = new Agent({ keepAlive: false });

function send(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string | undefined,
  timeoutMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) {
          reject(
            new InvocationError(
              response.statusCode ?? 0,
              `The container answered with HTTP ${response.statusCode}; the Runtime drops such a body`,
            ),
          );
        } else resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** @throws InvocationError when the container refused; the network error when it could not be reached */
export async function invoke(
  url: string,
  runtimeSessionId: string,
  body: Record<string, unknown>,
): Promise<InvocationReply> {
  const text = await send(
    `${url}/invocations`,
    'POST',
    { 'content-type': 'application/json', 'x-amzn-bedrock-agentcore-runtime-session-id': runtimeSessionId },
    JSON.stringify(body),
    INVOCATION_TIMEOUT_MS,
  );
  const reply = JSON.parse(text) as InvocationReply;
  if (typeof reply.status_code === 'number' && reply.status_code >= 400) {
    throw new InvocationError(
      reply.status_code,
      typeof reply.error === 'string' ? reply.error : 'the container refused the invocation',
    );
  }
  return reply;
}

/** `GET /ping`. */
export async function ping(url: string): Promise<string> {
  return String(
    (JSON.parse(await send(`${url}/ping`, 'GET', {}, undefined, PING_TIMEOUT_MS)) as { status?: unknown }).status,
  );
}
