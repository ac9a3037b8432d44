import {
  CREDENTIAL_FORMATS,
  CREDENTIAL_NAME,
  FURTHER_CREDENTIAL_FORMATS,
  REFERENCE_NAME,
} from '../../lib/facts/credential-formats';
import { literalOf } from '../model/compose-text';
import { hasDynamicReference } from '../model/dynamic-reference';
import { keyTest, rememberedTest } from '../model/key-test';
import type { Node } from '../model/node';
import type { Guard } from '../model/guard';
import type { Hole, Place, Text } from '../model/text';

/** A credential in a template, and how to name it without showing it. */
export interface Credential {
  /** Where it is used. */
  readonly place: Place;
  readonly guard: Guard;
  /** `an OpenAI API key`. */
  readonly what: string;
  /** `the environment variable X`. */
  readonly where: string;
}

/** Properties whose value is a credential; a reference to a secret is right there. */
const isCredentialProperty = keyTest(
  /(?:SecretValue|Password|PasswordValue|ApiKeyValue|ClientSecret|SecretString|SecretAccessKey|AuthToken|OAuthToken|AccessToken|SecretToken|BearerToken|PrivateKey|Passphrase)$|^(?:ApiKey|Token)$/,
);

/** Objects whose keys, or whose `Name` and `Value`, are variables that a program sees. */
const isVariableKey = keyTest(
  /^(?:\w*Environment(?:Variables)?(?:Override)?|Variables|env|StageVariables|\w*Arguments|HyperParameters)$/i,
);

/** The environment of a machine: its variables are in members of these names, its other members are settings. */
const HAS_SETTINGS = new Set(['Variables', 'EnvironmentVariables', 'ComputeType']);

/** A setting, for example `ManageMasterUserPassword`: never the credential itself. */
const SWITCH = /^(?:true|false)$/i;

/** Texts and objects that are handed to a program, whose keys say what their values are. */
const isDataKey = keyTest(
  /^(?:Input|InputTemplate|Definition|DefinitionString|ConstantInput|HttpParameters|InvocationHttpParameters|Parameters|RequestParameters|Headers|ProviderDetails|SecretStringTemplate)$/,
);

/** How names end that hold a credential. */
const HOLDS_A_CREDENTIAL =
  /(?:secret|passw(?:or)?d|passphrase|token|api_?key|access_?key|private_?key|credentials?|authorization)$/i;

/** Tokens that page through a list, repeat a request once or answer a task. */
const NO_CREDENTIAL = /(?:request|client|next|task|page|pagination|continuation)_?token$/i;

/** Texts that programs run or that everybody reads, so that CloudFormation must not put a secret into them. */
const isInClear = keyTest(
  /^(?:ZipFile|InlineCode|DefinitionString|Definition|DefinitionSubstitutions|Input|InputTemplate|UserData|BuildSpec|Command|Value)$/,
);

/** What a key and the keys above it say of the values below. */
interface Keys {
  readonly key: string;
  readonly above?: Keys;
  readonly areVariables: boolean;
  readonly areData: boolean;
  readonly areInClear: boolean;
  readonly areHttpParameters: boolean;
}

const TOP: Keys = { key: '', areVariables: false, areData: false, areInClear: false, areHttpParameters: false };

function below(above: Keys, key: string): Keys {
  return {
    key,
    above,
    areVariables: above.areVariables || isVariableKey(key),
    areData: above.areData || isDataKey(key),
    areInClear: above.areInClear || isInClear(key),
    areHttpParameters: above.areHttpParameters || isHttpParameters(key),
  };
}

/** A value to read: its key, and those above. */
interface Open {
  readonly node: Node;
  readonly key: string;
  readonly above: Keys;
}

/**
 * Every credential below a node.
 *
 * @param key of the node, which says what is in it
 */
export function credentialsIn(root: Node, key = ''): Credential[] {
  const found: Credential[] = [];
  const open: Open[] = [{ node: root, key, above: TOP }];
  for (let next = open.pop(); next; next = open.pop()) {
    readValue(next, found, open);
  }
  return found;
}

/** Notes the credentials in a value, and what is below it. */
function readValue(value: Open, found: Credential[], open: Open[]): void {
  const { node, key, above } = value;
  if (node.kind === 'object') {
    readMembers(value, open);
    return;
  }
  if (node.kind === 'list') {
    node.eachMember(
      (text) => mayConcern(text, key, above),
      (_, item) => open.push({ node: item, key, above }),
    );
    return;
  }
  for (const text of node.texts()) {
    const what = credentialOf(text.value, key, above);
    if (what !== undefined) {
      found.push({ place: node.place, guard: text.guard, what, where: placeName(key, above) });
    }
  }
  if (above.areData || isDataKey(key)) {
    readData(value, open);
  }
}

/** What is below the keys of an object, without the plain texts that hold nothing: most of a template. */
function readMembers({ node, key: own, above }: Open, open: Open[]): void {
  const keys = below(above, own);
  const isPair = own !== 'Tags' && node.keys().some(isValueOfAPair);
  if (!keys.areVariables && !keys.areHttpParameters && own !== 'Environment' && !isPair) {
    node.eachMember(
      (text, key) => mayConcern(text, key, keys),
      (key, value) => open.push({ node: value, key, above: keys }),
    );
    return;
  }
  const entries = node.entries();
  const isMachine = own === 'Environment' && entries.some(([key]) => HAS_SETTINGS.has(key));
  const variable = keys.areVariables ? variableOf(entries) : undefined;
  const pair = isPair && !keys.areVariables ? pairOf(entries) : undefined;
  const named = variable ?? (keys.areHttpParameters ? parameterOf(entries) : pair);
  for (const [key, value] of entries) {
    const holder = isMachine && !/Variables$/.test(key) ? above : keys;
    open.push(
      named && isValueOfAPair(key)
        ? { node: value, key: named[named.length - 1], above: named.slice(0, -1).reduce(below, holder) }
        : { node: value, key, above: holder },
    );
  }
}

/** A text that holds data is read like the data. */
function readData({ node, key, above }: Open, open: Open[]): void {
  if (node.texts().some(({ value: [first] }) => isJson(first))) {
    for (const each of node.json()) {
      if (each.kind !== 'scalar') {
        open.push({ node: each, key, above });
      }
    }
  }
}

/** Whether a text that is written out as it is can be, or hold, a credential. */
function mayConcern(text: string, key: string, above: Keys): boolean {
  return (
    hasDynamicReference(text) ||
    ((above.areData || isDataKey(key)) && isJson(text)) ||
    inLiteral(text, key, above) !== undefined
  );
}

const isJson = (part: Text[number] | undefined): boolean => typeof part === 'string' && /^\s*[{[]/.test(part);

const isHttpParameters = keyTest(/HttpParameters$/);

/** `{ Name, Value, Type }`, as tasks and builds write their variables. References to stores hold no credential. */
function variableOf(entries: readonly [string, Node][]): readonly string[] | undefined {
  const name = textOf(entries, 'name');
  const type = textOf(entries, 'type');
  return name === undefined || type === 'PARAMETER_STORE' || type === 'SECRETS_MANAGER' ? undefined : [name];
}

/** `{ Key, Value, IsValueSecret }` of a connection: EventBridge keeps a secret value in Secrets Manager. */
function parameterOf(entries: readonly [string, Node][]): readonly string[] | undefined {
  const key = textOf(entries, 'key');
  const isSecret = textOf(entries, 'isvaluesecret')?.toLowerCase() === 'true';
  return isSecret ? ['SecretValue'] : key === undefined ? undefined : [key];
}

const isValueOfAPair = keyTest(/^(?:Header)?Value$/i);

/** Two texts of which one says what the other is: a header, an option, a parameter. */
function pairOf(entries: readonly [string, Node][]): readonly string[] | undefined {
  const names = ['name', 'optionname', 'headername', 'parametername', 'key'].flatMap(
    (key) => textOf(entries, key) ?? [],
  );
  return names.length === 1 ? ['Parameters', names[0]] : undefined;
}

function textOf(entries: readonly [string, Node][], key: string): string | undefined {
  const found = entries.find(([each]) => each.toLowerCase() === key);
  const [first] = found?.[1].texts() ?? [];
  return typeof first?.value[0] === 'string' ? first.value[0] : undefined;
}

function credentialOf(text: Text, key: string, above: Keys): string | undefined {
  const whole = literalOf(text);
  return whole === undefined ? inComputed(text, key, above) : inLiteral(whole, key, above);
}

/** What a text that is written out is. */
function inLiteral(text: string, key: string, above: Keys): string | undefined {
  const format = formatIn(text) ?? encodedFormatIn(text);
  if (format !== undefined) {
    return format;
  }
  if (isHolder(key, above, text)) {
    return EMPTY.test(text) ? undefined : 'a credential in clear text';
  }
  const isNamed =
    (above.areData && isCredential(key, text)) || (above.areVariables && isCredentialName(key) && !isCount(key, text));
  return isNamed && !EMPTY.test(text) ? 'a credential, as its name says' : undefined;
}

/** What a text with parts that the deployment fills in is. */
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

/** A property that is the credential, not a policy or a setting about it. */
function isHolder(key: string, above: Keys, text: string): boolean {
  return !above.areVariables && isCredentialProperty(key) && !/polic/i.test(above.key) && !SWITCH.test(text);
}

/** A number of tokens, for example. */
const isCount = (key: string, text: string): boolean => /^\d+$/.test(text) && !/passw|secret|pin/i.test(key);

/** An attribute that is a credential: `ClientSecret`, `SecretAccessKey`, `ApiKey`. */
export function isSecretAttribute(hole: Hole): boolean {
  return hole.kind === 'reference' && HOLDS_A_CREDENTIAL.test(inWords(hole.attribute ?? ''));
}

/** No text, or an object without a value: a secret that somebody sets after the deployment. */
const EMPTY = /^\s*(?:\{\s*(?:"[^"]*"\s*:\s*""\s*,?\s*)*\})?\s*$/;

/** A parameter whose name says that it holds a credential. */
const SECRET_PARAMETER = /(?:secret|passw(?:or)?d|token|credential|(?:^|[^a-z])key(?:$|[^a-z]))/i;

/** What a dynamic reference inserts. */
export function referenceKind(hole: Hole): 'secret' | 'plain' | undefined {
  if (hole.kind !== 'unreadable' || hole.unreadable?.reason !== 'dynamic reference') {
    return undefined;
  }
  return /resolve:(?:secretsmanager|ssm-secure):/.test(hole.key) ? 'secret' : 'plain';
}

/** Whether data holds a credential under a name: a word of some length that is no path, ARN or expression. */
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

/** Any of them: most texts have none. */
const ANY_FORMAT = new RegExp(FORMATS.map(({ pattern }) => `(?:${pattern.source})`).join('|'));

/** A user name and a password in a URL. */
const SHORTEST_CREDENTIAL = 8;

/** The kind of credential that a text has the published format of. */
export function formatIn(text: string): string | undefined {
  // No published format is shorter, and most texts of a template are.
  return text.length < SHORTEST_CREDENTIAL || !ANY_FORMAT.test(text)
    ? undefined
    : FORMATS.find(({ pattern }) => pattern.test(text))?.kind;
}

const SHORTEST_ENCODED = 24;
const ENCODED = /^[A-Za-z0-9+/]{24,}={0,2}$/;

/** The same of a text that is encoded as base64. */
function encodedFormatIn(text: string): string | undefined {
  return text.length >= SHORTEST_ENCODED && ENCODED.test(text)
    ? formatIn(Buffer.from(text, 'base64').toString('latin1'))
    : undefined;
}

/** Whether a variable of this name holds a credential itself, not a reference to one. */
export const isCredentialName = rememberedTest(
  (name: string) => CREDENTIAL_NAME.test(name) && !REFERENCE_NAME.test(name),
);

function placeName(key: string, above: Keys): string {
  return above.areVariables ? `The environment variable ${key}` : `The property ${key}`;
}
