import {
  CREDENTIAL_FORMATS,
  CREDENTIAL_NAME,
  FURTHER_CREDENTIAL_FORMATS,
  REFERENCE_NAME,
} from '../../lib/facts/credential-formats';
import { literalOf } from '../model/compose-text';
import { keyTest, rememberedTest } from '../model/key-test';
import type { Hole, Text } from '../model/text';
import { isInClear, type Keys } from './keys-above';

/** Properties that hold a credential. A reference to a secret is correct there. */
const isCredentialProperty = keyTest(
  /(?:(?:Secret|Password|ApiKey|Token)Value|Password|ClientSecret|SecretString|SecretAccessKey|AuthToken|OAuthToken|AccessToken|SecretToken|BearerToken|PrivateKey|Passphrase)$|^(?:ApiKey|Token|Passwords)$/,
);

/** A setting, for example `ManageMasterUserPassword`: never the credential itself. */
const SWITCH = /^(?:true|false)$/i;

/** Endings of names for credentials. */
const HOLDS_A_CREDENTIAL =
  /(?:secret|passw(?:or)?d|passphrase|(?:db|user|admin|root|_)pwd|token|(?:api|access|private|hmac|account|shared)_?key|credentials?|authorization)$/i;

/** Tokens that page through a list, repeat a request once or answer a task. */
const NO_CREDENTIAL = /(?:request|client|next|task|page|pagination|continuation|event_?source)_?token$/i;

/** The kind of credential that a text is. */
export function credentialOf(text: Text, key: string, above: Keys): string | undefined {
  const whole = literalOf(text);
  return whole === undefined ? inComputed(text, key, above) : inLiteral(whole, key, above);
}

/** The kind of credential that a literal text is. */
export function inLiteral(text: string, key: string, above: Keys): string | undefined {
  const format = formatIn(text) ?? encodedFormatIn(text);
  if (format !== undefined) {
    return format;
  }
  if (isHolder(key, above, text)) {
    return EMPTY.test(text) ? undefined : 'a credential in clear text';
  }
  const isNamed =
    ((above.areData || (WITH_A_DIGIT.test(text) && !IS_SETTING.test(above.key))) && isCredential(key, text)) ||
    (above.areVariables && isCredentialName(key) && !isCount(key, text)) ||
    (key === 'AccessString' && WITH_PASSWORD.test(text));
  return isNamed && !EMPTY.test(text) ? 'a credential, as its name says' : undefined;
}

/** The kind of credential that a text with holes is. */
function inComputed(text: Text, key: string, above: Keys): string | undefined {
  const known = text.map((part) => (typeof part === 'string' ? part : ' ')).join('');
  const format = formatIn(known) ?? encodedFormatIn(known);
  if (format !== undefined) {
    return format;
  }
  const holes = text.filter((part) => typeof part !== 'string');
  const isVariable = above.areVariables;
  if (isHolder(key, above, known)) {
    return holes.some((hole) => referenceKind(hole) === 'plain')
      ? 'a credential from a parameter that is kept in clear text'
      : undefined;
  }
  const inClear = isVariable || above.areInClear || isInClear(key);
  if (inClear && holes.some(isSecretAttribute)) {
    return 'a secret attribute of a resource in clear text';
  }
  if (inClear && holes.some((hole) => referenceKind(hole) === 'secret')) {
    return 'a secret in clear text, which CloudFormation inserts at deployment';
  }
  if (inClear && holes.some((hole) => hole.kind === 'parameter' && hole.secret)) {
    return 'the value of a parameter with NoEcho in clear text';
  }
  if (isVariable && isCredentialName(key) && !isCount(key, known) && holes.some(({ kind }) => kind === 'parameter')) {
    return 'a credential, as its name says';
  }
  if (isVariable && holes.some((hole) => referenceKind(hole) === 'plain' && SECRET_PARAMETER.test(hole.key))) {
    return 'a credential, as the name of its parameter says, in clear text';
  }
  return undefined;
}

/** Outside of data, a value has to look like a credential: values that a schema lists have no digit. */
const WITH_A_DIGIT = /\d/;

/** Keys above a setting of credentials, for example how long they are valid. */
const IS_SETTING = /polic|units$/i;

/** The password of a user of Redis or Valkey in its access string: `on >… ~* +@all`. */
const WITH_PASSWORD = /(?:^|\s)>\S/;

/** Whether a property is the credential itself, not a policy or a setting for it. */
function isHolder(key: string, above: Keys, text: string): boolean {
  return !above.areVariables && isCredentialProperty(key) && !IS_SETTING.test(above.key) && !SWITCH.test(text);
}

/** A number of tokens, for example. */
const isCount = (key: string, text: string): boolean => /^\d+$/.test(text) && !/passw|secret|pin/i.test(key);

/** An attribute that is a credential: `ClientSecret`, `SecretAccessKey`, `ApiKey`. */
export function isSecretAttribute(hole: Hole): boolean {
  return hole.kind === 'reference' && HOLDS_A_CREDENTIAL.test(inWords(hole.attribute ?? ''));
}

/** No text, or an object without a value: a secret that somebody sets after the deployment. */
const EMPTY = /^\s*(?:\{\s*(?:"[^"]*"\s*:\s*""\s*,?\s*)*\})?\s*$/;

/** Names of parameters that hold a credential. */
const SECRET_PARAMETER = /(?:secret|passw(?:or)?d|token|credential|(?:^|[^a-z])key(?:$|[^a-z]))/i;

/** What a dynamic reference inserts. */
export function referenceKind(hole: Hole): 'secret' | 'plain' | undefined {
  if (hole.kind !== 'unreadable' || hole.unreadable?.reason !== 'dynamic reference') {
    return undefined;
  }
  return /resolve:(?:secretsmanager|ssm-secure):/.test(hole.key) ? 'secret' : 'plain';
}

/** Whether a name and a value in data are a credential: a longer word that isn't a path, an ARN or an expression. */
function isCredential(name: string, value: string): boolean {
  return (
    isNameOfACredential(name) &&
    !NAME_WITH_PARTS.test(value) &&
    /^(?![$/{<]|arn:|https?:|\d+$)\S{8,}$|^'?(?:Bearer|Basic) \S{8,}$/.test(value)
  );
}

/** `apiKey`, `x-api-key` and `api key` as `api_key`. */
const inWords = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[\s.-]+/g, '_');

const isNameOfACredential = rememberedTest((name) => {
  const words = inWords(name);
  return HOLDS_A_CREDENTIAL.test(words) && !NO_CREDENTIAL.test(words);
});

/** `prod/github`: the name of a secret. */
const NAME_WITH_PARTS = /^[a-z][\w.-]{0,23}(?:\/[a-z][\w.-]{0,23})+$/;

const FORMATS = [...CREDENTIAL_FORMATS, ...FURTHER_CREDENTIAL_FORMATS];

/** All formats in two tests, one of them without regard to case, because most texts have none. */
const ANY_FORMAT = ['', 'i'].map(
  (flags) =>
    new RegExp(
      FORMATS.filter(({ pattern }) => pattern.flags === flags)
        .map(({ pattern }) => `(?:${pattern.source})`)
        .join('|'),
      flags,
    ),
);

/** Length of the shortest credential: a user name and a password in a URL. */
const SHORTEST_CREDENTIAL = 8;

/** The kind of credential that a text has the published format of. */
export function formatIn(text: string): string | undefined {
  // No published format is shorter, and most texts of a template are.
  return text.length < SHORTEST_CREDENTIAL || !ANY_FORMAT.some((format) => format.test(text))
    ? undefined
    : FORMATS.find(({ pattern }) => pattern.test(text))?.kind;
}

const SHORTEST_ENCODED = 24;
const BASE64 = /^[A-Za-z0-9+/_-]{24,}={0,2}$/;
const HEX = /^(?:[0-9a-f]{2}){12,}$/i;
const PERCENT = /%[0-9a-f]{2}/i;

/** The kind of credential in a text that is encoded as base64, as hexadecimal digits, or as a part of a URL. */
function encodedFormatIn(text: string): string | undefined {
  if (text.length < SHORTEST_ENCODED) {
    return undefined;
  }
  return (
    (BASE64.test(text) ? formatIn(Buffer.from(text, 'base64').toString('latin1')) : undefined) ??
    (HEX.test(text) ? formatIn(Buffer.from(text, 'hex').toString('latin1')) : undefined) ??
    (PERCENT.test(text)
      ? formatIn(text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))))
      : undefined)
  );
}

/** Whether a variable of this name holds a credential itself, not a reference to one. */
export const isCredentialName = rememberedTest(
  (name: string) => CREDENTIAL_NAME.test(name) && !REFERENCE_NAME.test(name),
);
