import { reachesOf } from '../statement/reaches';
import type { Permission, RoleReach, Starter, Statement, Trigger } from '../statement/statement';
import { type Card, type PictureFacts, type RuntimePlace, SIGNS } from './facts';
import { reachCards } from './reach-cards';
import { starterCard, triggerCard } from './start-cards';
import { surroundingCards } from './surrounding-cards';
import { counted, durationText, resourceName, shortPath } from './words';
import { requesterCards, stepsOf } from './workflow-steps';

/** The uses of a principal that start something; other steps of a workflow can only continue it. */
const STARTS: readonly Starter['may'][number][] = [
  'start sessions',
  'start turns through a workflow',
  'invoke the runtime directly',
];

/** The facts of an agent for the picture. */
export function pictureFacts(statement: Statement): PictureFacts {
  const starters = statement.starters.filter(
    ({ step, may }) => step !== true && may.some((drive) => STARTS.includes(drive)),
  );
  const triggers = statement.triggers.filter(({ settles }) => !settles);
  return {
    title: titleOf(statement),
    starts: [...triggers.map(triggerCard), ...starters.map(starterCard)],
    delivery: deliveryText(triggers),
    between: requesterCards(statement),
    steps: stepsOf(statement),
    session: sessionCard(statement),
    runtime: runtimePlace(statement),
    reaches: executionRoles(statement).flatMap(({ permissions, role }) =>
      reachCards(reachesOf(permissions, role), ['ecr']),
    ),
    around: surroundingCards(statement),
  };
}

/** The construct of the agent: the path of the Runtime without its stack and what is inside of every agent. */
function titleOf({ agent: { construct, name } }: Statement): string {
  const [, path] = /^[^/#]+\/(.*?)(\/Environment)?\/Runtime$/.exec(construct) ?? [];
  // A blueprint names its agent by itself: the construct inside of it is always 'Agent'.
  return path?.replace(/\/Agent$/, '') ?? name;
}

/** How events are delivered. A request to a URL gets an immediate response, so this doesn't apply to it. */
function deliveryText(triggers: readonly Trigger[]): string {
  const delivered = triggers.filter(({ deadLetterQueue }) => deadLetterQueue !== undefined);
  if (delivered.length === 0) {
    return '';
  }
  const queued = delivered.every((trigger) => trigger.queued);
  const kept = delivered.every(({ deadLetterQueue }) => deadLetterQueue !== false);
  return [
    queued ? 'through a queue and a starter function' : '',
    kept ? 'failed deliveries are kept' : `${SIGNS.warn} failed deliveries are lost`,
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function executionRoles({ roles }: Statement): RoleReach[] {
  return roles.filter(({ purpose }) => purpose === 'execution');
}

function sessionCard({ models, definition, bounds, roles }: Statement): Card {
  const deadline = bounds.find(({ name }) => name.startsWith('Duration of a turn'))?.value;
  const tools = (definition?.tools ?? []).map(
    ({ label, allowed }) => `${label} (${allowed ? counted(allowed.length, 'tool') : 'all tools'})`,
  );
  const own = roles.filter(({ purpose }) => purpose === 'session');
  return {
    service: 'Bedrock Managed Agents',
    kind: 'agent',
    name: 'Session of the agent',
    notes: [
      models.includes('*') ? `${SIGNS.warn} every model` : `model: ${models.join(', ') || 'not found in the app'}`,
      ...(tools.length > 0 ? [`MCP servers: ${tools.join(', ')}`] : []),
      ...(typeof deadline === 'number' ? [`a turn is cancelled after ${durationText(deadline)}`] : []),
      ...(own.length === 0 ? [`${SIGNS.warn} session role not found in the app`] : own.flatMap(roleNotes)),
    ],
  };
}

/** Reach beyond its own permissions: unreadable policies, roles that it can assume, and resources that it can start. */
function roleNotes({ attached, influences = [] }: RoleReach): string[] {
  return [
    ...attached.map((policy) => `${SIGNS.warn} policy whose content is not known: ${shortPath(policy)}`),
    ...influences.map(({ what, way: [first] }) => `${SIGNS.warn} can drive ${what}: ${first.does} ${first.to}`),
  ];
}

function runtimePlace(statement: Statement): RuntimePlace {
  const { network, bounds, stores } = statement;
  const inVpc = network.mode === 'VPC';
  const seconds = (start: string) => bounds.find(({ name }) => name.startsWith(start))?.value;
  const [idle, lifetime] = [seconds('Idle time of the environment'), seconds('Lifetime of the environment')];
  const mounts = stores.filter(({ by }) => by.includes('runtime')).map(({ name }) => name);
  return {
    inVpc,
    title: inVpc ? `VPC: ${routeText(statement)}` : `${SIGNS.warn} Network mode ${network.mode}`,
    card: {
      service: statement.agent.compute,
      kind: 'compute',
      name: 'Commands of the agent run here',
      notes: [
        ...(mounts.length > 0 ? [`session storage: ${mounts.join(', ')}`] : []),
        ...(typeof idle === 'number' && typeof lifetime === 'number'
          ? [`stops after ${durationText(idle)} idle time, or ${durationText(lifetime)} in total`]
          : []),
        ...executionNotes(statement),
      ],
    },
    notes: [...network.internet.map((way) => `${SIGNS.warn} way out: ${way}`), ...nameNotes(statement)],
    endpoints: network.endpoints.map(({ service, ownPolicy }) =>
      ownPolicy ? service : `${SIGNS.warn} ${service} (open)`,
    ),
  };
}

function routeText({ network, unknown }: Statement): string {
  return network.internet.length > 0
    ? counted(network.internet.length, 'way') + ' out'
    : unknown.some(({ where }) => where === 'network')
      ? 'its routes are not all in the app'
      : 'no route to the internet';
}

function nameNotes({ network: { names = [] } }: Statement): string[] {
  return names.map(({ resolves }) =>
    resolves.includes('*')
      ? `${SIGNS.warn} every name resolves`
      : `${counted(resolves.length, 'name')} can be resolved, others are blocked`,
  );
}

function executionNotes(statement: Statement): string[] {
  const roles = executionRoles(statement);
  return [
    ...(roles.length === 0 ? [`${SIGNS.warn} execution role not found in the app`] : roles.flatMap(roleNotes)),
    ...denialNotes(roles.flatMap(({ permissions }) => permissions)),
  ];
}

/** What is denied in every case, with the resource if it is denied on some only. Denials with conditions are in the list of permissions. */
function denialNotes(permissions: readonly Permission[]): string[] {
  const denied = new Map<string, Set<string>>();
  for (const { effect, action, resource, conditions, when } of permissions) {
    if (effect === 'deny' && conditions.length === 0 && when === undefined) {
      const place = resource === '*' ? '' : ` on ${resourceName(resource) ?? resource}`;
      denied.set(place, (denied.get(place) ?? new Set()).add(action));
    }
  }
  return [...denied]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([place, actions]) => `${SIGNS.never} never: ${[...actions].sort().join(', ')}${place}`);
}
