import { classify } from '../facts/action-classes';
import { formsOf } from '../facts/actions';
import { entryTypeOf } from '../facts/entry-types';
import type { Answer } from '../policy/evaluate';
import { knownText } from '../policy/operators';
import { overlap, patternKey, subset, type Verdict } from '../policy/pattern';
import type { Selection, Statement } from '../policy/statement';
import { edgeKindOf } from './action-edges';
import { concat, textOf } from './compose-text';
import { defaultBuses } from './default-bus';
import type { Edge, EdgeKind } from './edge';
import { FALSE, type Guard, TRUE } from './guard';
import { storesOutside } from './loads';
import { type Identities, identities, type Identity } from './identities';
import type { Model } from './model';
import type { Text } from './text';

/** Something that a permission can be on. */
interface Target {
  readonly id: string;
  readonly arn: Text;
  readonly service: string;
  readonly type: string;
  readonly guard: Guard;
}

/** The actions of a statement that lead to the same kind of edge on the same resources. */
interface ActionGroup {
  readonly kind: EdgeKind;
  readonly actions: readonly string[];
  /** ARN forms of the resources that they work on. */
  readonly forms: Forms;
  readonly certain: boolean;
}

/** ARN forms of the resources that some actions work on; one object for equal lists. */
interface Forms {
  readonly key: string;
  readonly texts: readonly Text[];
  readonly services: ReadonlySet<string>;
}

/** A permission of an identity on a pattern of resources. */
interface Holding {
  readonly identity: Identity;
  readonly statement: Statement;
  readonly group: ActionGroup;
  readonly guard: Guard;
}

/** How a pattern matches a resource. */
interface Match {
  /** The ARN of the resource, or of what is in it. */
  readonly arn: Text;
  readonly verdict: Verdict;
}

/**
 * All permissions on one pattern for resources of the same forms. Who has them points to it, and it points to what it
 * matches: identities and resources are never compared pair by pair.
 */
interface PatternNode {
  /** Position among all nodes. */
  readonly at: number;
  readonly pattern: Text;
  /** True for `NotResource`: everything that these patterns don't match. */
  readonly except: readonly Text[] | undefined;
  readonly forms: Forms;
  readonly holdings: Holding[];
  readonly matches: Map<Target, Match | undefined>;
  /** The resources that the pattern names, once they are asked for; `none` for a pattern that may match any. */
  named?: readonly string[] | 'none';
}

/** Where the nodes are that may match a resource. */
interface NodeIndex {
  /** By the resources that their patterns name. */
  readonly named: ReadonlyMap<string, readonly PatternNode[]>;
  /** The others, by the services of their forms. */
  readonly ofService: ReadonlyMap<string, readonly PatternNode[]>;
}

/** Which edges are asked for. */
export interface Wanted {
  /** Whether edges of a kind are asked for, to some resource at least. */
  kind(kind: EdgeKind): boolean;
  /** Whether edges of a kind that is asked for are asked for to this resource. */
  to(kind: EdgeKind, target: string): boolean;
}

/** The edges that permissions make, found when they are asked for. */
export class PermissionEdges {
  private readonly identities: Identities;
  private readonly byService = new Map<string, Target[]>();
  private readonly byId = new Map<string, Target[]>();
  private readonly nodes = new Map<string, PatternNode>();
  private readonly held = new Map<string, [PatternNode, Holding][]>();
  private readonly groups = new Map<string, readonly ActionGroup[]>();
  private readonly arns = new Map<Target, readonly Text[]>();
  private readonly forms = new Map<string, Forms>();
  private readonly formed = new Map<string, boolean>();
  private index?: NodeIndex;

  constructor(private readonly model: Model) {
    this.identities = identities(model);
    for (const found of [
      ...resourceTargets(model, this.identities),
      ...defaultBuses(model),
      ...outsideTargets(model),
    ]) {
      const service = serviceOf(found.arn);
      if (service !== undefined) {
        const target = { ...found, service };
        push(this.byService, service, target);
        push(this.byId, target.id, target);
      }
    }
    for (const identity of this.identities.all) {
      [...identity.statements, ...identity.granted].forEach((statement) => this.hold(identity, statement));
    }
  }

  /**
   * What an identity leads to by its permissions.
   *
   * @param wanted which kinds, on which resource
   */
  public from(identity: Identity, wanted: Wanted): Edge[] {
    return (this.held.get(identity.id) ?? []).flatMap(([node, holding]) =>
      (KINDS_ON[holding.group.kind]?.some((kind) => wanted.kind(kind)) ?? wanted.kind(holding.group.kind))
        ? this.candidates(node).flatMap((target) => this.edges(holding, node, target, wanted))
        : [],
    );
  }

  /** What leads to a resource by permissions. */
  public into(id: string, wanted: Wanted): Edge[] {
    const targets = this.byId.get(id) ?? [];
    return this.nodesAbout(id, targets).flatMap((node) =>
      targets
        .filter(({ service }) => node.forms.services.has(service))
        .flatMap((target) => node.holdings.flatMap((holding) => this.edges(holding, node, target, wanted))),
    );
  }

  /** The nodes that may match a resource: those that name it, and those that name none and are of its service. */
  private nodesAbout(id: string, targets: readonly Target[]): readonly PatternNode[] {
    this.index ??= this.makeIndex();
    const { named, ofService } = this.index;
    const services = new Set(targets.map(({ service }) => service));
    const nodes = new Set(
      [named.get(id) ?? [], ...[...services].map((service) => ofService.get(service) ?? [])].flat(),
    );
    return [...nodes].sort((one, other) => one.at - other.at);
  }

  private makeIndex(): NodeIndex {
    const named = new Map<string, PatternNode[]>();
    const ofService = new Map<string, PatternNode[]>();
    for (const node of this.nodes.values()) {
      const ids = this.exactly(node);
      ids?.forEach((id) => push(named, id, node));
      if (!ids) {
        node.forms.services.forEach((service) => push(ofService, service, node));
      }
    }
    return { named, ofService };
  }

  private hold(identity: Identity, statement: Statement): void {
    if (statement.effect === 'Deny') {
      return;
    }
    const { except, patterns } = statement.resources;
    for (const group of this.groupsOf(statement)) {
      const rows: readonly (readonly [Text, readonly Text[] | undefined, Guard])[] = except
        ? [[['*'], patterns.map(({ value }) => value), statement.guard]]
        : patterns.map(({ value, guard }) => [value, undefined, statement.guard.and(guard)]);
      for (const [pattern, excluded, guard] of rows) {
        const key = [pattern, ...(excluded ?? [])].map(patternKey).concat(group.forms.key).join('\u0001');
        let node = this.nodes.get(key);
        if (!node) {
          const { forms } = group;
          node = { at: this.nodes.size, pattern, except: excluded, forms, holdings: [], matches: new Map() };
          this.nodes.set(key, node);
        }
        const holding = { identity, statement, group, guard };
        node.holdings.push(holding);
        push(this.held, identity.id, [node, holding]);
      }
    }
  }

  /** The actions of a statement by kind and forms, for services that the assembly has resources of. */
  private groupsOf({ actions }: Statement): readonly ActionGroup[] {
    const key = [String(actions.except), ...actions.patterns.map(({ value }) => patternKey(value))].join('\u0001');
    let groups = this.groups.get(key);
    if (!groups) {
      groups = this.readGroups(actions);
      this.groups.set(key, groups);
    }
    return groups;
  }

  private readGroups({ except, patterns }: Selection): ActionGroup[] {
    const found = new Map<string, { kind: EdgeKind; actions: string[]; forms: Forms; certain: boolean }>();
    const add = (action: string, actionClass: string, certain: boolean): void => {
      const kind = edgeKindOf(action, actionClass);
      const known = formsOf(action) ?? [];
      // What starts something and has no resource form (answering a task of a machine) works on all of its service.
      const forms = this.formsOf(
        known.length > 0 || kind !== 'starts' ? known : [`arn:*:${action.slice(0, action.indexOf(':'))}:*`],
      );
      const key = `${kind} ${String(certain)} ${forms.key}`;
      const group = found.get(key) ?? { kind, actions: [], forms, certain };
      group.actions.push(action);
      found.set(key, group);
    };
    // Roles are assumed through STS and clusters are queried through RDS Data, which have no resources of their own.
    const services = [...this.byService.keys(), 'sts', 'rds-data'];
    const expand = (pattern: string, certain: boolean, keep: (action: string) => boolean = () => true): void => {
      const [prefix, name = '*'] = pattern.toLowerCase().split(':');
      const named = /[*?]/.test(prefix)
        ? services.filter((service) => subset([service], [prefix]) === 'yes')
        : services.filter((service) => service === prefix);
      for (const service of named) {
        for (const entry of classify(`${service}:${name}`)) {
          if (keep(entry.action)) {
            add(entry.action, entry.class, certain);
          }
        }
      }
    };
    if (except) {
      expand('*:*', true, (action) =>
        patterns.every(({ value }) => subset([action], value, { ignoreCase: true }) !== 'yes'),
      );
    } else {
      for (const { value } of patterns) {
        const known = knownText(value);
        expand(known ?? '*:*', known !== undefined);
      }
    }
    return [...found.values()];
  }

  private match(node: PatternNode, target: Target): Match | undefined {
    if (!node.matches.has(target)) {
      node.matches.set(target, this.findMatch(node, target));
    }
    return node.matches.get(target);
  }

  private findMatch(node: PatternNode, target: Target): Match | undefined {
    let doubtful: Match | undefined;
    for (const arn of this.arnsOf(target)) {
      // The pattern rules out most of them at their first characters; the forms are asked for the rest.
      const verdict = matches(arn, node);
      if (verdict !== 'no' && (verdict === 'yes' || !doubtful) && this.hasForm(arn, node.forms)) {
        if (verdict === 'yes') {
          return { arn, verdict };
        }
        doubtful = { arn, verdict };
      }
    }
    return doubtful;
  }

  /** What is below a resource (objects, aliases, executions) counts as the resource. */
  private arnsOf(target: Target): readonly Text[] {
    let arns = this.arns.get(target);
    if (!arns) {
      arns = [target.arn, ...BELOW.map((below) => [...target.arn, below])];
      this.arns.set(target, arns);
    }
    return arns;
  }

  private hasForm(arn: Text, forms: Forms): boolean {
    const key = `${patternKey(arn)}\u0001${forms.key}`;
    let has = this.formed.get(key);
    if (has === undefined) {
      has = forms.texts.some((form) => overlap(arn, form) !== 'no');
      this.formed.set(key, has);
    }
    return has;
  }

  private formsOf(forms: readonly string[]): Forms {
    const key = forms.join(' ');
    let known = this.forms.get(key);
    if (!known) {
      const texts = forms.map((form): Text => [form]);
      known = { key, texts, services: new Set(texts.flatMap((form) => serviceOf(form) ?? [])) };
      this.forms.set(key, known);
    }
    return known;
  }

  /** The resource that a pattern names, or those of the services that its forms are of. */
  private candidates(node: PatternNode): readonly Target[] {
    const { services } = node.forms;
    const ids = this.exactly(node);
    if (ids) {
      return ids.flatMap((id) => (this.byId.get(id) ?? []).filter(({ service }) => services.has(service)));
    }
    return [...services].flatMap((service) => this.byService.get(service) ?? []);
  }

  /** The ids of the resources that a pattern names; undefined for one that names none, or may match others too. */
  private exactly(node: PatternNode): readonly string[] | undefined {
    node.named ??= this.namedBy(node) ?? 'none';
    return node.named === 'none' ? undefined : node.named;
  }

  private namedBy({ pattern, except }: PatternNode): readonly string[] | undefined {
    const named = except ? [] : this.model.named(pattern);
    const [first] = pattern;
    const isExact =
      named.length > 0 && (typeof first !== 'string' || !/[*?]/.test(first.split(':').slice(0, 6).join(':')));
    return isExact ? named.map(({ resource: { id } }) => id) : undefined;
  }

  private edges(
    { identity, statement, group, guard }: Holding,
    node: PatternNode,
    target: Target,
    wanted: Wanted,
  ): Edge[] {
    const kind = kindOn(target.type, group.kind);
    // Most permissions are on data, which few questions are about: these are not compared with anything.
    if (identity.id === target.id || !wanted.kind(kind) || !wanted.to(kind, target.id)) {
      return [];
    }
    const match = this.match(node, target);
    if (!match) {
      return [];
    }
    const { arn, verdict } = match;
    const certain = verdict === 'yes' && group.certain && statement.effect === 'Allow';
    const both = guard.and(target.guard);
    const allowed = this.needsJudgement(identity, kind, target) ? this.judged(identity, group, arn) : ALLOWED;
    const possible = both.and(allowed.possible);
    return possible.possible()
      ? [
          {
            from: identity.id,
            to: target.id,
            kind,
            guard: possible,
            certainty: certain && allowed.verdict === 'yes' ? 'yes' : 'maybe',
            because: statement,
          },
        ]
      : [];
  }

  /** One action of the group that is allowed is enough. */
  private judged(identity: Identity, { actions }: ActionGroup, resource: Text): Judgement {
    let best: Judgement = DENIED;
    for (const action of actions) {
      const answer = this.identities.may(identity, action, resource);
      if (answer.verdict === 'yes') {
        return answer;
      }
      best = answer.verdict === 'maybe' ? answer : best;
    }
    return best;
  }

  /** Whether something besides the statement decides: a denial, a boundary, a policy of the resource, a condition. */
  private needsJudgement(identity: Identity, kind: EdgeKind, target: Target): boolean {
    const resource = this.model.resource(target.id);
    return (
      kind === 'assumes' ||
      identity.boundaries.length > 0 ||
      identity.statements.some(({ effect }) => effect !== 'Allow') ||
      (resource !== undefined && this.identities.policiesOf(resource).length > 0)
    );
  }
}

function matches(arn: Text, { pattern, except }: PatternNode): Verdict {
  if (!except) {
    return overlap(arn, pattern);
  }
  const inside = except.map((excluded) => subset(arn, excluded));
  return inside.includes('yes') ? 'no' : inside.every((verdict) => verdict === 'no') ? 'yes' : 'maybe';
}

/** What follows the ARN of a resource in the ARN of what is in it. */
const BELOW = ['/*', ':*'];

type Judgement = Pick<Answer, 'verdict' | 'possible'>;

const ALLOWED: Judgement = { verdict: 'yes', possible: TRUE };
const DENIED: Judgement = { verdict: 'no', possible: FALSE };

/** What can be started: the other types of the entry table hand on what happens to them. */
const STARTED: ReadonlySet<string> = new Set(['compute', 'alias', 'mapping', 'public', 'time']);

/** What `starts` can be on a resource. */
const KINDS_ON: Readonly<Partial<Record<EdgeKind, readonly EdgeKind[]>>> = {
  starts: ['sends to', 'starts', 'governs'],
};

function kindOn(type: string, kind: EdgeKind): EdgeKind {
  if (kind !== 'starts') {
    return kind;
  }
  const entry = entryTypeOf(type)?.kind ?? '';
  return WITH_ROLES_OF_THEIR_OWN.has(type)
    ? 'starts'
    : entry === 'holder'
      ? 'sends to'
      : STARTED.has(entry)
        ? 'starts'
        : 'governs';
}

/** SQL calls functions and reads buckets under the roles of its database. */
const WITH_ROLES_OF_THEIR_OWN: ReadonlySet<string> = new Set(['AWS::RDS::DBCluster']);

/** The service of an ARN, by which actions and resources are brought together. */
function serviceOf(arn: Text): string | undefined {
  const first = arn[0];
  return typeof first === 'string' ? /^arn:[^:]*:([a-z0-9-]+):/.exec(first)?.[1] : undefined;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) {
    values.push(value);
  } else {
    map.set(key, [value]);
  }
}

type Found = Omit<Target, 'service'>;

function outsideTargets(model: Model): Found[] {
  return storesOutside(model).map(({ id, arn, type }) => ({ id, arn, type, guard: TRUE }));
}

function resourceTargets(model: Model, known: Identities): Found[] {
  const resources = model.resources.flatMap((resource): Found[] =>
    model
      .arn(resource)
      .map(({ value }) => ({ id: resource.id, arn: value, type: resource.type, guard: resource.guard })),
  );
  // Those who call an API name it by another ARN than those who change it.
  const called = model.ofType('AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api').flatMap((resource): Found[] => {
    const { partition, region, account } = resource.stack;
    return model.arn(resource).map(({ value }) => ({
      id: resource.id,
      arn: concat(textOf(`arn:${partition}:execute-api:`), region, [':'], account, [':'], value.slice(-1)),
      type: resource.type,
      guard: resource.guard,
    }));
  });
  // An execution is named by the machine that it is of, under another type.
  const executed = model.ofType('AWS::StepFunctions::StateMachine').flatMap((resource): Found[] =>
    model.arn(resource).map(({ value }) => ({
      id: resource.id,
      arn: value.map((part) => (typeof part === 'string' ? part.replace(':stateMachine:', ':execution:') : part)),
      type: resource.type,
      guard: resource.guard,
    })),
  );
  const outside = known.all.flatMap(({ id, arn, kind, resource, statements }): Found[] =>
    resource || kind !== 'role' || statements.length === 0
      ? []
      : [{ id, arn, type: 'AWS::IAM::Role', guard: statements[0].guard }],
  );
  return [...resources, ...called, ...executed, ...outside];
}
