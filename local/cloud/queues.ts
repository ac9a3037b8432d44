/**
 * The queues of the deployment, and the event source mappings that deliver their messages to functions in batches.
 * Failed messages return to the queue, and after their last attempt go to the dead-letter queue. There is no visibility
 * timeout: a message returns immediately.
 */
import { randomUUID } from 'node:crypto';
import type { DeployedResource, Deployment } from './deployment';
import type { Functions } from './functions';

interface Message {
  readonly messageId: string;
  readonly body: string;
  receives: number;
  readonly sent: number;
}

interface Queue {
  readonly arn: string;
  readonly name: string;
  readonly messages: Message[];
  /** Received messages, by receipt handle. */
  readonly taken: Map<string, Message>;
  readonly redrive?: { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };
  readonly mapping?: DeployedResource;
  /** Whether the mapping polls the queue. */
  enabled: boolean;
  pumping: boolean;
  /** The batch that its function is processing. */
  handingOver?: Promise<unknown>;
}

export class Queues {
  /** Queues that the role of a function can't poll: their messages wait. */
  public readonly refused: Error[] = [];
  private readonly queues: Queue[];
  private closed = false;

  public constructor(
    deployment: Deployment,
    private readonly functions: Functions,
    /** Checks that a function may poll a queue. @throws AccessDenied */
    private readonly mayPoll: (functionName: string, queueArn: string) => void,
  ) {
    const mappings = deployment.all('AWS::Lambda::EventSourceMapping');
    this.queues = deployment.all('AWS::SQS::Queue').map(({ arn, properties }) => ({
      arn,
      enabled: mappings.find((each) => each.properties.EventSourceArn === arn)?.properties.Enabled !== false,
      name: arn.split(':').at(-1)!,
      messages: [],
      taken: new Map(),
      redrive: properties.RedrivePolicy as Queue['redrive'],
      mapping: mappings.find((mapping) => mapping.properties.EventSourceArn === arn),
      pumping: false,
    }));
  }

  /** Messages that must still be delivered to a function. */
  public get busy(): boolean {
    return this.queues.some(({ pumping }) => pumping);
  }

  /** By URL, ARN or name. @throws Error when the deployment has no such queue */
  public send(reference: string, body: string): string {
    const queue = this.find(reference);
    const message = { messageId: randomUUID(), body, receives: 0, sent: Date.now() };
    queue.messages.push(message);
    void this.pump(queue);
    return message.messageId;
  }

  /** Bodies that wait in a queue. */
  public waiting(reference: string): readonly string[] {
    return this.find(reference).messages.map(({ body }) => body);
  }

  /** ReceiveMessage: received messages aren't in the queue until they are released. */
  public receive(reference: string, most: number): readonly (Message & { readonly handle: string })[] {
    const queue = this.find(reference);
    return queue.messages.splice(0, most).map((message) => {
      message.receives += 1;
      const handle = randomUUID();
      queue.taken.set(handle, message);
      return { ...message, handle };
    });
  }

  /** DeleteMessage of received messages. */
  public remove(reference: string, handle: string): void {
    this.find(reference).taken.delete(handle);
  }

  /** Releases received messages. */
  public release(reference: string, handle: string): void {
    const queue = this.find(reference);
    const message = queue.taken.get(handle);
    if (message === undefined) return;
    queue.taken.delete(handle);
    queue.messages.push(message);
    void this.pump(queue);
  }

  /** Messages in dead-letter queues, by the name of the queue. */
  public deadLetters(): readonly { readonly queue: string; readonly body: string }[] {
    const targets = new Set(this.queues.map(({ redrive }) => redrive?.deadLetterTargetArn));
    return this.queues
      .filter(({ arn }) => targets.has(arn))
      .flatMap(({ name, messages }) => messages.map(({ body }) => ({ queue: name, body })));
  }

  /** Whether an event source mapping polls its queue. Undefined if the mapping doesn't exist. */
  public polls(mappingId: string): boolean | undefined {
    return this.queues.find(({ mapping }) => mapping?.ref === mappingId)?.enabled;
  }

  /**
   * Enables or disables the polling of an event source mapping.
   *
   * @returns after a disabled mapping has delivered its received messages
   */
  public async poll(mappingId: string, enabled: boolean): Promise<void> {
    const queue = this.queues.find(({ mapping }) => mapping?.ref === mappingId);
    if (queue === undefined) return;
    queue.enabled = enabled;
    if (!enabled) return void (await queue.handingOver);
    void this.pump(queue);
  }

  /** Delivers no further messages. */
  public close(): void {
    this.closed = true;
  }

  private find(reference: string): Queue {
    const [last] = reference.split('/').slice(-1);
    const found = this.queues.find(({ arn, name }) => arn === reference || name === last);
    if (found === undefined) throw new Error(`No queue "${reference}" in the deployment`);
    return found;
  }

  private async pump(queue: Queue): Promise<void> {
    const { mapping } = queue;
    if (mapping === undefined || !queue.enabled || queue.pumping) return;
    try {
      this.mayPoll(String(mapping.properties.FunctionName), queue.arn);
    } catch (error) {
      this.refused.push(error as Error);
      return;
    }
    queue.pumping = true;
    while (queue.messages.length > 0 && queue.enabled) {
      // Recently sent messages are delivered together, up to the batch size.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.closed) return;
      const batch = queue.messages.splice(0, Number(mapping.properties.BatchSize ?? 10));
      for (const message of batch) message.receives += 1;
      const handedOver = this.handOver(queue, mapping, batch);
      queue.handingOver = handedOver;
      const failed = await handedOver;
      for (const message of failed) this.giveBack(queue, message);
    }
    queue.pumping = false;
  }

  /** @returns the failed messages */
  private async handOver(queue: Queue, { properties }: DeployedResource, batch: Message[]): Promise<Message[]> {
    const records = batch.map(({ messageId, body, receives }) => ({
      messageId,
      body,
      attributes: { ApproximateReceiveCount: String(receives) },
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
    }));
    try {
      const answer = await this.functions.invoke(String(properties.FunctionName), { Records: records });
      const types = (properties.FunctionResponseTypes ?? []) as string[];
      if (!types.includes('ReportBatchItemFailures')) return [];
      const { batchItemFailures = [] } = (answer ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] };
      return batch.filter(({ messageId }) => batchItemFailures.some((item) => item.itemIdentifier === messageId));
    } catch {
      return batch;
    }
  }

  private giveBack(queue: Queue, message: Message): void {
    const { redrive } = queue;
    if (redrive !== undefined && message.receives >= redrive.maxReceiveCount) {
      const target = this.find(redrive.deadLetterTargetArn);
      target.messages.push({ ...message, receives: 0 });
      void this.pump(target);
    } else {
      queue.messages.push(message);
    }
  }
}
