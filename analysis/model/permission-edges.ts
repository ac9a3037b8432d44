import type { Answer } from '../policy/evaluate';
import { type Matching, overlap, patternKey, subset, type Verdict } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { kindOn, KINDS_ON } from './action-edges';
import { type ActionGroup, ActionGroups, type Forms } from './action-groups';
import { NAMES } from './alphabet';
import type { Edge, EdgeKind } from './edge';
import { FALSE, type Guard, TRUE } from './guard';
import { type Identities, identities, type Identity } from './identities';
import { addTo } from './list-map';
import type { Model } from './model';
import { permissionTargets, type Target } from './permission-targets';
import type { Hole, Text } from './text';

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
 * All permissions on one pattern for resources of the same forms. Identities refer to the pattern and the pattern
 * refers to the resources that it matches, so identities and resources are never compared pair by pair.
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
  /** The resources that the pattern names, set at the first question. `none` for a pattern that may match any. */
  named?: readonly string[] | 'none';
}

/** Finds the nodes that may match a resource. */
interface NodeIndex {
  /** By the resources that their patterns name. */
  readonly named: ReadonlyMap<string, readonly PatternNode[]>;
  /** The others, by the services of their forms. */
  readonly ofService: ReadonlyMap<string, readonly PatternNode[]>;
}

/** Which edges are asked for. */
export interface Wanted {
  /** Whether edges of a kind are asked for, to at least one resource. */
  kind(kind: EdgeKind): boolean;
  /** Whether edges of a kind that is asked for are asked for to this resource. */
  to(kind: EdgeKind, target: string): boolean;
}

/** The edges that permissions make. They are computed when they are asked for. */
export class PermissionEdges {
  private readonly identities: Identities;
  private readonly byService = new Map<string, Target[]>();
  private readonly byId = new Map<string, Target[]>();
  private readonly nodes = new Map<string, PatternNode>();
  private readonly held = new Map<string, [PatternNode, Holding][]>();
  private readonly groups: ActionGroups;
  private readonly arns = new Map<Target, readonly Text[]>();
  private readonly formed = new Map<string, boolean>();
  private index?: NodeIndex;

  constructor(private readonly model: Model) {
    this.identities = identities(model);
    for (const target of permissionTargets(model, this.identities)) {
      addTo(this.byService, target.service, target);
      addTo(this.byId, target.id, target);
    }
    this.groups = new ActionGroups(this.byService.keys());
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
      ids?.forEach((id) => addTo(named, id, node));
      if (!ids) {
        node.forms.services.forEach((service) => addTo(ofService, service, node));
      }
    }
    return { named, ofService };
  }

  private hold(identity: Identity, statement: Statement): void {
    if (statement.effect === 'Deny') {
      return;
    }
    const { except, patterns } = statement.resources;
    for (const group of this.groups.of(statement)) {
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
        addTo(this.held, identity.id, [node, holding]);
      }
    }
  }

  private match(node: PatternNode, target: Target): Match | undefined {
    if (!node.matches.has(target)) {
      node.matches.set(target, this.findMatch(node, target));
    }
    return node.matches.get(target);
  }

  private findMatch(node: PatternNode, target: Target): Match | undefined {
    let doubtful: Match | undefined;
    for (const [at, arn] of this.arnsOf(target).entries()) {
      // Comparing with the pattern is cheaper and rules out most ARNs, so the forms are compared second.
      const verdict = at === 0 ? matches(arn, node) : matchesBelow(arn, node);
      if (verdict !== 'no' && (verdict === 'yes' || !doubtful) && this.hasForm(arn, node.forms)) {
        if (verdict === 'yes') {
          return { arn, verdict };
        }
        doubtful = { arn, verdict };
      }
    }
    return doubtful;
  }

  /** What is in a resource (objects, aliases, executions) counts as the resource. */
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
      // The type of a resource is in the last segment: what is below a rule isn't a bus.
      has = forms.texts.some((form) => overlap(arn, form, { segments: !isWholeService(form) }) !== 'no');
      this.formed.set(key, has);
    }
    return has;
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
    const [first, ...rest] = pattern;
    // The ARN of an execution begins with that of its state machine, with another type.
    const ofMachine = typeof first === 'string' ? [first.replace(':execution:', ':stateMachine:'), ...rest] : pattern;
    const named = except ? [] : this.model.named(ofMachine);
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
    // Most permissions are on data, which few questions are about. They are left out before anything is compared.
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
            ...(node.except ? {} : { resources: node.pattern }),
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

  /** Whether more than the statement decides: a denial, a boundary, a policy of the resource, a trust policy. */
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

/**
 * Whether a pattern matches something below a resource. Its wildcards may cross colons, as they may in every allow, but
 * the wildcard for what is below must not: `arn:aws:lambda:*:111122223333:function:tool` doesn't match what is below
 * another function.
 */
function matchesBelow(arn: Text, node: PatternNode): Verdict {
  const verdict = matches(arn, node, { segments: true });
  if (verdict !== 'no' || node.except) {
    return verdict;
  }
  const below = [...arn.slice(0, -1), (arn.at(-1) as string).slice(0, -1), NAME_BELOW];
  return overlap(below, node.pattern) === 'no' ? 'no' : 'maybe';
}

function matches(arn: Text, { pattern, except }: PatternNode, matching?: Matching): Verdict {
  if (!except) {
    return overlap(arn, pattern, matching);
  }
  const inside = except.map((excluded) => subset(arn, excluded));
  return inside.includes('yes') ? 'no' : inside.every((verdict) => verdict === 'no') ? 'yes' : 'maybe';
}

/** The form of an action without a resource form: everything of its service. */
const isWholeService = ([form]: Text): boolean => typeof form === 'string' && /^arn:\*:[a-z0-9-]+:\*$/.test(form);

/** How the ARN of something in a resource continues after the ARN of the resource. */
const BELOW = ['/*', ':*'];

/** A name of something below a resource, which has no colons. */
const NAME_BELOW: Hole = { kind: 'unreadable', key: 'name below', excludes: NAMES };

type Judgement = Pick<Answer, 'verdict' | 'possible'>;

const ALLOWED: Judgement = { verdict: 'yes', possible: TRUE };
const DENIED: Judgement = { verdict: 'no', possible: FALSE };
