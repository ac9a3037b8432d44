/**
 * A turn sends its prompt and, at most once, a message that asks for the answer again. This is the ledger's record of
 * each.
 */
import type { TurnItem } from '../../../lib/contracts/turn-ledger';

/** `answer-request` asks for the final answer again, in another form. */
export type SentMessage = 'prompt' | 'answer-request';

/** Names of the attributes in the item of the turn. */
const ATTRIBUTES = {
  prompt: {
    state: '#state',
    startedAt: 'submitStartedAt',
    mark: 'conversationMark',
    turnId: 'turnId',
    terminal: 'terminal',
  },
  'answer-request': {
    state: 'requestState',
    startedAt: 'requestStartedAt',
    mark: 'requestMark',
    turnId: 'requestTurnId',
    terminal: 'requestTerminal',
  },
} as const satisfies Record<SentMessage, Record<string, string>>;

/** What must not be taken for a fact about another message. */
const OF_THE_PROMPT: ReadonlySet<string> = new Set([
  'conversationMark',
  'newestItemId',
  'submitStartedAt',
  'turnId',
  'terminal',
]);

export function attributesOf(message: SentMessage): (typeof ATTRIBUTES)[SentMessage] {
  return ATTRIBUTES[message];
}

/** The message that the turn sent last, or is sending. */
export function newestMessage(record: Partial<TurnItem>): SentMessage {
  return record.requestState === undefined ? 'prompt' : 'answer-request';
}

/** The item as it would be if the turn had sent no other message. */
export function recordOf(record: Partial<TurnItem>, message: SentMessage): Partial<TurnItem> {
  if (message === 'prompt') return record;
  const { requestState, requestMark, requestStartedAt, requestTurnId, requestTerminal } = record;
  const rest = Object.fromEntries(Object.entries(record).filter(([name]) => !OF_THE_PROMPT.has(name)));
  return {
    ...rest,
    state: requestState ?? 'registered',
    ...(requestMark === undefined ? {} : { conversationMark: requestMark }),
    ...(requestStartedAt === undefined ? {} : { submitStartedAt: requestStartedAt }),
    ...(requestTurnId === undefined ? {} : { turnId: requestTurnId }),
    ...(requestTerminal === undefined ? {} : { terminal: requestTerminal }),
  };
}
