import type { TerminalStyle } from '../../terminal-style';
import { NEW_TURN_PERMISSIONS } from './observed-turn';
import { actionsOf } from './permissions';
import type { Confidence, Probe } from './probe';

/** Version of the report. */
export const REPORT_FORMAT = 'cdk-bedrock-managed-agents/probe/1';

/** The result of one probe. */
export interface ProbeResult {
  readonly id: string;
  readonly question: string;
  /** One of the answers of the probe; null without an answer. */
  readonly answer: string | null;
  /** What the answer means, or why there is none. */
  readonly says: string;
  readonly evidence: readonly string[];
  /** Only with an answer. */
  readonly confidence?: Confidence;
}

/** The answers of one account. */
export interface ProbeReport {
  readonly format: typeof REPORT_FORMAT;
  /** Version of the library. */
  readonly version: string;
  readonly region: string;
  /** `ACCOUNT` unless the id was requested. */
  readonly account: string;
  /** Time of the report, UTC. */
  readonly at: string;
  readonly results: readonly ProbeResult[];
  /** Stacks that could not be deleted. */
  readonly left: readonly string[];
}

/** A report without the id of the account, which is also removed from texts of AWS. */
export function withoutAccount(report: ProbeReport, account: string): ProbeReport {
  return JSON.parse(JSON.stringify(report).replaceAll(account, 'ACCOUNT')) as ProbeReport;
}

export function reportText({ results, left }: ProbeReport, style: TerminalStyle): string {
  const lines = results.flatMap(({ id, question, answer, says, evidence, confidence }) => [
    `${answer === null ? style.faint('no answer') : style.good(answer)}  ${style.name(id)}  ${question}`,
    `    ${says}${confidence === 'likely' ? ' (likely)' : ''}`,
    ...evidence.map((each) => style.faint(`    - ${each}`)),
  ]);
  const answered = results.filter(({ answer }) => answer !== null).length;
  lines.push('', `${answered} of ${results.length} questions answered.`);
  for (const stack of left) lines.push(style.bad(`Not deleted: the stack ${stack}. Fix: bma probe --clean-up.`));
  return `${lines.join('\n')}\n`;
}

/** The plan: calls, created resources and cost. */
export function planText(probes: readonly Probe[], newTurn: boolean, style: TerminalStyle): string {
  const sum = (of: (probe: Probe) => number) => probes.reduce((total, each) => total + of(each), 0);
  const lines = probes.flatMap((probe) => {
    const { id, question, needs, creates, usd, minutes } = probe;
    return [
      `${style.name(id)}  ${question}`,
      `    needs: ${needs.join('; ') || 'nothing'}`,
      `    calls: ${actionsOf(probe).join(', ')}`,
      ...(creates === undefined ? [] : [`    creates and deletes: ${creates}`]),
      `    at most ${usdText(usd)}, ${minutes} min`,
    ];
  });
  const isTurnStarted = newTurn && probes.some(({ looksAt }) => looksAt.includes('turn'));
  if (isTurnStarted) {
    lines.push(
      `${style.name('--new-turn')}  starts one turn of the agent, which runs one command, and waits 15 minutes for its logs`,
      `    calls: ${NEW_TURN_PERMISSIONS.flatMap(({ actions }) => actions).join(', ')}`,
      `    ${NEW_TURN_MINUTES} min. Costs the tokens of one short turn; the service documents no maximum cost of a turn`,
    );
  }
  const usd = usdText(sum((each) => each.usd));
  const minutes = sum((each) => each.minutes) + (isTurnStarted ? NEW_TURN_MINUTES : 0);
  lines.push(
    '',
    `${probes.length} probes, at most ${usd}${isTurnStarted ? ' and the turn' : ''}, and ${minutes} minutes. First, stacks of an interrupted run are deleted. All other calls only read.`,
  );
  return `${lines.join('\n')}\n`;
}

const NEW_TURN_MINUTES = 30;

const usdText = (usd: number): string => `$${usd.toFixed(2)}`;
