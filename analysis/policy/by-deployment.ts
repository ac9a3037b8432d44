import type { Guard } from '../model/guard';
import type { Selection, Statement } from './statement';

/** With more cases than this, only the parts that every deployment has count. */
const MOST_CASES = 16;

/**
 * Splits a statement into one for each kind of deployment if a part that refuses something is only in some of them. A
 * denial of `Fn::If(Prod, "iam:*", …)` refuses nothing in the other deployments, nor does a condition or an entry of
 * `NotAction` that they don't have. Parts that allow something aren't split, because each has its own guard.
 */
export function byDeployment(statement: Statement): Statement[] {
  let cases: readonly Guard[] = [statement.guard];
  for (const guard of refusingGuards(statement)) {
    if (cases.length > MOST_CASES / 2) {
      return inCase(statement, statement.guard);
    }
    cases = cases.flatMap((each) => [each.and(guard), each.and(guard.not())]).filter((each) => each.possible());
  }
  return cases.length === 1 ? [statement] : cases.flatMap((guard) => inCase(statement, guard));
}

/** The guards of parts that refuse something and that not every deployment of the statement has. */
function refusingGuards({ effect, actions, resources, principals, conditions, guard }: Statement): ReadonlySet<Guard> {
  const denies = effect === 'Deny';
  let found: Set<Guard> | undefined;
  // Nearly every part is in all deployments of its statement.
  const note = (part: { readonly guard: Guard }): void => {
    if (part.guard !== guard && !guard.implies(part.guard)) {
      found ??= new Set();
      found.add(part.guard);
    }
  };
  for (const { except, patterns } of [actions, resources]) {
    if (denies || except) {
      patterns.forEach(note);
    }
  }
  if (principals !== 'attached') {
    principals.forEach(({ except, name }) => (denies || except) && note(name));
  }
  for (const condition of conditions) {
    note(condition);
    if (denies) {
      condition.values.forEach(note);
    }
  }
  return found ?? NO_GUARDS;
}

const NO_GUARDS: ReadonlySet<Guard> = new Set();

/** A statement as it is in the deployments in which a guard holds. None if it denies nothing there. */
function inCase(statement: Statement, guard: Guard): Statement[] {
  const denies = statement.effect === 'Deny';
  const isCertain = (part: { readonly guard: Guard }) => guard.implies(part.guard);
  const isPossible = (part: { readonly guard: Guard }) => guard.and(part.guard).possible();
  // A part that widens a denial or limits an allow must be in all these deployments. Any other part may be in some of
  // them.
  const stays = (except: boolean) => (denies === except ? isPossible : isCertain);
  const selection = ({ except, patterns }: Selection): Selection => ({
    except,
    patterns: patterns.filter(stays(except)),
  });
  const [actions, resources] = [selection(statement.actions), selection(statement.resources)];
  const principals =
    statement.principals === 'attached'
      ? statement.principals
      : statement.principals.filter(({ except, name }) => stays(except)(name));
  const conditions = statement.conditions.filter(denies ? isPossible : isCertain).map((condition) => ({
    ...condition,
    values: condition.values.filter(isPossible),
  }));
  const isEmpty = [actions, resources].some(({ except, patterns }) => !except && patterns.length === 0);
  return isEmpty || principals.length === 0
    ? []
    : [{ ...statement, actions, resources, principals, conditions, guard }];
}
