/** A function URL with IAM authorization, on this machine: the signature is verified, then the real bundle is called. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignatureError, verifySignature } from '../../local/auth/sigv4';
import type { PrincipalRegistry } from '../../local/auth/principals';

export interface FunctionUrlOptions {
  readonly principals: PrincipalRegistry;
  /** Who may invoke the URL, as IAM would decide. */
  readonly mayInvoke: (principalArn: string) => boolean;
  readonly invoke: (event: object) => Promise<unknown>;
  readonly region: string;
}

/** Event and response as in docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html, as far as they are used. */
export async function functionUrl(options: FunctionUrlOptions): Promise<{ url: string; server: Server }> {
  const { principals, mayInvoke, invoke, region } = options;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const answer = async (): Promise<{ statusCode: number; headers?: Record<string, string>; body: string }> => {
        const { principalArn, accessKeyId } = verifySignature(
          { method: request.method!, target: request.url!, rawHeaders: request.rawHeaders, body },
          {
            region,
            service: 'lambda',
            now: Date.now(),
            maxSkewMs: 300_000,
            findKey: (id) => principals.find(id),
          },
        );
        if (!mayInvoke(principalArn)) return { statusCode: 403, body: '{"Message":"Forbidden"}' };
        return (await invoke({
          version: '2.0',
          rawPath: request.url,
          isBase64Encoded: true,
          body: body.toString('base64'),
          requestContext: {
            http: { method: request.method, path: request.url },
            authorizer: { iam: { userArn: principalArn, accessKey: accessKeyId } },
          },
        })) as { statusCode: number; body: string };
      };
      void answer()
        .catch((error: Error) =>
          error instanceof SignatureError
            ? { statusCode: 403, headers: {}, body: JSON.stringify({ Message: error.message }) }
            : { statusCode: 502, headers: {}, body: 'Internal Server Error' },
        )
        .then(({ statusCode, headers, body: text }) => response.writeHead(statusCode, headers).end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
