import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Longest header of git's response. */
const MAX_HEAD = 16_384;

/**
 * Handles one request of git's smart HTTP protocol with git's own CGI program, from a repository of this machine.
 * Source of the variables: git-http-backend(1).
 *
 * @param rest the path of the request in the repository: `/info/refs` or `/git-upload-pack`
 */
export function answerFromRepository(
  request: IncomingMessage,
  response: ServerResponse,
  repository: string,
  rest: string,
  protocolV2 = true,
): void {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const header = (name: string) => request.headers[name]?.toString() ?? '';
  const backend = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_TRANSLATED: repository + rest,
      PATH_INFO: rest,
      REQUEST_METHOD: request.method,
      QUERY_STRING: searchParams.toString(),
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: header('content-length'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: protocolV2 ? header('git-protocol') : '',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => undefined); // It may answer before it has read everything.
  request.pipe(backend.stdin);
  response.on('close', () => backend.kill());

  let head = Buffer.alloc(0);
  const onHead = (part: Buffer) => {
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1 && head.length < MAX_HEAD) return;
    backend.stdout.off('data', onHead);
    const headers = Object.fromEntries(
      head
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const { status = '200', ...others } = headers;
    response.writeHead(Number.parseInt(status, 10), others);
    response.write(head.subarray(end + 4));
    backend.stdout.pipe(response);
  };
  backend.stdout.on('data', onHead);
  backend.on('close', () => {
    if (!response.headersSent) response.writeHead(500).end();
  });
}
