import { request as httpRequest } from 'node:http';
import type { OtlpSpan } from './tracing';

const FLUSH_AFTER_MS = 5_000;
const BATCH = 64;
/** Older spans are dropped first: an unreachable collector costs neither memory nor work. */
const MAX_KEPT = 512;
const TIMEOUT_MS = 3_000;

/**
 * Sends spans as OTLP/HTTP JSON.
 *
 * Own code of ninety lines instead of the OpenTelemetry SDK, because of the memory budget of an idle container:
 * measured on Node 24.21, the SDK with its OTLP exporter adds 11 MB of RSS and 293 kB of code to a server of 47 MB
 * (docs/runtime-image.md).
 */
export class OtlpExporter {
  private readonly url: URL;
  private spans: OtlpSpan[] = [];
  private timer?: NodeJS.Timeout;
  private sending: Promise<void> = Promise.resolve();

  /** @param endpoint value of OTEL_EXPORTER_OTLP_ENDPOINT: the signal's path is appended, as the specification says. */
  constructor(
    endpoint: string,
    private readonly serviceName: string,
  ) {
    this.url = new URL(`${endpoint.replace(/\/+$/, '')}/v1/traces`);
  }

  public add(span: OtlpSpan): void {
    this.spans.push(span);
    if (this.spans.length > MAX_KEPT) this.spans.shift();
    if (this.spans.length >= BATCH) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS).unref();
  }

  public async close(): Promise<void> {
    this.flush();
    await this.sending;
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.spans;
    if (batch.length === 0) return;
    this.spans = [];
    this.sending = this.sending.then(() => this.post(batch)).catch(() => undefined);
  }

  /** Best effort: a failure of the collector loses spans and has no other effect. */
  private async post(spans: OtlpSpan[]): Promise<void> {
    const body = JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: this.serviceName } }] },
          scopeSpans: [{ scope: { name: 'bma-lifecycle' }, spans }],
        },
      ],
    });
    // Loaded on first use: without an https collector, the memory of the TLS stack isn't needed.
    const send = this.url.protocol === 'https:' ? (await import('node:https')).request : httpRequest;
    await new Promise<void>((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const outgoing = send(this.url, { method: 'POST', headers, timeout: TIMEOUT_MS }, (answer) => {
        answer.resume();
        answer.once('close', resolve);
      });
      outgoing.once('timeout', () => outgoing.destroy());
      outgoing.once('error', () => resolve());
      outgoing.once('close', () => resolve());
      outgoing.end(body);
    });
  }
}
