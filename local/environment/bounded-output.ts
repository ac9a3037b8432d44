/** Keeps the beginning and the end of an output of any length, and states how much is missing between them. */
export class BoundedOutput {
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private tail = Buffer.alloc(0);
  private dropped = 0;

  public constructor(private readonly limit: number) {}

  public add(chunk: Buffer): void {
    const half = Math.floor(this.limit / 2);
    const room = half - this.headBytes;
    if (room > 0) {
      const taken = chunk.subarray(0, room);
      this.head.push(taken);
      this.headBytes += taken.length;
      chunk = chunk.subarray(taken.length);
    }
    if (chunk.length === 0) return;
    const joined = Buffer.concat([this.tail, chunk]);
    const excess = Math.max(0, joined.length - (this.limit - half));
    this.dropped += excess;
    this.tail = joined.subarray(excess);
  }

  public text(): string {
    const marker = this.dropped > 0 ? [Buffer.from(`\n[… ${this.dropped} bytes omitted …]\n`)] : [];
    return Buffer.concat([...this.head, ...marker, this.tail]).toString('utf8');
  }
}
