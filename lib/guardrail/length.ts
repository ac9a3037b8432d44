import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';

/**
 * Checks that a text has 1 to `max` characters; unresolved tokens pass. The service doesn't document how it counts
 * characters. This counts UTF-16 units, which are never fewer than characters.
 */
export function requireLength(where: IConstruct | string, input: string, text: string, max: number): void {
  requireInput(Token.isUnresolved(text) || (text.trim().length > 0 && text.length <= max), where, {
    input,
    value: text,
    allowed: `a text of 1 to ${max} characters`,
    fix:
      text.length > max ? `shorten it by ${text.length - max}` : 'write a text, or leave it out where it is optional',
  });
}
