import { Token } from 'aws-cdk-lib/core';
import { requireInput } from '../validation/input-error';

/** Flags in front of a pattern: not JavaScript, but usual elsewhere, and whether Bedrock takes them is not documented. */
const LEADING_FLAGS = /^\(\?[a-zA-Z]+\)/;

/**
 * Refuses what cannot be a regular expression in any engine, and lookaround, which AWS documents as unsupported.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html ("does not support a regex
 * lookaround match"). The engine is not documented; JavaScript's, without flags, accepts the constructs that all share.
 */
export function requireRegex(where: string, input: string, pattern: string): void {
  if (Token.isUnresolved(pattern)) {
    return;
  }
  requireInput(!hasLookaround(pattern), where, {
    input,
    value: pattern,
    allowed: 'a regular expression without lookahead and lookbehind',
    fix: 'match the surroundings too, or anchor with \\b',
  });
  const problem = compileProblem(pattern.replace(LEADING_FLAGS, ''));
  requireInput(problem === undefined, where, {
    input,
    value: pattern,
    allowed: `a regular expression; this one is not: ${problem}`,
    fix: 'correct it, with constructs that every engine has',
  });
}

function hasLookaround(pattern: string): boolean {
  const bare = pattern.replace(/\\[\s\S]/g, '').replace(/\[[^\]]*\]/g, '');
  return /\(\?<?[=!]/.test(bare);
}

function compileProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
