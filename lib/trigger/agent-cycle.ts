import type { IConstruct } from 'constructs';
import type { IManagedAgent } from '../agent/managed-agent-base';
import { requireInput } from '../validation/input-error';

/** Whose outcomes start turns of an agent. */
const FOLLOWED = new WeakMap<IManagedAgent, Set<IManagedAgent>>();

/**
 * Refuses chains of agents that come back to their beginning: every turn would start the next one, for ever. Sees the
 * agents of this app; a chain through an imported agent or through another app is not seen.
 */
export function requireNoCycle(where: IConstruct, agent: IManagedAgent, followed: IManagedAgent): void {
  requireInput(followed !== agent && !reaches(followed, agent), where, {
    input: 'source',
    value: followed.node.path,
    allowed: 'an agent whose turns are not, directly or through others, started by this one',
    fix: 'Break the circle: let the first agent do the work in one turn, or start it from something else',
  });
  FOLLOWED.set(agent, (FOLLOWED.get(agent) ?? new Set()).add(followed));
}

/** True when turns of `target` lead to turns of `from`. */
function reaches(from: IManagedAgent, target: IManagedAgent): boolean {
  return [...(FOLLOWED.get(from) ?? [])].some((next) => next === target || reaches(next, target));
}
