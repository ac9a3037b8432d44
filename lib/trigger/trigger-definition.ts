import type { EventPattern, IEventBus } from 'aws-cdk-lib/aws-events';
import type { ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { IConstruct } from 'constructs';
import type { IManagedAgent } from '../agent/managed-agent-base';
import type { PlacedInput } from '../validation/same-place';
import type { AgentTriggerOptions } from './agent-trigger-options';

/** The definition of a kind of trigger. */
export interface TriggerDefinition {
  /** `trigger.type` of the requests. */
  readonly type: string;
  /** Default id of the trigger. */
  readonly defaultId: string;
  readonly prompt: string;
  readonly deduplicationKey: string[];
  readonly sessionKey?: string[];
  /** The values of the event for staging and delivery: `event.<path> | <type>` by name. */
  readonly subject?: Record<string, string>;
  readonly options: AgentTriggerOptions;
  /** Events of a bus. */
  readonly rule?: RuleSource;
  /** Times. */
  readonly schedule?: ScheduleSource;
  /**
   * The source of the events: it must be in the account and Region of the agent, because its default bus gets no other
   * events.
   */
  readonly sources?: readonly Omit<PlacedInput, 'fix' | 'anyRegion'>[];
  /** Final checks, and settings at the source, after the trigger was added to the construct tree. */
  readonly prepare?: (scope: IConstruct, agent: IManagedAgent) => void;
}

export interface RuleSource {
  readonly pattern: EventPattern;
  /** Undefined: the default bus of the account. */
  readonly eventBus?: IEventBus;
}

export interface ScheduleSource {
  readonly expression: ScheduleExpression;
  readonly timeWindow?: TimeWindow;
  readonly start?: Date;
  readonly end?: Date;
}
