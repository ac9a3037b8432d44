/** Faults on demand: by rate (seeded, so a run can be repeated) or planned one by one (for tests). */

/** The faults, and their rates. */
export const FAULT_KINDS = {
  throttle: 'REST: answered with 429, nothing happened',
  'server-error': 'REST: answered with 500, nothing happened',
  unavailable: 'REST: answered with 503, nothing happened',
  conflict: 'create, submit, delete: answered with 409, nothing happened',
  'ambiguous-create': 'create: accepted, then the connection is cut without an answer',
  'ambiguous-submit': 'submit: accepted, then the connection is cut without an answer',
  'lost-create': 'create: the connection is cut before anything happened',
  'lost-submit': 'submit: the connection is cut before anything happened',
  'hang-stream': 'event stream: the connection is taken and never answered',
  'drop-stream': 'event stream: cut before an event is sent',
  'lose-event': 'event stream: an event is not sent',
  'duplicate-event': 'event stream: an event is sent twice',
  'crash-exec-server': 'a command step: the exec server is killed while the command runs',
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

export const isFaultKind = (text: string): text is FaultKind => Object.hasOwn(FAULT_KINDS, text);

export interface FaultOptions {
  /** Probability from 0 to 1 of each kind. @default none */
  readonly rates?: Partial<Record<FaultKind, number>>;
  /** @default 1 */
  readonly seed?: number;
  /** Sent as `Retry-After` with 429 and 503. @default not sent */
  readonly retryAfterSeconds?: number;
  /** Added before every request to the exec server, in milliseconds. @default 0 */
  readonly slowExecServerMs?: number;
  /** The account has no access to the preview: every call is answered with 401. @default false */
  readonly previewDisabled?: boolean;
}

/** mulberry32: small, fast, and the same on every machine. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class Faults {
  public slowExecServerMs: number;
  public previewDisabled: boolean;
  /** While true, the service doesn't renew turn leases, as if the turn was lost. */
  public withholdLeaseRenewals = false;
  /** While true, every REST call gets 503. */
  public outage = false;
  public readonly retryAfterSeconds: number | undefined;
  private readonly rates: Partial<Record<FaultKind, number>>;
  private readonly random: () => number;
  private readonly planned = new Map<FaultKind, number>();
  private readonly counts = new Map<FaultKind, number>();

  public constructor(options: FaultOptions = {}) {
    this.rates = { ...options.rates };
    for (const [kind, rate] of Object.entries(this.rates)) {
      if (!isFaultKind(kind)) throw new Error(`unknown fault "${kind}"; known: ${Object.keys(FAULT_KINDS).join(', ')}`);
      if (!(rate >= 0 && rate <= 1)) throw new Error(`the rate of fault "${kind}" must be from 0 to 1, not ${rate}`);
    }
    this.random = generator(options.seed ?? 1);
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.slowExecServerMs = options.slowExecServerMs ?? 0;
    this.previewDisabled = options.previewDisabled ?? false;
  }

  /** Injects this kind of fault at the next `times` occasions. */
  public plan(kind: FaultKind, times = 1): void {
    this.planned.set(kind, (this.planned.get(kind) ?? 0) + times);
  }

  /** How often each kind of fault was injected. */
  public struck(kind: FaultKind): number {
    return this.counts.get(kind) ?? 0;
  }

  /** Whether a fault is injected at this occasion. */
  public strikes(kind: FaultKind): boolean {
    if (this.outage && kind === 'unavailable') return true;
    const planned = this.planned.get(kind) ?? 0;
    const rate = this.rates[kind] ?? 0;
    if (planned > 0) this.planned.set(kind, planned - 1);
    else if (rate === 0 || this.random() >= rate) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }
}
