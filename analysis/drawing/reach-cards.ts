import type { Reached } from '../statement/statement';
import type { Card } from './facts';
import { kindOf, resourceName, serviceName, shortPath } from './words';

const VERBS: Readonly<Record<string, string>> = { read: 'reads', write: 'writes', use: 'uses' };

/**
 * One card per service that a role reaches, with what it does to which resource.
 *
 * @param without construct paths of resources that the picture shows elsewhere, and prefixes of services that it doesn't show
 */
export function reachCards(reaches: readonly Reached[], without: readonly string[] = []): Card[] {
  const services = new Map<string, Map<string, Set<string>>>();
  for (const { service, resource, does } of reaches) {
    const [, path] = /^\$\{([^}]*)\}/.exec(resource) ?? [];
    if (without.includes(service) || (path !== undefined && without.includes(path))) {
      continue;
    }
    const name = resourceName(resource);
    const verbs = services.get(service) ?? new Map<string, Set<string>>();
    services.set(service, verbs);
    const verb = name === undefined ? 'calls' : does.map((each) => VERBS[each] ?? each).join(' and ');
    const whats = verbs.get(verb) ?? new Set();
    (name === undefined ? does : [name]).forEach((what) => whats.add(what));
    verbs.set(verb, whats);
  }
  return [...services].sort(byName).map(([service, verbs]) => ({
    service: '',
    kind: kindOf(service),
    name: serviceName(service),
    notes: [...verbs].sort(byName).map(([verb, whats]) => `${verb} ${[...whats].sort().join(', ')}`),
  }));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** A card of a resource that a step calls. */
export function calledCard(service: string, name: string, notes: readonly string[]): Card {
  return { service: serviceName(service), kind: kindOf(service), name: shortPath(name), notes };
}
