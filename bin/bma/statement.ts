import { statementJson, writeStatements } from '../../analysis/statement/files';
import { statementHtml } from '../../analysis/statement/html';
import { statementMarkdown } from '../../analysis/statement/markdown';
import type { Statement } from '../../analysis/statement/statement';
import { shortStatement } from '../../analysis/statement/terminal';
import { terminalStyle } from '../terminal-style';
import { oneOf, UsageError, type Command } from './command';
import { statementsOfAssembly } from './read-statements';

const FORMATS = ['text', 'json', 'md', 'html'] as const;

const RENDERERS: Readonly<Record<(typeof FORMATS)[number], (statement: Statement) => string>> = {
  text: (statement) => `${shortStatement(statement, terminalStyle(process.stdout)).join('\n')}\n`,
  json: statementJson,
  md: statementMarkdown,
  html: statementHtml,
};

/** `bma statement`: the security statements of the agents of a cloud assembly. */
export const statementCommand: Command = {
  summary: 'what each agent of a cloud assembly can reach and do',
  usage: `Usage: bma statement <cdk.out> [options]

Computes the security statement of every agent in a cloud assembly, also of stacks that were written by hand.

Options:
  --format <text|json|md|html>  what to print (default text); json and html need one agent, see --agent
  --agent <name>                only this agent
  --out <directory>             write <agent>.json, .md and .html there instead of printing
  -h, --help                    this text
`,
  options: {
    format: { type: 'string' },
    agent: { type: 'string' },
    out: { type: 'string' },
  },
  run(positionals, options, out) {
    const [directory, ...more] = positionals;
    if (directory === undefined || more.length) {
      throw new UsageError(`statement takes one cloud assembly directory.\n\n${this.usage}`);
    }
    const format = oneOf(options, 'format', FORMATS, 'text');
    const all = statementsOfAssembly(directory);
    const { agent } = options;
    const statements = agent === undefined ? all : all.filter((statement) => statement.agent.name === agent);
    if (!statements.length) {
      const names = all.map((statement) => statement.agent.name).join(', ');
      throw new UsageError(
        agent === undefined
          ? `${directory} holds no agent: no resource of type AWS::BedrockAgentCore::Runtime.`
          : `${directory} holds no agent '${String(agent)}'. Agents: ${names || 'none'}.`,
      );
    }
    if (typeof options.out === 'string') {
      writeStatements(statements, options.out).forEach((page) => out(`${page}\n`));
      return 0;
    }
    if (statements.length > 1 && (format === 'json' || format === 'html')) {
      throw new UsageError(`${directory} holds ${statements.length} agents; name one with --agent, or use --out.`);
    }
    out(statements.map(RENDERERS[format]).join('\n'));
    return 0;
  },
};
