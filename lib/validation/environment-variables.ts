import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { credentialKindIn, isCredentialName } from './credential-like';
import { requireInput, requirePattern } from './input-error';

const REFERENCE_FIX =
  'pass the ARN of a Secrets Manager secret instead (a name that ends in _ARN) and grant the agent to read it';

/** Refuses names and values of environment variables that are malformed or look like a credential. Never echoes a value. */
export function requireSafeEnvironment(
  where: IConstruct | string,
  input: string,
  variables: Record<string, string>,
  maxValueLength: number,
): void {
  for (const [name, value] of Object.entries(variables)) {
    const at = `${input}.${name}`;
    requirePattern(
      where,
      `${input} name`,
      name,
      /^[A-Za-z_][A-Za-z0-9_]{0,99}$/,
      'letters, digits and underscores, not starting with a digit, at most 100 characters',
      'rename the variable',
    );
    requireInput(!isCredentialName(name), where, {
      input: at,
      allowed: 'no variable whose name says that it holds a credential',
      fix: REFERENCE_FIX,
    });
    requireInput(typeof value === 'string', where, {
      input: at,
      value: typeof value,
      allowed: 'a text',
      fix: "write the value in quotes, for example '8080'",
    });
    const kind = credentialKindIn(value);
    requireInput(kind === undefined, where, {
      input: at,
      allowed: `no credentials; this value looks like ${kind}`,
      fix: REFERENCE_FIX,
    });
    requireInput(Token.isUnresolved(value) || value.length <= maxValueLength, where, {
      input: at,
      allowed: `a value of at most ${maxValueLength} characters`,
      fix: 'put long content in a file of the image or in S3',
    });
  }
}
