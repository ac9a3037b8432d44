import fc, { runs } from '../fast-check';
import { type KnownKey } from '../../local/auth/principals';
import { SignatureError, verifySignature } from '../../local/auth/sigv4';
import { type LocalService, startLocalService } from '../../local';
import { connectFakeExecServer } from './support/fake-exec-server';
import { selfHostedSession, clientOf } from './support/service';
import { type PlainRequest, send, sendSigned, signedHeaders, type Signing } from './support/signed-request';
import { WebSocket } from 'ws';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const LONG_TERM: KnownKey = {
  accessKeyId: 'AKIAEXAMPLE',
  secretAccessKey: 'long-term-secret',
  principalArn: 'arn:aws:iam::111122223333:role/Caller',
};
const TEMPORARY: KnownKey = {
  ...LONG_TERM,
  accessKeyId: 'ASIAEXAMPLE',
  sessionToken: 'the-token',
  expiresAt: NOW + 60_000,
};
const KEYS = new Map([LONG_TERM, TEMPORARY].map((key) => [key.accessKeyId, key]));
const REQUEST: PlainRequest = {
  method: 'POST',
  url: 'http://127.0.0.1:8099/openai/v1/agents/sessions',
  body: '{"a":1}',
};

function verify(request: PlainRequest, headers: Record<string, string>, now = NOW): KnownKey {
  const url = new URL(request.url);
  return verifySignature(
    {
      method: request.method,
      target: url.pathname + url.search,
      rawHeaders: Object.entries(headers).flat(),
      body: Buffer.from(request.body ?? ''),
    },
    { region: 'us-east-1', service: 'bedrock-mantle', now, maxSkewMs: 300_000, findKey: (id) => KEYS.get(id) },
  );
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SignatureError) return error.code;
    throw error;
  }
  return 'accepted';
}

const signWith = (key: KnownKey, more: Partial<Signing> = {}): Signing => ({
  accessKeyId: key.accessKeyId,
  secretAccessKey: key.secretAccessKey,
  sessionToken: key.sessionToken,
  at: new Date(NOW),
  ...more,
});

describe('a request signed by the official signer', () => {
  test.each([
    ['a body', REQUEST],
    ['no body', { method: 'GET', url: 'http://127.0.0.1:8099/openai/v1/agents/sessions' }],
    [
      'a query',
      { method: 'GET', url: 'http://127.0.0.1:8099/openai/v1/agents/sessions?order=asc&limit=5&after=x%2Fy' },
    ],
    ['a repeated query name', { method: 'GET', url: 'http://127.0.0.1:8099/v1/models?b=2&a=1&a=0&c=' }],
    ['an encoded path', { method: 'GET', url: 'http://127.0.0.1:8099/openai/v1/agents/sessions/a%20b%3Ac' }],
    ['a body that is not ASCII', { ...REQUEST, body: '{"text":"grüße 🎉"}' }],
  ])('is accepted with %s', async (_name, request: PlainRequest) => {
    expect(verify(request, await signedHeaders(request, signWith(TEMPORARY))).accessKeyId).toBe('ASIAEXAMPLE');
    expect(verify(request, await signedHeaders(request, signWith(LONG_TERM))).accessKeyId).toBe('AKIAEXAMPLE');
  });

  test('is accepted whatever its body and query are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ unit: 'grapheme' }), { maxKeys: 4 }),
        async (body, query) => {
          const url = new URL('http://127.0.0.1:8099/v1/models');
          for (const [name, value] of Object.entries(query))
            url.searchParams.set(name, Buffer.from(value).toString('utf8'));
          // URLSearchParams writes a space as "+"; a signer writes %20, and that is what is sent.
          const request = {
            method: 'POST',
            url: url.href.replace(/\+/g, '%20'),
            body: Buffer.from(body).toString('utf8'),
          };
          expect(verify(request, await signedHeaders(request, signWith(TEMPORARY))).accessKeyId).toBe('ASIAEXAMPLE');
        },
      ),
      runs(200, 50),
    );
  });
});

type Case = [
  name: string,
  code: string,
  sign: Partial<Signing>,
  change: (headers: Record<string, string>, request: PlainRequest) => [Record<string, string>, PlainRequest] | void,
];

const without = (headers: Record<string, string>, name: string): Record<string, string> => {
  return Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name));
};

const CASES: Case[] = [
  [
    'changed body',
    'InvalidSignatureException',
    {},
    (h, r) => [without(h, 'x-amz-content-sha256'), { ...r, body: '{"a":2}' }],
  ],
  [
    'body that is not the one whose hash is declared',
    'InvalidSignatureException',
    {},
    (h, r) => [h, { ...r, body: '{}' }],
  ],
  ['changed path', 'InvalidSignatureException', {}, (h, r) => [h, { ...r, url: `${r.url}/x` }]],
  ['changed query', 'InvalidSignatureException', {}, (h, r) => [h, { ...r, url: `${r.url}?limit=1` }]],
  ['changed method', 'InvalidSignatureException', {}, (h, r) => [h, { ...r, method: 'PUT' }]],
  ['changed host', 'InvalidSignatureException', {}, (h, r) => [{ ...h, host: 'elsewhere' }, r]],
  ['wrong secret', 'InvalidSignatureException', { secretAccessKey: 'guess' }, () => undefined],
  ['other service', 'InvalidSignatureException', { service: 'bedrock' }, () => undefined],
  ['other Region', 'InvalidSignatureException', { region: 'us-west-2' }, () => undefined],
  ['clock 6 minutes behind', 'InvalidSignatureException', { at: new Date(NOW - 360_000) }, () => undefined],
  ['clock 6 minutes ahead', 'InvalidSignatureException', { at: new Date(NOW + 360_000) }, () => undefined],
  ['clock 4 minutes behind', 'accepted', { at: new Date(NOW - 240_000) }, () => undefined],
  ['clock 4 minutes ahead', 'accepted', { at: new Date(NOW + 240_000) }, () => undefined],
  ['unknown key', 'UnrecognizedClientException', { accessKeyId: 'AKIAOTHER' }, () => undefined],
  ['missing session token', 'UnrecognizedClientException', { sessionToken: undefined }, () => undefined],
  ['other session token', 'UnrecognizedClientException', { sessionToken: 'another' }, () => undefined],
  ['unsigned x-amz header', 'InvalidSignatureException', {}, (h, r) => [{ ...h, 'x-amz-extra': '1' }, r]],
  ['no authorization', 'MissingAuthenticationTokenException', {}, (h, r) => [without(h, 'authorization'), r]],
  ['bearer token', 'BearerTokenNotAllowedException', {}, (h, r) => [{ ...h, authorization: 'Bearer abc' }, r]],
  [
    'other algorithm',
    'IncompleteSignatureException',
    {},
    (h, r) => [{ ...h, authorization: 'AWS4-ECDSA-P256-SHA256 x' }, r],
  ],
  [
    'authorization without signature',
    'IncompleteSignatureException',
    {},
    (h, r) => [{ ...h, authorization: h.authorization.split(', Signature')[0] }, r],
  ],
  ['missing date', 'IncompleteSignatureException', {}, (h, r) => [without(h, 'x-amz-date'), r]],
  [
    'host not signed',
    'InvalidSignatureException',
    {},
    (h, r) => [{ ...h, authorization: h.authorization.replace('host;', '') }, r],
  ],
  [
    'signature cut short',
    'InvalidSignatureException',
    {},
    (h, r) => [{ ...h, authorization: h.authorization.slice(0, -2) }, r],
  ],
];

test.each(CASES)('%s: %s', async (_name, code, sign, change) => {
  const headers = await signedHeaders(REQUEST, signWith(TEMPORARY, sign));
  const [sentHeaders, sentRequest] = change(headers, REQUEST) ?? [headers, REQUEST];
  expect(codeOf(() => verify(sentRequest, sentHeaders))).toBe(code);
});

test('an expired token is reported as expired only to who holds the secret', async () => {
  const later = TEMPORARY.expiresAt! + 1;
  const at = new Date(later);
  const right = await signedHeaders(REQUEST, signWith(TEMPORARY, { at }));
  expect(codeOf(() => verify(REQUEST, right, later))).toBe('ExpiredTokenException');
  const wrong = await signedHeaders(REQUEST, signWith(TEMPORARY, { at, secretAccessKey: 'guess' }));
  expect(codeOf(() => verify(REQUEST, wrong, later))).toBe('InvalidSignatureException');
});

test('no garbage in the Authorization header is accepted or crashes the verifier', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const headers = { host: 'x', 'x-amz-date': '20261123T120000Z', authorization: `AWS4-HMAC-SHA256 ${text}` };
      expect(codeOf(() => verify(REQUEST, headers))).not.toBe('accepted');
    }),
    runs(2000),
  );
});

describe('over the wire', () => {
  let service: LocalService;
  beforeAll(async () => {
    service = await startLocalService();
  });
  afterAll(() => service.close());

  test('a bearer token is refused with 403 and an error of the OpenAI shape that carries a request id', async () => {
    const answer = await send(
      { method: 'GET', url: `${service.url}/v1/models` },
      { authorization: 'Bearer token-value' },
    );
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.text)).toEqual({
      error: {
        type: 'permission_error',
        code: 'BearerTokenNotAllowedException',
        message: expect.any(String),
        param: null,
      },
    });
    expect(answer.text).not.toContain('token-value');
    expect(answer.headers['x-amzn-requestid']).toMatch(/^req_/);
  });

  test('credentials of another service are refused', async () => {
    const other = await startLocalService();
    const answer = await sendSigned({ method: 'GET', url: `${service.url}/v1/models` }, other.credentials);
    await other.close();
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([403, 'UnrecognizedClientException']);
  });

  test('a WebSocket handshake must be signed', async () => {
    const client = clientOf(service);
    const session = await client.create(selfHostedSession());
    const fake = await connectFakeExecServer(service, session.environment.id);
    const status = await new Promise<number>((resolve) => {
      const socket = new WebSocket(
        `${service.url.replace(/^http/, 'ws')}/v1/cloud/environment/${session.environment.id}/direct/reg_00`,
      );
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      socket.on('error', () => undefined);
    });
    expect(status).toBe(403);
    fake.close();
    client.close();
  });
});
