/**
 * Formats of credentials. lib/ refuses inputs with them, guardrails contain them, and the agent's tools remove them.
 *
 * Pure data without imports, so that runtime/ may bundle it.
 */

/** Names of variables with credentials. */
export const CREDENTIAL_NAME =
  /(secret|passw(or)?d|passphrase|(?:db|user|admin|root|[_-])pwd|token|(?:api|access|private|hmac|account|shared)_?key|credential|bearer)/i;
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

/** What a script or a command is given, found by the name of its variable or option. */
export const PASSED_ON = 'a credential that a script or a command passes on';

/**
 * Additional formats for the checks of templates. The guardrail doesn't use them, because its number of patterns is
 * limited, and a new one changes every guardrail.
 *
 * Sources: Hugging Face, the rule of gitleaks (https://github.com/gitleaks/gitleaks/commit/9fb36b2); Stripe, what Stripe told GitLab
 * (https://gitlab.com/gitlab-org/gitlab/-/issues/458019); Google, Microsoft Purview
 * (https://learn.microsoft.com/purview/sit-defn-google-api-key); Vault, SendGrid, Databricks and webhooks of Slack, the rules of
 * gitleaks (https://github.com/gitleaks/gitleaks/tree/master/cmd/generate/config/rules). The last five are no formats of a
 * vendor: a credential is named where it is passed on.
 */
export const FURTHER_CREDENTIAL_FORMATS = [
  { kind: 'a Hugging Face token', pattern: /\bhf_[A-Za-z]{34}\b/ },
  { kind: 'a Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{10,}/ },
  // A key may end with a hyphen, which isn't a word boundary.
  { kind: 'a Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/ },
  { kind: 'a Vault token', pattern: /\bhv[bs]\.[\w-]{90,}/ },
  { kind: 'a SendGrid key', pattern: /\bSG\.[A-Za-z0-9=_.-]{66}/ },
  { kind: 'a Databricks token', pattern: /\bdapi[a-f0-9]{32}\b/ },
  {
    kind: 'the address of a webhook of Slack, which is a credential',
    pattern: /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{40,}/,
  },
  // https://host/webhooks/…, https://team.webhook.host/…: whoever knows the address may send to it.
  {
    kind: 'the address of a webhook, which is a credential',
    pattern:
      /:\/\/(?:(?:[\w-]+\.)*(?:hooks|webhook)\.|[^\s"'<>?]*\/webhook\w{0,2}\/)[^\s"'<>?]*\/(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}/,
  },
  // export DB_PASSWORD=…, --auth-token …, const apiKey = '…': letters and digits, and neither a path nor the name of a secret.
  {
    kind: PASSED_ON,
    pattern:
      /(?:passw(?:or)?d|passphrase|[_-]pwd|secret[_-]?(?:access[_-]?)?key|(?:client|app|shared|webhook)[_-]?secret|(?:api|access|private|account|hmac)[_-]?key|(?<!(?:client|next|task|request|page|pagination|continuation)[_-]?)token)(?:=["']?|["']?\s?[:=]\s?["'`]|\\?["'],?\s\\?["']|(?<=\s--[\w-]+)\s["']?)(?!\/|[^\s"'`;]*(?:secret|token|passw|key|credential|param)|(?:[a-z][\w.-]{0,23}\/)+[a-z][\w.-]{0,23}(?:["'`;&\s\\]|$))(?=[^\s"'`;]*\d)(?=[^\s"'`;]*[A-Za-z])[\w!@%^*+/~-]{8,}(?=["'`;&\s\\]|$)/i,
  },
  // https://host/path?token=…, jdbc:postgresql://host/database?user=…&password=…
  {
    kind: 'a credential in the query of a URL',
    pattern:
      /:\/\/[^\s?"'<>]+\?(?:[^\s"'<>]*[&;])?(?:[Pp]assword|passwd|pwd|(?:client_)?secret|api_?[Kk]ey|(?:access_)?token|sig)=(?=[^&;]*\d)[\w.~!@%^*+/-]{8,}/,
  },
  // Server=…;Password=…;, AccountName=…;AccountKey=…;
  {
    kind: 'a credential in a connection string',
    pattern:
      /(?:^|;)(?:[\w ]+=[^;\s"'(){}]*;)+\s?(?:[Pp]assword|PWD|[Pp]wd|AccountKey|SharedAccessKey|[Ss]ecret|[Cc]lientSecret|[Aa]ccess ?[Tt]oken)=(?=[^;]*\d)[^;\s"'(){}<>]{8,}(?:;|$)/,
  },
  {
    kind: 'the value of an Authorization header',
    pattern: /\b(?:Basic|Bearer) (?=[\w+/.=-]*\d)(?=[\w+/.=-]*[A-Za-z])[\w+/.=-]{20,}/,
  },
] as const;
