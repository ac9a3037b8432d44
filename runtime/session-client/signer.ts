/** SigV4 over method, path, every query parameter and the body. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './credentials';
import { SIGNING_NAME } from './endpoint';

export interface UnsignedRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Percent-encoded, without query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * OpenSSL's SHA-256 with the signer's hash interface. The signer needs an implementation, and the portable one
 * (`@aws-crypto/sha256-js`) is larger and slower.
 */
class OpenSslSha256 {
  readonly #hash: Hash | Hmac;

  /** @param secret `Buffer.from` accepts each of these types, but no single one of its signatures does */
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', Buffer.from(secret as Uint8Array<ArrayBuffer>));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

/** Signs requests to one endpoint. Returns the headers to send: those signed, and the signature. */
export class RequestSigner {
  constructor(
    private readonly endpoint: URL,
    private readonly region: string,
    private readonly service = SIGNING_NAME,
  ) {}

  async sign(request: UnsignedRequest, credentials: Credentials, at: Date): Promise<Record<string, string>> {
    const signer = new SignatureV4({
      service: this.service,
      region: this.region,
      credentials,
      sha256: OpenSslSha256,
    });
    const signed = await signer.sign(
      {
        method: request.method,
        protocol: this.endpoint.protocol,
        hostname: this.endpoint.hostname,
        path: request.path,
        query: { ...request.query },
        headers: {
          host: this.endpoint.host,
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: request.body,
      },
      { signingDate: at },
    );
    return signed.headers;
  }
}

/** The query exactly as it is signed, by RFC 3986, so that the service canonicalizes it to the same bytes. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
    .join('&');
}

/** encodeURIComponent doesn't encode `!'()*`; RFC 3986 and SigV4 do. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
