import { NEW_TURN_PERMISSIONS } from './observed-turn';
import type { Probe } from './probe';
import { SOURCE_PERMISSIONS } from './probe-context';

/** The actions that one probe calls, including those for shared data. */
export function actionsOf({ looksAt, permissions }: Probe): readonly string[] {
  const all = [
    ...looksAt.flatMap((source) => SOURCE_PERMISSIONS[source]),
    ...permissions.flatMap(({ actions }) => actions),
  ];
  return [...new Set(all)].sort();
}

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

/**
 * The minimum IAM policy for these probes. `ACCOUNT`, `REGION` and `TURNS` (the state machine of the agent) are
 * placeholders.
 */
export function probePolicy(probes: readonly Probe[], newTurn: boolean): { Version: string; Statement: Statement[] } {
  const byResources = new Map<string, Set<string>>();
  const allow = (actions: readonly string[], resources: readonly string[] = ['*']) => {
    const key = JSON.stringify([...resources].sort());
    const known = byResources.get(key) ?? new Set();
    actions.forEach((action) => known.add(action));
    byResources.set(key, known);
  };
  const sources = [...new Set(probes.flatMap(({ looksAt }) => looksAt))];
  const shared = sources.flatMap((source) => SOURCE_PERMISSIONS[source]);
  if (shared.length > 0) allow(shared);
  if (newTurn && sources.includes('turn'))
    NEW_TURN_PERMISSIONS.forEach(({ actions, resources }) => allow(actions, resources));
  for (const { permissions } of probes) permissions.forEach(({ actions, resources }) => allow(actions, resources));
  const statements = [...byResources].map(([key, actions]): Statement => {
    const resources = JSON.parse(key) as string[];
    return {
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource: resources.length === 1 ? resources[0] : resources,
    };
  });
  // Executions, evidence and log groups of agents are encrypted with their keys.
  const encrypted = ['logs', 's3', 'states'].filter((service) =>
    shared.some((action) => action.startsWith(`${service}:`)),
  );
  if (encrypted.length > 0) {
    const services = encrypted.map((service) => `${service}.REGION.amazonaws.com`);
    statements.push({
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: '*',
      Condition: { StringEquals: { 'kms:ViaService': services } },
    });
  }
  return { Version: '2012-10-17', Statement: statements };
}
