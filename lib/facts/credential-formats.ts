/**
 * Formats of credentials. lib/ refuses inputs with them, guardrails contain them, and the agent's tools remove them.
 *
 * Pure data without imports, so that runtime/ may bundle it.
 */

/** Names of variables with credentials. */
export const CREDENTIAL_NAME =
  /(secret|passw(or)?d|passphrase|token|api_?key|access_?key|private_?key|credential|bearer)/i;
/** A name of a reference (…_ARN, …_NAME, …_ID, …_PARAMETER) contains no credential. */
export const REFERENCE_NAME =
  /(_ARN|_NAME|_ID|_PARAMETER|_PATH|_URL|_ENDPOINT|_FILE|_DIRECTORY|_DIR|_LIMIT|_BUDGET|_COUNT)$/i;

/**
 * Published formats of real credentials. Guardrails use them, too, with an undocumented engine: no flags, no
 * lookaround, only constructs that every engine supports.
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
  { kind: 'a user name and password in a URL', pattern: /\b[a-zA-Z][a-zA-Z0-9+.-]{0,30}:\/\/[^\s/:@]+:[^\s/:@]+@/ },
] as const;

/**
 * Additional formats for the checks of templates. The guardrail doesn't use them, because its number of patterns is
 * limited, and a new one changes every guardrail.
 *
 * Sources: Hugging Face, the rule of gitleaks (https://github.com/gitleaks/gitleaks/commit/9fb36b2); Stripe, what Stripe told GitLab
 * (https://gitlab.com/gitlab-org/gitlab/-/issues/458019); Google, Microsoft Purview
 * (https://learn.microsoft.com/purview/sit-defn-google-api-key).
 */
export const FURTHER_CREDENTIAL_FORMATS = [
  { kind: 'a Hugging Face token', pattern: /\bhf_[A-Za-z]{34}\b/ },
  { kind: 'a Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{10,}/ },
  // A key may end with a hyphen, which isn't a word boundary.
  { kind: 'a Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/ },
] as const;
