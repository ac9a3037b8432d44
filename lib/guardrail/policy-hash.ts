import { createHash } from 'node:crypto';
import type { CfnGuardrail, CfnGuardrailVersion } from 'aws-cdk-lib/aws-bedrock';
import {
  Aspects,
  DefaultTokenResolver,
  Lazy,
  Reference,
  Stack,
  Stage,
  StringConcat,
  Tokenization,
  type IPostProcessor,
  type IResolvable,
  type IResolveContext,
} from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** 64 bits: versions of one guardrail never number more than a few dozen. */
const HASH_LENGTH = 16;
const MAX_LOGICAL_ID_LENGTH = 255;

/** Properties of a guardrail that do not change what it does. */
const WITHOUT_EFFECT = new Set(['Name', 'Description', 'Tags']);

/**
 * Hash of the policy of a guardrail: its properties as in the template, including escape hatches, but not its name,
 * description and tags.
 */
function policyHash(guardrail: CfnGuardrail): string {
  const { Resources } = Tokenization.resolve(
    // The template fragment, because it includes property overrides; Lambda's currentVersion reads it, too.
    (guardrail as unknown as { _toCloudFormation(): unknown })._toCloudFormation(),
    { scope: guardrail, resolver: new PathResolver(new StringConcat()), preparing: false },
  ) as { Resources: Record<string, { Properties?: Record<string, unknown> }> };
  const [{ Properties = {} }] = Object.values(Resources);
  const effective = Object.fromEntries(Object.entries(Properties).filter(([name]) => !WITHOUT_EFFECT.has(name)));
  return createHash('sha256').update(canonical(effective)).digest('hex').slice(0, HASH_LENGTH);
}

/**
 * The hash of a guardrail for values that are resolved many times in one synthesis. It is computed each time until CDK
 * prepares the app, after the aspects. After that, only references change, which aren't part of the hash, so it is
 * computed once. The next synthesis starts over.
 */
export function policyHashOf(guardrail: CfnGuardrail): (context: IResolveContext) => string {
  let isFinal = false;
  let known: string | undefined;
  Aspects.of(guardrail).add({
    visit: () => {
      isFinal = false;
      known = undefined;
    },
  });
  return ({ preparing }) => {
    isFinal ||= preparing;
    const hash = known ?? policyHash(guardrail);
    if (isFinal) known = hash;
    return hash;
  };
}

/**
 * Makes a version content-addressed: its logical id ends with the hash of the policy, so that CloudFormation creates a
 * new version only if the policy changes. Read lazily, because filters, aspects and escape hatches are added later.
 */
export function addressByContent(version: CfnGuardrailVersion, hash: (context: IResolveContext) => string): void {
  const base = String(Stack.of(version).resolve(version.logicalId)).slice(-(MAX_LOGICAL_ID_LENGTH - HASH_LENGTH));
  version.overrideLogicalId(Lazy.uncachedString({ produce: (context) => `${base}${hash(context)}` }));
}

/**
 * Writes a reference as the path of its target. CDK's notation changes during synthesis when a reference to another
 * stack becomes an import, and would result in two hashes of one policy.
 */
class PathResolver extends DefaultTokenResolver {
  public override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token)
      ? `\${${pathInStage(token.target)}.${token.displayName}}`
      : (super.resolveToken(token, context, postProcessor) as unknown);
  }
}

/** Without the stage, so that one guardrail has one version id in every stage it is deployed to. */
function pathInStage(target: IConstruct): string {
  const stage = Stage.of(target)?.node.path ?? '';
  return stage === '' ? target.node.path : target.node.path.slice(stage.length + 1);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join()}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalMember(name, member)}`).join()}}`;
}

/** Filters, topics, words, entities and patterns are sets: their order changes nothing. */
function canonicalMember(name: string, member: unknown): string {
  return Array.isArray(member) && name.endsWith('Config')
    ? `[${member.map(canonical).sort().join()}]`
    : canonical(member);
}
