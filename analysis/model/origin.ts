import type { Resource, Stack } from './assembly';
import type { Place } from './text';

/** A place that writes its path only when asked, because most values are never reported. */
export class Origin implements Place {
  private written?: string;

  constructor(
    public readonly stack: Stack,
    private readonly key: string | number,
    private readonly parent?: Origin,
    private readonly holder?: Resource,
  ) {}

  public get resource(): Resource | undefined {
    return this.holder ?? this.parent?.resource;
  }

  public get path(): string {
    this.written ??= this.parent ? this.parent.path + this.step() : String(this.key);
    return this.written;
  }

  public below(key: string | number): Origin {
    return new Origin(this.stack, key, this);
  }

  private step(): string {
    return typeof this.key === 'number' ? `[${this.key}]` : `.${this.key}`;
  }
}
