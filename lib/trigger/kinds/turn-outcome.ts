import type { IConstruct } from 'constructs';
import type { IManagedAgent } from '../../agent/managed-agent-base';
import { requireInput } from '../../validation/input-error';
import { TURN_EVENT_SOURCE, turnEventType } from '../../contracts/turn';
import type { ITurnWorkflow } from '../../workflow/turn-workflow-ref';
import type { AgentTriggerOptions } from '../agent-trigger-options';
import type { TriggerDefinition } from '../trigger-definition';
import { idFrom } from '../trigger-id';

/** How a turn ended. */
export enum TurnOutcome {
  /** The agent answered, and the answer passed the guardrail. */
  COMPLETED = 'Completed',
  /** The session or the workflow failed. */
  FAILED = 'Failed',
  /** The guardrail, staging or a person refused the turn. */
  REJECTED = 'Rejected',
  /** The deadline passed. */
  TIMED_OUT = 'TimedOut',
  /** Somebody cancelled the turn. */
  CANCELLED = 'Cancelled',
}

/** Options of a trigger on the outcome of another agent's turns. */
export interface TurnOutcomeTriggerOptions extends AgentTriggerOptions {
  /**
   * Outcomes that start a turn.
   *
   * @default [TurnOutcome.COMPLETED]
   */
  readonly outcomes?: TurnOutcome[];
}

export function turnOutcomeTrigger(source: ITurnWorkflow, options: TurnOutcomeTriggerOptions): TriggerDefinition {
  const { agent, eventBus } = source;
  const outcomes = options.outcomes ?? [TurnOutcome.COMPLETED];
  return {
    type: 'turn-outcome',
    defaultId: idFrom('TurnOutcome', agent),
    rule: {
      eventBus,
      pattern: {
        source: [TURN_EVENT_SOURCE],
        detailType: outcomes.map((outcome) => turnEventType(outcome)),
        detail: { agentName: [agent.agentName] },
      },
    },
    prompt: [
      'A turn of another agent ended with {{event.detail.outcome | enum:Completed,Failed,Rejected,TimedOut,Cancelled}} at {{event.time | time}}.',
      'Agent: {{event.detail.agentName | id}}',
      'Turn: {{event.detail.turn.name | id}}',
      'Cause of that turn: {{event.detail.trigger | json:1500}}',
      'Reason: {{event.detail.reason.code | id | optional}}',
      'Answer: {{event.detail.output.0.text | text:10000 | optional}}',
      'Evidence: {{event.detail.evidence | json:600 | optional}}',
      '',
      'Continue as your instructions say.',
    ].join('\n'),
    deduplicationKey: ['detail.turn.executionArn', 'detail-type'],
    options,
    prepare: (scope, follower) => {
      requireNoCycle(scope, follower, agent);
      requireInput(outcomes.length > 0, scope, {
        input: 'outcomes',
        value: outcomes,
        allowed: 'at least one outcome',
        fix: 'leave outcomes out for COMPLETED alone',
      });
    },
  };
}

/** The workflows whose outcomes start turns of an agent. */
const FOLLOWED = new WeakMap<IManagedAgent, Set<IManagedAgent>>();

/**
 * Refuses cycles of agents, in which every turn would start the next one for ever. It checks the agents of this app,
 * not cycles through an imported agent or another app.
 */
function requireNoCycle(where: IConstruct, agent: IManagedAgent, followed: IManagedAgent): void {
  requireInput(followed !== agent && !reaches(followed, agent), where, {
    input: 'source',
    value: followed.node.path,
    allowed: 'an agent whose turns are not, directly or through others, started by this one',
    fix: 'break the cycle: let the first agent do the work in one turn, or start it from something else',
  });
  FOLLOWED.set(agent, (FOLLOWED.get(agent) ?? new Set()).add(followed));
}

/** Whether turns of `target` start turns of `from`, directly or indirectly. */
function reaches(from: IManagedAgent, target: IManagedAgent): boolean {
  return [...(FOLLOWED.get(from) ?? [])].some((next) => next === target || reaches(next, target));
}
