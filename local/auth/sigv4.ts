/**
 * Signature Version 4, verified from the received bytes of the request. Implemented from the specification
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html) with node:crypto: a test with a signer library alone
 * would only compare the library with itself. The tests sign with the official signer.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { KnownKey } from './principals';

/** The parts of a request a signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query of the request line, unchanged. */
  readonly target: string;
  /** Name, value, name, value, … as received (node's `rawHeaders`). */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

export interface SignatureExpectations {
  readonly region: string;
  readonly service: string;
  /** Unix milliseconds. */
  readonly now: number;
  readonly maxSkewMs: number;
  readonly findKey: (accessKeyId: string) => KnownKey | undefined;
}

export type SignatureErrorCode =
  | 'MissingAuthenticationTokenException'
  | 'BearerTokenNotAllowedException'
  | 'IncompleteSignatureException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'
  | 'InvalidSignatureException';

/** Why a request is not authentic. Never carries a key, a token or a signature. */
export class SignatureError extends Error {
  public constructor(
    public readonly code: SignatureErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'SignatureError';
  }
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Uint8Array | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** Percent-encoding of RFC 3986: all except unreserved characters are encoded. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SignatureError('InvalidSignatureException', 'The request target is not valid percent-encoding');
  }
}

function headerMap(rawHeaders: readonly string[]): Map<string, string> {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    const value = rawHeaders[i + 1].trim().replace(/\s+/g, ' ');
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return new Map([...values].map(([name, all]) => [name, all.join(',')]));
}

/** Every service except Amazon S3 encodes the path a second time. */
const canonicalPath = (path: string, service: string): string =>
  path === '' ? '/' : service === 's3' ? path : path.split('/').map(encode).join('/');

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encode(decode(name)), encode(decode(value))];
    })
    .sort(([n1, v1], [n2, v2]) => (n1 === n2 ? (v1 < v2 ? -1 : v1 > v2 ? 1 : 0) : n1 < n2 ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: string[];
  readonly signature: string;
}

function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined) {
    throw new SignatureError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  if (/^bearer\b/i.test(header)) {
    throw new SignatureError('BearerTokenNotAllowedException', 'Bearer tokens are refused here: sign with SigV4');
  }
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new SignatureError('IncompleteSignatureException', `Authorization must use ${ALGORITHM}`);
  }
  const parts = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map((part) => part.trim().split('=', 2) as [string, string]),
  );
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((n) => parts.get(n));
  if (!credential || !signedHeaders || !signature) {
    throw new SignatureError(
      'IncompleteSignatureException',
      'Authorization requires Credential, SignedHeaders and Signature',
    );
  }
  const scope = credential.split('/');
  if (scope.length !== 5 || scope[4] !== 'aws4_request') {
    throw new SignatureError('IncompleteSignatureException', 'Credential must be KEY/DATE/REGION/SERVICE/aws4_request');
  }
  const [accessKeyId, date, region, service] = scope;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(';'), signature };
}

/** `20261123T192202Z` as Unix milliseconds. */
function parseAmzDate(value: string | undefined): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value ?? '');
  if (!match) throw new SignatureError('IncompleteSignatureException', 'X-Amz-Date must be YYYYMMDDTHHMMSSZ');
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function checkSignedHeaders(signed: string[], headers: Map<string, string>): void {
  const mustBeSigned = ['host', ...[...headers.keys()].filter((name) => name.startsWith('x-amz-'))];
  const missing = mustBeSigned.filter((name) => !signed.includes(name));
  if (missing.length > 0) {
    throw new SignatureError('InvalidSignatureException', `These headers must be signed: ${missing.join(', ')}`);
  }
  const absent = signed.filter((name) => !headers.has(name));
  if (absent.length > 0) {
    throw new SignatureError(
      'InvalidSignatureException',
      `Signed headers are not in the request: ${absent.join(', ')}`,
    );
  }
}

function checkToken(key: KnownKey, token: string | undefined, now: number): void {
  if (token !== key.sessionToken) {
    throw new SignatureError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (key.expiresAt !== undefined && now >= key.expiresAt) {
    throw new SignatureError('ExpiredTokenException', 'The security token included in the request is expired');
  }
}

function checkTime(amzDate: string, scopeDate: string, expected: SignatureExpectations): void {
  const signedAt = parseAmzDate(amzDate);
  if (amzDate.slice(0, 8) !== scopeDate) {
    throw new SignatureError('InvalidSignatureException', 'The date of the credential scope is not that of X-Amz-Date');
  }
  if (Math.abs(expected.now - signedAt) > expected.maxSkewMs) {
    const which = signedAt < expected.now ? 'Signature expired' : 'Signature not yet current';
    throw new SignatureError(
      'InvalidSignatureException',
      `${which}: ${amzDate} is more than ${expected.maxSkewMs / 60000} min from the service's clock`,
    );
  }
}

/**
 * Amazon S3 also accepts bodies that are unsigned or signed in parts; the header then contains that instead of a hash.
 */
function payloadHash(headers: Map<string, string>, body: Uint8Array, service: string): string {
  const actual = sha256(body);
  const declared = headers.get('x-amz-content-sha256');
  if (service === 's3' && declared !== undefined && !/^[0-9a-f]{64}$/.test(declared)) return declared;
  if (declared !== undefined && declared !== actual) {
    throw new SignatureError('InvalidSignatureException', 'X-Amz-Content-Sha256 is not the hash of the body');
  }
  return actual;
}

/** The key the request was signed with; throws `SignatureError` when the request is not authentic. */
export function verifySignature(request: SignedRequest, expected: SignatureExpectations): KnownKey {
  const headers = headerMap(request.rawHeaders);
  const auth = parseAuthorization(headers.get('authorization'));
  const amzDate = headers.get('x-amz-date');
  parseAmzDate(amzDate);
  const key = expected.findKey(auth.accessKeyId);
  if (key === undefined) {
    throw new SignatureError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (auth.region !== expected.region || auth.service !== expected.service) {
    throw new SignatureError(
      'InvalidSignatureException',
      `Credential should be scoped to ${expected.region}/${expected.service}, not ${auth.region}/${auth.service}`,
    );
  }
  checkSignedHeaders(auth.signedHeaders, headers);
  checkTime(amzDate!, auth.date, expected);

  const at = request.target.indexOf('?');
  const [path, query] = at < 0 ? [request.target, ''] : [request.target.slice(0, at), request.target.slice(at + 1)];
  const canonicalRequest = [
    request.method,
    canonicalPath(path, auth.service),
    canonicalQuery(query),
    ...auth.signedHeaders.map((name) => `${name}:${headers.get(name)}`),
    '',
    auth.signedHeaders.join(';'),
    payloadHash(headers, request.body, auth.service),
  ].join('\n');
  const scope = `${auth.date}/${auth.region}/${auth.service}/aws4_request`;
  const signingKey = [auth.region, auth.service, 'aws4_request'].reduce(
    (previous, part) => hmac(previous, part),
    hmac(`AWS4${key.secretAccessKey}`, auth.date),
  );
  const signature = hmac(signingKey, [ALGORITHM, amzDate, scope, sha256(canonicalRequest)].join('\n'));
  const given = Buffer.from(auth.signature, 'hex');
  if (given.length !== signature.length || !timingSafeEqual(given, signature)) {
    throw new SignatureError(
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  // Checked last: only a caller with the secret learns whether the token is right or expired.
  checkToken(key, headers.get('x-amz-security-token'), expected.now);
  return key;
}
