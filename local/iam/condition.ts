/** Condition blocks. An operator this file does not know never grants anything: the caller turns it into a denial. */
import { matchesArn, matchesWildcard } from './wildcard';

/** Condition keys of a request, lower-cased, each with its values. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

export type ConditionResult = { readonly holds: boolean } | { readonly unknownOperator: string };

type Test = (policyValue: string, contextValue: string) => boolean;

const OPERATORS: Record<string, { readonly test: Test; readonly negated?: true }> = {
  stringequals: { test: (p, c) => p === c },
  stringnotequals: { test: (p, c) => p === c, negated: true },
  stringequalsignorecase: { test: (p, c) => p.toLowerCase() === c.toLowerCase() },
  stringnotequalsignorecase: { test: (p, c) => p.toLowerCase() === c.toLowerCase(), negated: true },
  stringlike: { test: (p, c) => matchesWildcard(p, c) },
  stringnotlike: { test: (p, c) => matchesWildcard(p, c), negated: true },
  // AWS: "ArnEquals and ArnLike behave identically."
  arnequals: { test: matchesArn },
  arnlike: { test: matchesArn },
  arnnotequals: { test: matchesArn, negated: true },
  arnnotlike: { test: matchesArn, negated: true },
  bool: { test: (p, c) => p.toLowerCase() === c.toLowerCase() },
};

/** `${aws:PrincipalArn}` and the like; `undefined` when the request has no single value for it. */
export function substitute(text: string, context: RequestContext): string | undefined {
  let missing = false;
  const replaced = text.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name;
    const [key, fallback] = name.split(',').map((part) => part.trim());
    const values = context.get(key.toLowerCase());
    if (values?.length === 1) return values[0];
    if (fallback !== undefined) return fallback.replace(/^'|'$/g, '');
    missing = true;
    return '';
  });
  return missing ? undefined : replaced;
}

function holdsFor(
  operator: string,
  policyValues: string[],
  contextValues: readonly string[] | undefined,
  context: RequestContext,
): ConditionResult {
  const [, set, base, ifExists] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(operator.toLowerCase())!;
  if (base === 'null') {
    const wanted = policyValues[0]?.toLowerCase() === 'true';
    return { holds: (contextValues === undefined) === wanted };
  }
  const known = Object.hasOwn(OPERATORS, base) ? OPERATORS[base] : undefined;
  if (known === undefined) return { unknownOperator: operator };
  if (contextValues === undefined || contextValues.length === 0) {
    return {
      holds: ifExists !== undefined || set === 'forallvalues' || (known.negated === true && set !== 'foranyvalue'),
    };
  }
  const candidates = policyValues.map((value) => substitute(value, context)).filter((value) => value !== undefined);
  const one = (value: string): boolean => candidates.some((p) => known.test(p, value)) !== (known.negated === true);
  // Without a set operator a negated test must hold for every value, a positive one for any.
  const all = set === 'forallvalues' || (set === undefined && known.negated === true);
  return { holds: all ? contextValues.every(one) : contextValues.some(one) };
}

/** Every key of every operator must hold. */
export function conditionsHold(
  conditions: Record<string, Record<string, string[]>>,
  context: RequestContext,
): ConditionResult {
  let holds = true;
  for (const [operator, keys] of Object.entries(conditions)) {
    for (const [key, values] of Object.entries(keys)) {
      const result = holdsFor(operator, values, context.get(key.toLowerCase()), context);
      if ('unknownOperator' in result) return result;
      holds &&= result.holds;
    }
  }
  return { holds };
}
