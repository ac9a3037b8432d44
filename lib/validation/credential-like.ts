import { Token } from 'aws-cdk-lib/core';
import { CREDENTIAL_FORMATS, CREDENTIAL_NAME, REFERENCE_NAME } from '../facts/credential-formats';

export { CREDENTIAL_FORMATS };

/** Says what kind of credential a text holds, or undefined. Unresolved tokens hold no literal text and pass. */
export function credentialKindIn(text: string): string | undefined {
  return CREDENTIAL_FORMATS.find(({ pattern }) => pattern.test(text))?.kind;
}

/** True when a variable of this name is expected to hold a credential itself rather than a reference to one. */
export function isCredentialName(name: string): boolean {
  return !Token.isUnresolved(name) && CREDENTIAL_NAME.test(name) && !REFERENCE_NAME.test(name);
}
