import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from './input-error';

/** Refuses anything except a normalized absolute POSIX path below the root; unresolved tokens are accepted. */
export function requireAbsoluteDirectory(where: IConstruct | string, input: string, value: string): void {
  const normalized = /^(\/[^/\0]+)+$/.test(value) && !value.split('/').some((part) => part === '.' || part === '..');
  requireInput(Token.isUnresolved(value) || normalized, where, {
    input,
    value,
    allowed: "an absolute path without '.', '..', empty parts or a trailing slash",
    fix: "start it with '/' and write it out in full, for example '/mnt/agent/workspace'",
  });
}
