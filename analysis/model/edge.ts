import type { Statement } from '../policy/statement';
import type { Guard } from './guard';
import type { Taken } from './taken';
import type { Place, Text } from './text';

/**
 * A node of reach: the id of a resource or an identity, `service s3.amazonaws.com`, `outside 444455556666`,
 * `federated accounts.example.com`, `everybody`, `agent <id of its Runtime>`, `internet` or `dns`.
 */
export type NodeId = string;

/** How one node leads to another. */
export type EdgeKind =
  | 'assumes'
  | 'runs as'
  | 'starts'
  | 'sends to'
  | 'feeds'
  | 'delivers to'
  | 'is'
  | 'reads'
  | 'writes'
  | 'governs'
  | 'connects to'
  | 'resolves'
  | 'exits to'
  | 'replicates to'
  | 'loads'
  | 'reports to';

export interface Edge {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: EdgeKind;
  /** When it is there. */
  readonly guard: Guard;
  /** `maybe` when it depends on what can't be read, or on a name that the deployment decides. */
  readonly certainty: 'yes' | 'maybe';
  /** What makes it: a statement of a policy, or a property. */
  readonly because: Place | Statement;
  /** What it hands on of what its node gets. @default - everything */
  readonly takes?: Taken;
  /** Of a permission, the pattern of resources that it is on. */
  readonly resources?: Text;
}

/** What lets its caller do something through another: start it, send to it, become it. */
export const DRIVING: readonly EdgeKind[] = ['assumes', 'runs as', 'starts', 'sends to', 'feeds', 'delivers to', 'is'];

/** The same, and writing the code or the settings of what works under another role, and events of AWS services. */
export const DRIVING_AND_WRITING: readonly EdgeKind[] = [...DRIVING, 'loads', 'reports to'];

/**
 * Whether an edge starts at an identity that may do everything: an administrator, who isn't part of what the edge leads
 * to.
 */
export function isOfAdministrator({ because }: Edge): boolean {
  return (
    'actions' in because &&
    !because.actions.except &&
    because.actions.patterns.some(({ value }) => value.length === 1 && value[0] === '*')
  );
}

/** An edge that exists only because a policy can't be read. */
export function isUnreadEdge({ because, certainty }: Edge): boolean {
  return 'actions' in because && certainty === 'maybe' && because.unreadable.length > 0;
}
