import type { IncidentReport } from '../incident/incident-report';
import { visibleLine, visibleText } from '../incident/visible-text';

/** The report for people. Every text of the agent is escaped: it cannot become a heading, a link, an image or markup. */
export function reportMarkdown(report: IncidentReport): string {
  const {
    incident,
    turn,
    status,
    summary,
    probableCause,
    waitFor,
    timeline,
    evidence,
    suggestedCommands,
    remediation,
  } = report;
  return [
    `# Incident ${line(incident.id)} of ${line(incident.service)}`,
    '',
    `Report ${incident.number}, ${status}${waitFor ? `, waiting for ${waited(waitFor)}` : ''}. Opened at ${incident.openedAt}.`,
    ...(incident.alarms.length ? ['', `Alarms: ${incident.alarms.map(line).join(', ')}`] : []),
    '',
    '## Summary',
    '',
    paragraphs(summary),
    '',
    '## Probable cause',
    '',
    probableCause
      ? `${paragraphs(probableCause.statement)}\n\nConfidence: ${probableCause.confidence}`
      : 'Not established yet.',
    '',
    '## Timeline',
    '',
    ...table(
      ['Time (UTC)', 'What', 'Source'],
      timeline.map(({ at, what, source }) => [at.replace('.000Z', 'Z'), line(what), line(source)]),
    ),
    '',
    '## Evidence',
    '',
    ...table(
      ['Kind', 'Reference', 'Finding'],
      evidence.map(({ kind, reference, finding }) => [kind, line(reference), line(finding)]),
    ),
    '',
    '## Suggested commands',
    '',
    ...(suggestedCommands.length
      ? [
          'For a person to judge and run. Nothing runs them.',
          ...suggestedCommands.flatMap(({ command, why, risk }) => [
            '',
            `${line(why)} (risk: ${risk})`,
            '',
            code(command),
          ]),
        ]
      : ['None.']),
    '',
    ...(remediation
      ? [
          '## Proposed remediation',
          '',
          `Runbook ${line(remediation.runbook)}: ${line(remediation.why)}`,
          '',
          ...table(
            ['Parameter', 'Value'],
            Object.entries(remediation.parameters).map((parameter) => parameter.map(line)),
          ),
          '',
          'It runs only after a person approved it.',
          '',
        ]
      : []),
    '---',
    '',
    `Turn ${turn.name} of the agent ${line(turn.agentName)}. Evidence: s3://${turn.evidence.bucket}/${turn.evidence.manifestKey} (SHA-256 ${turn.evidence.manifestSha256})`,
    '',
  ].join('\n');
}

/** Text of others on one line of Markdown. */
export function line(text: string): string {
  return escaped(visibleLine(text));
}

/** Characters that are markup at any position: Markdown, HTML, tables, formulas. */
const ANYWHERE = /[\\`*_[\]<>|~&$]/g;
/** Text that renderers convert to a link. */
const LINKS = /:(?=\/\/)|(?<=www)\.|@/gi;
/** Characters that create a heading, a list or a rule at the beginning of a line. */
const AT_BEGINNING = /^(?:[#+=-]|\d+(?=[.)]))/;

const escaped = (text: string): string =>
  text
    .replace(ANYWHERE, '\\$&')
    .replace(LINKS, '\\$&')
    .replace(AT_BEGINNING, (begin) => (/\d/.test(begin) ? `${begin}\\` : `\\${begin}`));

const paragraphs = (text: string): string =>
  visibleText(text)
    .split(/\n+/)
    .map((paragraph) => line(paragraph))
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');

function table(head: string[], rows: string[][]): string[] {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return rows.length ? [row(head), row(head.map(() => '---')), ...rows.map(row)] : ['None.'];
}

/** A code block that its content can't end. */
function code(command: string): string {
  const visible = visibleText(command);
  const longest = Math.max(2, ...(visible.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${visible}\n${fence}`;
}

function waited({ what, minutes }: NonNullable<IncidentReport['waitFor']>): string {
  return what === 'timer' ? `a timer${minutes === undefined ? '' : ` of ${minutes} minutes`}` : `a change of ${what}`;
}
