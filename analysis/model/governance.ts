import type { Selection } from '../policy/statement';
import { trailsOfAgents } from './agent-trails';
import type { Agent } from './agents';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import type { EdgeKind, NodeId } from './edge';
import { evidenceBuckets } from './evidence';
import { isGeneralPermission } from './general-permission';
import { identities } from './identities';
import { loads, storesOutside } from './loads';
import { mentionsOf } from './mentions';
import type { Model } from './model';
import { reach } from './reach';
import { addTo } from './list-map';

/**
 * Why something governs an agent.
 *
 * - `drives`: starts turns or leads to them: workflow, queues, buses, rules, functions
 * - `role`: what these work under, and the roles of the agent
 * - `store`: what their roles write: ledger, evidence, results
 * - `record`: buckets next to the Runtime that are called evidence, where these roles write to no bucket
 * - `definition`: what their roles read as configuration: parameters, secrets
 * - `key`, `log`, `image`, `code`: what they are encrypted with, log to and run
 * - `trail`: the record of what agents do, and its bucket
 */
export type GovernanceReason =
  'drives' | 'role' | 'store' | 'record' | 'definition' | 'key' | 'log' | 'image' | 'code' | 'trail';

/** What governs an agent. The agent itself may change, start and write none of these. */
export function governanceOf(model: Model, agent: Agent): ReadonlyMap<NodeId, GovernanceReason> {
  return model.view(memory).of(agent);
}

function memory(model: Model): Governance {
  return new Governance(model);
}

const INTO: readonly EdgeKind[] = ['starts', 'sends to', 'feeds', 'delivers to', 'runs as', 'is'];

/** Types that belong to what mentions them. */
const BELONGING: ReadonlyMap<string, GovernanceReason> = new Map([
  ['AWS::KMS::Key', 'key'],
  ['AWS::KMS::Alias', 'key'],
  ['AWS::Logs::LogGroup', 'log'],
  ['AWS::ECR::Repository', 'image'],
  ['AWS::S3::Bucket', 'code'],
  ['AWS::Lambda::LayerVersion', 'code'],
]);

/** Properties that name where code or a definition comes from. */
const CODE_PROPERTIES = new Set(['Code', 'Content', 'CodeConfiguration', 'DefinitionS3Location', 'Layers', 'Source']);

const TRAILS = ['AWS::CloudTrail::Trail', 'AWS::CloudTrail::EventDataStore'];

/** Properties of a trail that name where its records go. */
const TRAIL_TARGETS = new Set(['S3BucketName', 'CloudWatchLogsLogGroupArn', 'SnsTopicName', 'KMSKeyId']);

const DEFINITIONS = /^AWS::(?:SSM::Parameter|SecretsManager::Secret|AppConfig::)/;

class Governance {
  private readonly known = new Map<string, ReadonlyMap<NodeId, GovernanceReason>>();
  private readonly administrators = new Map<NodeId, boolean>();
  private logGroups?: ReadonlyMap<Resource, readonly Resource[]>;
  private trails?: readonly NodeId[];

  constructor(private readonly model: Model) {}

  public of(agent: Agent): ReadonlyMap<NodeId, GovernanceReason> {
    let found = this.known.get(agent.id);
    if (!found) {
      found = this.collect(agent);
      this.known.set(agent.id, found);
    }
    return found;
  }

  private collect(agent: Agent): Map<NodeId, GovernanceReason> {
    const found = new Map<NodeId, GovernanceReason>();
    const add = (node: NodeId, reason: GovernanceReason): void => {
      if (!found.has(node)) {
        found.set(node, reason);
      }
    };
    const own = new Set([...agent.executionRoles, ...agent.sessionRoles].map(({ id }) => id));
    const drivers = this.drivers(agent, own);
    add(agent.id, 'drives');
    [agent.runtime, ...agent.endpoints].forEach(({ id }) => add(id, 'drives'));
    own.forEach((id) => add(id, 'role'));
    const known = identities(this.model);
    for (const node of drivers) {
      add(node, known.byName(node) ? 'role' : 'drives');
    }
    for (const node of drivers) {
      if (known.byName(node)) {
        for (const edge of reach(this.model).outOf(node, ['writes', 'reads', 'sends to'])) {
          const resource = this.model.resource(edge.to);
          // Readers of outcomes trust the bus, so the agent must not be able to send to it.
          if (edge.kind === 'sends to' && resource?.type === 'AWS::Events::EventBus') {
            add(edge.to, 'store');
          }
          if (edge.kind === 'writes' && resource) {
            add(edge.to, resource.type === 'AWS::Logs::LogGroup' ? 'log' : 'store');
          } else if (edge.kind === 'reads' && resource && DEFINITIONS.test(resource.type)) {
            add(edge.to, 'definition');
          }
        }
      }
    }
    this.trails ??= this.trailNodes();
    this.trails.forEach((id) => add(id, 'trail'));
    this.records(agent, found).forEach(({ id }) => add(id, 'record'));
    for (const point of this.model.ofType('AWS::S3::AccessPoint', 'AWS::S3::MultiRegionAccessPoint')) {
      for (const { id } of this.mentioned(point)) {
        const reason = found.get(id);
        if (reason === 'store' || reason === 'record' || reason === 'trail') {
          add(point.id, reason);
        }
      }
    }
    // What belongs to all of these, for example the keys of the stores.
    for (const node of [...found.keys()]) {
      const resource = this.model.resource(node);
      if (resource && !own.has(node) && !TRAILS.includes(resource.type)) {
        mentionsOf(this.model, resource).forEach(({ resource: each, path }) => {
          const reason = BELONGING.get(each.type);
          // A bucket that is named elsewhere, for example in a session definition, holds data.
          if (reason && (reason !== 'code' || path.some((key) => CODE_PROPERTIES.has(key)))) {
            add(each.id, reason);
          }
        });
      }
    }
    this.codeOutside(found).forEach((store) => add(store, 'code'));
    for (const [node, reason] of [...found]) {
      const resource = reason === 'drives' ? this.model.resource(node) : undefined;
      this.logGroupsOf(resource).forEach(({ id }) => add(id, 'log'));
    }
    return found;
  }

  /**
   * The evidence of an agent is in the stores that the roles that govern it write to. If they write to no bucket, no
   * template says where the evidence is, and the name of a bucket next to the Runtime decides.
   */
  private records(agent: Agent, found: ReadonlyMap<NodeId, GovernanceReason>): readonly Resource[] {
    const buckets = this.model.ofType('AWS::S3::Bucket');
    const evidence = evidenceBuckets(this.model);
    const isNamed = (bucket: Resource) => evidence.has(bucket) && evidence.get(bucket) !== 'lock';
    return buckets.some(({ id }) => found.get(id) === 'store')
      ? []
      : buckets.filter((bucket) => bucket.stack === agent.runtime.stack && isNamed(bucket));
  }

  /** Stores outside of the app from which the code of what starts the agent is loaded: the assets of a deployment. */
  private codeOutside(found: ReadonlyMap<NodeId, GovernanceReason>): readonly NodeId[] {
    const outside = new Set(storesOutside(this.model).map(({ id }) => id));
    return outside.size === 0
      ? []
      : loads(this.model)
          .filter(({ from, to }) => outside.has(from) && found.get(to) === 'drives')
          .map(({ from }) => from);
  }

  /** Log groups with the name of a resource in their name. */
  private logGroupsOf(resource: Resource | undefined): readonly Resource[] {
    if (!this.logGroups) {
      const groups = new Map<Resource, Resource[]>();
      for (const group of this.model.ofType('AWS::Logs::LogGroup')) {
        this.mentioned(group).forEach((each) => addTo(groups, each, group));
      }
      this.logGroups = groups;
    }
    return (resource && this.logGroups.get(resource)) ?? [];
  }

  /**
   * What leads to sessions, without ways through the agent itself: what the agent may start doesn't govern it for that
   * reason.
   */
  private drivers(agent: Agent, own: ReadonlySet<NodeId>): NodeId[] {
    return reach(this.model)
      .into(
        agent.id,
        INTO,
        (edge) =>
          !own.has(edge.from) &&
          !own.has(edge.to) &&
          !this.isAdministrator(edge.from) &&
          !isGeneralPermission(agent, edge),
      )
      .map(({ start }) => start)
      .filter((node) => this.model.resource(node) !== undefined || identities(this.model).byName(node) !== undefined);
  }

  /**
   * An identity that may do everything, such as the role of a deployment pipeline, can start every agent but isn't made
   * for any.
   */
  private isAdministrator(node: NodeId): boolean {
    let is = this.administrators.get(node);
    if (is === undefined) {
      is = this.mayDoEverything(node);
      this.administrators.set(node, is);
    }
    return is;
  }

  private mayDoEverything(node: NodeId): boolean {
    const isEverything = ({ except, patterns }: Selection) =>
      !except && patterns.some(({ value }) => literalOf(value) === '*');
    return (identities(this.model).byName(node)?.statements ?? []).some(
      ({ effect, actions, resources, conditions }) =>
        effect === 'Allow' && conditions.length === 0 && isEverything(actions) && isEverything(resources),
    );
  }

  /** Trails record every agent of the account. */
  private trailNodes(): NodeId[] {
    const [trails, stores] = TRAILS.map((type) => this.model.ofType(type));
    return [...trailsOfAgents(trails), ...stores].flatMap((trail) => [
      trail.id,
      ...mentionsOf(this.model, trail)
        // Only properties that name where its records go. Others name what it records, for example buckets of agents.
        .filter(({ path: [property] }) => TRAIL_TARGETS.has(property))
        .map(({ resource }) => resource.id),
    ]);
  }

  private mentioned(resource: Resource): readonly Resource[] {
    return mentionsOf(this.model, resource).map((mention) => mention.resource);
  }
}
