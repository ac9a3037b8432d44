import { Token } from 'aws-cdk-lib/core';
import { CREDENTIAL_FORMATS, CREDENTIAL_NAME, REFERENCE_NAME } from '../facts/credential-formats';

export { CREDENTIAL_FORMATS };

/** The kind of credential in a text, or undefined. Unresolved tokens have no literal text and are accepted. */
export function credentialKindIn(text: string): string | undefined {
  return CREDENTIAL_FORMATS.find(({ pattern }) => pattern.test(text))?.kind;
}

/** Whether a variable of this name is expected to contain a credential, not a reference to one. */
export function isCredentialName(name: string): boolean {
  return !Token.isUnresolved(name) && CREDENTIAL_NAME.test(name) && !REFERENCE_NAME.test(name);
}
