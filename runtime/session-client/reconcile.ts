/**
 * Finds out whether an ambiguous request was accepted, only by reading.
 *
 * The service documents neither an idempotency key nor how soon a write becomes visible to a read. So these functions
 * read until a settle time has passed, and return `undecided` if more than one explanation remains.
 */
import type { SessionClient } from './client';
import type { CallOptions } from './call';
import { type ConversationMark, isUserMessage, messageText, notesSince, toMessages } from './conversation';
import { ownTurn } from './own-turn';
import { RequestInputError } from './errors';
import { pause } from './timing';
import type { CreateSessionRequest, InputMessage, MessageItem, Session, SessionStatus } from './types';

/** Waits between reads; the last one is repeated. Milliseconds. */
const POLL_WAITS_MS = [250, 500, 1_000, 2_000];
const LAST_LOOK_MS = 4_000;

/** The limits of a call apply to every read. */
interface Patience extends CallOptions {
  /** How long to keep reading for something that may not be visible yet. Milliseconds. */
  readonly settleMs?: number;
}

export interface ReconcileCreateInput extends Patience {
  readonly request: CreateSessionRequest;
  /** `startedAt` of the AmbiguousRequestError. */
  readonly startedAt: number;
  /**
   * Why a matching session can only be the caller's. `sole-creator`: nobody else creates sessions from this
   * definition at this time. `input`: the first message is unique, for example because it names the event.
   * Without such a reason, no session is claimed: another caller may have created it a moment earlier.
   */
  readonly identifiedBy: 'sole-creator' | 'input';
  /** Sessions of other owners, such as those in a ledger. */
  readonly known?: Iterable<string>;
}

export type ReconciledCreate =
  | { readonly outcome: 'found'; readonly session: Session }
  /** Not visible during the whole settle time (default 30 s). */
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'undecided'; readonly reason: string; readonly candidates: readonly string[] };

/**
 * The iteration ends after this many consecutive sessions that are older than the create: AWS doesn't document what
 * `order` sorts by.
 */
const OLDER_IN_A_ROW = 100;
const MOST_SESSIONS = 2_000;
/** How far the service's clock may be behind this one. */
const CLOCK_SKEW_MS = 120_000;

export async function reconcileCreate(client: SessionClient, input: ReconcileCreateInput): Promise<ReconciledCreate> {
  const { request } = input;
  if (input.identifiedBy === 'input' && request.input === undefined) {
    throw new RequestInputError('identifiedBy', 'is "input"', 'the request has no first message to recognise it by');
  }
  const known = new Set(input.known);
  let unclear: ReconciledCreate | undefined;
  const decided = await look(client, input, 30_000, async (): Promise<ReconciledCreate | undefined> => {
    const window = await recentSessions(client, input, known);
    if (!window) return undecided('there are too many sessions to look through', []);
    const candidates = window.filter((session) => compare(request, session) === 'same');
    const { own, unread } =
      input.identifiedBy === 'input'
        ? await byFirstMessage(client, candidates, input)
        : { own: candidates, unread: [] };
    const open = [...unread, ...window.filter((session) => compare(request, session) === 'unclear')];
    unclear = open.length > 0 ? undecided('a session does not show whether it is the one', open) : undefined;
    return claim(own);
  });
  return decided ?? unclear ?? { outcome: 'not-found' };
}

/** Exactly one session can be claimed; none may still become visible. */
function claim(sessions: readonly Session[]): ReconciledCreate | undefined {
  if (sessions.length > 1) return undecided('several sessions match', sessions);
  return sessions[0] ? { outcome: 'found', session: sessions[0] } : undefined;
}

/** Sessions that may be as new as the create and have no known owner. */
async function recentSessions(
  client: SessionClient,
  input: ReconcileCreateInput,
  known: ReadonlySet<string>,
): Promise<Session[] | undefined> {
  const oldest = input.startedAt - CLOCK_SKEW_MS;
  const recent: Session[] = [];
  let older = 0;
  let seen = 0;
  for await (const session of client.list({ order: 'desc' }, limitsOf(input))) {
    if (++seen > MOST_SESSIONS) return undefined;
    // created_at counts whole seconds: the second that began before the create still counts.
    if (session.created_at * 1000 + 999 < oldest) {
      if (++older >= OLDER_IN_A_ROW) break;
      continue;
    }
    older = 0;
    if (!known.has(session.id)) recent.push(session);
  }
  return recent;
}

/**
 * `different` as soon as one member differs; `same` only when the members every session documents are all there.
 * If a member that the service may omit is missing (instructions, qualifier, workspace), it excludes nothing.
 */
function compare(request: CreateSessionRequest, session: Session): 'same' | 'different' | 'unclear' {
  const sent: Record<string, unknown> = { ...request.environment };
  const stored = (session.environment ?? {}) as Record<string, unknown>;
  const documented: [unknown, unknown][] = [
    [request.role_arn, session.role_arn],
    [request.agent.model, session.agent?.model],
    [sent['type'], stored['type']],
    [sent['runtime_arn'], stored['runtime_arn']],
  ];
  const optional: [unknown, unknown][] = [
    [request.agent.instructions, session.agent?.instructions],
    [sent['runtime_qualifier'], stored['runtime_qualifier']],
    [sent['workspace_directory'], stored['workspace_directory']],
  ];
  const differs = ([ours, theirs]: [unknown, unknown]) => ours != null && theirs != null && ours !== theirs;
  if ([...documented, ...optional].some(differs)) return 'different';
  return documented.every(([ours, theirs]) => ours == null || theirs != null) ? 'same' : 'unclear';
}

/** Candidates that begin with the sent message, and those without a message yet. */
async function byFirstMessage(
  client: SessionClient,
  candidates: readonly Session[],
  input: ReconcileCreateInput,
): Promise<{ own: Session[]; unread: Session[] }> {
  const [sent] = toMessages(input.request.input ?? '');
  const own: Session[] = [];
  const unread: Session[] = [];
  for (const session of candidates) {
    const { data } = await client.itemsPage(session.id, { order: 'asc' }, limitsOf(input));
    const first = data.find(isUserMessage);
    if (!first) {
      unread.push(session);
      continue;
    }
    const likeness = sent ? likenessOf(messageText(sent), messageText(first)) : 'different';
    if (likeness === 'same') own.push(session);
    else if (likeness === 'unclear') unread.push(session);
  }
  return { own, unread };
}

/**
 * Whether a text that was read back can be the one that was sent. The service may change white space, control
 * characters, characters that can't be encoded, and the Unicode normal form. If one text begins with the other, it may
 * have been cut.
 */
function likenessOf(sent: string, read: string): 'same' | 'different' | 'unclear' {
  const [ours, theirs] = [bare(sent), bare(read)];
  if (ours === theirs) return 'same';
  return ours.startsWith(theirs) || theirs.startsWith(ours) ? 'unclear' : 'different';
}

function bare(text: string): string {
  return text.normalize('NFKC').replace(/[\p{White_Space}\p{Cc}\p{Cf}\p{Cs}\uFFFD?]/gu, '');
}

function undecided(reason: string, sessions: readonly Session[]): ReconciledCreate {
  return { outcome: 'undecided', reason, candidates: sessions.map(({ id }) => id) };
}

export interface ReconcileSubmitInput extends Patience {
  readonly sessionId: string;
  /** The submitted message. Not compared with the stored message: the service may have changed it. */
  readonly message: string | InputMessage[];
  /** Read with `markConversation` before the submit. */
  readonly before: ConversationMark;
}

export type ReconciledSubmit =
  /** `item` is the message; the service may show the turn before it. */
  | { readonly outcome: 'accepted'; readonly item?: MessageItem; readonly turnId?: string }
  /** The session stayed without the message during the whole settle time (default 10 s). */
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'undecided'; readonly reason: string };

/**
 * Whether the session accepted a message after the mark. The caller must be the only one who submits to the session in
 * the meantime: then every new item belongs to it, and no text has to be compared. Items of a new turn, or a running
 * session, prove the same as the message itself.
 */
export async function reconcileSubmit(client: SessionClient, input: ReconcileSubmitInput): Promise<ReconciledSubmit> {
  let status = 'idle' as SessionStatus;
  const decided = await look(client, input, 10_000, async (): Promise<ReconciledSubmit | undefined> => {
    // Status first: a turn that begins between the two reads then shows up in the items.
    ({ status } = await client.get(input.sessionId, limitsOf(input)));
    const messages = new Map<number, MessageItem>();
    const newer = await notesSince(client, input.sessionId, input.before, limitsOf(input), (item, index) => {
      if (isUserMessage(item)) messages.set(index, item);
    });
    const { turnId, notes } = ownTurn(newer);
    if (newer.notes.some((note) => note.newer)) {
      const own = notes.find(({ kind }) => kind === 'user-message');
      const item = own && messages.get(own.index);
      return { outcome: 'accepted', ...(item ? { item } : {}), ...(turnId ? { turnId } : {}) };
    }
    if (newer.boundary !== 'found' && newer.boundary !== 'moved') {
      return { outcome: 'undecided', reason: 'earlier items are gone or moved' };
    }
    return undefined;
  });
  if (decided) return decided;
  if (status === 'in_progress') return { outcome: 'accepted' };
  if (status === 'idle') return { outcome: 'not-found' };
  return { outcome: 'undecided', reason: `the session is ${status}, but the message is not among its items` };
}

/** Reads until there is a result or the settle time is over; at least once. */
async function look<T>(
  client: SessionClient,
  patience: Patience,
  defaultMs: number,
  once: () => Promise<T | undefined>,
): Promise<T | undefined> {
  let left = patience.settleMs ?? defaultMs;
  for (let polls = 0; ; polls++) {
    const result = await once();
    if (result !== undefined || left <= 0) return result;
    const ms = Math.min(left, POLL_WAITS_MS[polls] ?? LAST_LOOK_MS);
    left -= ms;
    await pause(client.timing, ms, patience.signal);
  }
}

function limitsOf({ signal, timeoutMs, deadlineAt }: Patience): CallOptions {
  return {
    ...(signal ? { signal } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
  };
}
