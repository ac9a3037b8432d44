import * as fs from 'fs';
import * as path from 'path';

/**
 * The actions of every AWS service with access level and resource forms, from actions.txt (npm run facts). The file is
 * read on first use, a service is parsed on first use: a policy usually names a few services of 456.
 */

/** The access level of an action in the AWS Service Authorization Reference. */
export type AccessLevel = 'list' | 'read' | 'write' | 'tagging' | 'permissions';

/** One action of a service. */
export interface Action {
  /** Service and name in the spelling of the reference, for example `sqs:SendMessage`. */
  readonly action: string;
  readonly level: AccessLevel;
  /** ARN patterns of the resources it works on, for example `arn:*:sqs:*:*:*`; none for an action that takes only `*`. */
  readonly forms: readonly string[];
}

/** One service. */
export interface Service {
  readonly prefix: string;
  /** By name in lower case, without the prefix: IAM compares actions without regard to case. */
  readonly actions: ReadonlyMap<string, Action>;
}

/** The actions that a pattern of a policy names. */
export interface Expansion {
  readonly actions: readonly Action[];
  /** Set if the pattern names a service or an action that the table doesn't have: its effect is unknown. */
  readonly unknown?: 'service' | 'action';
}

const LEVELS: Readonly<Record<string, AccessLevel>> = {
  l: 'list',
  r: 'read',
  w: 'write',
  t: 'tagging',
  p: 'permissions',
};

const parsed = new Map<string, Service>();
const expanded = new Map<string, Expansion>();
let index: Map<string, string> | undefined;

/** The prefixes of all services. */
export function serviceNames(): string[] {
  return [...lines().keys()];
}

/** A service by its prefix (`sqs`), in any case; undefined if the table doesn't have it. */
export function service(prefix: string): Service | undefined {
  const key = prefix.toLowerCase();
  const known = parsed.get(key);
  if (known) return known;
  const line = lines().get(key);
  if (line === undefined) return undefined;
  const made = parse(key, line);
  parsed.set(key, made);
  return made;
}

/** An action by its full name (`sqs:SendMessage`), in any case; undefined if the table doesn't have it. */
export function actionOf(action: string): Action | undefined {
  const colon = action.indexOf(':');
  return colon < 0 ? undefined : service(action.slice(0, colon))?.actions.get(action.slice(colon + 1).toLowerCase());
}

/** The access level of an action; undefined if the table doesn't have the action. */
export function levelOf(action: string): AccessLevel | undefined {
  return actionOf(action)?.level;
}

/** The ARN patterns of an action's resources; undefined if the table doesn't have the action. */
export function formsOf(action: string): readonly string[] | undefined {
  return actionOf(action)?.forms;
}

/** Every action that a pattern of a policy matches: `dynamodb:*Item`, `s3:Get?bject`, `*`. */
export function expand(pattern: string): Expansion {
  const key = pattern.toLowerCase();
  const known = expanded.get(key);
  if (known) return known;
  const made = expandPattern(key);
  expanded.set(key, made);
  return made;
}

function expandPattern(pattern: string): Expansion {
  if (pattern === '*') return { actions: allActions() };
  const colon = pattern.indexOf(':');
  const prefix = colon < 0 ? pattern : pattern.slice(0, colon);
  const name = colon < 0 ? '' : pattern.slice(colon + 1);
  const services = hasWildcard(prefix)
    ? serviceNames().filter((each) => matcher(prefix).test(each))
    : [prefix].filter((each) => lines().has(each));
  if (services.length === 0) return { actions: [], unknown: 'service' };
  const matching = hasWildcard(name)
    ? services.flatMap((each) => actionsMatching(service(each)!, matcher(name)))
    : services.flatMap((each) => service(each)!.actions.get(name) ?? []);
  return matching.length === 0 ? { actions: [], unknown: 'action' } : { actions: matching };
}

const allActions = (): Action[] => serviceNames().flatMap((prefix) => [...service(prefix)!.actions.values()]);

const actionsMatching = ({ actions }: Service, expression: RegExp): Action[] =>
  [...actions].filter(([name]) => expression.test(name)).map(([, action]) => action);

const hasWildcard = (text: string): boolean => /[*?]/.test(text);

const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replace(/\?/g, '.')}$`,
  );

function parse(prefix: string, line: string): Service {
  const [, formList, groups] = line.split('\t');
  const forms = formList === '' ? [] : formList.split(' ').map((form) => `arn:*:${form}`);
  const actions = new Map<string, Action>();
  for (const group of groups.split(' ')) {
    const colon = group.indexOf(':');
    const level = LEVELS[group[0]];
    const numbers = group.slice(1, colon);
    const own = numbers === '' ? [] : numbers.split(',').map((number) => forms[Number(number)]);
    for (const name of group.slice(colon + 1).split(',')) {
      actions.set(name.toLowerCase(), { action: `${prefix}:${name}`, level, forms: own });
    }
  }
  return { prefix, actions };
}

function lines(): Map<string, string> {
  if (index) return index;
  index = new Map();
  for (const line of fs.readFileSync(tableFile(), 'utf8').split('\n')) {
    if (line !== '' && !line.startsWith('#')) index.set(line.slice(0, line.indexOf('\t')), line);
  }
  return index;
}

/** Next to this file in the sources; assets/analysis/ in the package, whichever program of assets/ has this code in it. */
function tableFile(): string {
  const places = [path.join(__dirname, 'actions.txt'), path.join(__dirname, '..', 'analysis', 'actions.txt')];
  return places.find((place) => fs.existsSync(place)) ?? places[0];
}
