import type { Identity } from '../../lib/security/statement/roles';
import type { Source } from '../../lib/security/statement/source';
import { accessOf } from '../../analysis/statement/stores';
import type { Card } from './picture-facts';
import { kindOf, resourceName, serviceName } from './words';

/** What every role of a kind has and nobody thinks of as reach: keys, network interfaces, traces, the agent service, roles handed on. */
const PLUMBING = ['kms', 'ec2', 'xray', 'bedrock-mantle', 'iam'];
const VERBS = { read: 'reads', write: 'writes', use: 'uses' } as const;

/**
 * One card per service that a role reaches, with what it does to which resource.
 *
 * @param without names of resources that the picture shows elsewhere, and prefixes of services that it does not show
 */
export function reachOf(role: Identity | undefined, source: Source, without: readonly string[] = []): Card[] {
  const services = new Map<string, Map<string, Set<string>>>();
  for (const { action, resource, outcome } of role?.permissions ?? []) {
    const [service, verb = '*'] = action.split(':');
    const item = source.named(resource);
    if (
      outcome !== 'allowed' ||
      [...PLUMBING, ...without].includes(service) ||
      (item && (without.includes(item.name) || isOwnLog(item.type, item.name, role!.item.name)))
    ) {
      continue;
    }
    const name = resourceName(resource, source);
    // Where no resource can be named, the action is all that can be said.
    const [phrase, what] = name === undefined ? ['calls', verb] : [accessText(action), name];
    const phrases = services.get(service) ?? new Map<string, Set<string>>();
    phrases.set(phrase, (phrases.get(phrase) ?? new Set()).add(what));
    services.set(service, phrases);
  }
  return [...services].sort(byName).map(([service, phrases]) => ({
    service: '',
    kind: kindOf(service),
    name: serviceName(service),
    notes: joined(phrases),
  }));
}

function accessText(action: string): string {
  return accessOf(action)
    .map((access) => VERBS[access])
    .join(' and ');
}

/** `reads and writes x` once, where something is both read and written. */
function joined(phrases: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const of = new Map<string, Set<string>>();
  for (const [phrase, names] of phrases) {
    names.forEach((name) => of.set(`${name}`, (of.get(name) ?? new Set()).add(phrase)));
  }
  const lines = new Map<string, string[]>();
  for (const [name, verbs] of [...of].sort(byName)) {
    const read = verbs.has('reads') || verbs.has('reads and writes');
    const written = verbs.has('writes') || verbs.has('reads and writes');
    const verb = read && written ? 'reads and writes' : read ? 'reads' : written ? 'writes' : [...verbs].sort()[0];
    lines.set(verb, [...(lines.get(verb) ?? []), name]);
  }
  return [...lines].sort(byName).map(([verb, names]) => `${verb} ${names.join(', ')}`);
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** The log group that stands beside a role is the one its own program writes to. */
function isOwnLog(type: string, name: string, role: string): boolean {
  const parent = (path: string) => path.slice(0, path.lastIndexOf('/'));
  return type === 'AWS::Logs::LogGroup' && parent(name) === parent(role);
}
