import { Command as ParsedCommand, Help, type Option } from 'commander';
import { version } from '../../package.json';
import { printableLines } from '../../local/message/printable-text';
import { EXIT, type Command, type Terminal, UsageError } from './command';
import { COMMANDS } from './commands';

/** Width of commander's help outside of a terminal. */
const HELP_WIDTH = 80;

const SHARED_CODES = {
  [EXIT.done]: 'done',
  [EXIT.usage]: 'wrong usage, unreadable input, or output that cannot be written',
  [EXIT.bug]: 'a bug in bma; the stack trace is printed',
};

/**
 * The program for commander.
 *
 * @param finish called with the exit code of the command
 */
export function program(terminal: Terminal, finish: (exitCode: number) => void): ParsedCommand {
  const whole = new ParsedCommand('bma')
    .description('Checks, explains and operates the managed agents of a CDK app.')
    .version(version, '-V, --version', 'the version of bma')
    .helpOption('-h, --help', 'this text, or the help of a command')
    .helpCommand(false)
    .usage('<command> [options]')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError(
      `Commands: ${COMMANDS.map((command) => command.name).join(', ')}.\nFix: bma --help explains them.`,
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.error(text),
      outputError: (text, write) => write(`bma: ${printableLines(text.replace(/^error: /, ''))}`),
    })
    .addHelpText(
      'after',
      exitCodes({ [EXIT.attention]: 'the result needs attention; the help of each command says when' }),
    );
  for (const command of COMMANDS) {
    add(whole, command, terminal, finish);
  }
  whole
    .command('help')
    .summary('the help of a command')
    .argument('[command]')
    .helpOption(false)
    .action((name?: string) => {
      if (name === undefined || name === 'help') return whole.outputHelp();
      helpedCommand(whole, name).outputHelp();
    });
  return whole;
}

/** @throws UsageError when there is no such command */
function helpedCommand(whole: ParsedCommand, name: string): ParsedCommand {
  const found = whole.commands.find((command) => command.name() === name);
  if (found === undefined) {
    const names = COMMANDS.map((command) => command.name).join(', ');
    throw new UsageError(`There is no command '${name}'. Commands: ${names}. Fix: run bma help with one of them.`);
  }
  return found;
}

function add(whole: ParsedCommand, command: Command, terminal: Terminal, finish: (exitCode: number) => void): void {
  const parsed = whole
    .command(command.name)
    .summary(command.summary)
    // Read when the help is printed: some descriptions load the clients of AWS.
    .configureHelp({ commandDescription: () => command.description })
    .helpOption('-h, --help', 'this text')
    .allowExcessArguments(false)
    .addHelpText('after', exitCodes(command.exitCodes));
  command.define(parsed);
  // The whole help would push the error out of a terminal.
  parsed.showHelpAfterError(
    `Usage: bma ${command.name} ${parsed.usage()}\nFix: bma ${command.name} --help explains it.`,
  );
  const required = parsed.options.filter(({ mandatory }) => mandatory);
  // Otherwise commander reports a missing option before a misspelt one, which is the reason why it is missing.
  for (const option of required) option.mandatory = false;
  parsed.action(async () => {
    requireGiven(parsed, required);
    requireValues(parsed);
    finish(await command.run(parsed.processedArgs as string[], parsed.opts(), terminal));
  });
}

/** @throws UsageError when an option that a command can't do without is missing */
function requireGiven(parsed: ParsedCommand, required: readonly Option[]): void {
  const missing = required.find((option) => parsed.getOptionValue(option.attributeName()) === undefined);
  if (missing !== undefined) throw new UsageError(`${missing.long} is missing. Fix: add ${missing.flags}.`);
}

/** The format of Region names. The SDK refuses other names without naming their source. */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/**
 * An empty value usually comes from an unset shell variable. Ignoring it would widen the scope of a command: `bma kill
 * --all --stack "$STACK"` would stop every agent of the account.
 *
 * @throws UsageError when a value is empty, or a Region is invalid
 */
function requireValues(parsed: ParsedCommand): void {
  parsed.registeredArguments.forEach((argument, index) => {
    if ([parsed.processedArgs[index]].flat().includes(''))
      throw new UsageError(`The argument ${argument.name()} is empty. Fix: give a value.`);
  });
  for (const option of parsed.options) {
    const value: unknown = parsed.getOptionValue(option.attributeName());
    if ([value].flat().includes(''))
      throw new UsageError(`${option.long} is empty. Fix: give a value, or leave the option out.`);
    if (option.long === '--region')
      requireRegion(value === undefined ? 'AWS_REGION' : '--region', value as string | undefined);
  }
}

function requireRegion(from: string, given: string | undefined): void {
  const region = given ?? process.env.AWS_REGION;
  if (region !== undefined && !REGION.test(region)) {
    throw new UsageError(`${from} is '${region}', which isn't a Region. Fix: give one, such as us-east-1.`);
  }
}

function exitCodes(own: Readonly<Record<number, string>>): string {
  // Numeric keys are in ascending order.
  const lines = Object.entries({ ...SHARED_CODES, ...own }).map(([code, means]) => {
    const text = new Help().boxWrap(means, HELP_WIDTH - 6).replaceAll('\n', `\n${' '.repeat(6)}`);
    return `  ${code.padStart(2)}  ${text}`;
  });
  return `\nExit codes:\n${lines.join('\n')}`;
}
