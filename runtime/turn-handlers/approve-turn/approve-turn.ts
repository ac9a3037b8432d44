import { setTimeout as delay } from 'node:timers/promises';
import { SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { ApprovalAnswer, ApprovalAnswerCode, TurnApprovalRecord } from '../../../lib/contracts/turn';
import { approvalLedgerKey, type ApprovalRecords } from '../../../lib/contracts/turn-ledger';
import type { Ledger } from '../turn/ledger';
import { log } from '../turn/log';

/** The event of a function URL with IAM authorization; only the members that are read. */
export interface ApprovalCall {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext?: {
    readonly authorizer?: { readonly iam?: { readonly userArn?: string } };
  };
}

export interface ApprovalReply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApproveTurnParts {
  readonly ledger: Ledger;
  readonly states: Pick<SFNClient, 'send'>;
  /** The kind of decision. */
  readonly records: ApprovalRecords;
  /** Waits between two reads of the ledger. @default real time */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

interface Answer {
  readonly turn: string;
  readonly decision: 'approve' | 'deny';
  readonly comment?: string;
}

/**
 * `{"turn": "turn-…", "decision": "approve" | "deny", "comment": "…"}`. IAM identifies the caller, never the body. The
 * first decision is final. The task token is stored only in the ledger.
 */
export async function approveTurn(
  call: ApprovalCall,
  { ledger, states, records, pause = delay }: ApproveTurnParts,
): Promise<ApprovalReply> {
  const by = call.requestContext?.authorizer?.iam?.userArn;
  if (!by) return reply(403, 'caller-unknown', 'The caller is not known: call the URL with a SigV4 signature');
  const answer = parseAnswer(call);
  if (!answer)
    return reply(
      400,
      'request-invalid',
      'Send {"turn": "turn-…", "decision": "approve" or "deny", "comment": at most 500 characters}',
    );
  const pk = approvalLedgerKey(records, answer.turn);
  const { approvalToken, approval } = await ledger.turn(pk);
  const decision = answer.decision === 'approve' ? 'approved' : 'denied';
  if (!approvalToken)
    return approval
      ? answered(JSON.parse(approval) as TurnApprovalRecord, by, decision)
      : reply(404, 'not-waiting', 'No such turn waits for an approval');
  const record: TurnApprovalRecord = {
    decision,
    by,
    at: new Date().toISOString(),
    ...(answer.comment ? { comment: answer.comment } : {}),
  };
  // A repetition after a failed send must send the first decision, so it is read back. It becomes the approval of the
  // turn only when the turn has taken it: a late decision must not be recorded as an approval.
  const changed = await ledger.change(pk, {
    UpdateExpression: 'SET approvalAttempt = if_not_exists(approvalAttempt, :record)',
    ConditionExpression: 'approvalToken = :token',
    values: { record: JSON.stringify(record), token: approvalToken },
  });
  if (!changed) {
    // Another decision was faster and is in the ledger now.
    const { approval: faster } = await ledger.turn(pk);
    return faster
      ? answered(JSON.parse(faster) as TurnApprovalRecord, by, decision)
      : reply(404, 'not-waiting', 'No such turn waits for an approval');
  }
  const attempt = String(changed['approvalAttempt']);
  const standing = JSON.parse(attempt) as TurnApprovalRecord;
  // While the token exists, it is unknown whether the first decision reached the turn. Send it, whoever made it.
  try {
    await states.send(new SendTaskSuccessCommand({ taskToken: approvalToken, output: JSON.stringify(standing) }));
  } catch (error) {
    const { name } = error as Error;
    if (name !== 'TaskTimedOut' && name !== 'TaskDoesNotExist' && name !== 'InvalidToken') throw error;
    // A concurrent call may have sent it, or an earlier one that ended before it had recorded the decision. That call
    // or the state machine removes the token next.
    if (await tokenRemoved(ledger, pk, approvalToken, pause)) return answered(standing, by, decision);
    return reply(
      410,
      'expired',
      'Too late: the approval timed out, or the turn was stopped. The decision was not used and is not recorded',
    );
  }
  await ledger.change(pk, {
    UpdateExpression: 'SET approval = :record REMOVE approvalToken, approvalAttempt',
    ConditionExpression: 'approvalToken = :token',
    values: { record: attempt, token: approvalToken },
  });
  log('approve-turn', standing.decision, { turn: answer.turn, by });
  return answered(standing, by, decision);
}

/** How long to wait for a concurrent call, and how often to read the ledger in that time. */
const REMOVAL_LOOKS = 10;
const REMOVAL_LOOK_MS = 200;

async function tokenRemoved(
  ledger: Ledger,
  pk: string,
  token: string,
  pause: (milliseconds: number) => Promise<void>,
): Promise<boolean> {
  for (let looks = 0; looks < REMOVAL_LOOKS; looks++) {
    if ((await ledger.turn(pk)).approvalToken !== token) return true;
    await pause(REMOVAL_LOOK_MS);
  }
  return false;
}

/** The same decision of the same person again succeeds. Any other call gets the recorded decision and its caller. */
function answered(standing: TurnApprovalRecord, by: string, decision: string): ApprovalReply {
  if (standing.by === by && standing.decision === decision)
    return reply(200, 'recorded', `The turn is ${standing.decision}`, standing);
  const same = standing.decision === decision ? 'another caller gave the same answer before' : 'that answer stands';
  return reply(
    409,
    'already-answered',
    `The turn was ${standing.decision} by ${standing.by ?? 'somebody else'} before; ${same}`,
    standing,
  );
}

function parseAnswer({ body = '', isBase64Encoded }: ApprovalCall): Answer | undefined {
  try {
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
    const { turn, decision, comment } = JSON.parse(text) as Partial<Answer>;
    if (typeof turn !== 'string' || !/^[\w-]{1,80}$/.test(turn)) return undefined;
    if (decision !== 'approve' && decision !== 'deny') return undefined;
    if (comment !== undefined && (typeof comment !== 'string' || comment.length > 500)) return undefined;
    return { turn, decision, ...(comment === undefined ? {} : { comment }) };
  } catch {
    return undefined;
  }
}

function reply(
  statusCode: number,
  code: ApprovalAnswerCode,
  message: string,
  approval?: TurnApprovalRecord,
): ApprovalReply {
  const answer: ApprovalAnswer = { code, message, ...(approval ? { approval } : {}) };
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
}
