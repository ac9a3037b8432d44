import { RESOURCELESS_ACTIONS } from '../../identity/perms';
import { actionCovers, covers, hasWildcard } from './pattern';
import { selectionTexts, type PolicyEntry, type Selection } from './policy-reading';
import type { Permission } from './statement';

/**
 * What a role may do: every action on every resource of its policies, with what explicit denials and the permissions
 * boundary leave of it.
 *
 * An allow counts as denied when one denial without conditions takes it in entirely, or when it lies outside of what the
 * boundary names. Whatever is less certain stays allowed, and the denial stands beside it.
 *
 * @param boundary statements of the permissions boundary, if it is in the app.
 */
export function permissionsOf(entries: readonly PolicyEntry[], boundary?: readonly PolicyEntry[]): Permission[] {
  const denials = [...entries, ...(boundary ?? [])].filter(
    ({ effect, conditions }) => effect === 'deny' && conditions.length === 0,
  );
  const limits = boundary?.filter(({ effect }) => effect === 'allow');
  const permissions = entries.flatMap((entry) =>
    selectionTexts(entry.actions).flatMap((action) =>
      selectionTexts(entry.resources).map((resource) => permission(entry, action, resource, denials, limits)),
    ),
  );
  // One text serves as identity and as order: effect, outcome, resource, conditions, action.
  const distinct = new Map(permissions.map((entry) => [orderOf(entry), entry]));
  return [...distinct.keys()].sort().map((key) => distinct.get(key)!);
}

function orderOf({ effect, outcome, resource, conditions, action, because }: Permission): string {
  const limits = conditions.length ? JSON.stringify(conditions) : '';
  return [effect, outcome, resource, limits, action, because ?? ''].join('\n');
}

function permission(
  { effect, conditions, actions, resources }: PolicyEntry,
  action: string,
  resource: string,
  denials: readonly PolicyEntry[],
  limits: readonly PolicyEntry[] | undefined,
): Permission {
  const base = { effect, action, resource, conditions };
  if (effect === 'deny') {
    return { ...base, outcome: 'denied' };
  }
  const whole = !actions.but && !resources.but;
  const denial = whole ? denials.find((deny) => takesIn(deny, action, resource)) : undefined;
  if (denial) {
    return {
      ...base,
      outcome: 'denied',
      because: denial.sid ?? `the denial of ${selectionTexts(denial.actions).join(', ')}`,
    };
  }
  if (whole && limits && !limits.some((limit) => touches(limit, action, resource))) {
    return { ...base, outcome: 'denied', because: 'the permissions boundary' };
  }
  return { ...base, outcome: 'allowed', ...(resource === '*' ? { wildcard: wildcardReason(action) } : {}) };
}

/** Whether a statement speaks of every call that the action and resource patterns stand for. */
function takesIn({ actions, resources }: PolicyEntry, action: string, resource: string): boolean {
  return selects(actions, action, actionCovers) && selects(resources, resource, covers);
}

function selects(
  { but, patterns }: Selection,
  value: string,
  covering: (wide: string, narrow: string) => boolean,
): boolean {
  return but
    ? !hasWildcard(value) && !patterns.some((pattern) => covering(pattern, value))
    : patterns.some((pattern) => covering(pattern, value));
}

/** Whether a statement speaks of any such call; a value with wildcards of its own may always be touched. */
function touches({ actions, resources }: PolicyEntry, action: string, resource: string): boolean {
  const possible = (selection: Selection, value: string, covering: typeof covers) =>
    hasWildcard(value) || selects(selection, value, covering);
  return possible(actions, action, actionCovers) && possible(resources, resource, covers);
}

/** Said of a wildcard that the table of actions without a resource-level form does not explain. */
export const NO_REASON = 'no reason is recorded for this wildcard';

function wildcardReason(action: string): string {
  const reason = RESOURCELESS_ACTIONS[action];
  return reason === undefined ? NO_REASON : `no resource-level form: ${reason}`;
}

/** Whether a permission lets its holder do an action on a resource, conditions aside. */
export function permits({ effect, outcome, action, resource }: Permission, wanted: string, on?: string): boolean {
  return (
    effect === 'allow' &&
    outcome === 'allowed' &&
    (action.startsWith('everything but ') ? !action.includes(wanted) : actionCovers(action, wanted)) &&
    (on === undefined || resource.startsWith('everything but ') || covers(resource, on) || covers(on, resource))
  );
}
