import type { Change, ChangeKind, Piece } from './change';
import type { AgentDiff, StatementDiff } from './diff';
import { code, visible } from '../../lib/contracts/untrusted-text';

const HEADINGS: readonly (readonly [ChangeKind, string])[] = [
  ['also', 'The agent can now'],
  ['no longer', 'The agent can no longer'],
  ['protection', 'Protections changed'],
  ['bound', 'Limits changed'],
  ['other', 'Other changes'],
];

const MARKS = { wider: '⚠️ ', narrower: '', neutral: '' } as const;

/** A difference as the comment of a pull request. */
export function diffMarkdown(diff: StatementDiff): string {
  if (!diff.agents.length) {
    return '### Agent reach: no change\n\nNo agent gains or loses permissions or reach.\n';
  }
  const title = diff.wider ? '### Agent reach: increased ⚠️' : '### Agent reach: changed, not increased';
  return [title, ...diff.agents.map(agentMarkdown)].join('\n\n') + '\n';
}

const TITLES = { added: 'New agent', removed: 'Removed agent', changed: 'Agent' } as const;

function agentMarkdown({ agent, name, status, changes }: AgentDiff): string {
  const title = `#### ${TITLES[status]} ${code(name)} (${code(agent)})`;
  const parts = sections(changes, markdownLine);
  if (status === 'changed') return [title, ...parts].join('\n\n');
  // Its whole statement: some two hundred lines, which must not hide the other sections of a review.
  const summary = `Permissions, starters, network, stores and protections of the agent: ${changes.length} entries`;
  return [title, `<details><summary>${summary}</summary>`, ...parts, '</details>'].join('\n\n');
}

function sections(changes: readonly Change[], line: (change: Change) => string): string[] {
  return HEADINGS.flatMap(([kind, heading]) => {
    const found = changes.filter((change) => change.kind === kind);
    return found.length ? [`**${heading}**\n\n${found.map(line).join('\n')}`] : [];
  });
}

function markdownLine({ direction, text }: Change): string {
  return `- ${MARKS[direction]}${text.map((piece) => (typeof piece === 'string' ? piece : code(piece.name))).join('')}`;
}

/** A difference as plain text. */
export function diffText(diff: StatementDiff): string {
  if (!diff.agents.length) {
    return 'No agent gains or loses permissions or reach.\n';
  }
  const plain = (piece: Piece) => (typeof piece === 'string' ? piece : visible(piece.name));
  return (
    diff.agents
      .map(({ agent, status, changes }) => {
        const parts = HEADINGS.flatMap(([kind, heading]) => {
          const found = changes.filter((change) => change.kind === kind);
          const sign = { wider: '+', narrower: '-', neutral: '~' };
          return found.length
            ? [
                `  ${heading}:`,
                ...found.map(({ direction, text }) => `    ${sign[direction]} ${text.map(plain).join('')}`),
              ]
            : [];
        });
        return [`${visible(agent)} (${status})`, ...parts].join('\n');
      })
      .join('\n\n') + '\n'
  );
}
