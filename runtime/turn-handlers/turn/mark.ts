import type { TurnItem } from '../../../lib/contracts/turn-ledger';
import type { ConversationMark } from '../../session-client';

/** The beginning of a turn in its conversation, as text for the ledger. */
export function markText({ newestItemId, empty, turnIds, known, whole }: ConversationMark): string {
  return JSON.stringify({ newestItemId, empty, turnIds: [...turnIds], known, whole });
}

/** A turn that an earlier version of the workflow submitted has only the id of the newest item, or none. */
export function markOf({ conversationMark, newestItemId }: Partial<TurnItem>): ConversationMark {
  if (conversationMark === undefined) {
    return { ...(newestItemId ? { newestItemId } : {}), empty: !newestItemId, turnIds: new Set() };
  }
  const mark = JSON.parse(conversationMark) as Omit<ConversationMark, 'turnIds'> & { readonly turnIds: string[] };
  return { ...mark, turnIds: new Set(mark.turnIds) };
}
