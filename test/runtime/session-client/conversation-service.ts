/**
 * A minimal service with sessions, items and events, for following and reconciling turns. The service in `local/` is
 * complete; with this one a test decides every single response.
 */
import type { ServerResponse } from 'node:http';
import type { Item, Session } from '../../../runtime/session-client';
import { type Answer, data, json, sse } from './loopback-service';

const SESSIONS = '/openai/v1/agents/sessions';

export class Conversation {
  readonly sessions: Partial<Session>[] = [];
  readonly items = new Map<string, Partial<Item>[]>();
  readonly streams: ServerResponse[] = [];
  /** Answers one submit or create instead of accepting it. */
  onPost: (response: ServerResponse, accept: () => void, body: Record<string, unknown>) => void = (
    response,
    accept,
  ) => {
    accept();
    json(response, 202, {});
  };
  /** What happens in the service after a message was accepted. */
  onMessage: (sessionId: string, text: string) => void = () => undefined;
  /** Called for every opened stream, with its number. */
  onStream: (stream: ServerResponse, number: number) => void = () => undefined;

  /** Called after the status of a session was answered. */
  onRead: () => void = () => undefined;

  session(id: string, members: Partial<Session> = {}): this {
    this.sessions.unshift({
      id,
      object: 'agent.session',
      status: 'idle',
      created_at: now(),
      role_arn: 'arn:aws:iam::111122223333:role/of-another-agent',
      ...members,
    });
    this.items.set(id, []);
    return this;
  }

  status(id: string, status: string): void {
    const index = this.sessions.findIndex((session) => session.id === id);
    this.sessions[index] = { ...this.sessions[index], status: status as Session['status'] };
  }

  say(id: string, turnId: string, role: 'user' | 'assistant', text: string): void {
    const items = this.items.get(id) as Partial<Item>[];
    items.push({
      id: `item_${items.length}`,
      turn_id: turnId,
      type: 'message',
      role,
      content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
      ...(role === 'assistant' ? { phase: 'final_answer' } : {}),
    });
  }

  emit(...events: object[]): void {
    for (const event of events) for (const stream of this.streams) stream.write(data(event));
  }

  readonly answer: Answer = (response, request) => {
    const url = new URL(request.target, 'http://host');
    const [id, part] = url.pathname.slice(SESSIONS.length + 1).split('/');
    if (request.method === 'POST') {
      const body = JSON.parse(request.body) as Record<string, unknown>;
      this.onPost(response, () => this.#accept(id || undefined, body), body);
    } else if (!id) {
      page(response, url, this.sessions);
    } else if (part === 'items') {
      page(response, url, [...(this.items.get(id) ?? [])].reverse());
    } else if (part === 'events') {
      this.streams.push(sse(response));
      this.onStream(response, this.streams.length);
    } else {
      const session = this.sessions.find((candidate) => candidate.id === id);
      json(response, session ? 200 : 404, session ?? {});
      this.onRead();
    }
  };

  #accept(id: string | undefined, body: Record<string, unknown>): void {
    if (id === undefined) {
      this.session(`created_${this.sessions.length}`, body);
      return;
    }
    const [event] = body['events'] as { input: { content: { text: string }[] }[] }[];
    this.onMessage(id, event?.input[0]?.content[0]?.text ?? '');
  }
}

/** `newest` is newest first. */
function page(response: ServerResponse, url: URL, newest: readonly { id?: unknown }[]): void {
  const ordered = url.searchParams.get('order') === 'asc' ? [...newest].reverse() : newest;
  const after = url.searchParams.get('after');
  const start = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  const part = ordered.slice(start, start + Number(url.searchParams.get('limit') ?? 20));
  json(response, 200, {
    object: 'list',
    data: part,
    has_more: start + part.length < ordered.length,
    first_id: part[0]?.id ?? null,
    last_id: part.at(-1)?.id ?? null,
  });
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
