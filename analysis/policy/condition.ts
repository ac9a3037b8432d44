import type { Text } from '../model/text';
import { OPERATORS } from './operators';
import { literal, subset } from './pattern';
import type { Condition } from './statement';
import { ALWAYS, and, NEVER, not, or, type Truth, UNKNOWN, verdictWhen, when } from './truth';

/** The value of a condition key in a request. */
export interface ContextValue {
  /** Empty if the request is known not to have the key. */
  readonly values: readonly Text[];
  /** True for a key that takes several values, which only `ForAnyValue:` and `ForAllValues:` compare. */
  readonly multiple?: boolean;
}

/** The known condition keys of a request, by key in lower case. */
export type RequestContext = ReadonlyMap<string, ContextValue>;

/**
 * `given`: the request has the keys of the context and no others, like a real request. `any`: the caller can choose
 * every key that the context doesn't have, for the question what a policy allows.
 */
export type ContextMode = 'given' | 'any';

/** The result of a condition. */
export interface Outcome {
  /** Whether it holds in a request. */
  readonly holds: Truth;
  /** Whether it holds in every such request. An explicit denial needs this: otherwise the caller can avoid it. */
  readonly holdsAlways: Truth;
  /** The operator isn't known. */
  readonly problem?: string;
}

/**
 * Keys that every authorized request has.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html ("Always included")
 */
const ALWAYS_PRESENT: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:securetransport',
  'aws:useragent',
  'aws:userid',
  'aws:viaawsservice',
]);

/** Whether all conditions of a statement hold. */
export function conditionsHold(conditions: readonly Condition[], context: RequestContext, mode: ContextMode): Outcome {
  const outcomes = conditions.map((condition) => conditionHolds(condition, context, mode));
  const problem = outcomes.find((outcome) => outcome.problem !== undefined)?.problem;
  return {
    holds: and(outcomes.map(({ holds }) => holds)),
    holdsAlways: and(outcomes.map(({ holdsAlways }) => holdsAlways)),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Whether one condition holds. In deployments without the condition it holds. */
function conditionHolds(condition: Condition, context: RequestContext, mode: ContextMode): Outcome {
  const { holds, holdsAlways, problem } = judge(condition, context, mode);
  const absent = when(condition.guard.not());
  return {
    holds: or([absent, holds]),
    holdsAlways: or([absent, holdsAlways]),
    ...(problem === undefined ? {} : { problem }),
  };
}

const same = (truth: Truth): Outcome => ({ holds: truth, holdsAlways: truth });

function judge(condition: Condition, context: RequestContext, mode: ContextMode): Outcome {
  const { test, operator, key, values, unreadable } = condition;
  const value = context.get(key);
  if (unreadable) {
    return same(UNKNOWN);
  }
  if (test === 'null') {
    const isPresent = mode === 'any' && ALWAYS_PRESENT.has(key);
    return value || mode === 'given' || isPresent
      ? same(isNull(values, !isPresent && (value?.values.length ?? 0) === 0))
      : { holds: ALWAYS, holdsAlways: NEVER };
  }
  const known = OPERATORS.get(test);
  if (!known) {
    return { ...same(UNKNOWN), problem: operator };
  }
  if (!value && mode === 'any') {
    // The caller chooses the value, or omits the key.
    return { holds: values.length > 0 || known.negated ? ALWAYS : NEVER, holdsAlways: acceptsEverything(condition) };
  }
  const present = value?.values ?? [];
  if (present.length === 0) {
    const { ifExists, set } = condition;
    if (set === 'any') {
      // The combination isn't documented: without a value no value matches, but `IfExists` passes without the key.
      return same(ifExists && mode === 'any' ? UNKNOWN : NEVER);
    }
    return same(ifExists || set === 'all' || known.negated ? ALWAYS : NEVER);
  }
  if (value!.multiple && !condition.set) {
    return same(NEVER);
  }
  const matching = present.map((text) => {
    const matches = values.map(({ value: policyValue, guard }) => {
      const pattern = withVariables(policyValue, context, mode, known.wildcards);
      const verdict = pattern && known.compare(pattern, text);
      return verdict && verdictWhen(verdict, guard);
    });
    if (known.negated && matches.includes(undefined)) {
      // Values that can't be compared, or that have a variable without a value, don't match.
      return NEVER;
    }
    const any = or(matches.flatMap((match) => match ?? []));
    return known.negated ? not(any) : any;
  });
  return same(condition.set === 'any' ? or(matching) : and(matching));
}

function isNull(values: Condition['values'], absent: boolean): Truth {
  return or(
    values.map(({ value, guard }) => {
      const [text] = value;
      const wanted = value.length === 1 && typeof text === 'string' ? text.toLowerCase() : undefined;
      return wanted === undefined ? UNKNOWN : verdictWhen(wanted === String(absent) ? 'yes' : 'no', guard);
    }),
  );
}

/** A condition on a key that every caller can choose, and that accepts every choice. */
function acceptsEverything({ test, key, set, ifExists, values }: Condition): Truth {
  const passesWithoutKey = ifExists || set === 'all' || (ALWAYS_PRESENT.has(key) && set !== 'any');
  const accepts = test === 'stringlike' && !key.endsWith('arn') ? isEveryText : isEverything;
  return (test === 'stringlike' || test === 'arnlike' || test === 'arnequals') && passesWithoutKey
    ? or(values.map(({ value, guard }) => verdictWhen(accepts(value) ? 'yes' : 'no', guard)))
    : NEVER;
}

/** `arn:*` is every ARN, but not every text of a tag. */
function isEveryText(pattern: Text): boolean {
  return subset(['*'], pattern) === 'yes';
}

/** Whether a pattern matches every text, or every ARN. */
export function isEverything(pattern: Text): boolean {
  const first = pattern[0];
  const known = typeof first === 'string' ? /^[^*?$]*/.exec(first)![0] : undefined;
  // A pattern with a longer beginning than every ARN has, or with a value of the deployment, doesn't.
  if (pattern.length > 0 && (known === undefined || !'arn:'.startsWith(known))) {
    return false;
  }
  return isEveryText(pattern) || subset(['arn:*:*:*:*:*'], pattern) === 'yes';
}

/**
 * A value of a policy with the variables of the request filled in. Its wildcards become plain characters if the
 * operator has no wildcards. Undefined when a variable has no value.
 */
export function withVariables(
  text: Text,
  context: RequestContext,
  mode: ContextMode,
  wildcards: boolean,
): Text | undefined {
  if (wildcards && text.every((part) => typeof part !== 'string' || (part !== '' && !part.includes('${')))) {
    return text;
  }
  let missing = false;
  const filled = text.flatMap((part): Text => {
    if (typeof part !== 'string') {
      return [part];
    }
    const pieces: (Text[number] | undefined)[] = [];
    let end = 0;
    for (const match of part.matchAll(/\$\{([^}]*)\}/g)) {
      pieces.push(plain(part.slice(end, match.index), wildcards));
      end = match.index + match[0].length;
      const value = variable(match[1], context, mode) ?? [undefined];
      pieces.push(...value);
    }
    pieces.push(plain(part.slice(end), wildcards));
    missing ||= pieces.includes(undefined);
    return pieces.filter((piece): piece is Text[number] => piece !== undefined && piece !== '');
  });
  return missing ? undefined : filled;
}

function plain(text: string, wildcards: boolean): string {
  return wildcards ? text : text.replace(/[*?]/g, (letter) => `\${${letter}}`);
}

function variable(name: string, context: RequestContext, mode: ContextMode): Text | undefined {
  if (/^[*?$]$/.test(name)) {
    return [`\${${name}}`];
  }
  const [key, fallback] = name.split(',').map((part) => part.trim());
  const value = context.get(key.toLowerCase());
  if (value?.values.length === 1 && !value.multiple) {
    return literal(value.values[0]);
  }
  if (fallback !== undefined && (value || mode === 'given')) {
    return literal([fallback.replace(/^'|'$/g, '')]);
  }
  // A variable that the caller chooses stays a hole of the pattern.
  return value || mode === 'given' ? undefined : [`\${${name}}`];
}

/** A context of keys with one value, and of keys that take several values. */
export function contextOf(
  single: Readonly<Record<string, string | Text>>,
  multiple: Readonly<Record<string, readonly string[]>> = {},
): RequestContext {
  return new Map([
    ...Object.entries(single).map(([key, value]): [string, ContextValue] => [
      key.toLowerCase(),
      { values: [typeof value === 'string' ? [value] : value] },
    ]),
    ...Object.entries(multiple).map(([key, values]): [string, ContextValue] => [
      key.toLowerCase(),
      { values: values.map((value) => [value]), multiple: true },
    ]),
  ]);
}
