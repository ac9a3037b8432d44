import type { Reached, Statement } from './statement';

/** What a state of the workflow, or a state machine that asks for turns, calls and reaches. */
export interface TurnCall {
  readonly by: string;
  readonly how: string;
  /** One text each: what it does, and on which resource. */
  readonly reaches: readonly string[];
}

/** What the workflow does for the agent: for example, its delivery can publish although no role of the agent may. */
export function turnCalls({ workflow }: Statement): TurnCall[] {
  const tasks = (workflow?.tasks ?? []).map(({ state, calls, on, reaches }) => ({
    by: state,
    how: calls,
    reaches: [...on.map(({ name }) => name), ...reaches.map(reachText)],
  }));
  const requesters = (workflow?.requesters ?? []).map(({ name, reaches }) => ({
    by: name,
    how: 'asks for turns',
    reaches: reaches.map(reachText),
  }));
  return [...tasks, ...requesters].filter(({ reaches }) => reaches.length > 0);
}

function reachText({ service, resource, does }: Reached): string {
  return `${service}: ${does.join(', ')} ${resource === '*' ? 'on everything' : resource}`;
}
