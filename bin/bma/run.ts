import { randomUUID } from 'node:crypto';
import { readText } from '../../analysis/files/read-text';
import type { TurnState } from './account/turn-state';
import { ACCOUNT_CODES, addAccountOptions, inAccount, secondsOf, type AccountOptions } from './account-command';
import { EXIT, jsonText, UsageError, type Command, type Terminal } from './command';
import { clock, outcomeText } from './turn-text';
import { printableLines } from '../../local/message/printable-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/run/1';

/** A prompt has at most 100 parts of 10,000 characters, each of at most 4 bytes. */
const MOST_BYTES = 4_000_000;

interface Options extends AccountOptions {
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly session?: string;
  readonly key?: string;
  readonly follow?: boolean;
  readonly interval: number;
}

/** `bma run`: starts a turn, and follows it to its outcome. */
export const runCommand: Command<Options> = {
  name: 'run',
  summary: 'start a turn, and follow it to its outcome',
  description:
    'Starts a turn of an agent with a prompt. As with any trigger, the guardrail screens the prompt, and the turn may need approval. With --follow, the command waits until the turn ends. Stopping the command does not stop the turn; bma cancel does.',
  exitCodes: { [EXIT.attention]: 'the turn did not complete (with --follow)', ...ACCOUNT_CODES },
  define(command) {
    command
      .argument('<agent>', 'name of the agent')
      .option('--prompt <text>', 'the prompt')
      .option('--prompt-file <file>', 'a UTF-8 file with the prompt; - is standard input')
      .option(
        '--session <key>',
        'session key of the conversation to continue (default: a new conversation)',
        boundedText('--session', 256),
      )
      .option(
        '--key <text>',
        'deduplication key: each key starts one turn (default: a new key)',
        boundedText('--key', 1024),
      )
      .option('--follow', 'wait for the outcome; on a terminal, also print each state of the turn')
      .option('--interval <seconds>', 'seconds between polls', secondsOf('--interval', 0.1), 2);
    addAccountOptions(command, 'print the turn, and its outcome with --follow, as JSON');
  },
  async run([agent], options, terminal) {
    const prompt = promptOf(options);
    const needs =
      'workflow.grants.startTurns(…) to start turns, and workflow.grants.readTurns(…) to find and follow them';
    return await inAccount(options, needs, async (account, { agentNamed, followTurn, startTurn }) => {
      const found = await agentNamed(account, String(agent), options.stack);
      const deduplicationKey = options.key ?? `bma-${randomUUID()}`;
      const started = await startTurn(account, found, { prompt, sessionKey: options.session, deduplicationKey });
      // A new key can only be used already by this command itself, after a repeated call.
      const isNew = started.isNew || options.key === undefined;
      const { turn, executionArn } = started;
      if (!options.follow) {
        const what = isNew ? 'started' : 'was started before with this key';
        terminal.out(
          options.json ? jsonText({ format: FORMAT, agent, turn, executionArn, isNew }) : `${turn} ${what}\n`,
        );
        return EXIT.done;
      }
      progress(terminal, `${turn} ${isNew ? 'started' : 'was started before with this key'}`);
      const ended = await followTurn(account, found, executionArn, {
        intervalMs: options.interval * 1000,
        onState: ({ state, at }) => progress(terminal, `${clock(at)} ${state}`),
      });
      terminal.out(options.json ? jsonText({ format: FORMAT, isNew, ...ended }) : endingText(ended, terminal));
      return ended.state === 'Completed' ? EXIT.done : EXIT.attention;
    });
  },
};

function progress({ error, interactive }: Terminal, line: string): void {
  if (interactive) error(`${line}\n`);
}

function endingText(turn: TurnState, { style }: Terminal): string {
  const lines = [`${style.name(turn.turn)}  ${outcomeText(turn, style)}`];
  const { output = [], evidence } = turn.result ?? {};
  const answer = output.map(({ text, s3 }) => text ?? `[s3://${s3?.bucket}/${s3?.key}]`).join('');
  if (answer !== '') lines.push('', printableLines(answer));
  if (evidence !== undefined) lines.push('', style.faint(`Evidence: bma show ${turn.turn}`));
  return `${lines.join('\n')}\n`;
}

function promptOf({ prompt, promptFile }: Options): string {
  if ((prompt === undefined) === (promptFile === undefined)) {
    throw new UsageError('There must be one prompt. Fix: give either --prompt or --prompt-file.');
  }
  const text = prompt ?? readPrompt(promptFile!);
  if (text.trim() === '') throw new UsageError('The prompt is empty. Fix: give a prompt with text.');
  return text;
}

function readPrompt(file: string): string {
  try {
    return readText(file === '-' ? 0 : file, MOST_BYTES);
  } catch (problem) {
    throw new UsageError(
      `--prompt-file ${file} can't be read: ${(problem as Error).message}. Fix: give a UTF-8 file, or - for standard input.`,
    );
  }
}

function boundedText(option: string, most: number): (text: string) => string {
  return (text) => {
    if (text.length < 1 || text.length > most) {
      throw new UsageError(`${option} has ${text.length} characters. Allowed: 1 to ${most}.`);
    }
    return text;
  };
}
