import { PASSED_ON } from '../../lib/facts/credential-formats';
import { hasDynamicReference } from '../model/dynamic-reference';
import type { Guard } from '../model/guard';
import { keyTest } from '../model/key-test';
import type { Node } from '../model/node';
import type { Place, Text } from '../model/text';
import { credentialOf, inLiteral } from './credential-value';
import { below, isDataKey, type Keys, TOP } from './keys-above';

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

/**
 * Members of the environment of a build or a compute environment: only those with `Variables` in their name have
 * variables, the others are settings.
 */
const HAS_SETTINGS = new Set(['Variables', 'EnvironmentVariables', 'ComputeType']);

/** A value to read, with its key and the keys above. */
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

/** Adds the credentials in a value to `found`, and the values below it to `open`. */
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
  const isData = above.areData || isDataKey(key);
  for (const text of node.texts()) {
    const what = credentialOf(text.value, key, above);
    // A text with JSON in it is read like the JSON.
    if (what !== undefined && !(what === PASSED_ON && isData && isJson(text.value[0]))) {
      found.push({ place: node.place, guard: text.guard, what, where: placeName(key, above) });
    }
  }
  if (isData) {
    readData(value, open);
  }
}

/**
 * Adds the values below the keys of an object, without the literal texts that can't be credentials, which are most of a
 * template.
 */
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

/** A text with JSON in it is read like the JSON. */
function readData({ node, key, above }: Open, open: Open[]): void {
  if (node.texts().some(({ value: [first] }) => isJson(first))) {
    for (const each of node.json()) {
      if (each.kind !== 'scalar') {
        open.push({ node: each, key, above });
      }
    }
  }
}

/** Whether a literal text can be, or contain, a credential. */
function mayConcern(text: string, key: string, above: Keys): boolean {
  return (
    hasDynamicReference(text) ||
    ((above.areData || isDataKey(key)) && isJson(text)) ||
    inLiteral(text, key, above) !== undefined
  );
}

const isJson = (part: Text[number] | undefined): boolean => typeof part === 'string' && /^\s*[{[]/.test(part);

/** `{ Name, Value, Type }`, the form of variables of tasks and builds. References to stores aren't credentials. */
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

/** A name and a value: a header, an option, a parameter. */
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

function placeName(key: string, above: Keys): string {
  return above.areVariables ? `The environment variable ${key}` : `The property ${key}`;
}
