import { REMEDIATION_EVENTS } from '../../lib/contracts/remediation';
import { type ApprovalAnswer, type TurnApprovalRecord, turnEventType } from '../../lib/contracts/turn';
import { printable } from '../../local/message/printable-text';
import { answerApproval, type ApprovalUrlReply } from './approval-url';
import { CommandError, EXIT, jsonText, UsageError, type Command } from './command';

/** Exit codes of `bma approve`, in addition to those of every command. */
const NOT_RECORDED = {
  noCredentials: 3,
  notPermitted: 4,
  notWaiting: 5,
  alreadyAnswered: 6,
  expired: 7,
  unclear: 8,
} as const;

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/approval/1';

interface Options {
  readonly url: string;
  readonly turn: string;
  readonly deny?: boolean;
  readonly comment?: string;
  readonly region?: string;
  readonly json?: boolean;
}

/** `bma approve`: decides about the approval request of a turn, with the caller's credentials. */
export const approveCommand: Command<Options> = {
  name: 'approve',
  summary: 'approve or deny a pending turn',
  description:
    'Approves or denies a pending turn. The call is signed with your AWS credentials (environment, profile, SSO, role). Your IAM identity is recorded in the evidence and in the outcome event. The first decision is final.',
  exitCodes: {
    [NOT_RECORDED.noCredentials]: 'no credentials',
    [NOT_RECORDED.notPermitted]: 'not permitted',
    [NOT_RECORDED.notWaiting]: 'no such turn is pending',
    [NOT_RECORDED.alreadyAnswered]: 'a decision was recorded before',
    [NOT_RECORDED.expired]: 'the turn is no longer pending',
    [NOT_RECORDED.unclear]: 'it is not known whether the decision was recorded',
  },
  define(command) {
    command
      .requiredOption(
        '--url <url>',
        'approve URL of the workflow (TurnWorkflow.approveUrl), or of remediations (IncidentResponder.approveUrl)',
      )
      .requiredOption(
        '--turn <name>',
        `turn.name in '${turnEventType('Approval Requested')}' or '${REMEDIATION_EVENTS.proposed}'`,
        turnName,
      )
      .option('--deny', 'deny the turn (default: approve)')
      .option('--comment <text>', 'recorded with the decision, at most 500 characters', shortComment)
      .option('--region <region>', 'Region of the URL (default: the Region in the URL, then AWS_REGION)')
      .option('--json', 'print the recorded decision as JSON');
  },
  async run(_args, { url, turn, deny, comment, region, json }, { out }) {
    const reply = await answerApproval(
      { url, region },
      { turn, decision: deny ? 'deny' : 'approve', ...(comment ? { comment } : {}) },
    ).catch((problem: Error) => {
      if (problem instanceof CommandError) throw problem;
      if (problem.name === 'CredentialsError') throw new CommandError(NOT_RECORDED.noCredentials, problem.message);
      throw new CommandError(
        NOT_RECORDED.unclear,
        `${problem.message} The first decision is final, so it is safe to repeat the command.`,
      );
    });
    const said = recorded(turn, reply);
    out(json ? jsonText({ format: FORMAT, turn, ...reply.answer?.approval }) : `Turn ${turn}: ${said}\n`);
    return EXIT.done;
  },
};

function turnName(turn: string): string {
  if (!/^[\w-]{1,80}$/.test(turn)) {
    throw new UsageError(`--turn is '${turn}'. Fix: give turn.name of the approval request, such as turn-3f2a….`);
  }
  return turn;
}

function shortComment(comment: string): string {
  if (comment.length > 500) {
    throw new UsageError(`--comment has ${comment.length} characters. Allowed: 500.`);
  }
  return comment;
}

/** The recorded decision; everything else is thrown. */
function recorded(turn: string, { status, answer }: ApprovalUrlReply): string {
  switch (answer?.code) {
    case 'recorded':
      return standing(answer);
    case 'already-answered':
      throw new CommandError(
        NOT_RECORDED.alreadyAnswered,
        `A decision for ${turn} was recorded before: ${standing(answer)}`,
      );
    case 'not-waiting':
      throw new CommandError(
        NOT_RECORDED.notWaiting,
        `No turn ${turn} is pending at this URL. Fix: compare --turn with turn.name in the event, and --url with approveUrl of the agent.`,
      );
    case 'expired':
      throw new CommandError(
        NOT_RECORDED.expired,
        `${turn} is no longer pending: the approval timeout has passed, or the turn was stopped. Your decision was not used and is not recorded.`,
      );
    case 'request-invalid':
      throw new UsageError(answer.message);
  }
  if (status === 401 || status === 403) {
    throw new CommandError(
      NOT_RECORDED.notPermitted,
      `AWS refused the call (HTTP ${status}). Fix: grant the caller workflow.grants.approveTurns(…), and set --region to the Region of the URL.`,
    );
  }
  throw new CommandError(
    NOT_RECORDED.unclear,
    `The approve URL answered with HTTP ${status}. The first decision is final, so it is safe to repeat the command.`,
  );
}

function standing({ approval, message }: ApprovalAnswer): string {
  if (approval === undefined) return message;
  const { decision, by, at, comment }: TurnApprovalRecord = approval;
  return `${decision} by ${by ?? 'nobody'} at ${at ?? 'an unknown time'}${comment ? ` (“${printable(comment)}”)` : ''}`;
}
