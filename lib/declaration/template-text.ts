import {
  DefaultTokenResolver,
  type IFragmentConcatenator,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
  Reference,
  Stack,
  Tokenization,
} from 'aws-cdk-lib/core';
import { stackId } from './stack-id';

/**
 * Resolves a value for the metadata of a stack, see `TemplateText`. References to other stacks become text: the
 * ordinary resolution would create an export, an import and a dependency between the stacks, only for a declaration.
 */
export function templateText<T>(stack: Stack, value: unknown): T {
  return Tokenization.resolve(value, { scope: stack, resolver: new Resolver(stack), preparing: false }) as T;
}

class Resolver extends DefaultTokenResolver {
  constructor(private readonly stack: Stack) {
    super(JOIN);
  }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    const owner = Reference.isReference(token) ? Stack.of(token.target) : this.stack;
    return owner === this.stack
      ? super.resolveToken(token, context, postProcessor)
      : foreignText(owner, owner.resolve(token));
  }
}

function foreignText(owner: Stack, resolved: unknown): unknown {
  const { Ref, 'Fn::GetAtt': attribute } = resolved as { Ref?: string; 'Fn::GetAtt'?: string[] };
  if (Ref !== undefined) {
    return Ref.startsWith('AWS::') ? resolved : `\${${stackId(owner)}#${Ref}}`;
  }
  return attribute ? `\${${stackId(owner)}#${attribute.join('.')}}` : resolved;
}

/** Text and references in one string, in the notation of CloudFormation. */
const JOIN: IFragmentConcatenator = {
  join(left: unknown, right: unknown): unknown {
    const parts = [...partsOf(left), ...partsOf(right)].reduce<unknown[]>((done, part) => {
      const last = done.at(-1);
      return typeof last === 'string' && typeof part === 'string'
        ? [...done.slice(0, -1), last + part]
        : [...done, part];
    }, []);
    return parts.length === 1 ? parts[0] : { 'Fn::Join': ['', parts] };
  },
};

function partsOf(value: unknown): unknown[] {
  const join = (value as { 'Fn::Join'?: [string, unknown[]] } | undefined)?.['Fn::Join'];
  return value === undefined ? [] : join?.[0] === '' && Array.isArray(join[1]) ? join[1] : [value];
}
