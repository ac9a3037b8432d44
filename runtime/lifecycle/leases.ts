import { RequestFailure } from './failure';

/** A longer lease is cut to this: after a lost release the container counts as idle again within five minutes. */
export const MAX_LEASE_SECONDS = 300;

/** Far above what one session runs at once; keeps memory bounded whatever is sent. */
const MAX_LEASES = 256;

/** The turns that hold this container busy. In memory only: on replacement compute the service renews. */
export class TurnLeases {
  private readonly expiry = new Map<string, number>();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Starts or extends a lease. @returns the seconds granted. @throws RequestFailure 429 */
  public renew(turnId: string, requestedSeconds: number): number {
    this.dropExpired();
    if (!this.expiry.has(turnId) && this.expiry.size >= MAX_LEASES) {
      throw new RequestFailure(429, `at most ${MAX_LEASES} turn leases are held at once`);
    }
    const seconds = Math.min(requestedSeconds, MAX_LEASE_SECONDS);
    this.expiry.set(turnId, this.now() + seconds * 1000);
    return seconds;
  }

  /** @returns whether a live lease was there. */
  public release(turnId: string): boolean {
    this.dropExpired();
    return this.expiry.delete(turnId);
  }

  public clear(): void {
    this.expiry.clear();
  }

  /** Leases that have not expired. Cheap and synchronous: `/ping` asks. */
  public get activeCount(): number {
    this.dropExpired();
    return this.expiry.size;
  }

  private dropExpired(): void {
    const now = this.now();
    for (const [turnId, end] of this.expiry) {
      if (end <= now) this.expiry.delete(turnId);
    }
  }
}
