/**
 * The texts that are posted: the summary, and a comment per finding. The mark comes first, so that a cut doesn't remove
 * it.
 */
import { codeName, fencedCode, plainLine, plainMarkdown } from './plain-markdown';
import { type Finding, SEVERITIES } from './review-document';
import { findingMark, summaryMark } from './review-marks';
import type { AcceptedFindingEntry } from '../../../lib/contracts/accepted-findings';
import type { KnownFinding } from './known-findings';

export interface SummaryContent {
  readonly agentName: string;
  readonly turnName: string;
  readonly sourceCommit: string;
  readonly summary: string;
  /** Findings next to their lines, and those on lines that the diff doesn't show. */
  readonly placed: readonly Finding[];
  readonly outside: readonly Finding[];
  readonly resolved: readonly KnownFinding[];
  /** Findings in the register of accepted ones. */
  readonly accepted: readonly { readonly finding: Finding; readonly entry: AcceptedFindingEntry }[];
  /** Names of changed files that were not reviewed. */
  readonly leftOut: readonly string[];
}

/** @param id the id of the comment; it stays the same when the text of an earlier comment changes */
export function findingText(agentName: string, id: string, finding: Finding, most: number): string {
  const { severity, message, suggestion } = finding;
  const blocks = [
    `**${capital(severity)}**\n\n${plainMarkdown(message)}`,
    ...(suggestion === undefined ? [] : [`${SUGGESTION}\n\n${fencedCode(suggestion)}`]),
  ];
  return fitted(findingMark(agentName, id, severity), blocks, most);
}

/** The text that replaces a comment whose finding is resolved. The old text stays below. */
export function resolvedText(
  agentName: string,
  { id, severity, comment }: KnownFinding,
  sourceCommit: string,
  most: number,
): string {
  const said = withoutMark(comment.body);
  const blocks = [`**Resolved** at ${sourceCommit.slice(0, 12)}: the newest review does not find this any more.`, said];
  return fitted(findingMark(agentName, id, severity, true), blocks, most);
}

/** The text that replaces a comment whose finding was accepted. */
export function acceptedText(
  agentName: string,
  { id, severity, comment }: KnownFinding,
  { reason, until }: AcceptedFindingEntry,
  most: number,
): string {
  const blocks = [`**Accepted** until ${until}: ${plainLine(reason, 300)}`, spokenText(comment.body).trim()];
  return fitted(findingMark(agentName, id, severity, true), blocks, most);
}

/** The text of a comment about its finding, without mark, heading and suggestion. */
export function spokenText(body: string): string {
  return withoutMark(body)
    .replace(/^\*\*(?:Resolved|Accepted)\*\*.*$/m, '')
    .replace(/^\*\*(?:Critical|High|Medium|Low)\*\*$/m, '')
    .split(`\n${SUGGESTION}\n`)[0];
}

const SUGGESTION = 'Suggestion:';
const withoutMark = (body: string): string => body.replace(/^<!--.*?-->\s*/s, '');

export function summaryText(content: SummaryContent, most: number): string {
  const { agentName, turnName, sourceCommit, summary, placed, outside, resolved, accepted, leftOut } = content;
  const findings = [...placed, ...outside];
  const count = SEVERITIES.map((severity) => [severity, findings.filter((each) => each.severity === severity).length])
    .filter(([, found]) => found)
    .map(([severity, found]) => `${found} ${severity}`)
    .join(', ');
  const footer = `Written by the agent \`${agentName}\` (turn \`${turnName}\`). A model wrote it: check it before you act on it.`;
  const blocks = [
    `## Review of ${sourceCommit.slice(0, 12)}`,
    plainMarkdown(summary),
    findings.length === 0 ? 'No findings.' : `**Findings: ${findings.length}** (${count})`,
    ...section('Comments on lines', placed.map(entry)),
    ...section(
      'Outside the change',
      outside.map((finding) => `${entry(finding)}${details(finding)}`),
    ),
    ...section(
      'Resolved since earlier reviews',
      resolved.map(({ comment, severity }) => `- ${severity} in ${place(comment.file ?? '', comment.line)}`),
    ),
    ...section(
      'Accepted, not counted',
      accepted.map(
        ({ finding, entry: { until, reason } }) => `${entry(finding)} _(until ${until}: ${plainLine(reason, 300)})_`,
      ),
    ),
    ...(leftOut.length > 0 ? [leftOutText(leftOut)] : []),
  ];
  return fitted(summaryMark(agentName), blocks, most - footer.length - 2) + `\n\n${footer}`;
}

function leftOutText(leftOut: readonly string[]): string {
  const names = leftOut.slice(0, 10).map((name) => codeName(name));
  const more = leftOut.length > names.length ? [`${leftOut.length - names.length} more`] : [];
  return `Not reviewed, because reviews here leave such files out: ${[...names, ...more].join(', ')}.`;
}

function section(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`### ${title}`, ...entries];
}

function entry({ file, line, severity, message }: Finding): string {
  return `- **${severity}** ${place(file, line)}: ${plainLine(message, 160)}`;
}

/** Findings without a comment are printed in full here. */
function details({ message, suggestion }: Finding): string {
  const more = message.length > 160 || message.includes('\n') ? `\n\n${plainMarkdown(message)}` : '';
  return more + (suggestion === undefined ? '' : `\n\n${fencedCode(suggestion)}`);
}

function place(file: string, line: number | undefined): string {
  return `${codeName(file)}${line === undefined ? '' : ` line ${line}`}`;
}

/** As many whole blocks as fit, then a note. A cut inside a block could leave its code fence open. */
function fitted(mark: string, blocks: readonly string[], most: number): string {
  let text = mark;
  for (const [index, block] of blocks.entries()) {
    const rest = blocks.length - index - 1;
    const room = most - text.length - 2 - (rest > 0 ? NOTE_ROOM : 0);
    if (block.length > room) {
      return `${text}\n\n_Cut: the rest (${rest + 1} of ${blocks.length} paragraphs) is longer than a comment may be. The evidence of the turn holds all of it._`;
    }
    text += `\n\n${block}`;
  }
  return text;
}

const NOTE_ROOM = 160;

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
