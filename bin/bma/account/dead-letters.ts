import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { createHash } from 'node:crypto';
import type { Account } from './account';
import type { FoundAgent } from './find-agents';

/** A dead-letter queue, and the target to which its events can be sent again. */
export interface DeadLetterQueue {
  readonly name: string;
  readonly url: string;
  readonly agent: string;
  /** Id of the trigger, `settlement` or `bus`. */
  readonly of: string;
  /** If undefined, bma can list these events, but not send them again. */
  readonly target?: { readonly queue: string } | { readonly machine: string };
  /** URL of the queue with waiting events: while an agent is stopped, they stay in it. */
  readonly waitsIn?: string;
}

export interface DeadLetter {
  readonly queue: string;
  readonly messageId: string;
  readonly sentAt?: string;
  /** Type, source and id of the event, without its content. */
  readonly event: { readonly type?: string; readonly source?: string; readonly id?: string };
  readonly body: string;
  readonly receipt: string;
}

/** Maximum number of messages that are read from one queue. */
const MOST_MESSAGES = 1_000;
/** Visibility timeout while messages are read, in seconds. */
const HIDDEN_SECONDS = 120;

/** The queues of an agent. */
export function queuesOf(agent: FoundAgent): DeadLetterQueue[] {
  const queue = (of: string, url: string, more: Partial<DeadLetterQueue> = {}): DeadLetterQueue => ({
    name: url.split('/').at(-1)!,
    url,
    agent: agent.agent,
    of,
    ...more,
  });
  return [
    ...agent.triggers.map(({ id, events, deadLetters }) =>
      queue(id, deadLetters, { target: { queue: events }, waitsIn: events }),
    ),
    queue('settlement', agent.settlementDeadLetters, { target: { machine: agent.settlement } }),
    queue('bus', agent.busDeadLetters),
  ];
}

/** Approximate number of waiting events. */
export async function waitingEvents({ queues }: Account, QueueUrl: string): Promise<number> {
  const attribute = 'ApproximateNumberOfMessages';
  const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [attribute] }));
  return Number(Attributes?.[attribute] ?? 0);
}

/** Receives the messages of a queue, which hides them from other readers. Use `giveBack` for messages that stay. */
export async function takeLetters({ queues }: Account, queue: DeadLetterQueue): Promise<readonly DeadLetter[]> {
  const letters = new Map<string, DeadLetter>();
  // SQS reads only some of its servers, so one empty response isn't conclusive.
  for (let empty = 0; empty < 2 && letters.size < MOST_MESSAGES;) {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const { MessageId = '', Body = '', ReceiptHandle = '', Attributes } of Messages) {
      const sent = Number(Attributes?.SentTimestamp);
      letters.set(MessageId, {
        queue: queue.name,
        messageId: MessageId,
        ...(Number.isFinite(sent) ? { sentAt: new Date(sent).toISOString() } : {}),
        event: eventOf(Body),
        body: Body,
        receipt: ReceiptHandle,
      });
    }
  }
  return [...letters.values()];
}

/** Makes a message visible again. If that fails, it becomes visible after its timeout. */
export async function giveBack({ queues }: Account, { url }: DeadLetterQueue, { receipt }: DeadLetter): Promise<void> {
  const now = { QueueUrl: url, ReceiptHandle: receipt, VisibilityTimeout: 0 };
  await queues.send(new ChangeMessageVisibilityCommand(now)).catch(() => undefined);
}

/**
 * Sends an event again, and deletes it only after that has succeeded. If the deletion fails, the event stays. Sending
 * it once more has no effect, because the same event is the same turn or the same settlement.
 */
export async function sendAgain(account: Account, queue: DeadLetterQueue, letter: DeadLetter): Promise<void> {
  const { body, receipt } = letter;
  const { target } = queue;
  if (target === undefined) throw new Error(`${queue.name} has no target`);
  if ('queue' in target) {
    await account.queues.send(new SendMessageCommand({ QueueUrl: target.queue, MessageBody: body }));
  } else {
    await startOnce(account, target.machine, body);
  }
  await account.queues.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: receipt }));
}

async function startOnce({ executions }: Account, stateMachineArn: string, input: string): Promise<void> {
  const name = `replay-${createHash('sha256').update(input, 'utf8').digest('hex')}`;
  try {
    await executions.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}

function eventOf(body: string): DeadLetter['event'] {
  try {
    const { 'detail-type': type, source, id } = JSON.parse(body) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : undefined);
    return { type: text(type), source: text(source), id: text(id) };
  } catch {
    return {};
  }
}
