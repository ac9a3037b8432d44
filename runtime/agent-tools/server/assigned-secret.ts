import { CREDENTIAL_NAME, REFERENCE_NAME } from '../../../lib/facts/credential-formats';

const NAME = `(?<name>[\\w.-]{0,40}${CREDENTIAL_NAME.source}[\\w.-]{0,20})`;
const QUOTE = '(?:\\\\?["\'`])?';
const VALUE = '(?<value>[^\\s"\'`\\\\,;&}{<>]{6,})';

/**
 * The syntaxes of a value after a name of a credential. `lead` is the text before the value. Every repetition is
 * bounded, so that a search takes linear time.
 */
export const ASSIGNMENTS: readonly RegExp[] = [
  // `password=…`, `"api_key": "…"`, `secret => …`, `<token>…`
  `(?<lead>${NAME}${QUOTE}\\s{0,10}(?::=|=>|=|:|>)\\s{0,10}${QUOTE})${VALUE}`,
  // `--token …`
  `(?<lead>--${NAME}\\s{1,10}${QUOTE})${VALUE}`,
  // `"name": "DB_PASSWORD", "value": "…"`, as task definitions and CI systems have it.
  `(?<lead>\\b(?:name|key)${QUOTE}\\s{0,10}[:=]\\s{0,10}${QUOTE}${NAME}${QUOTE},?\\s{1,40}${QUOTE}value${QUOTE}\\s{0,10}[:=]\\s{0,10}${QUOTE})${VALUE}`,
  // `Authorization: Bearer …`
  `(?<lead>(?<name>authorization)${QUOTE}\\s{0,10}[:=]\\s{0,10}${QUOTE}(?:basic|bearer|token)\\s{1,3})(?<value>[\\w.~+/=:-]{8,})`,
].map((source) => new RegExp(source, 'gi'));

/** Values that refer to a credential, numbers of tokens, and placeholders for a credential. */
const HARMLESS: readonly RegExp[] = [
  // Words and identifiers: `required`, `getToken`, `!Ref`, `auth-token`.
  /^[A-Za-z_?!.:|-]+$/,
  // Code that gets a value: `getToken(42)`, `config.secrets[0]`, `secrets.API_KEY_2`.
  /^[A-Za-z_$][\w$]*(?:\(|\[|\.[A-Za-z_$]|::|->)/,
  // A variable of a shell, a template or a pipeline.
  /^(?:\$[A-Za-z_({]|%[({sA-Z]|#\{|\[|\()/,
  /^arn:aws[a-z-]*:/,
  // Masked, or to be filled in.
  /^(.)\1*$/,
  /^[*•.x_-]{3,}/i,
  /^(?:removed|redacted|masked|hidden|placeholder|changeme|your[-_]|dummy)/i,
];

/** Names that refer: `secretArn`, `tokenUrl`. */
const REFERS = /(?:Arn|Name|Id|Path|Url|Uri|File)$/;
/** Names that count, tokens of a model for example. */
const COUNTS = /(?:tokens|count|limit|budget|size|length|expiry|expires|ttl|seconds|days|age|version|used)$/i;

/** Whether an assignment gives a credential away. A password of letters only cannot be told from a word. */
export function isSecretValue(name: string, value: string): boolean {
  if (REFERENCE_NAME.test(name) || REFERS.test(name)) return false;
  if (COUNTS.test(name) && /^[\d._-]+$/.test(value)) return false;
  return !HARMLESS.some((harmless) => harmless.test(value));
}
