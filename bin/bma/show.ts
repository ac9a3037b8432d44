import type { Item } from '../../runtime/session-client/types';
import { printableValue } from '../../local/message/printable-text';
import { transcriptLines } from '../../local/message/transcript';
import type { CheckedFile } from './account/turn-evidence';
import { ACCOUNT_CODES, addAccountOptions, inAccount, type AccountOptions } from './account-command';
import { EXIT, jsonText, type Command } from './command';
import { outcomeText } from './turn-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/show/1';

const SOURCES: Readonly<Record<CheckedFile['expectedBy'], string>> = {
  execution: 'the output of the execution',
  'outcome.json': 'outcome.json, which is in the same bucket',
  'manifest.json': 'manifest.json',
};

interface Options extends AccountOptions {
  readonly agent?: string;
}

/** `bma show`: the transcript of a turn, and whether its evidence is unchanged. */
export const showCommand: Command<Options> = {
  name: 'show',
  summary: 'show the transcript and the evidence of a turn',
  description:
    'Prints the outcome and the transcript of a turn, and compares each evidence file with the hash that was recorded when the evidence was collected.',
  exitCodes: {
    [EXIT.attention]: 'a file of the evidence is missing or does not match its hash, or the outcome is unknown',
    ...ACCOUNT_CODES,
  },
  define(command) {
    command
      .argument('<turn>', 'name of the turn, or ARN of its execution')
      .option('--agent <name>', 'agent of the turn (default: all agents are searched)');
    addAccountOptions(command, 'print the turn with its items and files as JSON');
  },
  async run([name], options, { out, style }) {
    const items: unknown[] = [];
    const needs = 'workflow.grants.readTurns(…)';
    return await inAccount(options, needs, async (account, { findTurn, readEvidence }) => {
      const found = await findTurn(account, String(name), options);
      const { turn } = found;
      if (!options.json) out(`${style.title(turn.turn)} of ${turn.agent}, ${turn.startedAt ?? ''}\n`);
      const evidence = await readEvidence(account, found, (line) => {
        const item = parsedItem(line);
        if (options.json) items.push(item ?? line);
        else if (item !== undefined) transcriptLines(printableValue(item), style).forEach((each) => out(`${each}\n`));
      });
      // The files in the bucket don't prove the outcome of an execution without a turn result.
      const isUnknown = turn.state === 'Unknown';
      const ended = { ...turn, ...(evidence?.outcome === undefined || isUnknown ? {} : { state: evidence.outcome }) };
      const isIntact = !isUnknown && (evidence?.files ?? []).every(({ status }) => status === 'matches');
      if (options.json) {
        out(jsonText({ format: FORMAT, ...ended, evidence: evidence ?? null, items }));
      } else {
        out(`${outcomeText(ended, style, evidence?.reason)}\n`);
        if (evidence === undefined) {
          const isRunning = turn.state === 'Running';
          out(
            `${style.faint(isRunning ? 'Evidence is collected when the turn ends.' : 'No evidence was collected.')}\n`,
          );
        }
        if (evidence?.complete === false) out(`${style.bad('The evidence does not have all items of the turn.')}\n`);
        for (const { key, status, expectedBy } of evidence?.files ?? []) {
          const verdict = status === 'matches' ? style.good(status) : style.bad(status);
          out(`${verdict}  ${key}  ${style.faint(`(hash of ${SOURCES[expectedBy]})`)}\n`);
        }
      }
      return isIntact ? EXIT.done : EXIT.attention;
    });
  },
};

/** A manipulated line may not be an item. */
function parsedItem(line: string): Item | undefined {
  try {
    const item = JSON.parse(line) as Partial<Item>;
    return typeof item.type === 'string' ? (item as Item) : undefined;
  } catch {
    return undefined;
  }
}
