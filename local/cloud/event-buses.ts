/** EventBridge: buses, the rules of the deployment, and its schedules. Callbacks deliver events to targets. */
import { randomUUID } from 'node:crypto';
import type { Place } from '../iam/deployed-templates';
import type { DeployedResource, Deployment } from './deployment';
import type { TargetSettings } from './deliveries';
import { matches } from './event-pattern';
import { type TargetInput, targetInput } from './input-transformer';

/** An event in the format for rules and targets. */
export interface CloudEvent {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An entry of PutEvents. */
export interface EventEntry {
  readonly EventBusName?: string;
  readonly Source: string;
  readonly DetailType: string;
  /** Text with JSON, as the SDK sends it, or an object, as Step Functions does. */
  readonly Detail: unknown;
  readonly Resources?: readonly string[];
}

/** One delivery of an event to a target of a rule. */
export interface Delivery {
  /** Logical id of the rule or schedule. */
  readonly rule: string;
  /** ARN. */
  readonly target: string;
  readonly event: unknown;
  /** Why the delivery failed. */
  readonly error?: Error;
  /** Why the delivery to the dead-letter queue failed, too: the event is lost. */
  readonly lost?: Error;
}

/** A bus is identified by its name or its ARN. */
const busName = (reference: string): string => reference.replace(/^arn:.*:event-bus\//, '');

type Target = TargetSettings & TargetInput & { readonly EventBridgeParameters?: EventEntry };

/** A schedule of the templates, or one that a function created. */
export interface Schedule {
  readonly name: string;
  readonly arn: string;
  readonly keyArn?: string;
  readonly target: Target;
}

/** Callbacks for events outside of the buses. Each checks the permission first. */
export interface TargetOperations {
  /** A bus receives an event. @returns false if it went to the dead-letter queue of the bus instead */
  admit(bus: string, event: CloudEvent): boolean;
  /** A rule sends an event to a target. @throws when it isn't permitted or the target fails */
  take(ruleArn: string, target: TargetSettings, event: unknown): Promise<void> | void;
  /** Sends an undelivered event of a rule to the dead-letter queue. @throws when it isn't permitted */
  keep(ruleArn: string, deadLetterQueueArn: string, event: unknown): void;
  /** A schedule calls its target. @throws when it isn't permitted or the target fails */
  takeFrom(schedule: Schedule, input: unknown): Promise<void> | void;
  /** Sends an undelivered event of a schedule to the dead-letter queue. @throws when it isn't permitted */
  keepFrom(schedule: Schedule, input: unknown): void;
}

export class EventBuses {
  /** All deliveries, oldest first. */
  public readonly deliveries: Delivery[] = [];
  /** Schedules that functions created. */
  public readonly made: Schedule[] = [];

  public constructor(
    private readonly deployment: Deployment,
    private readonly targets: TargetOperations,
  ) {}

  /**
   * Sends an event to a bus.
   *
   * @returns the deliveries of its rules.
   * @throws Error when a pattern uses an unknown operator
   */
  public async deliver(event: CloudEvent, bus = 'default'): Promise<readonly Delivery[]> {
    if (!this.targets.admit(busName(bus), event)) return [];
    const rules = this.deployment.all('AWS::Events::Rule').filter((rule) => this.listens(rule, busName(bus), event));
    const deliveries: Delivery[] = [];
    for (const rule of rules) deliveries.push(...(await this.handTo(rule, event)));
    return deliveries;
  }

  private async handTo({ logicalId, arn, properties }: DeployedResource, event: CloudEvent): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const target of (properties.Targets ?? []) as Target[]) {
      const input = targetInput(arn, target, event);
      deliveries.push(
        await this.hand(logicalId, target, input, {
          take: () => this.targets.take(arn, target, input),
          keep: (queue) => this.targets.keep(arn, queue, input),
        }),
      );
    }
    return deliveries;
  }

  /** Sends an event to the targets of a rule, ignoring its pattern. `id` is a unique part of its logical id. */
  public async runRule(id: string, event: CloudEvent): Promise<readonly Delivery[]> {
    return await this.handTo(this.deployment.one('AWS::Events::Rule', id), event);
  }

  /** Runs a schedule now, as of `time`. `id` is the logical id, or a part of it that only one schedule has. */
  public async runSchedule(id: string, time: string = new Date().toISOString()): Promise<Delivery> {
    const schedule = this.schedule(id);
    const { arn, target } = schedule;
    const context: Record<string, string> = {
      'aws.scheduler.scheduled-time': time,
      'aws.scheduler.execution-id': randomUUID(),
      'aws.scheduler.schedule-arn': arn,
      'aws.scheduler.attempt-number': '1',
    };
    // Source: docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    const input = (target.Input ?? '{}').replace(
      /<(aws\.scheduler\.[a-z-]+)>/g,
      (all, name: string) => context[name] ?? all,
    );
    const event = asEntry(target, JSON.parse(input));
    return await this.hand(schedule.name, target, event, {
      take: () => this.targets.takeFrom(schedule, event),
      keep: () => this.targets.keepFrom(schedule, event),
    });
  }

  private schedule(id: string): Schedule {
    const made = this.made.find(({ name }) => name === id);
    if (made !== undefined) return made;
    const { logicalId, arn, properties } = this.deployment.one('AWS::Scheduler::Schedule', id);
    return {
      name: logicalId,
      arn,
      keyArn: properties.KmsKeyArn as string | undefined,
      target: properties.Target as Target,
    };
  }

  private listens({ logicalId, properties }: DeployedResource, bus: string, event: CloudEvent): boolean {
    const { EventBusName, EventPattern, State } = properties;
    if (EventPattern === undefined || State === 'DISABLED') return false;
    if (busName(typeof EventBusName === 'string' ? EventBusName : 'default') !== bus) return false;
    try {
      return matches(EventPattern, event);
    } catch (error) {
      throw new Error(`The pattern of ${logicalId} cannot be judged here: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  private async hand(
    rule: string,
    target: Target,
    event: unknown,
    { take, keep }: { take: () => Promise<void> | void; keep: (deadLetterQueueArn: string) => void },
  ): Promise<Delivery> {
    let error: Error | undefined;
    let lost: Error | undefined;
    try {
      await take();
    } catch (thrown) {
      error = thrown as Error;
      const queue = target.DeadLetterConfig?.Arn;
      try {
        if (queue !== undefined) keep(queue);
      } catch (refused) {
        lost = refused as Error;
      }
    }
    const delivery = { rule, target: target.Arn, event, error, lost };
    this.deliveries.push(delivery);
    return delivery;
  }
}

/** A schedule sends an entry to a bus, with the input as its detail. */
function asEntry({ Arn, EventBridgeParameters }: Target, input: unknown): unknown {
  return EventBridgeParameters === undefined ? input : { ...EventBridgeParameters, EventBusName: Arn, Detail: input };
}

/** The event of an entry. */
export function eventOf({ Source, DetailType, Detail, Resources }: EventEntry, place: Place): CloudEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: place.accountId,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: place.region,
    resources: Resources ?? [],
    detail: (typeof Detail === 'string'
      ? JSON.parse(Detail)
      : JSON.parse(JSON.stringify(Detail))) as CloudEvent['detail'],
  };
}
