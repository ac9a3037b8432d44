import { statementJson, writeStatements } from '../../analysis/statement/files';
import { statementHtml } from '../../analysis/statement/html';
import { statementMarkdown } from '../../analysis/statement/markdown';
import type { Statement } from '../../analysis/statement/statement';
import { shortStatement } from '../../analysis/statement/terminal';
import type { TerminalStyle } from '../terminal-style';
import { addFormats, EXIT, formatOf, requireAtMostOne, UsageError, type Command, type FormatOptions } from './command';
import { statementsOfAssembly } from './read-statements';

const FORMATS = ['text', 'json', 'md', 'html'] as const;
type Format = (typeof FORMATS)[number];

const RENDERERS: Readonly<Record<Format, (statement: Statement, style: TerminalStyle) => string>> = {
  text: (statement, style) => `${shortStatement(statement, style).join('\n')}\n`,
  json: statementJson,
  md: statementMarkdown,
  html: statementHtml,
};

interface Options extends FormatOptions<Format> {
  readonly agent?: string;
  readonly out?: string;
}

/** `bma statement`: the security statements of the agents of a cloud assembly. */
export const statementCommand: Command<Options> = {
  name: 'statement',
  summary: 'what each agent of a cloud assembly can reach and do',
  description:
    'Computes the security statement of every agent in a cloud assembly, including stacks that were written by hand. The text is a summary; md, html and json have everything: also endpoints, stores and what the workflow reaches.',
  exitCodes: {},
  define(command) {
    command.argument('<cdk.out>', 'cloud assembly directory');
    addFormats(command, FORMATS);
    command
      .option('--agent <name>', 'only this agent (required for json and html if there are several agents)')
      .option('--out <directory>', 'write <agent>.json, .md and .html to this directory instead of printing');
  },
  run([directory], options, { out, style }) {
    const place = String(directory);
    const format = formatOf(options, FORMATS);
    // Files are written in every format.
    requireAtMostOne({
      '--out': options.out !== undefined,
      '--json': options.json === true,
      '--format': options.json !== true && options.format !== undefined,
    });
    const all = statementsOfAssembly(place);
    const { agent } = options;
    const statements = agent === undefined ? all : all.filter((statement) => statement.agent.name === agent);
    if (!statements.length) {
      const names = all.map((statement) => statement.agent.name).join(', ');
      throw new UsageError(
        agent === undefined
          ? `${place} holds no agent: no resource of type AWS::BedrockAgentCore::Runtime.`
          : `${place} holds no agent '${agent}'. Agents: ${names || 'none'}.`,
      );
    }
    if (options.out !== undefined) {
      written(statements, options.out).forEach((page) => out(`${page}\n`));
      return EXIT.done;
    }
    if (statements.length > 1 && (format === 'json' || format === 'html')) {
      throw new UsageError(`${place} holds ${statements.length} agents; name one with --agent, or use --out.`);
    }
    out(statements.map((statement) => RENDERERS[format](statement, style)).join('\n'));
    return EXIT.done;
  },
};

function written(statements: readonly Statement[], directory: string): string[] {
  try {
    return writeStatements(statements, directory);
  } catch (problem) {
    throw new UsageError(
      `--out is '${directory}', where no statement can be written: ${(problem as Error).message}. Fix: name a directory.`,
    );
  }
}
