import {
  DefaultTokenResolver,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  StringConcat,
  Tokenization,
} from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { pseudoParameter, referencePattern } from './name-pattern';

/**
 * A policy statement (or document) as one line of JSON that a person can paste into a policy before the first deployment.
 * A generated name is written as a pattern that matches it; an unknown account or Region is written `ACCOUNT_ID` or
 * `REGION`.
 */
export function policyText(scope: IConstruct, policy: unknown): string {
  return JSON.stringify(withPatterns(plain(scope, policy)));
}

/** A text with the same patterns in it. */
export function plainText(scope: IConstruct, text: string): string {
  return String(plain(scope, text));
}

function plain(scope: IConstruct, value: unknown): unknown {
  const stack = Stack.of(scope);
  return written(stack, Tokenization.resolve(value, { scope, resolver: new Resolver(), preparing: false }));
}

/** Writes references as text. The ordinary resolution would also create exports, imports and dependencies of stacks. */
class Resolver extends DefaultTokenResolver {
  constructor() {
    super(new StringConcat());
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token)
      ? referencePattern(token)
      : written(Stack.of(context.scope), super.resolveToken(token, context, postProcessor));
  }
}

/** The remaining intrinsic functions, as text. A value that is unknown before deployment is an asterisk. */
function written(stack: Stack, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => written(stack, each));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const members = Object.entries(value as Record<string, unknown>);
  const [name, inner] = members[0] ?? [''];
  if (members.length === 1 && name === 'Ref') {
    return pseudoParameter(String(inner), stack);
  }
  if (members.length === 1 && name === 'Fn::Join') {
    const [separator, parts] = inner as [string, unknown[]];
    return Array.isArray(parts) ? parts.map((part) => String(written(stack, part))).join(separator) : '*';
  }
  if (members.length === 1 && name === 'Fn::Sub' && typeof inner === 'string') {
    return inner.replace(/\$\{([^}]+)\}/g, (_, parameter: string) => pseudoParameter(parameter, stack));
  }
  if (members.length === 1 && name.startsWith('Fn::')) {
    return '*';
  }
  return Object.fromEntries(members.map(([member, content]) => [member, written(stack, content)]));
}

/** The operators that support patterns, by the ones that don't. */
const OPERATORS: Readonly<Record<string, string>> = { StringEquals: 'StringLike', ArnEquals: 'ArnLike' };

/** Conditions whose values became patterns need an operator that supports patterns. */
function withPatterns(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withPatterns);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([member, content]) =>
      member === 'Condition' ? [member, condition(content as Conditions)] : [member, withPatterns(content)],
    ),
  );
}

type Conditions = Record<string, Record<string, unknown>>;

function condition(conditions: Conditions): Conditions {
  const result: Conditions = {};
  for (const [operator, keys] of Object.entries(conditions)) {
    for (const [key, values] of Object.entries(keys)) {
      const isPattern = JSON.stringify(values).includes('*');
      const chosen = isPattern ? (OPERATORS[operator] ?? operator) : operator;
      result[chosen] = { ...result[chosen], [key]: values };
    }
  }
  return result;
}
