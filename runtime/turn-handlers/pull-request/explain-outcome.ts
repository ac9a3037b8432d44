import { TURN_EVENT_SOURCE, type TurnResult } from '../../../lib/contracts/turn';
import type { PreparedTurn } from '../../../lib/contracts/step';
import { log } from '../turn/log';
import { noteMark, outcomeNote, reviewedNote } from './outcome-note';
import type { PullRequestSubject } from './pull-request-source';
import type { OwnComment } from './review-publisher';
import { type GatePublisher, verdictWithoutReview } from './review-gate';
import { pullRequestOf } from './subject';
import { forEachMessage, type QueueBatch, type QueueBatchAnswer } from '../turn/queue-batch';

/** Comments on a pull request as a whole. */
export interface NotePublisher {
  /** Undefined if the pull request is closed or no longer exists. */
  openCommit(subject: PullRequestSubject): Promise<string | undefined>;
  ownNotes(subject: PullRequestSubject): Promise<OwnComment[]>;
  post(subject: PullRequestSubject, body: string): Promise<void>;
  update(subject: PullRequestSubject, noteId: string, body: string): Promise<void>;
}

export interface ExplainParts {
  readonly publisher: NotePublisher;
  readonly agentName: string;
  readonly repositories: readonly string[];
  /** The gate for the branch rules. Absent: reviews don't block merges. */
  readonly gate?: GatePublisher;
  /** The first word of a comment that requests a review. */
  readonly command?: string;
}

/** The event of a queue; only the members that are read. */
/** One note per pull request: about its newest commit; later notes replace it. A repetition changes nothing. */
export async function explainOutcomes(batch: QueueBatch, parts: ExplainParts): Promise<QueueBatchAnswer> {
  return await forEachMessage(
    batch,
    async ({ messageId, body }) =>
      log('explain-review', await explained(JSON.parse(body) as OutcomeEvent, parts), { messageId }),
    (messageId, error) => log('explain-review', 'failed', { messageId, error: (error as Error).name }),
  );
}

interface OutcomeEvent {
  readonly source: string;
  readonly detail: TurnResult;
}

type Explained = 'posted' | 'updated' | 'as-it-was' | 'nothing-to-say' | 'over';

async function explained({ source, detail }: OutcomeEvent, parts: ExplainParts): Promise<Explained> {
  const { publisher, agentName, repositories, command, gate } = parts;
  const subject = pullRequestOf({ detail } as PreparedTurn, repositories);
  if (source !== TURN_EVENT_SOURCE || detail.agentName !== agentName || !subject) return 'nothing-to-say';
  const { outcome, reason, turn } = detail;
  const current = await publisher.openCommit(subject);
  // Newer commits have their own turn with its own outcome.
  if (current === undefined || (subject.sourceCommit ?? current) !== current) return 'over';
  const verdict = verdictWithoutReview(outcome, reason?.code);
  if (verdict) await gate?.set({ ...subject, sourceCommit: current }, { ...verdict, turnName: turn.name });
  const note =
    outcome === 'Completed'
      ? reviewedNote(agentName, current)
      : outcomeNote({ agentName, turnName: turn.name, outcome, code: reason?.code, sourceCommit: current, command });
  if (note === undefined) return 'nothing-to-say';
  const known = (await publisher.ownNotes(subject)).find(({ body }) => body.startsWith(noteMark(agentName)));
  if (!known) {
    if (outcome === 'Completed') return 'nothing-to-say';
    await publisher.post(subject, note);
    return 'posted';
  }
  if (known.body.trim() === note.trim()) return 'as-it-was';
  await publisher.update(subject, known.id, note);
  return 'updated';
}
