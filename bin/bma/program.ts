import { Command as ParsedCommand } from 'commander';
import { version } from '../../package.json';
import { EXIT, type Command, type Terminal } from './command';
import { COMMANDS } from './commands';

const SHARED_CODES = {
  [EXIT.done]: 'done',
  [EXIT.usage]: 'wrong usage or unreadable input',
  [EXIT.bug]: 'a bug of bma, printed with its stack',
};

/**
 * The program as commander knows it.
 *
 * @param finish told the exit code of the command that ran
 */
export function program(terminal: Terminal, finish: (exitCode: number) => void): ParsedCommand {
  const whole = new ParsedCommand('bma')
    .description('Checks, explains and operates the managed agents of a CDK app.')
    .version(version, '-V, --version', 'the version of bma')
    .helpOption('-h, --help', 'this text, or the help of a command')
    .helpCommand('help [command]', 'the help of a command')
    .usage('<command> [options]')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.error(text),
      outputError: (text, write) => write(`bma: ${text.replace(/^error: /, '')}`),
    })
    .addHelpText('after', exitCodes({ [EXIT.attention]: "the answer needs attention; the command's help says when" }));
  for (const command of COMMANDS) {
    add(whole, command, terminal, finish);
  }
  return whole;
}

function add(whole: ParsedCommand, command: Command, terminal: Terminal, finish: (exitCode: number) => void): void {
  const parsed = whole
    .command(command.name)
    .summary(command.summary)
    .description(command.description)
    .helpOption('-h, --help', 'this text')
    .allowExcessArguments(false)
    .addHelpText('after', exitCodes(command.exitCodes));
  command.define(parsed);
  parsed.action(async () => finish(await command.run(parsed.processedArgs as string[], parsed.opts(), terminal)));
}

function exitCodes(own: Readonly<Record<number, string>>): string {
  // Numbers as keys are in ascending order.
  const lines = Object.entries({ ...SHARED_CODES, ...own }).map(([code, means]) => `  ${code.padStart(2)}  ${means}`);
  return `\nExit codes:\n${lines.join('\n')}`;
}
