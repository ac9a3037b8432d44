/**
 * The level of an effect, most important first:
 *
 * - `blocks`: the deployment fails
 * - `loses`: something of a running agent is lost: files of sessions, conversations, records
 * - `stays`: CloudFormation retains a resource or can't delete it, so it must be deleted manually
 * - `interrupts`: turns or connections are interrupted while the change is deployed
 * - `unknown`: it can't be determined from the templates
 */
export const EFFECT_LEVELS = ['blocks', 'loses', 'stays', 'interrupts', 'unknown'] as const;
export type EffectLevel = (typeof EFFECT_LEVELS)[number];

/** What kind of effect: names for programs. */
export type EffectKind =
  | 'export-in-use'
  | 'name-taken'
  | 'named-resource-replaced'
  | 'ranges-overlap'
  | 'private-dns-conflict'
  | 'route-taken'
  | 'deletion-protected'
  | 'session-storage-wiped'
  | 'sessions-not-resumed'
  | 'conversations-restart'
  | 'record-deleted'
  | 'record-kept'
  | 'name-kept'
  | 'bucket-not-empty'
  | 'interfaces-linger'
  | 'contents-kept'
  | 'stack-stays'
  | 'turns-stopped'
  | 'name-shared'
  | 'endpoint-recreated'
  | 'unreadable';

/** The effect of a change on a deployment or on a running agent. */
export interface Effect {
  readonly level: EffectLevel;
  readonly kind: EffectKind;
  /** Construct path of the resource where it is known, else `<stack>#<logical id>`; the stack for a whole stack. */
  readonly subject: string;
  /** One sentence. Names from templates are in it only in `names`, in the order of the places `{}`. */
  readonly says: string;
  readonly names: readonly string[];
  /** The fix. */
  readonly fix?: string;
}
