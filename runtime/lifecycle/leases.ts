import { RequestFailure } from './failure';

/** A longer lease is cut to this: after a lost release the container counts as idle again within five minutes. */
const MAX_LEASE_SECONDS = 300;

/** Far more than one session runs at once; limits memory for any input. */
const MAX_LEASES = 256;

/** The turns that keep this container busy. In memory only: on replacement compute the service renews. */
export class TurnLeases {
  private readonly expiry = new Map<string, number>();
  /** When the container last became busy or idle, on the same clock as `now`. */
  private changedAt: number;

  /**
   * @param now milliseconds of a monotonic clock.
   * @param epochOffset Unix time in milliseconds at which that clock was 0.
   */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly epochOffset = performance.timeOrigin,
  ) {
    this.changedAt = now();
  }

  /** Refuses a lease that `renew` would refuse. @throws RequestFailure 429 */
  public checkRoomFor(turnId: string): void {
    this.dropExpired();
    if (!this.expiry.has(turnId) && this.expiry.size >= MAX_LEASES) {
      throw new RequestFailure(429, `at most ${MAX_LEASES} turn leases are held at once`);
    }
  }

  /**
   * Starts or extends a lease. A renewal never shortens one: a late or repeated message must not end a turn early.
   *
   * @returns the seconds granted.
   * @throws RequestFailure 429
   */
  public renew(turnId: string, requestedSeconds: number): number {
    this.checkRoomFor(turnId);
    const seconds = Math.min(requestedSeconds, MAX_LEASE_SECONDS);
    const now = this.now();
    if (this.expiry.size === 0) this.changedAt = now;
    this.expiry.set(turnId, Math.max(this.expiry.get(turnId) ?? 0, now + seconds * 1000));
    return seconds;
  }

  /** @returns whether a live lease was there. */
  public release(turnId: string): boolean {
    this.dropExpired();
    const released = this.expiry.delete(turnId);
    if (released && this.expiry.size === 0) this.changedAt = this.now();
    return released;
  }

  public clear(): void {
    this.dropExpired();
    if (this.expiry.size > 0) this.changedAt = this.now();
    this.expiry.clear();
  }

  /** Leases that have not expired. Cheap and synchronous, because `/ping` calls it. */
  public get activeCount(): number {
    this.dropExpired();
    return this.expiry.size;
  }

  /** When the container last became busy or idle, in Unix seconds. */
  public get lastChange(): number {
    this.dropExpired();
    return Math.floor((this.epochOffset + this.changedAt) / 1000);
  }

  private dropExpired(): void {
    const now = this.now();
    let lastEnd = 0;
    for (const [turnId, end] of this.expiry) {
      if (end > now) continue;
      this.expiry.delete(turnId);
      lastEnd = Math.max(lastEnd, end);
    }
    if (lastEnd > 0 && this.expiry.size === 0) this.changedAt = lastEnd;
  }
}
