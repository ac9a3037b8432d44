import type { EventPattern, IEventBus } from 'aws-cdk-lib/aws-events';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import { requireNarrowPattern } from '../event-filter';
import type { TriggerDefinition } from '../trigger-definition';

/** Options of a trigger on any event. */
export interface EventTriggerOptions extends AgentTriggerOptions {
  /**
   * The bus.
   *
   * @default - the default bus of the account
   */
  readonly eventBus?: IEventBus;
}

export function eventTrigger(id: string, pattern: EventPattern, options: EventTriggerOptions): TriggerDefinition {
  return {
    type: 'event',
    defaultId: id,
    rule: { pattern, eventBus: options.eventBus },
    prompt: [
      'An event arrived at {{event.time | time}}.',
      'Source: {{event.source | text:200}}',
      'Kind: {{event.detail-type | text:200}}',
      'Resources: {{event.resources | json:2000 | optional}}',
      'Detail: {{event.detail | json:10000}}',
      '',
      'Work on this event as your instructions say.',
    ].join('\n'),
    deduplicationKey: ['id'],
    options,
    prepare: (scope) => requireNarrowPattern(scope, pattern),
  };
}
