import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc, { runs } from '../../fast-check';
import { ConnectionError, environmentCredentials, SessionClient } from '../../../runtime/session-client';
import { encodeQuery, RequestSigner } from '../../../runtime/session-client/signer';
import { clientOf, json, KEY, LoopbackService, RecordingLogger } from './loopback-service';
import { type ReceivedRequest, signatureOf, verifySignature } from './sigv4-verifier';

describe('the verifier of these tests agrees with the vectors AWS publishes (aws-sig-v4-test-suite)', () => {
  const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' };
  test.each([
    ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  ])('%s', (_name, method, target, signature) => {
    const request = { method, target, headers, body: '' };
    const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    expect(signatureOf(request, Object.keys(headers), secret, '20150830', 'us-east-1', 'service')).toBe(signature);
  });
});

describe('what the client signs', () => {
  const endpoint = new URL('https://bedrock-mantle.us-east-1.api.aws');
  const at = new Date('2026-11-23T10:00:00Z');

  async function signed(request: {
    method: 'GET' | 'POST';
    path: string;
    query: Record<string, string>;
    body?: string;
  }): Promise<ReceivedRequest> {
    const headers = await new RequestSigner(endpoint, 'us-east-1').sign(request, KEY, at);
    const query = encodeQuery(request.query);
    return {
      method: request.method,
      target: query ? `${request.path}?${query}` : request.path,
      headers,
      body: request.body ?? '',
    };
  }

  test('any query and any body verify independently', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
          noNullPrototype: true,
        }),
        fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
        fc.stringMatching(/^[\x21-\x7e]{1,20}$/),
        async (query, body, id) => {
          fc.pre(!Object.hasOwn(query, '__proto__') && id !== '.' && id !== '..');
          const path = `/openai/v1/agents/sessions/${encodeURIComponent(id)}`;
          const request = await signed({ method: 'POST', path, query, ...(body === undefined ? {} : { body }) });
          expect(() => verifySignature(request, KEY, 'bedrock-mantle', at.getTime())).not.toThrow();
        },
      ),
      runs(500),
    );
  });

  test.each<[string, (request: ReceivedRequest) => ReceivedRequest]>([
    ['another method', (r) => ({ ...r, method: 'DELETE' })],
    ['another path', (r) => ({ ...r, target: r.target.replace('s1', 's2') })],
    ['another query', (r) => ({ ...r, target: r.target.replace('limit=5', 'limit=6') })],
    ['a query dropped', (r) => ({ ...r, target: r.target.split('?')[0] })],
    ['another body', (r) => ({ ...r, body: r.body.replace('a', 'b') })],
    ['another host', (r) => ({ ...r, headers: { ...r.headers, host: 'example.com' } })],
    ['another date', (r) => ({ ...r, headers: { ...r.headers, 'x-amz-date': '20261123T100001Z' } })],
    ['another content type', (r) => ({ ...r, headers: { ...r.headers, 'content-type': 'text/plain' } })],
  ])('%s breaks the signature', async (_name, tamper) => {
    const request = await signed({ method: 'POST', path: '/sessions/s1', query: { limit: '5' }, body: '{"a":1}' });
    expect(() => verifySignature(request, KEY, 'bedrock-mantle')).not.toThrow();
    expect(() => verifySignature(tamper(request), KEY, 'bedrock-mantle')).toThrow();
  });
});

describe('against a server that checks signatures', () => {
  let service: LoopbackService;
  beforeAll(async () => (service = await new LoopbackService().start()));
  afterAll(() => service.stop());

  test('an id with reserved characters, a query and an UTF-8 body arrive correctly signed', async () => {
    service.next((response, request) =>
      json(response, 200, request.method === 'GET' ? { data: [], has_more: false } : {}),
    );
    const client = clientOf(service.origin);
    await client.itemsPage("weird:id/with(all)*'!?#%", { limit: 7, order: 'asc', after: 'a&b=c+d' });
    await client.submit('s1', 'grüße 🚀 \u0000 \ud83d');
    expect(service.signatureFailures).toEqual([]);
    expect(service.requests[0]?.target).toBe(
      '/openai/v1/agents/sessions/weird%3Aid%2Fwith%28all%29%2A%27%21%3F%23%25/items?limit=7&order=asc&after=a%26b%3Dc%2Bd',
    );
    expect(service.requests[1]?.headers['content-length']).toBe(String(Buffer.byteLength(service.requests[1].body)));
    client.close();
  });

  test('credentials are asked for before every attempt, so rotated ones are used', async () => {
    let asked = 0;
    service.next((response, _request, count) => json(response, count === 0 ? 503 : 200, { data: [] }));
    const client = clientOf(service.origin, { credentials: () => Promise.resolve((asked++, KEY)) });
    await client.listModels();
    expect(asked).toBe(2);
    client.close();
  });

  test('a bearer token in the environment is never sent and warned about once, by name', async () => {
    service.next((response) => json(response, 200, { data: [] }));
    const logger = new RecordingLogger();
    const client = clientOf(service.origin, {
      logger,
      environment: { AWS_BEARER_TOKEN_BEDROCK: 'BEARER-MARKER', OPENAI_API_KEY: 'BEARER-MARKER' },
    });
    await client.listModels();
    await client.listModels();
    expect(JSON.stringify(service.requests)).not.toContain('BEARER-MARKER');
    expect(service.requests[0]?.headers['authorization']).toMatch(/^AWS4-HMAC-SHA256 /);
    const warnings = logger.lines.filter((line) => line.includes('Bearer'));
    expect(warnings).toEqual([expect.stringContaining('AWS_BEARER_TOKEN_BEDROCK,OPENAI_API_KEY')]);
    expect(warnings.join()).not.toContain('BEARER-MARKER');
    client.close();
  });

  test.each([
    ['missing', environmentCredentials({}), /holds no AWS credentials/],
    ['expired', () => Promise.resolve({ ...KEY, expiration: new Date(0) }), /expired/],
    ['failing', () => Promise.reject(new Error(KEY.secretAccessKey)), /^The credentials provider failed \(Error\)$/],
  ])('%s credentials are named and nothing is sent', async (_name, credentials, message) => {
    service.next((response) => json(response, 200, {}));
    const client = clientOf(service.origin, { credentials });
    await expect(client.get('s1')).rejects.toMatchObject({
      name: 'CredentialsError',
      message: expect.stringMatching(message),
    });
    expect(service.requests).toHaveLength(0);
  });
});

describe('where the client connects', () => {
  test('the endpoint is the one of the Region', () => {
    expect(new SessionClient({ environment: { AWS_REGION: 'us-west-2' } }).endpoint.href).toBe(
      'https://bedrock-mantle.us-west-2.api.aws/',
    );
  });

  test.each([
    ['https://vpce-1.bedrock-mantle.us-east-1.vpce.amazonaws.com', true],
    ['http://127.0.0.1:8081', true],
    ['http://127.255.100.10', true],
    ['http://128.0.0.1', false],
    ['ftp://localhost', false],
    ['http://localhost:8081', true],
    ['http://[::1]:8081', true],
    ['http://10.0.0.1', false],
    ['http://localhost.example.com', false],
    ['http://127.0.0.1.example.com', false],
    ['https://user:secret@host', false],
    ['https://user@host', false],
    ['https://:secret@host', false],
    ['https://host/?query', false],
    ['https://host/#fragment', false],
    ['https://host/path', false],
    ['ftp://127.0.0.1', false],
    ['no url', false],
  ])('%s is accepted: %s', (endpoint, accepted) => {
    const make = () => new SessionClient({ region: 'us-east-1', endpoint, environment: {} });
    if (accepted) expect(make).not.toThrow();
    else expect(make).toThrow(expect.objectContaining({ name: 'RequestInputError', path: 'endpoint' }));
  });

  test.each([undefined, 'us-east-1.evil.com/', 'US', 'u-east-1', 'usa-east-1', 'us-1', 'us-east-11', 'evil.us-east-1'])(
    'region %s is refused',
    (region) => {
      expect(() => new SessionClient({ ...(region ? { region } : {}), environment: {} })).toThrow(/^region /);
    },
  );

  test('a server that never finishes the TLS handshake has seen no request, so nothing is ambiguous', async () => {
    const silent: Server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const client = clientOf(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`, { connectTimeoutMs: 50 });
    const error = await client.submit('s1', 'hello').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ retrySafe: true });
    client.close();
    silent.close();
  });
});
