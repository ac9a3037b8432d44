import { type AuditSubject, findingsKey, NIGHT, REPOSITORY_NAME } from '../../../lib/contracts/audit';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { TransientStepError } from '../turn/failures';
import { AnswerError, jsonAnswer } from '../turn/final-answer';
import type { Acceptance } from '../turn/accepted-findings';
import { log } from '../turn/log';
import type { TextStore } from '../turn/text-store';
import { nextState, receiptOf, storedLog } from './baseline';
import type { FindingsStore } from './findings-store';
import { mendedLog } from './mend-sarif';

export interface AcceptFindingsParts {
  readonly texts: TextStore;
  readonly findings: FindingsStore;
  /** The register of accepted findings. */
  readonly acceptance?: Acceptance;
}

/** How often another audit of the same repository may interfere. */
const ATTEMPTS = 5;

/** The agent's answer instead of a log if it could not audit (instructions of the SecurityAuditor). */
const FAILURES = ['repository-unavailable', 'analysis-incomplete'];

/**
 * Accepts the findings of one repository and night: checks them, classifies them as new, known or fixed, and stores
 * them. The state is replaced first and contains the name of the turn; the log is computed only from state and output.
 * So a repeated delivery completes an interrupted one, and two audits never use the same earlier state.
 */
export async function acceptFindings(
  { turn, output }: DeliverTurnPayload,
  { texts, findings, acceptance }: AcceptFindingsParts,
): Promise<DeliverTurnAnswer> {
  const refuse = (code: string, message: string): DeliverTurnAnswer => {
    log('accept-findings', 'refused', { turn: turn.name, code });
    return { delivered: false, reason: { code, message } };
  };
  const subject = auditSubject(turn.detail.subject);
  if (!subject) return refuse('audit-subject-missing', 'The turn names no repository and night');
  const done = await findings.accepted(findingsKey(subject));
  if (done?.turn === turn.name) return { delivered: true, receipt: { ...done.receipt } };
  if (done) return refuse('night-taken', 'Another turn audited the repository that night');

  const answer = parsed(await texts.text(output));
  if (answer instanceof AnswerError) return refuse(answer.code, answer.message);
  const failure = failureOf(answer);
  if (failure) return refuse(failure, 'The agent could not audit the repository');
  const mended = mendedLog(answer);
  if (typeof mended === 'string') return refuse('sarif-invalid', mended);
  const { log: sarif, setAside } = mended;
  // If every result was set aside, the audit shows nothing about the repository.
  if (setAside.some(({ isResult }) => isResult) && (sarif.runs[0].results ?? []).length === 0) {
    return refuse('sarif-invalid', setAside.find(({ isResult }) => isResult)!.problem);
  }

  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = await findings.state(subject.repository);
    if (stored && stored.state.night > subject.night) {
      return refuse('audit-superseded', 'A later audit of the repository was accepted before this one');
    }
    const sameNight = stored?.state.night === subject.night;
    if (sameNight && stored.state.turn !== turn.name) {
      return refuse('night-taken', 'Another turn audited the repository that night');
    }
    const state = sameNight ? stored.state : nextState(stored?.state, sarif, subject, turn.name, setAside, acceptance);
    if (!sameNight && !(await findings.replaceState(state, stored?.etag))) continue;
    const receipt = receiptOf(state, setAside);
    await findings.storeLog(storedLog(sarif, state, turn.detail.agentName, setAside), turn.name, receipt);
    log('accept-findings', 'accepted', { turn: turn.name, ...receipt });
    return { delivered: true, receipt: { ...receipt } };
  }
  throw new TransientStepError('the state of the repository changed all the time');
}

function auditSubject(subject: Readonly<Record<string, string>> = {}): AuditSubject | undefined {
  const { repository = '', night = '' } = subject;
  return REPOSITORY_NAME.test(repository) && NIGHT.test(night) ? { repository, night } : undefined;
}

function parsed(text: string): unknown {
  try {
    return jsonAnswer(text);
  } catch (error) {
    if (error instanceof AnswerError) return error;
    throw error;
  }
}

function failureOf(answer: unknown): string | undefined {
  const { failure } = (answer ?? {}) as { failure?: unknown };
  return FAILURES.find((code) => code === failure);
}
