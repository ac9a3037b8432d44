/** Reading what a conversation has gained since a known point: the basis of every reconciliation. */
import type { CallOptions } from './call';
import type { SessionClient } from './client';
import type { InputMessage, Item, MessageItem } from './types';

/** The newest item at some moment. Read it before a submit, so that what is newer can be told apart. */
export interface ConversationMark {
  /** `undefined` when the conversation was empty or its newest item had no id. */
  readonly newestItemId?: string;
  readonly empty: boolean;
  /** Turns that already existed, as far as the newest items show them. */
  readonly turnIds: ReadonlySet<string>;
}

export async function markConversation(
  client: SessionClient,
  sessionId: string,
  options?: CallOptions,
): Promise<ConversationMark> {
  const { data } = await client.itemsPage(sessionId, { order: 'desc' }, options);
  const newest = data[0];
  return {
    ...(newest?.id ? { newestItemId: newest.id } : {}),
    empty: newest === undefined,
    turnIds: new Set(data.flatMap((item) => (item.turn_id ? [item.turn_id] : []))),
  };
}

export interface NewerItems {
  /** Oldest first. */
  readonly items: Item[];
  /** False when the mark is gone: then `items` is the whole conversation, and what is newer cannot be told. */
  readonly anchored: boolean;
}

/** Items newer than the mark. */
export async function itemsSince(
  client: SessionClient,
  sessionId: string,
  mark: ConversationMark,
  options?: CallOptions,
): Promise<NewerItems> {
  const newer: Item[] = [];
  for await (const item of client.items(sessionId, { order: 'desc' }, options)) {
    if (item.id !== null && item.id === mark.newestItemId) return { items: newer.reverse(), anchored: true };
    newer.push(item);
  }
  return { items: newer.reverse(), anchored: mark.empty };
}

/** The text of a message as it was sent or read back. */
export function messageText(message: InputMessage | MessageItem): string {
  return message.content.map((part) => ('text' in part && typeof part.text === 'string' ? part.text : '')).join('');
}

export function isUserMessage(item: Item): item is MessageItem {
  return item.type === 'message' && item.role === 'user' && Array.isArray(item.content);
}

/** A submitted message in its long form. */
export function toMessages(message: string | InputMessage[]): InputMessage[] {
  return typeof message === 'string' ? [{ role: 'user', content: [{ type: 'input_text', text: message }] }] : message;
}
