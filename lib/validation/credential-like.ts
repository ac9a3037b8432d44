import { Token } from 'aws-cdk-lib/core';

/** Names under which people store credentials. A name that says it is a reference (…_ARN, …_NAME, …_ID, …_PARAMETER) is fine. */
const CREDENTIAL_NAME = /(secret|passw(or)?d|passphrase|token|api_?key|access_?key|private_?key|credential|bearer)/i;
const REFERENCE_NAME = /(_ARN|_NAME|_ID|_PARAMETER|_PATH|_URL|_ENDPOINT|_FILE|_DIRECTORY|_DIR|_LIMIT|_BUDGET|_COUNT)$/i;

/**
 * Published formats of real credentials. Guardrails get them too, in an engine that is not documented: no flags, no
 * lookaround, only what every engine has.
 */
export const CREDENTIAL_FORMATS = [
  { kind: 'an AWS access key id', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { kind: 'an Amazon Bedrock API key', pattern: /\bABSK[A-Za-z0-9+/=]{20,}/ },
  { kind: 'an OpenAI API key', pattern: /\bsk-[A-Za-z0-9_-]{20,}/ },
  { kind: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/ },
  { kind: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { kind: 'a Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { kind: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { kind: 'a JSON Web Token', pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/ },
  { kind: 'a user name and password in a URL', pattern: /\b[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s/:@]+:[^\s/:@]+@/ },
] as const;

/** Says what kind of credential a text holds, or undefined. Unresolved tokens hold no literal text and pass. */
export function credentialKindIn(text: string): string | undefined {
  return CREDENTIAL_FORMATS.find(({ pattern }) => pattern.test(text))?.kind;
}

/** True when a variable of this name is expected to hold a credential itself rather than a reference to one. */
export function isCredentialName(name: string): boolean {
  return !Token.isUnresolved(name) && CREDENTIAL_NAME.test(name) && !REFERENCE_NAME.test(name);
}
