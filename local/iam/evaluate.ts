/**
 * One authorization decision: explicit deny, else allow, else implicit deny.
 *
 * Small on purpose: it knows what the policies of an agent use. What it does not know (a condition operator) denies
 * with a message that names it, so a local "allowed" is never the product of something that was skipped.
 */
import { conditionsHold, type RequestContext, substitute } from './condition';
import type { Policy, Principals, Statement } from './policy';
import { matchesArn, matchesWildcard } from './wildcard';

export interface AccessRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
  /** Who asks: an ARN, or a service principal. Only read against policies that name principals. */
  readonly principal?: { readonly kind: 'AWS' | 'Service'; readonly value: string };
}

export interface Decision {
  readonly allowed: boolean;
  /** Why: names the policy, or what was missing. */
  readonly reason: string;
}

const anyMatch = (patterns: string[], test: (pattern: string) => boolean): boolean => patterns.some(test);

function principalMatches(principals: Principals | undefined, request: AccessRequest): boolean {
  if (principals === undefined) return true;
  if (principals === '*') return true;
  const { kind, value } = request.principal ?? { kind: 'AWS' as const, value: '' };
  return (principals[kind] ?? []).some((entry) => {
    if (entry === '*' || entry === value) return true;
    // The account's root stands for every identity of the account that its own policies let through.
    const account = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/.exec(entry)?.[1];
    return kind === 'AWS' && account !== undefined && value.split(':')[4] === account;
  });
}

function applies(statement: Statement, request: AccessRequest): boolean {
  const action = (pattern: string): boolean => matchesWildcard(pattern, request.action, true);
  const resource = (pattern: string): boolean => {
    const resolved = substitute(pattern, request.context);
    return resolved !== undefined && matchesArn(resolved, request.resource);
  };
  if (!principalMatches(statement.principals, request)) return false;
  if (statement.actions && !anyMatch(statement.actions, action)) return false;
  if (statement.notActions && anyMatch(statement.notActions, action)) return false;
  if (statement.resources && !anyMatch(statement.resources, resource)) return false;
  if (statement.notResources && anyMatch(statement.notResources, resource)) return false;
  return true;
}

/** The decision of one set of policies (identity policies, or a boundary, or a resource policy). */
export function evaluate(policies: readonly Policy[], request: AccessRequest): Decision {
  let allowedBy: string | undefined;
  const unknown: string[] = [];
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (!applies(statement, request)) continue;
      const label = `${policy.name}${statement.sid ? ` (${statement.sid})` : ''}`;
      const result = conditionsHold(statement.conditions, request.context);
      if ('unknownOperator' in result) {
        const problem = `the condition operator "${result.unknownOperator}" in ${label} is not understood by the local service`;
        if (statement.effect === 'Deny') return { allowed: false, reason: `denied: ${problem}` };
        unknown.push(problem);
        continue;
      }
      if (!result.holds) continue;
      if (statement.effect === 'Deny') return { allowed: false, reason: `with an explicit deny in ${label}` };
      allowedBy ??= label;
    }
  }
  if (allowedBy !== undefined) return { allowed: true, reason: `allowed by ${allowedBy}` };
  const because = unknown.length > 0 ? ` (${unknown.join('; ')})` : '';
  return { allowed: false, reason: `because no identity-based policy allows the ${request.action} action${because}` };
}
