import { diffStatements, type StatementDiff } from '../../analysis/statement/diff';
import { diffMarkdown, diffText } from '../../analysis/statement/diff-markdown';
import { addFormats, EXIT, formatOf, jsonText, type Command, type FormatOptions } from './command';
import { readStatements } from './read-statements';

const FORMATS = ['md', 'text', 'json'] as const;
type Format = (typeof FORMATS)[number];

const RENDERERS: Readonly<Record<Format, (diff: StatementDiff) => string>> = {
  md: diffMarkdown,
  text: diffText,
  json: jsonText,
};

interface Options extends FormatOptions<Format> {
  readonly exitCode?: boolean;
}

/** `bma diff-statement`: permissions added and removed by a change. */
export const diffStatementCommand: Command<Options> = {
  name: 'diff-statement',
  summary: 'permissions added and removed by a change',
  description:
    'Compares security statements. <old> and <new> are each a statement (.json), a directory of statements, or a cdk.out.',
  exitCodes: { [EXIT.attention]: 'the statements differ (with --exit-code)' },
  define(command) {
    command.argument('<old>', 'the statements before the change').argument('<new>', 'the statements after the change');
    addFormats(command, FORMATS);
    command.option('--exit-code', 'exit with 1 when the statements differ');
  },
  run([before, after], options, { out }) {
    const format = formatOf(options, FORMATS);
    const diff = diffStatements(readStatements(String(before)), readStatements(String(after)));
    out(RENDERERS[format](diff));
    return options.exitCode && diff.agents.length ? EXIT.attention : EXIT.done;
  },
};
