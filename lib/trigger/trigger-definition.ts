import type { EventPattern, IEventBus } from 'aws-cdk-lib/aws-events';
import type { ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { IConstruct } from 'constructs';
import type { IManagedAgent } from '../agent/managed-agent-base';
import type { PlacedInput } from '../validation/same-place';
import type { AgentTriggerOptions } from './agent-trigger-options';

/** What the kinds of triggers differ in. */
export interface TriggerDefinition {
  /** `trigger.type` of the requests. */
  readonly type: string;
  /** Id of the trigger when the user names none. */
  readonly defaultId: string;
  readonly prompt: string;
  readonly deduplicationKey: string[];
  readonly sessionKey?: string[];
  /** What the steps around a turn get to know of the event: `event.<path> | <type>` by name. */
  readonly subject?: Record<string, string>;
  readonly options: AgentTriggerOptions;
  /** Events of a bus. */
  readonly rule?: RuleSource;
  /** Times. */
  readonly schedule?: ScheduleSource;
  /** What the events come from: in the account and Region of the agent, whose default bus gets no other events. */
  readonly sources?: readonly Omit<PlacedInput, 'fix' | 'anyRegion'>[];
  /** Last checks and what must be switched on at the source, once the trigger has a place in the tree. */
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
