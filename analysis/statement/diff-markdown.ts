import type { Change, ChangeKind, Piece } from './change';
import type { AgentDiff, StatementDiff } from './diff';
import { code, visible } from '../../lib/contracts/untrusted-text';

const HEADINGS: readonly (readonly [ChangeKind, string])[] = [
  ['also', 'This change lets the agent also'],
  ['no longer', 'The agent can no longer'],
  ['protection', 'Protections changed'],
  ['bound', 'Bounds changed'],
  ['other', 'Other changes'],
];

const MARKS = { wider: '⚠️ ', narrower: '', neutral: '' } as const;

/** A difference as the comment of a pull request. */
export function diffMarkdown(diff: StatementDiff): string {
  if (!diff.agents.length) {
    return '### Agent reach: no change\n\nNo agent can reach or do anything more or less.\n';
  }
  const title = diff.wider ? '### Agent reach: wider ⚠️' : '### Agent reach: changed, not wider';
  return [title, ...diff.agents.map(agentMarkdown)].join('\n\n') + '\n';
}

function agentMarkdown({ agent, status, changes }: AgentDiff): string {
  const word = { added: 'new agent', removed: 'agent removed', changed: 'agent' }[status];
  return [`#### ${word[0].toUpperCase()}${word.slice(1)} ${code(agent)}`, ...sections(changes, markdownLine)].join(
    '\n\n',
  );
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
    return 'No agent can reach or do anything more or less.\n';
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
