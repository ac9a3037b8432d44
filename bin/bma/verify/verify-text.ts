import type { TerminalStyle } from '../../terminal-style';
import type { AnalyzerResult } from './access-analyzer';
import type { CaseResult } from './simulate';
import type { AccountComparison } from './verify-account';

/** `format` of the report. */
export const VERIFY_FORMAT = 'cdk-bedrock-managed-agents/verify/1';

/** What `bma verify --json` prints. */
export interface VerifyReport extends Omit<AccountComparison, 'differing'> {
  readonly format: typeof VERIFY_FORMAT;
  readonly account: string;
  readonly region: string;
  readonly missingStacks: readonly string[];
  readonly cases: readonly CaseResult[];
  readonly analyzer: readonly AnalyzerResult[];
}

/** The report for a terminal. */
export function verifyText(report: VerifyReport, style: TerminalStyle): string {
  const { drifts, unjudged, cases, analyzer, missingStacks, notCompared } = report;
  const lines = [
    ...missingStacks.map((name) => `${style.bad('not deployed')} stack ${name}\n`),
    ...drifts.map(
      ({ logicalId, type, what, diff }) => `${style.bad('drift')} ${style.name(logicalId)} (${type}): ${what}\n${diff}`,
    ),
    ...cases
      .filter(({ result }) => result !== 'as expected')
      .map(({ name, role, action, result, why }) => {
        const mark = result === 'cannot judge' ? style.faint(result) : style.bad(result);
        return `${mark} ${name}: ${action} as ${role}: ${why}\n`;
      }),
    ...analyzer.map(({ logicalId, what, check, result, why }) => {
      const mark = result === 'FAIL' ? style.bad(result) : style.faint(result);
      return `${mark} Access Analyzer, ${check}: ${logicalId}, ${what}${why ? `: ${why}` : ''}\n`;
    }),
    ...unjudged.map(({ logicalId, type, why }) => `${style.faint('cannot tell')} ${logicalId} (${type}): ${why}\n`),
  ];
  const others = Object.entries(notCompared).map(([type, count]) => `${count} × ${type}`);
  const judged = cases.filter(({ result }) => result !== 'cannot judge').length;
  return [
    ...lines,
    others.length > 0 ? `${style.faint(`Not compared: ${others.join(', ')}`)}\n` : '',
    `${style.title(`${drifts.length} differences in ${report.compared} parts`)} of account ${report.account}, ${report.region}.`,
    unjudged.length > 0 ? ` ${unjudged.length} resources could not be read.` : '',
    missingStacks.length > 0 ? ` ${missingStacks.length} stacks are not deployed.` : '',
    cases.length > 0 ? ` ${judged} of ${cases.length} cases could be judged.` : '',
    '\n',
  ].join('');
}
