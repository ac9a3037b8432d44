import { AGENT_SERVICES, computeKindOf } from '../../lib/facts/compute-kinds';
import type { Principal, Statement } from '../policy/statement';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import type { Identity } from './identities';
import { connects } from './statements-for';

/**
 * The roles of agents. Anybody's commands may run under them, so what everybody may do counts as their permission.
 * Other identities do only what they are made for.
 */
export function rolesOfAgents<T extends Identity>(identities: Iterable<T>): T[] {
  return [...identities].filter(
    ({ kind, runs, trust, statements }) =>
      kind === 'role' &&
      (runs.some(({ resource }) => isCompute(resource, statements)) ||
        trust.some(({ principals }) => principals !== 'attached' && principals.some(isAgentService))),
  );
}

/** Compute of a type that isn't only for agents belongs to an agent if it may connect to the service. */
function isCompute({ type }: Resource, statements: readonly Statement[]): boolean {
  const kind = computeKindOf(type);
  return kind !== undefined && (kind.driven !== undefined || connects({ statements, granted: [] }));
}

const isAgentService = ({ kind, name }: Principal): boolean =>
  kind === 'Service' && AGENT_SERVICES.includes(literalOf(name.value)?.toLowerCase() ?? '');
