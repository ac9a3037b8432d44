import type { ApprovalAnswer, TurnApprovalRecord } from '../../lib/contracts/turn';
import { answerApproval, type ApprovalUrlReply } from './approval-url';
import { CommandError, UsageError, type Command, type Options } from './command';

/** Exit codes of `bma approve`, beside 0 and 2. */
const EXIT = { noCredentials: 3, notPermitted: 4, notWaiting: 5, alreadyAnswered: 6, expired: 7, unclear: 8 } as const;

/** `bma approve`: answers the approval request of a turn, as the person whose credentials sign the call. */
export const approveCommand: Command = {
  summary: 'approve or deny a turn that waits for a person',
  usage: `Usage: bma approve --url <url> --turn <turn> [options]

Answers the approval request of a turn. The call is signed with your AWS credentials (environment, profile, SSO, role):
who answered is what IAM says, and it is recorded in the evidence and the outcome event. The first answer stands.

Options:
  --url <url>        approve URL of the workflow (TurnWorkflow.approveUrl), or of
                     remediations (IncidentResponder.approveUrl)
  --turn <name>      turn.name in 'Managed Agent Turn Approval Requested' or
                     'Managed Agent Remediation Proposed'
  --deny             deny the turn (default: approve it)
  --comment <text>   recorded with the answer, at most 500 characters
  --region <region>  Region of the URL (default: as the URL says, then AWS_REGION)
  -h, --help         this text

Exit codes: 0 recorded, 2 wrong usage, 3 no credentials, 4 not permitted, 5 no such turn waits, 6 it was answered before,
7 it does not wait any more, 8 it is unclear whether the answer arrived.
`,
  options: {
    url: { type: 'string' },
    turn: { type: 'string' },
    deny: { type: 'boolean' },
    comment: { type: 'string' },
    region: { type: 'string' },
  },
  async run(positionals, options, out) {
    if (positionals.length) throw new UsageError(`approve takes options only.\n\n${this.usage}`);
    const turn = required(options, 'turn');
    if (!/^[\w-]{1,80}$/.test(turn)) {
      throw new UsageError(`--turn is '${turn}'. Give turn.name of the approval request, such as turn-3f2a….`);
    }
    const comment = text(options, 'comment');
    if (comment !== undefined && comment.length > 500) {
      throw new UsageError(`--comment has ${comment.length} characters. Allowed: 500.`);
    }
    const reply = await answerApproval(
      { url: required(options, 'url'), region: text(options, 'region') },
      { turn, decision: options.deny ? 'deny' : 'approve', ...(comment ? { comment } : {}) },
    ).catch((problem: Error) => {
      if (problem instanceof CommandError) throw problem;
      if (problem.name === 'CredentialsError') throw new CommandError(EXIT.noCredentials, problem.message);
      throw new CommandError(EXIT.unclear, `${problem.message} The first answer stands, so it is safe to repeat.`);
    });
    out(`Turn ${turn}: ${recorded(turn, reply)}\n`);
    return 0;
  },
};

/** What was recorded; everything else is thrown. */
function recorded(turn: string, { status, answer }: ApprovalUrlReply): string {
  switch (answer?.code) {
    case 'recorded':
      return standing(answer);
    case 'already-answered':
      throw new CommandError(EXIT.alreadyAnswered, `${turn} was answered before: ${standing(answer)}`);
    case 'not-waiting':
      throw new CommandError(
        EXIT.notWaiting,
        `No turn ${turn} waits for an approval here. Compare --turn with turn.name and --url with approveUrl of the agent.`,
      );
    case 'expired':
      throw new CommandError(
        EXIT.expired,
        `${turn} does not wait any more: the time to answer is over, or the turn was stopped.`,
      );
    case 'request-invalid':
      throw new UsageError(answer.message);
  }
  if (status === 401 || status === 403) {
    throw new CommandError(
      EXIT.notPermitted,
      `AWS refused the call (HTTP ${status}): the signer needs workflow.grants.approveTurns(…), and --region the Region of the URL.`,
    );
  }
  throw new CommandError(
    EXIT.unclear,
    `The approve URL answered with HTTP ${status}. The first answer stands, so it is safe to repeat.`,
  );
}

function standing({ approval, message }: ApprovalAnswer): string {
  if (approval === undefined) return message;
  const { decision, by, at, comment }: TurnApprovalRecord = approval;
  return `${decision} by ${by ?? 'nobody'} at ${at ?? 'an unknown time'}${comment ? ` (“${printable(comment)}”)` : ''}`;
}

/** Somebody else wrote it: nothing of it may steer the terminal. */
const printable = (comment: string): string => comment.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');

const text = (options: Options, name: string): string | undefined => options[name] as string | undefined;

function required(options: Options, name: string): string {
  const value = text(options, name);
  if (!value) throw new UsageError(`approve needs --${name}. 'bma approve --help' explains it.`);
  return value;
}
