import type { Resource } from '../model/assembly';
import type { Place } from '../model/text';
import type { RuleContext } from './rule';

/** The Runtimes of the agents. */
export function runtimes({ agents }: RuleContext): Resource[] {
  return agents.map(({ runtime }) => runtime);
}

/** A property of a resource, whether or not it is there. */
export function placeAt(resource: Resource, path: string): Place {
  return { stack: resource.stack, resource, path };
}
