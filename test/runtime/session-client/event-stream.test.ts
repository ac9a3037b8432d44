import fc, { runs } from '../../fast-check';
import { ProtocolError, SessionClientError, type StreamEvent } from '../../../runtime/session-client';
import { eventFromData } from '../../../runtime/session-client/event-data';
import { SseDecoder } from '../../../runtime/session-client/sse';
import { clientOf, cut, data, LoopbackService, sse } from './loopback-service';

/** What a decoder makes of chunks. */
function decode(chunks: readonly Uint8Array[]): { events: StreamEvent[]; done: number } {
  const events: StreamEvent[] = [];
  let done = 0;
  const decoder = new SseDecoder({ onEvent: (event) => events.push(event), onDone: () => done++ });
  for (const chunk of chunks) decoder.feed(chunk);
  decoder.end();
  return { events, done };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Cuts at any byte, in the middle of characters and of line ends too. */
function cutAt(whole: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((start, index) => whole.slice(start, places[index] ?? whole.length));
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const event = fc
  .record({
    type: fc.oneof(
      fc.constantFrom('agent.session.turn.completed', 'agent.session.idle', 'error', 'something.new'),
      text.filter((type) => type !== ''),
    ),
    delta: text,
    nested: fc.array(fc.oneof(text, fc.integer(), fc.constant(null)), { maxLength: 3 }),
  })
  // What JSON cannot carry (a lone surrogate, -0) is not the decoder's business.
  .map((value) => JSON.parse(JSON.stringify(value)) as StreamEvent);

/** Lines of one event or of noise that yields none. */
const frame = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ event, pretty: fc.boolean(), space: fc.boolean(), named: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      noise: fc.constantFrom(
        ':',
        ': keep-alive',
        'retry: 10',
        'retry: x',
        'id: 7',
        'unknown: x',
        'no colon',
        'event: lost',
      ),
    }),
  },
);
const ending = fc.constantFrom('\n', '\r\n', '\r');

const feed = fc.record({
  frames: fc.array(frame, { maxLength: 6 }),
  endings: fc.array(ending, { minLength: 1, maxLength: 7 }),
  bom: fc.boolean(),
  cuts: fc.array(fc.nat(), { maxLength: 12 }),
});

function render({ frames, endings, bom }: { frames: readonly unknown[]; endings: readonly string[]; bom: boolean }): {
  wire: string;
  events: StreamEvent[];
} {
  const events: StreamEvent[] = [];
  const lines: string[] = [];
  for (const part of frames as ({ event: StreamEvent; pretty: boolean; space: boolean; named: boolean } & {
    noise?: string;
  })[]) {
    if (part.noise !== undefined) {
      lines.push(part.noise, '');
      continue;
    }
    if (part.named) lines.push('event: ignored, the type is in the data');
    const json = JSON.stringify(part.event, null, part.pretty ? 2 : undefined);
    lines.push(...json.split('\n').map((line) => `data:${part.space || line.startsWith(' ') ? ' ' : ''}${line}`), '');
    events.push(part.event);
  }
  let wire = bom ? '\ufeff' : '';
  lines.forEach((line, index) => {
    const end = endings[index % endings.length];
    // CR followed by LF would be one line end, not two.
    wire += line + (line === '' && end.startsWith('\n') && wire.endsWith('\r') ? '\r' : end);
  });
  return { wire, events };
}

describe('the stream decoder', () => {
  test('gives back the events fed in, whatever the line ends, comments and chunks', () => {
    fc.assert(
      fc.property(feed, (input) => {
        const { wire, events } = render(input);
        expect(decode(cutAt(bytes(wire), input.cuts)).events).toEqual(events);
      }),
      runs(10_000),
    );
  });

  test('answers arbitrary bytes with events or a ProtocolError, never with anything else', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc
        .constantFrom('data: ', 'data: {"type":"a"}', '\n\n', '\r', 'data: [DONE]\n\n', ':', 'data: null\n\n')
        .map(bytes),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (chunks) => {
        try {
          for (const { type } of decode(chunks).events) expect(typeof type).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      runs(10_000),
    );
  });

  test.each<[string, string, unknown[]]>([
    ['CRLF', 'data: {"type":"a"}\r\n\r\n', [{ type: 'a' }]],
    ['data over several lines', 'data: {"type":\ndata: "a"}\n\n', [{ type: 'a' }]],
    ['an unknown type', 'data: {"type":"agent.session.newer","x":1}\n\n', [{ type: 'agent.session.newer', x: 1 }]],
    [
      'the type in the event field only',
      'event: agent.session.idle\ndata: {"a":1}\n\n',
      [{ a: 1, type: 'agent.session.idle' }],
    ],
    ['an unfinished last event', 'data: {"type":"a"}\n\ndata: {"type":"b"}\n', [{ type: 'a' }]],
    ['an event without data', 'event: x\ndata:\n\ndata: {"type":"a"}\n\n', [{ type: 'a' }]],
    ['a final CR', 'data: {"type":"a"}\r\r', [{ type: 'a' }]],
    [
      'a member named __proto__',
      'data: {"type":"a","__proto__":{"polluted":1}}\n\n',
      [JSON.parse('{"type":"a","__proto__":{"polluted":1}}')],
    ],
  ])('%s', (_name, wire, events) => {
    expect(decode([bytes(wire)]).events).toEqual(events);
  });

  test('[DONE] is reported, and is not an event', () => {
    expect(decode([bytes('data: {"type":"a"}\n\ndata: [DONE]\n\n')])).toEqual({ events: [{ type: 'a' }], done: 1 });
  });

  test.each<[string, string | undefined, unknown]>([
    ['{"type":"a","x":1}', undefined, { type: 'a', x: 1 }],
    ['{"type":"a"}', 'b', { type: 'a' }],
    ['{"type":null,"x":1}', 'b', { type: 'b', x: 1 }],
    [' [DONE]\n', undefined, 'done'],
    [' \n', 'b', undefined],
    ['', undefined, undefined],
  ])('the data %j of an event named %p is %j', (data, name, event) => {
    expect(eventFromData(data, name)).toEqual(event);
  });

  test.each<[string, string | undefined]>([
    ['{}', undefined],
    ['{}', ''],
    ['{"type":7}', 'b'],
    ['{"type":""}', 'b'],
    ['[]', 'b'],
    ['null', 'b'],
    ['"text"', 'b'],
    ['7', 'b'],
    ['{"type":"a"', 'b'],
    ['[DONE] or so', 'b'],
  ])('the data %j of an event named %p is an error, since it could be the end of the turn', (data, name) => {
    const read = () => eventFromData(data, name);
    expect(read).toThrow(ProtocolError);
    expect(read).toThrow(expect.objectContaining({ operation: 'streamEvents' }));
  });

  test('nothing is given after data that is an error', () => {
    const events: unknown[] = [];
    const decoder = new SseDecoder({ onEvent: (event) => events.push(event), onDone: () => events.push('done') });
    const wire = 'data: {"type":"a"}\n\ndata: {}\n\ndata: {"type":"b"}\n\ndata: [DONE]\n\n';
    expect(() => decoder.feed(bytes(wire))).toThrow(/not an event with a type/);
    expect(events).toEqual([{ type: 'a' }]);
  });

  test('an endless event is refused instead of filling the memory', () => {
    const decoder = new SseDecoder({ onEvent: () => undefined, onDone: () => undefined });
    const chunk = bytes(`data: ${'x'.repeat(1024 * 1024)}`);
    expect(() => {
      for (let i = 0; i < 20; i++) decoder.feed(chunk);
    }).toThrow(expect.objectContaining({ name: 'ProtocolError', operation: 'streamEvents' }));
  });
});

describe('a live stream', () => {
  let service: LoopbackService;
  beforeAll(async () => (service = await new LoopbackService().start()));
  afterAll(() => service.stop());

  test('asks for stream=true and resolves when the stream is open, before any event', async () => {
    service.next((response) => sse(response));
    const stream = await clientOf(service.origin).stream('s1');
    expect(service.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /openai/v1/agents/sessions/s1/events?stream=true',
    ]);
    expect(service.requests[0]?.headers['accept']).toBe('text/event-stream');
    expect(stream.requestId).toBe('req-1');
    stream.close();
  });

  test.each<[string, (write: (text: string) => void, end: () => void) => void]>([
    ['the service ends it', (write, end) => (write(data({ type: 'a' })), end())],
    ['the service says [DONE] and keeps the connection', (write) => write(`${data({ type: 'a' })}data: [DONE]\n\n`)],
  ])('ends without error when %s', async (_name, play) => {
    service.next((response) => {
      sse(response);
      play(
        (chunk) => response.write(chunk),
        () => response.end(),
      );
    });
    expect(await collect(await clientOf(service.origin).stream('s1'))).toEqual([{ type: 'a' }]);
  });

  test('duplicated events are passed on as they came', async () => {
    service.next((response) => sse(response).end(data({ type: 'a' }).repeat(3)));
    expect(await collect(await clientOf(service.origin).stream('s1'))).toHaveLength(3);
  });

  test('leaving the loop closes the connection', async () => {
    const closed = new Promise<void>((resolve) =>
      service.next((response) =>
        sse(response)
          .on('close', resolve)
          .write(data({ type: 'a' })),
      ),
    );
    for await (const { type } of await clientOf(service.origin).stream('s1')) {
      expect(type).toBe('a');
      break;
    }
    await closed;
  });

  test('an abort ends the loop with an AbortError and closes the connection', async () => {
    const closed = new Promise<void>((resolve) =>
      service.next((response) =>
        sse(response)
          .on('close', resolve)
          .write(data({ type: 'a' })),
      ),
    );
    const abort = new AbortController();
    const stream = await clientOf(service.origin).stream('s1', { signal: abort.signal });
    const error = await (async () => {
      for await (const event of stream) if (event.type) abort.abort();
    })().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'AbortError' });
    await closed;
  });

  test('more events than the reader takes pause the connection, and none is lost', async () => {
    const count = 20_000;
    service.next((response) => {
      sse(response);
      for (let i = 0; i < count; i++) response.write(data({ type: 'n', i, filler: 'x'.repeat(200) }));
      cut(response.end());
    });
    let expected = 0;
    for await (const event of await clientOf(service.origin).stream('s1')) {
      expect(event).toMatchObject({ i: expected++ });
      if (expected % 5_000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(expected).toBe(count);
  });

  test('a stream dropped before anyone reads it is reported to the reader, not to the process', async () => {
    const dropped = new Promise((resolve) => {
      service.next((response) => cut(sse(response).on('close', resolve)));
    });
    const stream = await clientOf(service.origin).stream('s1');
    await dropped;
    await expect(collect(stream)).rejects.toBeInstanceOf(SessionClientError);
  });
});

async function collect(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
