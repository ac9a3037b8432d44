import { parseArgs } from 'node:util';
import { approveCommand } from './bma/approve';
import { costCommand } from './bma/cost';
import { diffStatementCommand } from './bma/diff-statement';
import { impactCommand } from './bma/impact';
import { newCommand } from './bma/new';
import { reviewCommand } from './bma/review';
import { statementCommand } from './bma/statement';
import { CommandError, UsageError, type Command } from './bma/command';

/** The program `bma`: what an operator and a pull-request check need of an agent. */
const COMMANDS: Readonly<Record<string, Command>> = {
  statement: statementCommand,
  'diff-statement': diffStatementCommand,
  impact: impactCommand,
  review: reviewCommand,
  cost: costCommand,
  approve: approveCommand,
  new: newCommand,
};

const USAGE = `Usage: bma <command> [options]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`)
  .join('\n')}

'bma <command> --help' explains a command.
Exit codes: 0 done, 1 the statements differ (only with --exit-code), 2 wrong usage or unreadable input; others are
explained by their command.
`;

/**
 * Runs the program.
 *
 * @returns its exit code.
 */
export async function bma(
  args: readonly string[],
  out: (text: string) => void,
  error: (text: string) => void,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? error : out)(USAGE);
    return name === undefined ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) {
      throw new UsageError(`There is no command '${name}'. Commands: ${Object.keys(COMMANDS).join(', ')}.`);
    }
    const { values, positionals } = parse(command, rest);
    if (values.help) {
      out(command.usage);
      return 0;
    }
    return await command.run(positionals, values, out);
  } catch (problem) {
    if (problem instanceof CommandError) {
      error(`bma: ${problem.message}\n`);
      return problem.exitCode;
    }
    throw problem;
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
    });
  } catch (problem) {
    throw new UsageError(`${(problem as Error).message}\n\n${command.usage}`);
  }
}

if (require.main === module) {
  void bma(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ).then((exitCode) => (process.exitCode = exitCode));
}
