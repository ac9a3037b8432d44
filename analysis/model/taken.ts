import { literal, overlap } from '../policy/pattern';
import type { Condition, Statement } from '../policy/statement';
import type { Resource } from './assembly';
import { concat, literalOf } from './compose-text';
import type { Edge } from './edge';
import { FALSE, type Guard } from './guard';
import type { Model } from './model';
import type { Node } from './node';
import type { Place, Text } from './text';

/**
 * What an edge hands on of what its node gets, as patterns; a part that isn't there limits nothing. A rule on a bus takes
 * the events that its pattern matches, a notification of a bucket the objects that its filter matches.
 */
export interface Taken {
  /** Keys of objects. */
  readonly keys?: readonly Text[];
  /** Sources of events. */
  readonly sources?: readonly Text[];
  /** Types of events. */
  readonly detailTypes?: readonly Text[];
}

/**
 * Whether what comes in by one edge can go out by another. Only a permission says what comes in: which objects, by its
 * resources, and which events, by its conditions. Whatever isn't known to be something else can go out.
 */
export function canPass(model: Model, into: Edge, out: Edge): boolean {
  const { because, resources } = into;
  if (!out.takes || !('actions' in because)) {
    return true;
  }
  const { keys, sources, detailTypes } = out.takes;
  return (
    (!keys || !resources || isWritten(model, into.to, resources, keys)) &&
    (!sources || canBePut(because, 'events:source', sources.filter(isOfCustomers))) &&
    (!detailTypes || canBePut(because, 'events:detail-type', detailTypes))
  );
}

function isWritten(model: Model, bucket: string, resources: Text, keys: readonly Text[]): boolean {
  const resource = model.resource(bucket);
  const arns = resource ? model.arn(resource) : [];
  return (
    arns.length === 0 ||
    arns.some(({ value }) =>
      keys.some((key) => overlap(concat(value, ['/'], key), model.canonical(resources)) !== 'no'),
    )
  );
}

/**
 * EventBridge refuses events of customers whose source begins with `aws.`.
 * Source: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
const isOfCustomers = (source: Text): boolean => !literalOf(source)?.toLowerCase().startsWith('aws.');

/**
 * Whether a permission to put events allows one with such a value.
 * Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
function canBePut({ conditions, guard }: Statement, key: string, taken: readonly Text[]): boolean {
  const limits = conditions.filter((condition) => condition.key === key && isLimit(condition, guard));
  return taken.some((wanted) =>
    limits.every(({ values }) => values.some(({ value }) => overlap(value, wanted, { ignoreCase: true }) !== 'no')),
  );
}

/** Conditions that hold for no other value. Those with a set operator hold for a request that has other values, too. */
function isLimit({ test, set, ifExists, unreadable, guard }: Condition, of: Guard): boolean {
  return /^string(?:equals(?:ignorecase)?|like)$/.test(test) && !set && !ifExists && !unreadable && of.implies(guard);
}

/** What a rule takes of the events that are put on its bus. */
export function takenFromBus({ properties }: Resource): Taken | undefined {
  return taken({ sources: matched(properties, 'source'), detailTypes: matched(properties, 'detail-type') });
}

/** What a rule takes of the events about the objects of a bucket. */
export function takenFromBucket({ properties }: Resource): Taken | undefined {
  return taken({ keys: matched(properties, 'detail', 'object', 'key') });
}

/**
 * What the notification of a bucket takes that has a place in it: one of the bucket, as CloudFormation writes it, or of
 * the custom resource of AWS CDK.
 */
export function takenByNotification({ properties }: Resource, { path }: Place): Taken | undefined {
  const configuration = properties
    .at('NotificationConfiguration')
    .flatMap((node) => node.entries())
    .flatMap(([, list]) => list.items())
    .find(({ place }) => path.startsWith(`${place.path}.`));
  const rules =
    configuration &&
    (below([configuration], 'Filter', 'S3Key', 'Rules') ?? below([configuration], 'Filter', 'Key', 'FilterRules'));
  return taken({ keys: rules && keysOf(rules) });
}

function keysOf(lists: readonly Node[]): readonly Text[] | undefined {
  const rules = lists.flatMap((list) => list.items());
  const valuesOf = (name: string): readonly Text[] => {
    const named = rules.filter(
      (rule) => textsAt(rule, 'Name')?.every((text) => literalOf(text)?.toLowerCase() === name) === true,
    );
    const values = named.flatMap((rule) => textsAt(rule, 'Value') ?? [['*']]);
    return values.length > 0 ? values : [[]];
  };
  return valuesOf('prefix').flatMap((prefix) => valuesOf('suffix').map((suffix) => concat(prefix, ['*'], suffix)));
}

/** The values that a field of the event pattern of a rule matches; undefined where it may match anything. */
function matched(rule: Node, ...keys: string[]): readonly Text[] | undefined {
  const lists = below([rule], 'EventPattern', ...keys);
  return lists && allOf(lists.map((list) => (list.kind === 'list' ? allOf(list.items().map(matcherOf)) : undefined)));
}

/** Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const MATCHERS: ReadonlyMap<string, (value: Text) => Text> = new Map([
  ['prefix', (value: Text) => concat(literal(value), ['*'])],
  ['suffix', (value: Text) => concat(['*'], literal(value))],
  ['wildcard', (value: Text) => value],
]);

function matcherOf(item: Node): readonly Text[] | undefined {
  if (item.kind === 'scalar') {
    return item.texts().map(({ value }) => literal(value));
  }
  const keys = item.kind === 'object' ? item.keys() : [];
  const matcher = keys.length === 1 ? MATCHERS.get(keys[0]) : undefined;
  return matcher && textsAt(item, keys[0])?.map(matcher);
}

const textsAt = (node: Node, key: string): readonly Text[] | undefined => {
  const values = always(node, key);
  return values?.every(({ kind }) => kind === 'scalar')
    ? values.flatMap((value) => value.texts()).map(({ value }) => value)
    : undefined;
};

function below(nodes: readonly Node[], ...keys: string[]): readonly Node[] | undefined {
  return keys.reduce<readonly Node[] | undefined>(
    (found, key) => found && allOf(found.map((node) => always(node, key))),
    nodes,
  );
}

/** The values of a key that is there in every deployment; undefined for one that isn't. */
function always(node: Node, key: string): readonly Node[] | undefined {
  const values = node.at(key);
  const there = values.reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
  return values.length > 0 && node.guard.implies(there) ? values : undefined;
}

/** All of several lists; undefined if one of them is. */
function allOf<T>(lists: readonly (readonly T[] | undefined)[]): readonly T[] | undefined {
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

function taken(parts: { readonly [Part in keyof Taken]: Taken[Part] | undefined }): Taken | undefined {
  const known = Object.entries(parts).filter(([, patterns]) => patterns !== undefined);
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}
