import { randomBytes } from 'node:crypto';
import { OtlpExporter } from './otlp-exporter';

/** The attributes of a span of an invocation. Ids and numbers only. */
export interface SpanOutcome {
  readonly action: string;
  readonly statusCode: number;
  readonly runtimeSessionId?: string;
}

export interface Span {
  rename(name: string): void;
  end(outcome: SpanOutcome): void;
}

export interface Tracer {
  /** @param traceparent W3C trace context of the caller, when it sent one. */
  start(name: string, traceparent?: string): Span;
  /** Sends the remaining spans. */
  close(): Promise<void>;
}

/** A finished span in the JSON form of OTLP (opentelemetry-proto, trace/v1). */
export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: { readonly key: string; readonly value: Record<string, string> }[];
  readonly status: { readonly code: number };
}

const SPAN_KIND_SERVER = 2;
const STATUS_OK = 1;
const STATUS_ERROR = 2;
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;

const SILENT: Tracer = {
  start: () => ({ rename: () => undefined, end: () => undefined }),
  close: () => Promise.resolve(),
};

/** Records spans only if an endpoint is configured. */
export function createTracer(endpoint: string | undefined, serviceName: string): Tracer {
  if (endpoint === undefined) return SILENT;
  const exporter = new OtlpExporter(endpoint, serviceName);
  return {
    start: (name, traceparent) => new RecordedSpan(name, TRACEPARENT.exec(traceparent ?? ''), exporter),
    close: () => exporter.close(),
  };
}

class RecordedSpan implements Span {
  private readonly startedAt = process.hrtime.bigint();
  private readonly startTime = BigInt(Date.now()) * 1_000_000n;

  constructor(
    private name: string,
    private readonly parent: RegExpExecArray | null,
    private readonly exporter: OtlpExporter,
  ) {}

  public rename(name: string): void {
    this.name = name;
  }

  public end({ action, statusCode, runtimeSessionId }: SpanOutcome): void {
    this.exporter.add({
      traceId: this.parent?.[1] ?? randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      parentSpanId: this.parent?.[2],
      name: this.name,
      kind: SPAN_KIND_SERVER,
      startTimeUnixNano: String(this.startTime),
      endTimeUnixNano: String(this.startTime + process.hrtime.bigint() - this.startedAt),
      attributes: [
        { key: 'lifecycle.action', value: { stringValue: action } },
        { key: 'lifecycle.status_code', value: { intValue: String(statusCode) } },
        ...(runtimeSessionId ? [{ key: 'session.id', value: { stringValue: runtimeSessionId } }] : []),
      ],
      status: { code: statusCode < 400 ? STATUS_OK : STATUS_ERROR },
    });
  }
}
