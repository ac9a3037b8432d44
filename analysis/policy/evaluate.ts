import type { Guard } from '../model/guard';
import type { Case, Text } from '../model/text';
import type { ContextMode } from './condition';
import { overlap, type Verdict } from './pattern';
import { allowsRequest, deniesRequest, type PrincipalMatch, principalsMatch, type Request } from './request';
import type { Statement } from './statement';
import { ALWAYS, and, NEVER, not, or, type Truth, UNKNOWN, verdictOf, verdictWhen } from './truth';

/** The policies that apply to a request. A missing gate doesn't apply. */
export interface Policies {
  readonly identity?: readonly Statement[];
  /** Policies attached to the identity that can't be read: they may allow anything. */
  readonly outside?: readonly Case<Text>[];
  readonly boundary?: PolicySource;
  readonly session?: PolicySource;
  readonly resource?: readonly Statement[];
  /**
   * `key` and `trust`: the policy of the resource has to allow the request, at least for the account of the caller, even
   * in the same account. Default: `ordinary`
   */
  readonly resourceKind?: 'ordinary' | 'key' | 'trust';
  readonly endpoint?: PolicySource;
  /** One entry for each level of the organization: every level has to allow. */
  readonly serviceControl?: readonly PolicySource[];
  readonly resourceControl?: readonly PolicySource[];
}

/** Statements, or `unknown` for a policy that can't be read. */
export type PolicySource = readonly Statement[] | 'unknown';

export type Gate =
  'identity' | 'boundary' | 'session' | 'resource' | 'endpoint' | 'service control' | 'resource control';

/** A statement that decided, or a gate without one. */
export interface Reason {
  readonly gate: Gate;
  readonly effect: 'allow' | 'deny' | 'no allow' | 'unknown';
  readonly statement?: Statement;
  /** Condition operator that isn't known. */
  readonly problem?: string;
}

export interface Answer {
  /** `yes` when some deployment certainly allows it; `maybe` when that isn't known. */
  readonly verdict: Verdict;
  /** The deployments in which the verdict applies. */
  readonly guard: Guard;
  /** When the request may be allowed. */
  readonly possible: Guard;
  /** The statements that allow it; for `no` those that deny it, or the gates that don't allow it. */
  readonly because: readonly Reason[];
}

interface GateResult {
  readonly allowed: Truth;
  readonly denied: Truth;
  readonly reasons: readonly Reason[];
}

/**
 * Decides a request as IAM does: an explicit denial anywhere refuses it, else every gate that applies has to allow it.
 *
 * @param mode `given` for one request with all its condition keys, as the local account asks; `any` for the question
 * whether there is a request that is allowed
 */
export function evaluate(policies: Policies, { caller, ...asked }: Request, mode: ContextMode): Answer {
  const request: Request = { ...asked, caller: policies.boundary ? { ...caller, bounded: true } : caller };
  const gate = (name: Gate, source: PolicySource | undefined): GateResult | undefined =>
    source && judgeGate(name, source, request, mode);
  const identity = gate('identity', policies.identity ?? [])!;
  const outside = outsideResult(policies.outside ?? [], mode);
  const byIdentity = or([identity.allowed, outside.allowed]);
  const resource = gate('resource', policies.resource);
  const byResource = resourceAllows(policies.resource ?? [], request, mode);
  const boundary = gate('boundary', policies.boundary);
  const session = gate('session', policies.session);
  const limits = [
    gate('endpoint', policies.endpoint),
    ...(policies.serviceControl ?? []).map((level) => gate('service control', level)),
    ...(policies.resourceControl ?? []).map((level) => gate('resource control', level)),
  ].filter((result) => result !== undefined);
  const own = and([byIdentity, boundary?.allowed ?? ALWAYS]);
  const core = coreAllows(policies, request, own, byResource, boundary?.allowed ?? ALWAYS);
  const gates = [identity, outside, resource, boundary, session, ...limits].filter((result) => result !== undefined);
  const denied = or(gates.map((result) => result.denied));
  const truth = and([core, session?.allowed ?? ALWAYS, ...limits.map(({ allowed }) => allowed), not(denied)]);
  const verdict = verdictOf(truth);
  return {
    verdict,
    guard: verdict === 'yes' ? truth.yes : verdict === 'maybe' ? truth.possible : truth.possible.not(),
    possible: truth.possible,
    because: reasonsFor(verdict, gates),
  };
}

function coreAllows(
  { resourceKind = 'ordinary' }: Policies,
  { caller, resourceAccount }: Request,
  own: Truth,
  { everybody, named, account }: Readonly<Record<PrincipalMatch, Truth>>,
  boundary: Truth,
): Truth {
  const direct = or([everybody, named]);
  if (caller.kind !== 'AWS') {
    return direct;
  }
  // An account that is decided at deployment counts as equal to the account in the template.
  const isSameAccount =
    resourceAccount === undefined || caller.account === undefined || overlap(caller.account, resourceAccount) !== 'no';
  if (!isSameAccount) {
    return and([or([everybody, named, account]), own]);
  }
  const trusted = resourceKind === 'ordinary' ? ALWAYS : account;
  // The boundary of a role limits what a resource policy allows to the role's ARN, but not what it allows to a user or
  // to everyone.
  const isUser = caller.name.some((part) => typeof part === 'string' && part.includes(':user/'));
  const byResource = or([everybody, isUser ? named : and([named, boundary])]);
  return or([and([trusted, own]), byResource]);
}

function judgeGate(gate: Gate, source: PolicySource, request: Request, mode: ContextMode): GateResult {
  if (source === 'unknown') {
    // Whether an unreadable policy allows or denies isn't known.
    return {
      allowed: mode === 'given' ? NEVER : UNKNOWN,
      denied: NEVER,
      reasons: [{ gate, effect: 'unknown' }],
    };
  }
  const reasons: Reason[] = [];
  const allows: Truth[] = [];
  const denials: Truth[] = [];
  for (const statement of source) {
    const allow = allowsRequest(statement, request, mode);
    const deny = deniesRequest(statement, request, mode);
    if (allow.truth.possible.possible()) {
      allows.push(allow.truth);
      reasons.push({ gate, effect: 'allow', statement });
    } else if (allow.problem !== undefined) {
      reasons.push({ gate, effect: 'no allow', statement, problem: allow.problem });
    }
    if (deny.truth.possible.possible()) {
      denials.push(deny.truth);
      const { problem } = deny;
      reasons.push({ gate, effect: 'deny', statement, ...(problem === undefined ? {} : { problem }) });
    }
  }
  return { allowed: or(allows), denied: or(denials), reasons };
}

function outsideResult(outside: readonly Case<Text>[], mode: ContextMode): GateResult {
  const possible = mode === 'given' ? NEVER : or(outside.map(({ guard }) => verdictWhen('maybe', guard)));
  return {
    allowed: possible,
    denied: NEVER,
    reasons: outside.length > 0 ? [{ gate: 'identity', effect: 'unknown' }] : [],
  };
}

function reasonsFor(verdict: Verdict, gates: readonly GateResult[]): Reason[] {
  const all = gates.flatMap(({ reasons }) => reasons);
  if (verdict !== 'no') {
    return all.filter(({ effect }) => effect === 'allow' || effect === 'unknown');
  }
  const denials = all.filter(({ effect }) => effect === 'deny');
  return denials.length > 0 ? denials : all.filter(({ effect }) => effect === 'no allow');
}

/** Whether the policy of the resource allows the request to everybody, to the caller itself, or to its account. */
function resourceAllows(
  statements: readonly Statement[],
  request: Request,
  mode: ContextMode,
): Readonly<Record<PrincipalMatch, Truth>> {
  const allowing = statements
    .map((statement) => ({ statement, truth: allowsRequest(statement, request, mode).truth }))
    .filter(({ truth }) => truth !== NEVER);
  const to = (how: PrincipalMatch) =>
    or(allowing.map(({ statement, truth }) => and([truth, principalsMatch(statement, request.caller, [how])])));
  return { everybody: to('everybody'), named: to('named'), account: to('account') };
}
