/** Live events of one session. There is no replay: who was not listening reads the items. */
import { newId } from './ids';

export interface LiveEvent {
  readonly type: string;
  readonly event_id: string;
  readonly [member: string]: unknown;
}

export type EventListener = (event: LiveEvent) => void;

export class SessionEvents {
  private readonly listeners = new Set<{ readonly onEvent: EventListener; readonly onEnd: () => void }>();

  public constructor(private readonly sessionId: string) {}

  public emit(type: string, members: Record<string, unknown> = {}): void {
    const event: LiveEvent = { type, event_id: newId('evt'), session_id: this.sessionId, ...members };
    for (const listener of [...this.listeners]) listener.onEvent(event);
  }

  /** @returns how to stop listening */
  public listen(onEvent: EventListener, onEnd: () => void): () => void {
    const listener = { onEvent, onEnd };
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The session is gone: nothing follows. */
  public end(): void {
    for (const listener of [...this.listeners]) listener.onEnd();
    this.listeners.clear();
  }
}
