import { diffStatements, type StatementDiff } from '../../analysis/statement/diff';
import { diffMarkdown, diffText } from '../../analysis/statement/diff-markdown';
import { oneOf, UsageError, type Command } from './command';
import { readStatements } from './read-statements';

const FORMATS = ['md', 'text', 'json'] as const;

const RENDERERS: Readonly<Record<(typeof FORMATS)[number], (diff: StatementDiff) => string>> = {
  md: diffMarkdown,
  text: diffText,
  json: (diff) => `${JSON.stringify(diff, undefined, 2)}\n`,
};

/** `bma diff-statement`: what a change lets agents do more, and what less. */
export const diffStatementCommand: Command = {
  summary: 'what a change lets agents also do, and what no longer',
  usage: `Usage: bma diff-statement <old> <new> [options]

Compares security statements. <old> and <new> are each a statement (.json), a directory of statements, or a cdk.out.

Options:
  --format <md|text|json>  md is meant as the comment of a pull request (default md)
  --exit-code              exit with 1 when the statements differ
  -h, --help               this text
`,
  options: { format: { type: 'string' }, 'exit-code': { type: 'boolean' } },
  run(positionals, options, out) {
    const [before, after, ...more] = positionals;
    if (before === undefined || after === undefined || more.length) {
      throw new UsageError(`diff-statement takes an old and a new statement.\n\n${this.usage}`);
    }
    const format = oneOf(options, 'format', FORMATS, 'md');
    const diff = diffStatements(readStatements(before), readStatements(after));
    out(RENDERERS[format](diff));
    return options['exit-code'] && diff.agents.length ? 1 : 0;
  },
};
