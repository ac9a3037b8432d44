import { AGENT_DATA_EVENT_TYPES } from '../../lib/facts/cloudtrail';
import type { Resource } from './assembly';
import { literalsAt } from './values-at';

const AGENT_TYPES: ReadonlySet<string> = new Set(Object.values(AGENT_DATA_EVENT_TYPES));

/**
 * The trails to judge: those that record what agents do, or every trail if none does. A trail for something else, next
 * to a trail for agents, proves nothing about agents.
 */
export function trailsOfAgents(trails: readonly Resource[]): readonly Resource[] {
  const recording = trails.filter(recordsAgents);
  return recording.length > 0 ? recording : trails;
}

function recordsAgents({ properties }: Resource): boolean {
  return literalsAt(properties, 'AdvancedEventSelectors', 'FieldSelectors', 'Equals').some((type) =>
    AGENT_TYPES.has(type),
  );
}
