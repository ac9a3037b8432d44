import { printable } from '../../local/message/printable-text';
import type * as Calls from './account';
import type { Account } from './account/account';
import type { DeadLetter, DeadLetterQueue } from './account/dead-letters';
import { ACCOUNT_CODES, ACCOUNT_EXIT, addAccountOptions, inAccount, type AccountOptions } from './account-command';
import { CommandError, EXIT, jsonText, requireAtMostOne, UsageError, type Command } from './command';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/replay/1';

interface Options extends AccountOptions {
  readonly message?: readonly string[];
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** The result for one event. */
type Result = Omit<DeadLetter, 'body' | 'receipt'> & {
  /** `not sent` is also used if it was sent but could not be deleted; sending it again is safe. */
  readonly status: 'listed' | 'chosen' | 'sent' | 'not sent';
  readonly problem?: string;
};

/** `bma replay`: sends events from dead-letter queues again. */
export const replayCommand: Command<Options> = {
  name: 'replay',
  summary: 'list events that started no turn, and send them again',
  description:
    'Lists the dead letters of an agent, or of one of its queues, and the number of waiting events. With --yes, and --message or --all, it sends the events again: to the queue of their trigger, or to the settlement. An event is deleted only after it was sent. Events from the event bus can only be listed.',
  exitCodes: { [EXIT.attention]: 'an event could not be sent again', ...ACCOUNT_CODES },
  define(command) {
    command
      .argument('<agent or queue>', 'name of the agent, or name or URL of one of its dead-letter queues')
      .option('--message <id>', 'send this event again; may be repeated', (id: string, before: string[] = []) => [
        ...before,
        id,
      ])
      .option('--all', 'send all events again')
      .option('--yes', 'send the events (default: list what would be sent)');
    addAccountOptions(command, 'print the events and their status as JSON');
  },
  async run([name], options, { out, style }) {
    const { message: ids, all, yes } = options;
    requireAtMostOne({ '--message': ids !== undefined, '--all': all === true });
    if (yes && ids === undefined && !all) throw new UsageError('--yes needs --all or --message. Fix: add one of them.');
    const needs = 'workflow.grants.replayEvents(…)';
    return await inAccount(options, needs, async (account, calls) => {
      const queues = await chosenQueues(account, calls, String(name), options.stack);
      const results: Result[] = [];
      const waiting: { readonly trigger: string; readonly events: number }[] = [];
      for (const queue of queues) {
        if (queue.waitsIn)
          waiting.push({ trigger: queue.of, events: await calls.waitingEvents(account, queue.waitsIn) });
        results.push(...(await replayQueue(account, calls, queue, options)));
      }
      const missing = (ids ?? []).find((id) => !results.some(({ messageId }) => messageId === id));
      if (missing !== undefined) {
        throw new CommandError(
          ACCOUNT_EXIT.notFound,
          `No message ${missing} was found. Fix: run bma replay ${String(name)} for the ids. If another bma replay is running, repeat the command after two minutes.`,
        );
      }
      if (options.json) out(jsonText({ format: FORMAT, waiting, messages: results }));
      else {
        for (const { trigger, events } of waiting) {
          if (events > 0) out(`${style.name(printable(trigger))}  waiting events: about ${events}\n`);
        }
        if (results.length === 0) out(`${style.faint('No dead letters.')}\n`);
        for (const { queue, messageId, status, sentAt, event, problem } of results) {
          const what = [event.type, event.source, event.id].filter((each) => each !== undefined).join(', ');
          const verdict = status === 'sent' ? style.good(status) : problem ? style.bad(status) : status;
          out(
            `${verdict}  ${style.name(messageId)}  ${printable(`${queue}  ${sentAt ?? ''}  ${what}  ${problem ?? ''}`)}\n`,
          );
        }
        if (results.some(({ status }) => status === 'chosen'))
          out('Nothing was sent. Add --yes to send the chosen events.\n');
      }
      return results.some(({ problem }) => problem !== undefined) ? EXIT.attention : EXIT.done;
    });
  },
};

async function chosenQueues(
  account: Account,
  { findAgents, knownAgents, queuesOf }: typeof Calls,
  name: string,
  stack: string | undefined,
): Promise<readonly DeadLetterQueue[]> {
  const found = await findAgents(account, stack);
  const queues = found.agents.flatMap(queuesOf);
  const ofAgent = queues.filter(({ agent }) => agent === name);
  const chosen = ofAgent.length > 0 ? ofAgent : queues.filter((queue) => queue.name === name || queue.url === name);
  if (chosen.length > 0) return chosen;
  throw new CommandError(
    ACCOUNT_EXIT.notFound,
    queues.length === 0
      ? knownAgents(found)
      : `There is no agent and no dead-letter queue '${name}'. ${knownAgents(found)} Queues: ${queues.map((each) => each.name).join(', ')}.`,
  );
}

async function replayQueue(
  account: Account,
  { giveBack, sendAgain, takeLetters }: typeof Calls,
  queue: DeadLetterQueue,
  { message: ids, all, yes }: Options,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const letter of await takeLetters(account, queue)) {
    const { queue: name, messageId, sentAt, event } = letter;
    const shown = { queue: name, messageId, sentAt, event };
    const isChosen = queue.target !== undefined && (all === true || (ids ?? []).includes(letter.messageId));
    if (isChosen && yes) {
      const problem = await sendAgain(account, queue, letter).then(
        () => undefined,
        (error: Error) => `${error.name}: ${error.message}`,
      );
      if (problem !== undefined) await giveBack(account, queue, letter);
      results.push({ ...shown, status: problem === undefined ? 'sent' : 'not sent', ...(problem && { problem }) });
    } else {
      await giveBack(account, queue, letter);
      results.push({ ...shown, status: isChosen ? 'chosen' : 'listed' });
    }
  }
  return results;
}
