import { type Duration, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from './refused-input';

export { InputError, requireInput, type RefusedInput } from './refused-input';

/** Checks a string with a pattern; unresolved tokens are accepted, because their value is known only at deployment. */
export function requirePattern(
  where: IConstruct | string,
  input: string,
  value: string,
  pattern: RegExp,
  allowed: string,
  fix: string,
): void {
  requireInput(Token.isUnresolved(value) || pattern.test(value), where, { input, value, allowed, fix });
}

/** Checks that a number is in a closed range (and is whole); unresolved tokens are accepted. */
export function requireWholeNumber(
  where: IConstruct | string,
  input: string,
  value: number,
  min: number,
  max: number,
  unit: string,
): void {
  requireInput(Token.isUnresolved(value) || (Number.isInteger(value) && value >= min && value <= max), where, {
    input,
    value,
    allowed: `a whole number from ${min} to ${max} ${unit}`,
    fix: `choose a value between ${min} and ${max}`,
  });
}

/**
 * The seconds of a duration, if they are whole and in a closed range. Unresolved values were refused before, by their
 * kind.
 */
export function requireSeconds(
  where: IConstruct | string,
  input: string,
  value: Duration,
  min: number,
  max: number,
): number {
  const seconds = value.toSeconds({ integral: false });
  requireWholeNumber(where, input, seconds, min, max, 'seconds');
  return seconds;
}
