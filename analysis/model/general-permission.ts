import { scopeOf } from '../policy/named-resource';
import type { Agent } from './agents';
import { DEFAULT_BUS } from './default-bus';
import type { Edge } from './edge';

/**
 * Whether an edge exists because an identity of another stack has a permission that doesn't name what the edge leads to:
 * on every resource of a type, on the default bus of the account, or on a name that the deployment decides. Such an
 * identity belongs to a general service or to another app. It can start an agent but isn't made for it, so what it
 * writes doesn't belong to the agent, and what starts it needn't be as reliable as a trigger.
 */
export function isGeneralPermission({ runtime }: Agent, { because, certainty, to, resources }: Edge): boolean {
  if (!('resources' in because) || because.principals !== 'attached' || because.holder.stack === runtime.stack) {
    return false;
  }
  const patterns = resources ? [resources] : because.resources.patterns.map(({ value }) => value);
  return (
    certainty === 'maybe' ||
    to.startsWith(DEFAULT_BUS) ||
    because.resources.except ||
    patterns.some((value) => ['every', 'type'].includes(scopeOf(value)))
  );
}
