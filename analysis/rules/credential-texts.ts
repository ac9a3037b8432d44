import {
  CREDENTIAL_FORMATS,
  CREDENTIAL_NAME,
  FURTHER_CREDENTIAL_FORMATS,
  REFERENCE_NAME,
} from '../../lib/facts/credential-formats';
import { literalOf } from '../model/compose-text';
import { keyTest } from '../model/key-test';
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
const CREDENTIAL_PROPERTY =
  /(?:SecretValue|Password|PasswordValue|ApiKeyValue|ClientSecret|SecretString|SecretAccessKey|AuthToken|OAuthToken|AccessToken|SecretToken|BearerToken|PrivateKey|Passphrase)$|^(?:ApiKey|Token)$/;

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
  /^(?:Input|InputTemplate|Definition|DefinitionString|ConstantInput|HttpParameters|InvocationHttpParameters|Parameters|ProviderDetails)$/,
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

/** Every credential below a node. */
export function* credentialsIn(root: Node): Iterable<Credential> {
  const open: { readonly node: Node; readonly path: readonly string[] }[] = [{ node: root, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, path } = next;
    if (node.kind === 'object') {
      const entries = node.entries();
      const isMachine = path.at(-1) === 'Environment' && entries.some(([key]) => HAS_SETTINGS.has(key));
      const variable = isVariables(path) ? variableOf(entries) : undefined;
      const parameter = path.some(isHttpParameters) ? parameterOf(entries) : undefined;
      for (const [key, value] of entries) {
        const named = (variable ?? parameter) && /^value$/i.test(key) ? (variable ?? parameter)?.path : undefined;
        const isSetting = isMachine && !/Variables$/.test(key);
        open.push({ node: value, path: [...(isSetting ? path.slice(0, -1) : path), ...(named ?? [key])] });
      }
    } else if (node.kind === 'list') {
      node.items().forEach((item) => open.push({ node: item, path }));
    } else {
      // A text that holds data is read like the data.
      if (path.some(isDataKey) && node.texts().some(isJson)) {
        open.push(
          ...node
            .json()
            .filter(({ kind }) => kind !== 'scalar')
            .map((each) => ({ node: each, path })),
        );
      }
      for (const text of node.texts()) {
        const what = credentialOf(text.value, path);
        if (what !== undefined) {
          yield { place: node.place, guard: text.guard, what, where: placeName(path) };
        }
      }
    }
  }
}

const isJson = ({ value: [first] }: { readonly value: Text }): boolean =>
  typeof first === 'string' && /^\s*[{[]/.test(first);

const isHttpParameters = keyTest(/HttpParameters$/);

/** Whether a test holds for one of the keys above the last. */
function isBelow(path: readonly string[], test: (key: string) => boolean): boolean {
  for (let index = 0; index < path.length - 1; index += 1) {
    if (test(path[index])) {
      return true;
    }
  }
  return false;
}

const isVariables = (path: readonly string[]) => path.some(isVariableKey);

/** `{ Name, Value, Type }`, as tasks and builds write their variables. References to stores hold no credential. */
function variableOf(entries: readonly [string, Node][]): { readonly path: readonly string[] } | undefined {
  const name = textOf(entries, 'name');
  const type = textOf(entries, 'type');
  return name === undefined || type === 'PARAMETER_STORE' || type === 'SECRETS_MANAGER' ? undefined : { path: [name] };
}

/** `{ Key, Value, IsValueSecret }` of a connection: EventBridge keeps a secret value in Secrets Manager. */
function parameterOf(entries: readonly [string, Node][]): { readonly path: readonly string[] } | undefined {
  const key = textOf(entries, 'key');
  const isSecret = textOf(entries, 'isvaluesecret')?.toLowerCase() === 'true';
  return isSecret ? { path: ['SecretValue'] } : key === undefined ? undefined : { path: ['Value', key] };
}

function textOf(entries: readonly [string, Node][], key: string): string | undefined {
  const found = entries.find(([each]) => each.toLowerCase() === key);
  const [first] = found?.[1].texts() ?? [];
  return typeof first?.value[0] === 'string' ? first.value[0] : undefined;
}

function credentialOf(text: Text, path: readonly string[]): string | undefined {
  const whole = literalOf(text);
  const known = whole ?? text.map((part) => (typeof part === 'string' ? part : ' ')).join('');
  const format = formatIn(known);
  if (format !== undefined) {
    return format;
  }
  const key = path.at(-1) ?? '';
  const parent = path.at(-2) ?? '';
  const isVariable = isBelow(path, isVariableKey);
  const isLiteral = whole !== undefined && !EMPTY.test(whole);
  const holes = whole === undefined ? text.filter((part) => typeof part !== 'string') : NO_HOLES;
  if (!isVariable && CREDENTIAL_PROPERTY.test(key) && !/polic/i.test(parent) && !SWITCH.test(known)) {
    const plain = holes.some((hole) => referenceKind(hole) === 'plain');
    return isLiteral
      ? 'a credential as text'
      : plain
        ? 'a credential from a parameter that is kept in clear text'
        : undefined;
  }
  if (isLiteral && isBelow(path, isDataKey) && isCredential(key, known)) {
    return 'what its name says is a credential';
  }
  const inClear = isVariable || path.some(isInClear);
  if (inClear && holes.some((hole) => referenceKind(hole) === 'secret')) {
    return 'a secret in clear text, which CloudFormation inserts at deployment';
  }
  if (inClear && holes.some((hole) => hole.kind === 'parameter' && hole.secret)) {
    return 'the value of a parameter with NoEcho in clear text';
  }
  if (isVariable && isCredentialName(key) && (isLiteral || holes.some(({ kind }) => kind === 'parameter'))) {
    return 'what its name says is a credential';
  }
  if (isVariable && holes.some((hole) => referenceKind(hole) === 'plain' && SECRET_PARAMETER.test(hole.key))) {
    return 'what the name of its parameter says is a credential, in clear text';
  }
  return undefined;
}

const NO_HOLES: readonly Hole[] = [];

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
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return (
    HOLDS_A_CREDENTIAL.test(words) &&
    !NO_CREDENTIAL.test(words) &&
    /^(?![$/{<]|arn:|https?:)\S{8,}$|^(?:Bearer|Basic) \S{8,}$/.test(value)
  );
}

const FORMATS = [...CREDENTIAL_FORMATS, ...FURTHER_CREDENTIAL_FORMATS];

/** A user name and a password in a URL. */
const SHORTEST_CREDENTIAL = 8;

/** The kind of credential that a text has the published format of. */
export function formatIn(text: string): string | undefined {
  // No published format is shorter, and most texts of a template are.
  return text.length < SHORTEST_CREDENTIAL ? undefined : FORMATS.find(({ pattern }) => pattern.test(text))?.kind;
}

/** Whether a variable of this name holds a credential itself, not a reference to one. */
export function isCredentialName(name: string): boolean {
  return CREDENTIAL_NAME.test(name) && !REFERENCE_NAME.test(name);
}

function placeName(path: readonly string[]): string {
  const key = path.at(-1) ?? '';
  return isBelow(path, isVariableKey) ? `The environment variable ${key}` : `The property ${key}`;
}
