import { FALSE } from '../model/guard';
import type { Case, Text } from '../model/text';
import { conditionsHold, type ContextMode, type RequestContext, withVariables } from './condition';
import { overlap, subset } from './pattern';
import type { Principal, Selection, Statement } from './statement';
import { ALWAYS, and, NEVER, not, or, type Truth, UNKNOWN, verdictWhen, when } from './truth';

/** The caller of a request. */
export interface Caller {
  readonly kind: 'AWS' | 'Service' | 'Federated';
  /** ARN of a role or user, name of a service, ARN or host of an identity provider. */
  readonly name: Text;
  /** Undefined for a service. */
  readonly account?: Text;
  /** True if the caller has a permissions boundary. */
  readonly bounded?: boolean;
}

export interface Request {
  readonly caller: Caller;
  readonly action: string;
  /** With wildcards, the question is whether the action is allowed on any such resource. */
  readonly resource: Text;
  /** Account of the resource. Default: the account of the caller. */
  readonly resourceAccount?: Text;
  readonly context: RequestContext;
}

/** Whether a statement applies to a request. */
export interface Applies {
  readonly truth: Truth;
  /** Condition operator that isn't known. */
  readonly problem?: string;
}

/** Whether an allow statement covers the request. */
export function allowsRequest(statement: Statement, request: Request, mode: ContextMode): Applies {
  const effect =
    statement.effect === 'Allow' ? ALWAYS : statement.effect === 'Deny' || mode === 'given' ? NEVER : UNKNOWN;
  if (effect === NEVER) {
    return { truth: NEVER };
  }
  const scope = and([effect, covers(statement, request, mode, 'allow'), principalsMatch(statement, request.caller)]);
  if (scope === NEVER) {
    return { truth: NEVER };
  }
  const { holds, problem } = conditionsHold(statement.conditions, request.context, mode);
  return problem !== undefined && mode === 'given' ? { truth: NEVER, problem } : { truth: and([scope, holds]) };
}

/** Whether a deny statement refuses the request, whatever the caller does. */
export function deniesRequest(statement: Statement, request: Request, mode: ContextMode): Applies {
  const effect =
    statement.effect === 'Deny' ? ALWAYS : statement.effect === 'Allow' ? NEVER : mode === 'given' ? ALWAYS : UNKNOWN;
  if (effect === NEVER) {
    return { truth: NEVER };
  }
  const scope = and([effect, covers(statement, request, mode, 'deny'), principalsMatch(statement, request.caller)]);
  if (scope === NEVER) {
    return { truth: NEVER };
  }
  const { holdsAlways, problem } = conditionsHold(statement.conditions, request.context, mode);
  // A denial with an operator that isn't known refuses: nothing is allowed because something was left out.
  return problem !== undefined && mode === 'given' ? { truth: scope, problem } : { truth: and([scope, holdsAlways]) };
}

/** Whether the actions and resources of a statement cover the request. */
function covers(statement: Statement, request: Request, mode: ContextMode, effect: 'allow' | 'deny'): Truth {
  const actions = selects(statement.actions, (pattern) =>
    verdictWhen(subset([request.action], pattern.value, { ignoreCase: true }), pattern.guard),
  );
  if (actions === NEVER) {
    return NEVER;
  }
  const { except, patterns } = statement.resources;
  // Allows are widened and denials narrowed: for an allow, one of the requested resources is enough, and wildcards
  // cross colons.
  const widen = (effect === 'allow') !== except;
  const compare = widen ? overlap : subset;
  const segments = mode === 'given' || !widen;
  let problem = false;
  const resources = selects({ except, patterns }, ({ value, guard }) => {
    const pattern = withVariables(value, request.context, mode, true);
    problem ||= pattern === undefined;
    return pattern === undefined ? NEVER : verdictWhen(compare(request.resource, pattern, { segments }), guard);
  });
  // With `NotResource` and a variable without a value, "the statement doesn't match".
  return problem && except ? NEVER : and([when(statement.guard), actions, resources]);
}

function selects({ except, patterns }: Selection, matches: (pattern: Case<Text>) => Truth): Truth {
  const found: Truth[] = [];
  for (const pattern of patterns) {
    const match = matches(pattern);
    if (match !== NEVER) {
      found.push(match);
    }
  }
  const any = found.length === 0 ? NEVER : or(found);
  return except ? not(any) : any;
}

/** How a principal of a statement matches the caller: as everybody, by its own name, or by its account. */
export type PrincipalMatch = 'everybody' | 'named' | 'account';

const MATCHES: readonly PrincipalMatch[] = ['everybody', 'named', 'account'];

/** Whether one of the principals of a statement matches the caller in one of the given ways. */
export function principalsMatch(
  { principals, effect }: Statement,
  caller: Caller,
  ways: readonly PrincipalMatch[] = MATCHES,
): Truth {
  if (principals === 'attached') {
    return ways.includes('named') ? ALWAYS : NEVER;
  }
  const match = (principal: Principal, of: readonly PrincipalMatch[]): Truth => {
    const truths = principalMatches(principal, caller);
    return or(of.map((way) => truths[way]));
  };
  const included = principals.filter(({ except }) => !except).map((principal) => match(principal, ways));
  // Whether an account in `NotPrincipal` includes its roles isn't documented, so roles count only if they are named.
  const excluded = principals
    .filter(({ except }) => except)
    .flatMap((principal) => [
      match(principal, ['everybody', 'named']),
      { yes: FALSE, possible: match(principal, ['account']).possible },
    ]);
  // "The NotPrincipal element with a Deny effect will always deny any IAM principal that has a permissions boundary."
  // Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
  const others = effect !== 'Allow' && caller.bounded ? ALWAYS : not(or(excluded));
  const butThem = excluded.length > 0 && ways.includes('named') ? others : NEVER;
  return or([...included, butThem]);
}

/** `account` leaves the decision to the policies of the identity. */
function principalMatches({ kind, name }: Principal, caller: Caller): Readonly<Record<PrincipalMatch, Truth>> {
  const { value, guard } = name;
  const match = { everybody: NEVER, named: NEVER, account: NEVER };
  if (kind === 'unknown') {
    return { ...match, named: verdictWhen('maybe', guard) };
  }
  // `AWS: "*"` is every principal, including services.
  if (value.length === 1 && value[0] === '*' && (kind === 'AWS' || kind === caller.kind)) {
    return { ...match, everybody: when(guard) };
  }
  if (kind !== caller.kind) {
    return match;
  }
  const account = kind === 'AWS' ? accountOf(value) : undefined;
  if (account) {
    return { ...match, account: verdictWhen(caller.account ? overlap(account, caller.account) : 'no', guard) };
  }
  const names = [value, ...rolesOfSession(value)];
  return {
    ...match,
    named: or(names.map((each) => verdictWhen(overlap(each, caller.name, { ignoreCase: kind === 'Service' }), guard))),
  };
}

/** The role of a session that a policy names: `assumed-role/<name>/<session>` has no path. */
function rolesOfSession(session: Text): Text[] {
  const key = session.map((part, at) => (typeof part === 'string' ? part : `\u0000${at}\u0000`)).join('');
  const [, partition, account, name] = /^arn:([^:]*):sts::([^:]*):assumed-role\/([^/]+)\//.exec(key) ?? [];
  const written = (text: string): Text =>
    text
      .split(/\u0000(\d+)\u0000/)
      .map((part, at) => (at % 2 === 0 ? part : session[Number(part)]))
      .filter((part) => part !== '');
  return name === undefined
    ? []
    : [
        written(`arn:${partition}:iam::${account}:role/${name}`),
        written(`arn:${partition}:iam::${account}:role/*/${name}`),
      ];
}

/** The account that a principal stands for: twelve digits, or the ARN of its root. Undefined for other principals. */
export function accountOf(principal: Text): Text | undefined {
  const placeholders = principal.map((part, at) => (typeof part === 'string' ? part : `\u0000${at}\u0000`)).join('');
  const [, account] = /^arn:[^:]*:iam::([^:]+):root$/.exec(placeholders) ?? /^(\d{12})$/.exec(placeholders) ?? [];
  const hole = account === undefined ? undefined : /^\u0000(\d+)\u0000$/.exec(account);
  if (hole) {
    return [principal[Number(hole[1])]];
  }
  const [only] = principal;
  const isOwn = principal.length === 1 && typeof only === 'object' && /(^|[# ])AWS::AccountId$/.test(only.key);
  return account !== undefined ? [account] : isOwn ? principal : undefined;
}
