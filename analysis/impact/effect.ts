/**
 * How much an effect matters, most first:
 *
 * - `blocks`: the deployment fails
 * - `loses`: something of a running agent is gone: files of sessions, conversations, records
 * - `stays`: CloudFormation leaves a resource behind, or can't delete it; somebody has to
 * - `interrupts`: turns or connections are interrupted while the change is deployed
 * - `unknown`: the templates don't tell
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

/** What a change means for a deployment or for a running agent. */
export interface Effect {
  readonly level: EffectLevel;
  readonly kind: EffectKind;
  /** Construct path of the resource where it is known, else `<stack>#<logical id>`; the stack for a whole stack. */
  readonly subject: string;
  /** One sentence. Names from templates are in it only in `names`, in the order of the places `{}`. */
  readonly says: string;
  readonly names: readonly string[];
  /** What to do about it. */
  readonly fix?: string;
}
