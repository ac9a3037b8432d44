/** Live events of one session. Events aren't replayed: clients that missed them read the items. */
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

  /** @returns a function that stops the subscription */
  public listen(onEvent: EventListener, onEnd: () => void): () => void {
    const listener = { onEvent, onEnd };
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The session was deleted: no events follow. */
  public end(): void {
    for (const listener of [...this.listeners]) listener.onEnd();
    this.listeners.clear();
  }
}
