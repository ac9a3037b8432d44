import { diffGrants, type Grant } from './diff-grants';
import { boundText, conditionsText, flowText, trustText } from './phrases';
import type { RoleReach, Starter, Statement, Trust } from './statement';

/** Names and version of a difference. */
export const DIFF_FORMAT = 'cdk-bedrock-managed-agents/security-statement-diff/1';

/** How a change reads: "this change lets the agent also …", "no longer …", "bounds changed", a protection, anything else. */
export type ChangeKind = 'also' | 'no longer' | 'bound' | 'protection' | 'other';

/** Whether the change widens what the agent can reach or do, or what can reach it. */
export type ChangeDirection = 'wider' | 'narrower' | 'neutral';

export interface Change {
  readonly kind: ChangeKind;
  readonly direction: ChangeDirection;
  /** What changed, in pieces: plain words, and names from templates that a renderer must quote. */
  readonly text: readonly Piece[];
}

/** Words of ours, or a name from a template. */
export type Piece = string | { readonly name: string };

export interface AgentDiff {
  readonly agent: string;
  readonly status: 'added' | 'removed' | 'changed';
  readonly changes: readonly Change[];
}

export interface StatementDiff {
  readonly format: typeof DIFF_FORMAT;
  /** True when any change widens reach. */
  readonly wider: boolean;
  readonly agents: readonly AgentDiff[];
}

/** Compares the statements of two versions of an app; agents are told apart by stack and logical id. */
export function diffStatements(before: readonly Statement[], after: readonly Statement[]): StatementDiff {
  const old = new Map(before.map((statement) => [statement.agent.id, statement]));
  const now = new Map(after.map((statement) => [statement.agent.id, statement]));
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort();
  const agents = ids.flatMap((agent): AgentDiff[] => {
    const [was, is] = [old.get(agent), now.get(agent)];
    if (was && is) {
      const found = diffStatement(was, is);
      const changes = found.length || asJson(was) === asJson(is) ? found : [unexplained()];
      return changes.length ? [{ agent, status: 'changed', changes }] : [];
    }
    return is
      ? [{ agent, status: 'added', changes: diffStatement(emptied(is), is) }]
      : [{ agent, status: 'removed', changes: diffStatement(was!, emptied(was!)) }];
  });
  const wider = agents.some(({ changes }) => changes.some(({ direction }) => direction === 'wider'));
  return { format: DIFF_FORMAT, wider, agents };
}

/** Everything that differs between two statements of one agent. */
export function diffStatement(before: Statement, after: Statement): Change[] {
  return [
    ...models(before, after),
    ...definition(before, after),
    ...roles(before, after),
    ...starters(before, after),
    ...triggers(before, after),
    ...network(before, after),
    ...stores(before, after),
    ...audit(before, after),
    ...bounds(before, after),
    ...set(before.guardrails, after.guardrails, (guardrail, added) =>
      protection(added, ['the guardrail ', name(guardrail)]),
    ),
    ...set(before.unknown.map(asJson), after.unknown.map(asJson), (json, added) => {
      const { where, what } = JSON.parse(json) as Statement['unknown'][number];
      return change('other', 'neutral', [
        added ? 'not known at synth any more: ' : 'known at synth now: ',
        name(where),
        ': ',
        name(what),
      ]);
    }),
  ];
}

/** Never "no change" when there is one. */
function unexplained(): Change {
  return change('other', 'neutral', ['details differ that have no words here; compare the two JSON files']);
}

const name = (text: string): Piece => ({ name: text });
const asJson = (value: unknown): string => JSON.stringify(value);

function change(kind: ChangeKind, direction: ChangeDirection, text: readonly Piece[]): Change {
  return { kind, direction, text };
}

/** Reach that came or went. */
function reach(added: boolean, text: readonly Piece[]): Change {
  return added ? change('also', 'wider', text) : change('no longer', 'narrower', text);
}

/** A protection that came or went. */
function protection(added: boolean, text: readonly Piece[]): Change {
  return change('protection', added ? 'narrower' : 'wider', [added ? 'added: ' : 'lost: ', ...text]);
}

/** One change per element that only one of the lists has. */
function set(
  before: readonly string[],
  after: readonly string[],
  describe: (element: string, added: boolean) => Change,
): Change[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...[...now].filter((element) => !old.has(element)).map((element) => describe(element, true)),
    ...[...old].filter((element) => !now.has(element)).map((element) => describe(element, false)),
  ];
}

function models(before: Statement, after: Statement): Change[] {
  return set(before.models, after.models, (model, added) =>
    reach(added, model === '*' ? ['call every model'] : ['call the model ', name(model)]),
  );
}

function definition({ definition: before }: Statement, { definition: after }: Statement): Change[] {
  if (!before || !after) {
    return [];
  }
  const tool = (entry: NonNullable<Statement['definition']>['tools'][number]) => asJson(entry);
  const texts: Change[] = set(before.tools.map(tool), after.tools.map(tool), (json, added) => {
    const { label, command, allowed } = JSON.parse(json) as (typeof after.tools)[number];
    const limit: Piece[] = allowed ? [' limited to ', name(allowed.join(', ') || 'nothing')] : [', all of its tools'];
    return reach(added, ['use the MCP server ', name(label), ' (', name(command), ')', ...limit]);
  });
  if (before.model !== after.model) {
    texts.push(
      change('other', 'neutral', ['sessions use the model ', name(after.model), ' instead of ', name(before.model)]),
    );
  }
  if (before.instructionsSha256 !== after.instructionsSha256) {
    texts.push(change('other', 'neutral', ['the instructions changed; read them in the change itself']));
  }
  return texts;
}

function roles(before: Statement, after: Statement): Change[] {
  return (['session', 'execution'] as const).flatMap((purpose) => {
    const old = before.roles.find((role) => role.purpose === purpose);
    const now = after.roles.find((role) => role.purpose === purpose);
    return roleChanges(purpose, old ?? noRole(purpose), now ?? noRole(purpose), old !== undefined && now !== undefined);
  });
}

function noRole(purpose: RoleReach['purpose']): RoleReach {
  return { purpose, role: '', trustedBy: [], attached: [], permissions: [] };
}

function roleChanges(purpose: string, before: RoleReach, after: RoleReach, both: boolean): Change[] {
  const as = ` (${purpose} role)`;
  const changes: Change[] = [];
  if (both && before.role !== after.role) {
    changes.push(
      change('other', 'neutral', [`the ${purpose} role is `, name(after.role), ' instead of ', name(before.role)]),
    );
  }
  changes.push(
    ...diffGrants(allowed(before), allowed(after), (verb, grants) => grantPieces(verb, grants).concat([as])),
    ...diffGrants(trusts(before.trustedBy), trusts(after.trustedBy), (verb, grants) => [
      `have its ${purpose} role assumed by `,
      ...(verb === 'conditions' ? trustChange(grants) : trustPieces(grants[0])),
    ]),
    ...set(denials(before), denials(after), (json, added) => {
      const { action, resource, conditions } = JSON.parse(json) as Grant;
      const condition: Piece[] = conditions.length ? [' if ', name(conditionsText(conditions))] : [];
      return protection(added, ['denial of ', name(action), ' on ', name(resource), ...condition, as]);
    }),
    ...set(before.attached, after.attached, (policy, added) =>
      reach(added, ['do whatever the policy ', name(policy), ' allows, which is not in the app', as]),
    ),
  );
  if (both && before.boundary !== after.boundary) {
    if (before.boundary !== undefined) {
      changes.push(protection(false, ['the permissions boundary ', name(before.boundary), as]));
    }
    if (after.boundary !== undefined) {
      changes.push(protection(true, ['the permissions boundary ', name(after.boundary), as]));
    }
  }
  return changes;
}

function allowed({ permissions }: RoleReach): Grant[] {
  return permissions
    .filter(({ effect, outcome }) => effect === 'allow' && outcome === 'allowed')
    .map(({ action, resource, conditions }) => ({ action, resource, conditions }));
}

function denials({ permissions }: RoleReach): string[] {
  return permissions
    .filter(({ effect }) => effect === 'deny')
    .map(({ action, resource, conditions }) => asJson({ action, resource, conditions }));
}

function trusts(list: readonly Trust[]): Grant[] {
  return list
    .filter(({ effect }) => effect === 'allow')
    .map(({ principal, conditions }) => ({ action: 'sts:AssumeRole', resource: principal, conditions }));
}

function grantPieces(verb: 'plain' | 'resource' | 'conditions', grants: readonly Grant[]): Piece[] {
  const [first, was] = grants;
  const condition = (grant: Grant): Piece[] =>
    grant.conditions.length ? [' only if ', name(conditionsText(grant.conditions))] : [];
  const head: Piece[] = [name(first.action), ' on ', name(first.resource), ...condition(first)];
  switch (verb) {
    case 'resource':
      return [...head, ', before on ', name(was.resource)];
    case 'conditions':
      return [
        ...head,
        ', before ',
        ...(was.conditions.length ? ['only if ', name(conditionsText(was.conditions))] : ['without conditions']),
      ];
    default:
      return head;
  }
}

function trustPieces({ resource, conditions }: Grant): Piece[] {
  return [name(trustText({ effect: 'allow', principal: resource, conditions }))];
}

function trustChange([now, was]: readonly Grant[]): Piece[] {
  const before = was.conditions.length ? [' (before only if ', name(conditionsText(was.conditions)), ')'] : [];
  return [...trustPieces(now), ...before];
}

function starters(before: Statement, after: Statement): Change[] {
  const drives = ({ starters: list }: Statement) =>
    list.flatMap(({ principal, may }) => may.map((drive) => asJson([principal, drive])));
  const byPrincipal = (list: readonly Starter[]) => new Map(list.map((starter) => [starter.principal, starter]));
  const [old, now] = [byPrincipal(before.starters), byPrincipal(after.starters)];
  const assumed = [...now].flatMap(([principal, { assumedBy }]) => {
    const was = old.get(principal);
    return was
      ? diffGrants(trusts(was.assumedBy), trusts(assumedBy), (verb, grants) => [
          'be driven through ',
          name(principal),
          ' by ',
          ...(verb === 'conditions' ? trustChange(grants) : trustPieces(grants[0])),
        ])
      : [];
  });
  return [
    ...set(drives(before), drives(after), (json, added) => {
      const [principal, drive] = JSON.parse(json) as [string, string];
      return reach(added, ['be driven by ', name(principal), `, which may ${drive}`]);
    }),
    ...assumed,
  ];
}

function triggers(before: Statement, after: Statement): Change[] {
  const old = new Map(before.triggers.map((trigger) => [trigger.name, trigger]));
  const now = new Map(after.triggers.map((trigger) => [trigger.name, trigger]));
  const kept = [...now].flatMap(([id, trigger]): Change[] => {
    const was = old.get(id);
    if (!was) {
      return [];
    }
    const changes = set(was.passesIn, trigger.passesIn, (what, added) =>
      reach(added, ['be handed ', name(what), ' by the trigger ', name(id)]),
    );
    if (was.when !== trigger.when) {
      changes.push(
        change('other', 'neutral', [
          'the trigger ',
          name(id),
          ' fires on ',
          name(trigger.when),
          ', before on ',
          name(was.when),
        ]),
      );
    }
    if (was.deadLetterQueue !== trigger.deadLetterQueue) {
      changes.push(protection(trigger.deadLetterQueue === true, ['the dead-letter queue of the trigger ', name(id)]));
    }
    return changes;
  });
  return [
    ...set([...old.keys()], [...now.keys()], (id, added) => {
      const { type, when } = (added ? now : old).get(id)!;
      return reach(added, [`be started by the ${type} `, name(id), ' (', name(when), ')']);
    }),
    ...kept,
  ];
}

function network({ network: before }: Statement, { network: after }: Statement): Change[] {
  const changes: Change[] = [];
  if (before.mode !== after.mode) {
    const wider = after.mode === 'PUBLIC' ? 'wider' : before.mode === 'PUBLIC' ? 'narrower' : 'neutral';
    changes.push(
      change(wider === 'wider' ? 'also' : wider === 'narrower' ? 'no longer' : 'other', wider, [
        wider === 'neutral'
          ? `run in network mode ${after.mode} instead of ${before.mode}`
          : 'reach any address: the Runtime is in public mode',
      ]),
    );
  }
  const endpoints = (list: typeof before.endpoints) => new Map(list.map((endpoint) => [endpoint.service, endpoint]));
  const [old, now] = [endpoints(before.endpoints), endpoints(after.endpoints)];
  changes.push(
    ...set(before.internet, after.internet, (way, added) => reach(added, ['reach the internet through ', name(way)])),
    ...set(before.flows.map(flowText), after.flows.map(flowText), (flow, added) =>
      reach(added, ['exchange network traffic ', name(flow)]),
    ),
    ...set([...old.keys()], [...now.keys()], (service, added) =>
      reach(added, ['reach the service ', name(service), ' through an endpoint']),
    ),
    ...set(before.subnets, after.subnets, (subnet, added) =>
      change('other', 'neutral', [added ? 'runs in the subnet ' : 'runs no more in the subnet ', name(subnet)]),
    ),
  );
  for (const [service, endpoint] of now) {
    const was = old.get(service);
    if (!was) {
      continue;
    }
    if (was.ownPolicy !== endpoint.ownPolicy) {
      changes.push(protection(endpoint.ownPolicy, ['the policy of the endpoint ', name(service)]));
      continue;
    }
    const grants = (effect: 'allow' | 'deny', of: typeof endpoint) =>
      of.permissions
        .filter((permission) => permission.effect === effect)
        .map(({ action, resource, conditions, principal }) => ({
          action,
          resource,
          conditions: [...conditions, { operator: 'StringEquals', key: 'principal', values: [principal] }],
        }));
    changes.push(
      ...diffGrants(grants('allow', was), grants('allow', endpoint), (verb, found) => [
        'pass the endpoint ',
        name(service),
        ' with ',
        ...grantPieces(verb, found),
      ]),
      ...set(grants('deny', was).map(asJson), grants('deny', endpoint).map(asJson), (json, added) => {
        const { action, resource } = JSON.parse(json) as Grant;
        return protection(added, [
          'denial of ',
          name(action),
          ' on ',
          name(resource),
          ' at the endpoint ',
          name(service),
        ]);
      }),
    );
  }
  return changes;
}

function stores(before: Statement, after: Statement): Change[] {
  const old = new Map(before.stores.map((store) => [store.name, store]));
  const now = new Map(after.stores.map((store) => [store.name, store]));
  const encryption = [...now].flatMap(([id, store]): Change[] => {
    const was = old.get(id);
    if (!was || was.encryption === store.encryption) {
      return [];
    }
    const customer = (text: string) => text.startsWith('customer-managed');
    const direction =
      customer(was.encryption) === customer(store.encryption)
        ? 'neutral'
        : customer(store.encryption)
          ? 'narrower'
          : 'wider';
    return [
      change('protection', direction, [
        'encryption of ',
        name(id),
        ': ',
        name(store.encryption),
        ', before ',
        name(was.encryption),
      ]),
    ];
  });
  const own = (list: typeof before.stores) =>
    list.filter(({ by }) => by.includes('runtime')).map((store) => asJson([store.name, store.type]));
  return [
    ...set(own(before.stores), own(after.stores), (json, added) => {
      const [id, type] = JSON.parse(json) as [string, string];
      return reach(added, [`keep files in ${type} `, name(id)]);
    }),
    ...encryption,
  ];
}

function audit({ audit: before }: Statement, { audit: after }: Statement): Change[] {
  const records = (list: typeof before.trails) =>
    list.flatMap(({ trail, records: recorded, multiRegion, validated, key }) => [
      asJson(['the trail', trail, `encrypted with ${key}`]),
      ...recorded.map((record) => asJson(['the record', record, `of the trail ${trail}`])),
      ...(multiRegion ? [asJson(['the record of every Region of the trail', trail, ''])] : []),
      ...(validated ? [asJson(['the file validation of the trail', trail, ''])] : []),
    ]);
  const keys = (list: typeof before.logGroups) =>
    list.map((group) => asJson(['the log group', group.name, `encrypted with ${group.key}`]));
  const alarms = (list: typeof before.alarms) => list.map((alarm) => asJson(['the alarm', alarm, '']));
  const all = (of: typeof before) => [...records(of.trails), ...keys(of.logGroups), ...alarms(of.alarms)];
  return set(all(before), all(after), (json, added) => {
    const [what, id, detail] = JSON.parse(json) as [string, string, string];
    return protection(added, [`${what} `, name(id), ...(detail ? [' ', name(detail)] : [])]);
  });
}

/** Bounds that get wider when their number falls. */
const LESS_IS_WIDER = /^retention/i;

function bounds(before: Statement, after: Statement): Change[] {
  const retention = ({ audit: { logGroups } }: Statement) =>
    logGroups.map((group) => ({ name: `Retention of ${group.name}`, value: group.retentionDays, unit: 'days' }));
  const old = new Map([...before.bounds, ...retention(before)].map((bound) => [bound.name, bound]));
  const now = new Map([...after.bounds, ...retention(after)].map((bound) => [bound.name, bound]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((id): Change[] => {
    const [was, is] = [old.get(id), now.get(id)];
    if (was && is) {
      const same = was.value === is.value && was.unit === is.unit;
      const text = [name(id), ': ', name(boundText(is)), ', before ', name(boundText(was))];
      return same ? [] : [change('bound', boundDirection(id, size(was.value), size(is.value)), text)];
    }
    // What the bound is about came or went with it; but a budget is nothing else than a bound.
    const budget = id.startsWith('Budget ');
    return is
      ? [change('bound', budget ? 'narrower' : 'neutral', ['new: ', name(id), ': ', name(boundText(is))])]
      : [change('bound', budget ? 'wider' : 'neutral', ['gone: ', name(id), ', before ', name(boundText(was!))])];
  });
}

function size(value: number | string): number {
  return typeof value === 'number' ? value : value === 'unbounded' ? Infinity : NaN;
}

function boundDirection(id: string, was: number, is: number): ChangeDirection {
  if (LESS_IS_WIDER.test(id)) {
    // Kept for ever is more evidence, none at all is less.
    const kept = (days: number) => (days === 0 ? Infinity : days === Infinity ? -1 : days);
    return kept(is) < kept(was) ? 'wider' : 'narrower';
  }
  return Number.isNaN(was) || Number.isNaN(is) ? 'neutral' : is > was ? 'wider' : 'narrower';
}

/** The statement of an agent that can do nothing, to compare a new or a removed agent with. */
function emptied(statement: Statement): Statement {
  return {
    ...statement,
    models: [],
    definition: statement.definition && { ...statement.definition, tools: [] },
    roles: [],
    starters: [],
    triggers: [],
    network: { mode: 'unknown', subnets: [], internet: [], flows: [], endpoints: [] },
    stores: [],
    guardrails: [],
    audit: { trails: [], logGroups: [], alarms: [] },
    bounds: [],
    unknown: [],
  };
}
