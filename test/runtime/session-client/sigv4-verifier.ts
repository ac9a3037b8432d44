/**
 * A second implementation of SigV4, from the specification and with node:crypto only, so that the code that signs isn't
 * checked by itself. `signing.test.ts` checks it against the test vectors of AWS.
 */
import { createHash, createHmac } from 'node:crypto';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface KnownKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Throws an error if the signature of a request is wrong. */
export function verifySignature(request: ReceivedRequest, key: KnownKey, service: string, now?: number): void {
  const { headers } = request;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers['authorization'] ?? '',
    );
  if (!match) throw new Error('no SigV4 authorization header');
  const [, accessKeyId, date, region, scopeService, signedHeaders, signature] = match as unknown as string[];
  if (accessKeyId !== key.accessKeyId) throw new Error('unknown access key');
  if (scopeService !== service) throw new Error(`signed for ${scopeService}`);
  const amzDate = headers['x-amz-date'] ?? '';
  if (!amzDate.startsWith(date)) throw new Error('date and scope differ');
  if (now !== undefined) {
    const at = Date.parse(
      amzDate.replace(
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
        (_, y, mo, d, h, mi, s) => `${y}-${mo}-${d}T${h}:${mi}:${s}Z`,
      ),
    );
    if (!(Math.abs(at - now) <= 300_000)) throw new Error('clock skew');
  }
  if ((headers['x-amz-security-token'] ?? undefined) !== key.sessionToken) throw new Error('session token');
  const names = signedHeaders.split(';');
  for (const required of ['host', 'x-amz-date', ...(key.sessionToken ? ['x-amz-security-token'] : [])]) {
    if (!names.includes(required)) throw new Error(`${required} is not signed`);
  }
  const expected = signatureOf(request, names, key.secretAccessKey, date, region, service);
  if (expected !== signature) throw new Error('signature does not match');
}

export function signatureOf(
  { method, target, headers, body }: ReceivedRequest,
  names: readonly string[],
  secret: string,
  date: string,
  region: string,
  service: string,
): string {
  const [path = '/', query = ''] = target.split(/\?(.*)/s);
  const bodyHash = sha256(body);
  const declared = headers['x-amz-content-sha256'];
  if (declared !== undefined && declared !== bodyHash) throw new Error('x-amz-content-sha256 is not of this body');
  const canonical = [
    method,
    // Every service except S3 encodes the path once more.
    path.split('/').map(encode).join('/'),
    query
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s))
      .map(([name = '', value = '']) => [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))])
      .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
      .map((pair) => pair.join('='))
      .join('&'),
    ...[...names].sort().map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    [...names].sort().join(';'),
    bodyHash,
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function encode(text: string): string {
  return Array.from(Buffer.from(text, 'utf8'), (byte) =>
    /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

function compare(a: string | undefined, b: string | undefined): number {
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
