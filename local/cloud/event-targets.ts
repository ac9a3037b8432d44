/** Sends events to the targets of rules, schedules and buckets. Each way to a target is authorized first. */
import { randomUUID } from 'node:crypto';
import { AwsError } from './aws-error';
import type { Deliveries, TargetSettings } from './deliveries';
import type { Deployment } from './deployment';
import type { CloudEvent, EventEntry, Schedule, TargetOperations } from './event-buses';
import type { Executions } from './executions';
import type { Functions } from './functions';
import type { Queues } from './queues';
import type { Topics } from './topics';

interface EventTargetsOptions {
  readonly deployment: Deployment;
  readonly deliveries: Deliveries;
  readonly queues: Queues;
  readonly topics: Topics;
  readonly functions: Functions;
  readonly executions: () => Executions;
  readonly putEvents: (entries: readonly EventEntry[]) => void;
  /** Sends an event to a bus. */
  readonly deliver: (event: CloudEvent, bus: string) => Promise<unknown>;
  /** Called when a bus can't take an event. */
  readonly onRefused: (bus: string, error: Error) => void;
}

export class EventTargets implements TargetOperations {
  /** ARNs of resources that don't respond: targets of rules and schedules, and buses whose key can't be used. */
  public readonly unavailable = new Set<string>();

  public constructor(private readonly on: EventTargetsOptions) {}

  /** If EventBridge can't use the customer-managed key of a bus, the event goes to the dead-letter queue of the bus. */
  public admit(bus: string, event: CloudEvent): boolean {
    const { deployment, deliveries, queues, onRefused } = this.on;
    const found = deployment.all('AWS::Events::EventBus').find(({ ref }) => ref === bus);
    if (found === undefined) return true;
    try {
      deliveries.busTakes(found.arn);
      if (this.unavailable.has(found.arn)) throw new AwsError('KMSInvalidStateException', 'The key is disabled');
      return true;
    } catch (error) {
      onRefused(bus, error as Error);
      const { Arn: queue } = (found.properties.DeadLetterConfig ?? {}) as { Arn?: string };
      if (queue === undefined) return false;
      deliveries.busGivesUp(found.arn, queue);
      queues.send(queue, JSON.stringify(event));
      return false;
    }
  }

  public async take(ruleArn: string, target: TargetSettings, event: unknown): Promise<void> {
    this.on.deliveries.ruleReaches(ruleArn, target);
    await this.reach(target.Arn, event);
  }

  public keep(ruleArn: string, queue: string, event: unknown): void {
    this.on.deliveries.ruleGivesUp(ruleArn, queue);
    this.on.queues.send(queue, JSON.stringify(event));
  }

  public async takeFrom({ arn, keyArn, target }: Schedule, event: unknown): Promise<void> {
    this.on.deliveries.scheduleReaches(arn, keyArn, target);
    await this.reach(target.Arn, event);
  }

  public keepFrom({ arn, target }: Schedule, event: unknown): void {
    this.on.deliveries.scheduleGivesUp(arn, target);
    this.on.queues.send(target.DeadLetterConfig!.Arn!, JSON.stringify(event));
  }

  /** A bucket notifies a target. @throws when it isn't permitted or the target fails */
  public async notify(bucketArn: string, targetArn: string, notification: unknown): Promise<void> {
    this.on.deliveries.bucketNotifies(bucketArn, targetArn);
    await this.reach(targetArn, notification);
  }

  /** Passes an event to a resource, by the service of its ARN. */
  private async reach(arn: string, event: unknown): Promise<void> {
    const { queues, topics, functions, executions, putEvents, deliver } = this.on;
    if (this.unavailable.has(arn)) throw new AwsError('ServiceUnavailable', `${arn} does not answer`, 503);
    const [, , service] = arn.split(':');
    switch (service) {
      case 'sqs':
        queues.send(arn, JSON.stringify(event));
        return;
      case 'sns':
        await topics.publish({ topicArn: arn, message: JSON.stringify(event) });
        return;
      case 'states':
        executions().start(arn, randomUUID(), event);
        return;
      case 'lambda':
        await functions.invoke(arn, event);
        return;
      case 'events':
        // A rule passes the event on unchanged; a schedule sends an entry to the bus.
        if ('DetailType' in (event as object)) putEvents([event as EventEntry]);
        else await deliver(event as CloudEvent, arn);
        return;
      default:
        throw new Error(`No target of the service ${service} here: ${arn}`);
    }
  }
}
