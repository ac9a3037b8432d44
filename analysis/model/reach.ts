import { agents } from './agents';
import { rulesOnDefaultBuses } from './default-bus';
import { DRIVING, type Edge, type EdgeKind, type NodeId } from './edge';
import { FALSE, type Guard, TRUE } from './guard';
import { identities, type Identities } from './identities';
import { loads } from './loads';
import { logMetrics } from './log-metrics';
import type { Model } from './model';
import { PermissionEdges, type Wanted } from './permission-edges';
import { remembered } from './remembered';
import { principalEdges } from './principal-edges';
import { serviceEvents } from './service-events';
import { canPass, takenFromBus } from './taken';
import { wiring } from './wiring';

/** The way from one node to another. */
export interface Path {
  readonly start: NodeId;
  readonly end: NodeId;
  /** From start to end. */
  readonly edges: readonly Edge[];
  /** When all of them exist. */
  readonly guard: Guard;
  /** That of the weakest edge. */
  readonly certainty: 'yes' | 'maybe';
}

/** A source of edges that don't come from permissions. */
export type EdgeSource = (model: Model) => readonly Edge[];

const SOURCES: readonly EdgeSource[] = [
  wiring,
  loads,
  serviceEvents,
  logMetrics,
  principalEdges,
  agentEdges,
  defaultBusEdges,
];

/** The edges and paths of an assembly. */
export function reach(model: Model): Reach {
  return model.view(read);
}

function read(model: Model): Reach {
  return new Reach(model);
}

/** Edges between the nodes of an assembly, and the paths along them. */
export class Reach {
  private readonly out = new Map<NodeId, Edge[]>();
  private readonly in = new Map<NodeId, Edge[]>();
  private readonly permissions: PermissionEdges;
  private readonly identities: Identities;
  private readonly edgesFrom = new Map<string, readonly Edge[]>();
  private readonly edgesInto = new Map<string, readonly Edge[]>();

  constructor(
    private readonly model: Model,
    sources: readonly EdgeSource[] = SOURCES,
  ) {
    this.identities = identities(model);
    this.permissions = new PermissionEdges(model);
    for (const edge of sources.flatMap((source) => source(model))) {
      put(this.out, edge.from, edge);
      put(this.in, edge.to, edge);
    }
  }

  /**
   * The paths from a node, the shortest to each node first. There are several paths to a node if they depend on the
   * deployment.
   */
  public from(node: NodeId, kinds: readonly EdgeKind[] = DRIVING): Path[] {
    return this.paths(node, (each) => this.outOf(each, kinds), 'to');
  }

  /**
   * The paths to a node.
   *
   * @param keep whether paths may use an edge. Filtering paths afterwards would lose nodes that a longer path leads from.
   */
  public into(node: NodeId, kinds: readonly EdgeKind[] = DRIVING, keep?: (edge: Edge) => boolean): Path[] {
    const edgesOf = (each: NodeId) => this.intoNode(each, kinds);
    return this.paths(node, keep ? (each) => edgesOf(each).filter(keep) : edgesOf, 'from');
  }

  /** The edges out of a node, of the given kinds. */
  public outOf(node: NodeId, kinds: readonly EdgeKind[] = DRIVING): readonly Edge[] {
    return remembered(this.edgesFrom, `${kinds.join()} ${node}`, () => {
      const identity = this.identities.byName(node);
      const allowed = identity ? this.permissions.from(identity, this.wanted(kinds)) : [];
      return [...ofKinds(this.out.get(node), kinds), ...allowed.map((edge) => this.asDelivery(edge, kinds))];
    });
  }

  /** The edges into a node, of the given kinds. */
  public intoNode(node: NodeId, kinds: readonly EdgeKind[] = DRIVING): readonly Edge[] {
    return remembered(this.edgesInto, `${kinds.join()} ${node}`, () => [
      ...ofKinds(this.in.get(node), kinds),
      ...this.permissions.into(node, this.wanted(kinds)).map((edge) => this.asDelivery(edge, kinds)),
    ]);
  }

  /** Whoever writes to a store that reports it (a bucket with notifications) sends something. */
  private wanted(kinds: readonly EdgeKind[]): Wanted {
    const deliveries = kinds.includes('sends to');
    return {
      kind: (kind) => kinds.includes(kind) || (kind === 'writes' && deliveries),
      to: (kind, target) => kinds.includes(kind) || this.passesOn(target, kinds),
    };
  }

  private asDelivery(edge: Edge, kinds: readonly EdgeKind[]): Edge {
    return kinds.includes(edge.kind) ? edge : { ...edge, kind: 'sends to' };
  }

  private passesOn(node: NodeId, kinds: readonly EdgeKind[]): boolean {
    return (this.out.get(node) ?? []).some(({ kind }) => PASSING_ON.has(kind) && kinds.includes(kind));
  }

  /** Whether what a node gets goes on by some of its edges only, depending on what it is. */
  public divides(node: NodeId): boolean {
    return (this.out.get(node) ?? []).some(({ takes }) => takes !== undefined);
  }

  /** Whether where a way goes on depends on its edge, and not only on the node that it leads to. */
  private isDivided(edge: Edge, next: 'to' | 'from'): boolean {
    return next === 'to' ? this.divides(edge.to) : edge.takes !== undefined;
  }

  private paths(start: NodeId, edgesOf: (node: NodeId) => readonly Edge[], next: 'to' | 'from'): Path[] {
    const reached = new Map<NodeId | Edge, Guard>([[start, TRUE]]);
    const found: Path[] = [];
    const turned = (edges: readonly Edge[]) => (next === 'to' ? edges : [...edges].reverse());
    // Certain paths first, so that an uncertain one doesn't hide them.
    for (const certainties of [['yes'], ['yes', 'maybe']] as const) {
      const queue: Step[] = [{ node: start, guard: TRUE, edges: [], certainty: 'yes' }];
      if (certainties.length === 2) {
        queue.push(...found.map((path) => stepOf(path, next)));
      }
      for (let at = 0; at < queue.length; at += 1) {
        const { node, guard, edges, certainty } = queue[at];
        const last = edges.at(-1);
        for (const edge of edgesOf(node)) {
          const both = guard.and(edge.guard);
          const end = edge[next];
          const state = this.isDivided(edge, next) ? edge : end;
          const before = reached.get(state) ?? FALSE;
          if (
            !(certainties as readonly string[]).includes(edge.certainty) ||
            !both.possible() ||
            both.implies(before) ||
            (last && !(next === 'to' ? canPass(this.model, last, edge) : canPass(this.model, edge, last)))
          ) {
            continue;
          }
          reached.set(state, before.or(both));
          const step: Step = {
            node: end,
            guard: both,
            edges: [...edges, edge],
            certainty: certainty === 'yes' ? edge.certainty : certainty,
          };
          queue.push(step);
          const ordered = turned(step.edges);
          found.push({
            start: next === 'to' ? start : end,
            end: next === 'to' ? end : start,
            edges: ordered,
            guard: both,
            certainty: step.certainty,
          });
        }
      }
    }
    return found;
  }
}

interface Step {
  readonly node: NodeId;
  readonly guard: Guard;
  /** In the order in which they are walked. */
  readonly edges: readonly Edge[];
  readonly certainty: 'yes' | 'maybe';
}

const PASSING_ON: ReadonlySet<EdgeKind> = new Set(['feeds', 'delivers to', 'loads', 'reports to', 'runs as']);

function stepOf({ start, end, edges, guard, certainty }: Path, next: 'to' | 'from'): Step {
  return next === 'to'
    ? { node: end, edges, guard, certainty }
    : { node: start, edges: [...edges].reverse(), guard, certainty };
}

function ofKinds(edges: readonly Edge[] | undefined, kinds: readonly EdgeKind[]): readonly Edge[] {
  return (edges ?? []).filter(({ kind }) => kinds.includes(kind));
}

function put(map: Map<NodeId, Edge[]>, key: NodeId, edge: Edge): void {
  const edges = map.get(key);
  if (edges) {
    edges.push(edge);
  } else {
    map.set(key, [edge]);
  }
}

function agentEdges(model: Model): Edge[] {
  return agents(model).flatMap(({ edges }) => edges);
}

function defaultBusEdges(model: Model): Edge[] {
  return rulesOnDefaultBuses(model).map(([bus, rule]) => ({
    from: bus.id,
    to: rule.id,
    kind: 'feeds',
    guard: rule.guard,
    certainty: 'yes',
    because: rule.properties.place,
    takes: takenFromBus(rule),
  }));
}
