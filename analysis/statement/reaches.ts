import { accessOf } from './access';
import type { Permission, Reached } from './statement';

/**
 * Services that every role of a kind uses and that don't count as reach: keys, network interfaces, traces, sessions,
 * roles handed on.
 */
const PLUMBING: ReadonlySet<string> = new Set([
  'kms',
  'ec2',
  'xray',
  'bedrock-mantle',
  'bedrock-agentcore',
  'iam',
  'sqs',
]);

/**
 * What a role may use, by service and resource, from its permissions: the kind of access instead of the actions. Not
 * included, because they aren't specific to the role: keys, network interfaces, traces, sessions, and its own log
 * group.
 */
export function reachesOf(permissions: readonly Permission[], role: string): Reached[] {
  const found = new Map<string, { service: string; resource: string; does: Set<string> }>();
  for (const { action, resource, outcome } of permissions) {
    const [service, verb = '*'] = action.split(':');
    if (outcome !== 'allowed' || PLUMBING.has(service) || isOwnLog(service, resource, role)) {
      continue;
    }
    const key = `${service} ${resource}`;
    const reached = found.get(key) ?? { service, resource, does: new Set<string>() };
    // If no resource can be named, only the action is shown.
    (resource === '*' ? [verb] : accessOf(action)).forEach((each) => reached.does.add(each));
    found.set(key, reached);
  }
  return [...found.values()]
    .map(({ service, resource, does }) => ({ service, resource, does: [...does].sort() }))
    .sort((one, other) => (`${one.service} ${one.resource}` < `${other.service} ${other.resource}` ? -1 : 1));
}

/** The log group next to a role is the one of its own program. */
function isOwnLog(service: string, resource: string, role: string): boolean {
  const group = /\$\{(?!AWS::)([^}]*)\}/.exec(resource)?.[1];
  return service === 'logs' && group !== undefined && parentOf(group) === parentOf(role);
}

function parentOf(constructPath: string): string {
  return constructPath.slice(0, constructPath.lastIndexOf('/'));
}
