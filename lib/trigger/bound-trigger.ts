import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { requireInput, requireSeconds, requireWholeNumber } from '../validation/input-error';
import { requireSamePlace } from '../validation/same-place';
import { requireApprovalStep } from '../workflow/approval-step';
import { TurnWorkflow } from '../workflow/turn-workflow';
import type { ITurnWorkflow } from '../workflow/turn-workflow-ref';
import { narrowed, requireNarrowPattern } from './event-filter';
import { eventPath } from './event-path';
import { EventRule, patternsOfRules } from './event-rule';
import { parsePrompt } from './prompt-template';
import { starterTarget, TurnSchedule } from './schedule';
import { Starter } from './starter';
import { STARTER_FORMAT, type StarterConfiguration } from '../contracts/starter';
import { parseSubject } from './turn-subject';
import type { TriggerDefinition } from './trigger-definition';
import type { TriggerQueues } from './trigger-queues';

/** The members of agent and workflow that a trigger needs. */
export interface TriggerHost {
  readonly workflow: ITurnWorkflow;
  readonly agentName: string;
  readonly stateMachine: IStateMachine;
  readonly encryptionKey: kms.IKey;
  readonly promptBucket: IBucket;
  /** Longest time of a turn. */
  readonly turnDeadline: Duration;
}

/** The resources of a trigger: rule or schedule, queues and starter. */
export class BoundTrigger extends Construct {
  public readonly queues: TriggerQueues;

  constructor(scope: Construct, id: string, definition: TriggerDefinition, host: TriggerHost) {
    super(scope, id);
    const { options, rule, schedule, type } = definition;
    for (const source of definition.sources ?? []) {
      requireSamePlace(this, {
        ...source,
        fix: 'forward its events to an event bus of this account and Region, and use AgentTrigger.onEvent with that bus',
      });
    }
    if (rule?.eventBus) {
      requireSamePlace(this, {
        input: 'eventBus',
        what: 'an event bus',
        construct: rule.eventBus,
        arn: rule.eventBus.eventBusArn,
        fix: 'forward the events to a bus of this account and Region',
      });
    }
    if (options.requireApproval) {
      requireApprovalStep(this, host.workflow);
    }
    definition.prepare?.(this, host.workflow.agent);

    const prompt = parsePrompt(this, options.prompt ?? definition.prompt);
    const starter = new Starter(this, 'Starter', {
      ...host,
      prompt,
      configuration: { ...this.configuration(definition, type, id, host), prompt: prompt.segments },
      maxAttempts: this.attempts(options.maxAttempts ?? 20),
    });
    this.queues = starter.queues;
    if (host.workflow instanceof TurnWorkflow) {
      host.workflow._addStarter({
        triggerId: id,
        mappingId: starter.mappingId,
        role: starter.handler.role,
        events: starter.queues.events,
        deadLetters: starter.queues.deadLetters,
      });
    }
    const common = {
      encryptionKey: host.encryptionKey,
      enabled: options.enabled ?? true,
      description: `Starts turns of the agent ${host.agentName}: ${id}`,
    };
    if (rule) {
      const patterns = patternsOfRules(this, this.filtered(rule.pattern, options.filter));
      patterns.forEach((pattern, index) => {
        const id = index === 0 ? 'Events' : `Events${index + 1}`;
        new EventRule(this, id, { ...common, queues: starter.queues, source: { ...rule, pattern } });
      });
    }
    if (schedule) {
      new TurnSchedule(this, 'Schedule', { ...common, target: starterTarget(starter.queues), source: schedule });
    }
  }

  private configuration(
    { deduplicationKey, sessionKey, subject: facts, options }: TriggerDefinition,
    type: string,
    id: string,
    { turnDeadline, workflow }: TriggerHost,
  ): Omit<StarterConfiguration, 'prompt'> {
    const subject = options.deduplicationKey ?? deduplicationKey;
    requireInput(subject.length > 0, this, {
      input: 'deduplicationKey',
      value: subject,
      allowed: 'at least one path',
      fix: "name what identifies the subject; ['id'] makes every event a turn",
    });
    const named = parseSubject(this, { ...facts, ...options.subject });
    const conversation = options.sessionKey ?? sessionKey ?? [];
    const deadlineSeconds =
      options.deadline && requireSeconds(this, 'deadline', options.deadline, 60, turnDeadline.toSeconds());
    return {
      format: STARTER_FORMAT,
      trigger: { type, id },
      deduplicationKey: subject.map((path) => eventPath(this, 'deduplicationKey', path)),
      ...(conversation.length > 0
        ? { sessionKey: conversation.map((path) => eventPath(this, 'sessionKey', path)) }
        : {}),
      ...(Object.keys(named).length > 0 ? { subject: named } : {}),
      ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
      ...(options.requireApproval ? { approval: 'required' as const } : {}),
      ...(options.maxConcurrency === undefined ? {} : { slots: this.slots(options.maxConcurrency, workflow) }),
    };
  }

  private filtered(pattern: EventPattern, filter: Record<string, unknown> | undefined): EventPattern {
    const result = filter ? { ...pattern, detail: narrowed(this, pattern.detail ?? {}, filter) } : pattern;
    requireNarrowPattern(this, result);
    return result;
  }

  /** The slots of an imported workflow aren't known. */
  private slots(maxConcurrency: number, workflow: ITurnWorkflow): number {
    const most = workflow instanceof TurnWorkflow ? workflow.maxConcurrency : 1000;
    requireWholeNumber(this, 'maxConcurrency', maxConcurrency, 1, most, 'turns');
    return maxConcurrency;
  }

  private attempts(maxAttempts: number): number {
    requireWholeNumber(this, 'maxAttempts', maxAttempts, 2, 1000, 'attempts');
    return maxAttempts;
  }
}
