/** Calls with a deadline: reads last as long as the caller allows, and nothing lasts longer. Time is a fake that waits move. */
import { failureKind, type Timing } from '../../../runtime/session-client';
import * as errors from '../../../runtime/session-client/errors';
import { type Answer, clientOf, data, json, LoopbackService, sse } from './loopback-service';

class FakeClock implements Timing {
  at = 1_800_000_000_000;
  readonly waits: number[] = [];
  readonly now = () => this.at;
  readonly random = () => 0.999;
  readonly sleep = (ms: number): Promise<void> => {
    this.waits.push(ms);
    this.at += ms;
    return Promise.resolve();
  };
}

let service: LoopbackService;
beforeAll(async () => (service = await new LoopbackService().start()));
afterAll(() => service.stop());

const SESSION = { id: 's1', status: 'idle' };
const failing =
  (clock: FakeClock, until: number, fault: Answer): Answer =>
  (response, request, count) => {
    if (clock.at >= until) json(response, 200, SESSION);
    else fault(response, request, count);
  };

test.each<[string, Answer]>([
  ['503', (response) => json(response, 503, {})],
  ['429', (response) => json(response, 429, {})],
  ['409', (response) => json(response, 409, {})],
  ['408', (response) => json(response, 408, {})],
  ['cut connections', (response) => response.socket?.destroy()],
  ['a page of a gateway with status 200', (response) => response.writeHead(200).end('<html>')],
  ['half a JSON text', (response) => response.writeHead(200).end('{"id":"s1",')],
  ['a session without a status', (response) => json(response, 200, { id: 's1' })],
])('ten minutes of %s do not end a read that has fifteen', async (_name, fault) => {
  const clock = new FakeClock();
  service.next(failing(clock, clock.at + 600_000, fault));
  const client = clientOf(service.origin, { timing: clock });
  await expect(client.get('s1', { deadlineAt: clock.at + 900_000 })).resolves.toMatchObject({ id: 's1' });
  expect(clock.waits.length).toBeGreaterThan(60);
  expect(Math.max(...clock.waits)).toBeLessThanOrEqual(10_000);
  client.close();
});

test('the last error is raised before the deadline, never after it', async () => {
  const clock = new FakeClock();
  const deadlineAt = clock.at + 60_000;
  service.next((response) => json(response, 503, {}));
  const client = clientOf(service.origin, { timing: clock });
  await expect(client.get('s1', { deadlineAt })).rejects.toMatchObject({ name: 'ServiceUnavailableError' });
  expect(clock.at).toBeLessThan(deadlineAt);
  client.close();
});

test('Retry-After is kept, and one beyond the deadline ends the read at once', async () => {
  const clock = new FakeClock();
  service.next((response) => json(response, 503, {}, { 'retry-after': '20' }));
  const client = clientOf(service.origin, { timing: clock });
  await expect(client.get('s1', { deadlineAt: clock.at + 50_000 })).rejects.toMatchObject({ retryAfterMs: 20_000 });
  expect(clock.waits).toEqual([20_000, 20_000]);
  client.close();
});

test.each([400, 401, 403, 404, 418])('%i is not repeated, however long the deadline', async (status) => {
  const clock = new FakeClock();
  service.next((response) => json(response, status, {}));
  const client = clientOf(service.origin, { timing: clock });
  await expect(client.get('s1', { deadlineAt: clock.at + 900_000 })).rejects.toMatchObject({ status });
  expect(service.requests).toHaveLength(1);
  client.close();
});

test('a deadline that has passed sends nothing', async () => {
  service.next((response) => json(response, 200, SESSION));
  const client = clientOf(service.origin);
  const deadlineAt = Date.now() - 1;
  await expect(client.get('s1', { deadlineAt })).rejects.toMatchObject({ name: 'ConnectionError' });
  await expect(client.submit('s1', 'x', { deadlineAt })).rejects.toMatchObject({ name: 'ConnectionError' });
  expect(service.requests).toHaveLength(0);
  client.close();
});

test.each<[string, Answer]>([
  ['is never answered', () => undefined],
  ['answers half a head', (response) => response.socket?.write('HTTP/1.1 200 OK\r\ncontent-')],
  ['opens and stays silent', (response) => void sse(response)],
  [
    'opens and sends nothing but comments',
    (response) => {
      sse(response);
      const more = setInterval(() => response.write(': still here\n\n'), 5);
      response.on('close', () => clearInterval(more));
    },
  ],
  [
    'opens and floods',
    (response) => {
      sse(response);
      const more = setInterval(() => response.write(data({ type: 'x' }).repeat(50)), 5);
      response.on('close', () => clearInterval(more));
    },
  ],
  ['changes the protocol', (response) => response.socket?.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')],
])('a stream that %s is over at its deadline, opening and reading together', async (_name, answer) => {
  service.next(answer);
  const client = clientOf(service.origin, { timing: undefined });
  const startedAt = Date.now();
  const deadlineAt = startedAt + 300;
  try {
    for await (const event of await client.stream('s1', { deadlineAt })) void event;
  } catch (error) {
    expect(failureKind(error)).toBe('passing');
  }
  // Far below the limits that hold without a deadline (60 s to open, 300 s of silence), on a busy machine too.
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  client.close();
});

test('every error of the client is classified, and only what was sent once can have an unknown outcome', () => {
  const kinds = Object.fromEntries(
    Object.entries(errors).map(([name, type]) => [
      name,
      failureKind(Object.create((type as { prototype: object }).prototype)),
    ]),
  );
  expect(kinds).toEqual({
    SessionClientError: 'definite',
    RequestInputError: 'definite',
    SessionDefinitionError: 'definite',
    CredentialsError: 'passing',
    RequestAbortedError: 'definite',
    ConnectionError: 'passing',
    ConnectionLostError: 'passing',
    RequestTimeoutError: 'passing',
    ProtocolError: 'passing',
    AnswerTooLargeError: 'definite',
    BrokenListError: 'definite',
    RedirectRefusedError: 'definite',
    StreamDroppedError: 'passing',
    StreamIdleError: 'passing',
    TurnDeadlineError: 'definite',
    AmbiguousRequestError: 'unknown-outcome',
    ServiceError: 'definite',
    BadRequestError: 'definite',
    AccessDeniedError: 'definite',
    PreviewNotEnabledError: 'definite',
    NotFoundError: 'definite',
    ConflictError: 'passing',
    RateLimitedError: 'passing',
    ServiceUnavailableError: 'passing',
  });
});
