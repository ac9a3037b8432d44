/** Converts the bytes of a `text/event-stream` body to stream events, for any division into chunks. */
import { createParser } from 'eventsource-parser';
import { ProtocolError } from './errors';
import { eventFromData } from './event-data';
import type { StreamEvent } from './types';

/** An event larger than this is an error: characters. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

export interface SseSink {
  onEvent(event: StreamEvent): void;
  /** `[DONE]`: the service reports that nothing follows. */
  onDone(): void;
}

/** Passes events to a sink. Throws ProtocolError for invalid data; it must not be used after that. */
export class SseDecoder {
  readonly #text = new TextDecoder('utf-8');
  readonly #parser;
  #failure?: ProtocolError;
  #endsInCr = false;

  constructor(sink: SseSink) {
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onEvent: ({ data, event }) => {
        if (this.#failure) return;
        try {
          const decoded = eventFromData(data, event);
          if (decoded === 'done') sink.onDone();
          else if (decoded) sink.onEvent(decoded);
        } catch (error) {
          this.#failure = error as ProtocolError;
        }
      },
      // Unknown fields and bad `retry:` values are ignored, as the specification says; only overflow ends the stream.
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') {
          this.#failure ??= new ProtocolError(`The event stream carried an event over ${MAX_EVENT_CHARS} characters`, {
            operation: 'streamEvents',
          });
        }
      },
    });
  }

  feed(chunk: Uint8Array): void {
    this.#take(this.#text.decode(chunk, { stream: true }));
  }

  /** The body ended. An unfinished event is dropped, as the specification says. */
  end(): void {
    this.#take(this.#text.decode());
    // The parser waits to see whether a final CR is half of a CRLF; no more will come.
    if (this.#endsInCr) this.#take('\n');
  }

  #take(text: string): void {
    if (text === '') return;
    this.#endsInCr = text.endsWith('\r');
    this.#parser.feed(text);
    if (this.#failure) throw this.#failure;
  }
}
