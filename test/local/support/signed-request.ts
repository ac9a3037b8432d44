/** Requests that the official signer signs. The verifier must accept them unchanged. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region?: string;
  readonly service?: string;
  readonly at?: Date;
}

export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Headers of the request, signature included. */
export async function signedHeaders(request: PlainRequest, signing: Signing): Promise<Record<string, string>> {
  const url = new URL(request.url);
  const { region = 'us-east-1', service = 'bedrock-mantle', at, ...credentials } = signing;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    query[name] = values.length === 1 ? values[0] : values;
  }
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      query,
      headers: { host: url.host, 'content-type': 'application/json', ...request.headers },
      body: request.body,
    },
    at === undefined ? {} : { signingDate: at },
  );
  return signed.headers;
}

export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export function send(request: PlainRequest, headers: Record<string, string>): Promise<PlainAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(request.url, { method: request.method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(request.body);
  });
}

export async function sendSigned(request: PlainRequest, signing: Signing): Promise<PlainAnswer> {
  return send(request, await signedHeaders(request, signing));
}
