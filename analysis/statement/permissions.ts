import { RESOURCELESS_ACTIONS } from '../../lib/identity/perms';
import { reasonForAnyResource } from '../facts/no-resource';
import { holesOf, literalOf, textOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import type { Identity } from '../model/identities';
import type { Text } from '../model/text';
import { mayWorkOn } from '../policy/actions';
import { overlap, subset } from '../policy/pattern';
import type { Condition as PolicyCondition, Pattern, Selection, Statement } from '../policy/statement';
import { type App, distinctBy, sorted, whenOf } from './app';
import type { Condition, Permission } from './statement';
import { remembered } from '../model/remembered';

/** A permission with what it was read from. */
export interface ReadPermission {
  readonly permission: Permission;
  readonly statement: Statement;
  /** Undefined for everything but what is listed. */
  readonly action?: Text;
  /** Undefined for everything but what is listed. */
  readonly resource?: Text;
  /** The resource as the template has it: a reference, where the canonical text is its name. */
  readonly written?: Text;
}

/**
 * What an identity may do: every action on every resource of its policies, with what explicit denials and the permissions
 * boundary leave.
 *
 * An allow counts as denied when one denial without conditions covers it in every deployment that has the allow, or when it is
 * outside of what the boundary names. Whatever is less certain stays allowed, and the denial is listed with it.
 */
export function permissionsOf(app: App, identity: Identity): readonly ReadPermission[] {
  return remembered(app.model.view(memory), identity, () => readPermissions(app, identity));
}

function memory(): Map<Identity, readonly ReadPermission[]> {
  return new Map();
}

function readPermissions(app: App, identity: Identity): ReadPermission[] {
  const own = identity.statements;
  const boundary = boundaryOf(identity);
  const denials = [...own, ...(boundary ?? [])].filter(
    ({ effect, conditions }) => effect === 'Deny' && conditions.length === 0,
  );
  const limits = boundary?.filter(({ effect }) => effect !== 'Deny');
  const read = (statements: readonly Statement[]) =>
    statements.flatMap((statement) => {
      const conditions = conditionsOf(app, statement.conditions);
      return choices(statement.actions).flatMap((action) =>
        resourcesFor(action, statement.resources).map((resource) =>
          permission(app, { statement, action, resource, conditions }, denials, limits),
        ),
      );
    });
  // A permission that a resource policy repeats is listed once, as the one of the role's policy, which is last.
  return distinctBy([...read(identity.granted), ...read(own)], ({ permission: each }) => orderOf(each));
}

function orderOf({ effect, outcome, resource, conditions, action, because = '', when = '' }: Permission): string {
  const limits = conditions.length > 0 ? JSON.stringify(conditions) : '';
  return `${effect}\n${outcome}\n${resource}\n${limits}\n${action}\n${because}\n${when}`;
}

/** The boundary, if every deployment has one and it can be read. */
function boundaryOf({ boundaries, resource }: Identity): Statement[] | undefined {
  const present = boundaries.reduce<Guard>((any, { policy }) => any.or(policy.guard), FALSE);
  if (boundaries.length === 0 || !resource?.guard.implies(present)) {
    return undefined;
  }
  const sources = boundaries.map(({ statements }) => statements);
  return sources.some((source) => source === 'unknown') ? undefined : (sources as (readonly Statement[])[]).flat();
}

/** One pattern of a selection, or the whole of a negated one. */
type Choice = Pattern | Selection;

function choices(selection: Selection): readonly Choice[] {
  return selection.except ? [selection] : selection.patterns;
}

/**
 * The resources of a statement that an action can work on. All of them if none fits: then the table of actions lacks
 * something.
 */
function resourcesFor(action: Choice, resources: Selection): readonly Choice[] {
  const all = choices(resources);
  if (!isPattern(action) || all.length === 1) return all;
  const fitting = all.filter((resource) => !isPattern(resource) || mayWorkOn(action.value, resource.value));
  return fitting.length > 0 ? fitting : all;
}

function isPattern(choice: Choice): choice is Pattern {
  return 'value' in choice;
}

/** One pair of an action and a resource of a statement. */
interface Pair {
  readonly statement: Statement;
  readonly action: Choice;
  readonly resource: Choice;
  readonly conditions: readonly Condition[];
}

function permission(
  app: App,
  { statement, action, resource, conditions }: Pair,
  denials: readonly Statement[],
  limits: readonly Statement[] | undefined,
): ReadPermission {
  const [actionText, resourceText] = [choiceText(app, action), choiceText(app, resource)];
  const guard = [action, resource].reduce<Guard>(
    (all, choice) => (isPattern(choice) ? all.and(choice.guard) : all),
    statement.guard,
  );
  const base = {
    action: actionText,
    resource: resourceText,
    conditions,
  };
  const source = {
    statement,
    ...(isPattern(action) ? { action: action.value } : {}),
    ...(isPattern(resource) ? { resource: resource.value, written: resource.written ?? resource.value } : {}),
  };
  const when = whenOf(guard);
  if (statement.effect === 'Deny') {
    return { ...source, permission: { effect: 'deny', ...base, outcome: 'denied', ...when } };
  }
  if (isPattern(action) && isPattern(resource)) {
    const denial = denials.find((deny) => guard.implies(deny.guard) && coversAll(deny, action.value, resource.value));
    const because = denial
      ? denial.sid
        ? app.text(denial.sid)
        : `the denial of ${choices(denial.actions)
            .map((choice) => choiceText(app, choice))
            .join(', ')}`
      : limits && !limits.some((limit) => mayCover(limit, action.value, resource.value))
        ? 'the permissions boundary'
        : undefined;
    if (because !== undefined) {
      return { ...source, permission: { effect: 'allow', ...base, outcome: 'denied', because, ...when } };
    }
  }
  const wildcard = resourceText === '*' ? { wildcard: wildcardReason(actionText) } : {};
  return { ...source, permission: { effect: 'allow', ...base, outcome: 'allowed', ...wildcard, ...when } };
}

/** The patterns of a selection as people read them: `s3:GetObject`, `everything but s3:DeleteObject`. */
export function selectionTexts(app: App, selection: Selection): string[] {
  return sorted(choices(selection).map((choice) => choiceText(app, choice)));
}

function choiceText(app: App, choice: Choice): string {
  return isPattern(choice)
    ? app.text(choice.written ?? choice.value)
    : `everything but ${sorted(choice.patterns.map((pattern) => app.text(pattern.written ?? pattern.value))).join(', ')}`;
}

/** Whether a statement covers every call that matches the action and resource patterns. */
function coversAll({ actions, resources }: Statement, action: Text, resource: Text): boolean {
  return selectsAll(actions, action, true) && selectsAll(resources, resource, false);
}

function selectsAll({ except, patterns }: Selection, value: Text, ignoreCase: boolean): boolean {
  return except
    ? patterns.every((pattern) => overlap(pattern.value, value, { ignoreCase }) === 'no')
    : patterns.some((pattern) => subset(value, pattern.value, { ignoreCase }) === 'yes');
}

/** Whether a statement covers any such call. */
function mayCover({ actions, resources }: Statement, action: Text, resource: Text): boolean {
  return selectsAny(actions, action, true) && selectsAny(resources, resource, false);
}

function selectsAny({ except, patterns }: Selection, value: Text, ignoreCase: boolean): boolean {
  return except
    ? !patterns.some((pattern) => subset(value, pattern.value, { ignoreCase }) === 'yes')
    : patterns.some((pattern) => overlap(pattern.value, value, { ignoreCase }) !== 'no');
}

/** Conditions in a fixed order; their values, too. */
export function conditionsOf(app: App, conditions: readonly PolicyCondition[]): Condition[] {
  return distinctBy(
    conditions.map(({ operator, keyText, values, unreadable }) => ({
      operator,
      key: unreadable && keyText === '' ? 'a condition that can’t be read' : keyText,
      values: sorted(values.map(({ value, written }) => app.text(written ?? value))),
    })),
    ({ operator, key, values }) => `${key} ${operator} ${values.join(' ')}`,
  );
}

/** For a wildcard that the tables of actions without a resource-level form don't explain. */
export const NO_REASON = 'no reason is recorded for this wildcard';

function wildcardReason(action: string): string {
  const own = RESOURCELESS_ACTIONS[action];
  return own === undefined ? (reasonForAnyResource(action, 'other') ?? NO_REASON) : `no resource-level form: ${own}`;
}

/** Whether a permission lets its holder do an action, conditions aside. */
export function permits({ permission: { outcome }, statement, action }: ReadPermission, wanted: string): boolean {
  const call = textOf(wanted);
  return (
    outcome === 'allowed' &&
    (action ? subset(call, action, { ignoreCase: true }) !== 'no' : selectsAny(statement.actions, call, true))
  );
}

/** Parts of a permission that only the deployment knows and that nobody can look up in the app. */
export function unreadIn(app: App, { statement, action, resource }: ReadPermission): string[] {
  const texts = [
    ...(action ? [action] : []),
    ...(resource ? [resource] : []),
    ...statement.conditions.flatMap(({ values }) => values.map(({ value }) => value)),
  ];
  return texts
    .filter((text) => literalOf(text) === undefined)
    .flatMap(holesOf)
    .filter((hole) => hole.kind !== 'reference' && hole.kind !== 'pseudo')
    .map((hole) => app.text([hole]));
}
