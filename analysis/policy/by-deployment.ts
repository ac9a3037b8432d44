import type { Guard } from '../model/guard';
import type { Selection, Statement } from './statement';

/** Above this number of cases only the parts that every deployment has count. */
const MOST_CASES = 16;

/**
 * A statement as the deployments have it: one statement for each, where a part that refuses something is in some of them
 * only. A denial of `Fn::If(Prod, "iam:*", …)` refuses nothing in the other deployments, and neither does a condition or an
 * entry of `NotAction` that isn't there. What allows something stays together: it has its own guard.
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
  // Nearly every part is there wherever its statement is.
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

/** A statement in the deployments that a guard stands for; none when it has nothing to deny there. */
function inCase(statement: Statement, guard: Guard): Statement[] {
  const denies = statement.effect === 'Deny';
  const isCertain = (part: { readonly guard: Guard }) => guard.implies(part.guard);
  const isPossible = (part: { readonly guard: Guard }) => guard.and(part.guard).possible();
  // What widens a denial, or limits an allow, has to be there for sure; anything else may be there.
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
