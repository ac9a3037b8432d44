/** EventBridge: buses, the rules of the deployment, and its schedules. What a target does with an event is told. */
import { randomUUID } from 'node:crypto';
import type { Place } from '../iam/deployed-templates';
import type { DeployedResource, Deployment } from './deployment';
import { matches } from './event-pattern';

/** An event in the form that rules and targets see. */
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

/** One event handed to one target of one rule. */
export interface Delivery {
  /** Logical id of the rule or schedule. */
  readonly rule: string;
  /** ARN. */
  readonly target: string;
  readonly event: unknown;
  /** Why the target did not take it. */
  readonly error?: Error;
}

/** A bus is named by its name or its ARN. */
const busName = (reference: string): string => reference.replace(/^arn:.*:event-bus\//, '');

interface Target {
  readonly Arn: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: unknown;
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

export interface TargetOperations {
  /** Hands an event to a target. @throws when the target does not take it */
  take(arn: string, event: unknown): Promise<void> | void;
  /** Keeps what a target did not take. */
  keep(deadLetterQueueArn: string, event: unknown): void;
}

export class EventBuses {
  /** Everything that was delivered, oldest first. */
  public readonly deliveries: Delivery[] = [];

  public constructor(
    private readonly deployment: Deployment,
    private readonly targets: TargetOperations,
  ) {}

  /** Puts an event on a bus. @returns what its rules delivered. @throws Error when a pattern uses an operator that is not known here */
  public async deliver(event: CloudEvent, bus = 'default'): Promise<readonly Delivery[]> {
    const rules = this.deployment.all('AWS::Events::Rule').filter((rule) => this.listens(rule, busName(bus), event));
    const deliveries: Delivery[] = [];
    for (const { logicalId, properties } of rules) {
      for (const target of (properties.Targets ?? []) as Target[]) {
        deliveries.push(await this.hand(logicalId, target, inputOf(logicalId, target, event)));
      }
    }
    return deliveries;
  }

  /** Runs a schedule now, as of `time`. `id` is the logical id, or a part of it that only one schedule has. */
  public async runSchedule(id: string, time: string = new Date().toISOString()): Promise<Delivery> {
    const { logicalId, arn, properties } = this.deployment.one('AWS::Scheduler::Schedule', id);
    const target = properties.Target as Target;
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
    return await this.hand(logicalId, target, JSON.parse(input));
  }

  private listens({ logicalId, properties }: DeployedResource, bus: string, event: CloudEvent): boolean {
    const { EventBusName, EventPattern, State } = properties;
    if (EventPattern === undefined || State === 'DISABLED') return false;
    if (busName(typeof EventBusName === 'string' ? EventBusName : 'default') !== bus) return false;
    try {
      return matches(EventPattern, event);
    } catch (error) {
      throw new Error(`The pattern of ${logicalId} cannot be judged here: ${(error as Error).message}`);
    }
  }

  private async hand(rule: string, target: Target, event: unknown): Promise<Delivery> {
    let error: Error | undefined;
    try {
      await this.targets.take(target.Arn, event);
    } catch (thrown) {
      error = thrown as Error;
      if (target.DeadLetterConfig?.Arn !== undefined) this.targets.keep(target.DeadLetterConfig.Arn, event);
    }
    const delivery = { rule, target: target.Arn, event, error };
    this.deliveries.push(delivery);
    return delivery;
  }
}

/** The event of an entry as EventBridge hands it on. */
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

function inputOf(rule: string, { Input, InputPath, InputTransformer }: Target, event: CloudEvent): unknown {
  if (InputTransformer !== undefined) throw new Error(`${rule}: input transformers are not followed here`);
  if (Input !== undefined) return JSON.parse(Input);
  if (InputPath === undefined) return event;
  return InputPath.split('.')
    .slice(1)
    .reduce<unknown>((value, member) => (value as Record<string, unknown> | undefined)?.[member], event);
}
