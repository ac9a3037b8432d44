import { classify } from '../facts/action-classes';
import { levelOf } from '../facts/actions';
import type { Statement } from '../policy/statement';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { rulesOnDefaultBus } from './default-bus';
import type { Edge } from './edge';
import { identities, type Identity } from './identities';
import { statementsFor } from './statements-for';
import type { Model } from './model';
import type { Node } from './node';
import { takenFromBucket } from './taken';
import { knownText } from '../policy/operators';
import { overlap } from '../policy/pattern';
import type { Text } from './text';

/**
 * The edges that events of AWS services make: whoever writes to a bucket or calls a service causes an event, and
 * EventBridge sends it to the rules on the default bus that match it.
 * Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-events.html
 */
export function serviceEvents(model: Model): readonly Edge[] {
  return model.view(collect);
}

function collect(model: Model): Edge[] {
  return rulesOnDefaultBus(model).flatMap((rule) => {
    const asked = rule.properties.at('EventPattern').flatMap((pattern) => patternOf(model, pattern));
    // An event without a value matches null, so that a list with null has values that aren't written out.
    const isExact = !/[[,:]null[\],}]/.test(JSON.stringify(rule.raw.Properties ?? {}));
    return asked
      .map((pattern) => (isExact ? pattern : { ...pattern, subjects: [] }))
      .flatMap((pattern) => [...ofResources(model, rule, pattern), ...ofCalls(model, rule, pattern)]);
  });
}

/** The events that a rule matches. Undefined members match anything. */
interface Asked {
  readonly services: readonly string[];
  readonly isCall: boolean;
  readonly isEvent: boolean;
  readonly eventNames?: readonly (string | undefined)[];
  /** Names, ids and ARNs that events must have. */
  readonly subjects: readonly (readonly Text[])[];
}

const CALL = 'AWS API Call via CloudTrail';

/**
 * Members of the record of a call. A rule that asks for another one doesn't match records.
 * Source: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
const OF_A_CALL =
  /^(?:event[A-Z]\w*|userIdentity|awsRegion|sourceIPAddress|userAgent|error\w+|requestParameters|responseElements|additionalEventData|requestID|apiVersion|managementEvent|readOnly|resources|recipientAccountId|sharedEventID|vpcEndpoint\w*|tlsDetails|\$or)$/;

function patternOf(model: Model, pattern: Node): Asked[] {
  const detail = pattern.at('detail');
  const kinds = valuesOf(pattern.at('detail-type'));
  const names = valuesOf(detail.flatMap((each) => each.at('eventName')));
  const services = servicesOf(model, pattern, kinds.includes(CALL));
  return services.length === 0
    ? []
    : [
        {
          services,
          isCall:
            kinds.includes(CALL) ||
            kinds.includes(undefined) ||
            (kinds.length === 0 && detail.every((each) => each.keys().every((key) => OF_A_CALL.test(key)))),
          isEvent: kinds.some((kind) => kind !== CALL) || kinds.length === 0,
          ...(names.length > 0 ? { eventNames: names } : {}),
          subjects: [
            ...pattern.at('resources').flatMap((list) => subjectsIn(list, 'arn')),
            ...detail.flatMap((each) => subjectsIn(each, '')),
          ],
        },
      ];
}

/** Properties of an event that say which resource it is about. */
const SUBJECT = /(?:^|[a-z-])(?:name|arn|id)$/i;

/** By field: an event has one of the values of each. A field with a matcher can have values that aren't written out. */
function subjectsIn(node: Node, key: string): Text[][] {
  if (node.kind === 'object') {
    return node.entries().flatMap(([name, value]) => subjectsIn(value, name));
  }
  if (node.kind === 'list') {
    const items = node.items();
    const isWritten = SUBJECT.test(key) && key !== 'eventName' && items.every(({ kind }) => kind === 'scalar');
    return isWritten && items.length > 0 ? [items.flatMap((item) => item.texts()).map(({ value }) => value)] : [];
  }
  return [];
}

/** The values of a field. Undefined for a matcher, which values that aren't written out can meet, and for a hole. */
const valuesOf = (nodes: readonly Node[]): (string | undefined)[] =>
  nodes
    .flatMap((node) => node.items())
    .flatMap((node) => (node.kind === 'object' ? [undefined] : node.texts().map(({ value }) => literalOf(value))));

/** The services whose events a rule asks for: by the source, or by the service of a call that CloudTrail records. */
function servicesOf(model: Model, pattern: Node, isCall: boolean): string[] {
  const sources = pattern.at('source').flatMap((node) => node.items());
  if (sources.length === 0) {
    const called = valuesOf(pattern.at('detail').flatMap((detail) => detail.at('eventSource')));
    return called.length > 0 && called.every((each) => each !== undefined)
      ? called.map((each) => each.replace(/\.amazonaws\.com$/, ''))
      : isCall
        ? [...model.view(servicesOfRoles)]
        : [];
  }
  return sources.flatMap((source) => {
    if (source.kind === 'object') {
      const [prefix] = source.at('prefix').flatMap((node) => node.texts());
      const start = prefix === undefined ? '' : (literalOf(prefix.value) ?? '');
      return [...model.view(servicesOfRoles)].filter((service) => `aws.${service}`.startsWith(start));
    }
    return source.texts().flatMap(({ value }) => {
      const known = literalOf(value);
      return known?.startsWith('aws.') ? [known.slice('aws.'.length)] : [];
    });
  });
}

/** The services that the roles of agents may call by name. */
function servicesOfRoles(model: Model): ReadonlySet<string> {
  return new Set(
    identities(model)
      .rolesOfAgents.flatMap(({ statements, granted }) => [...statements, ...granted])
      .filter(({ effect }) => effect !== 'Deny')
      .flatMap(({ actions }) => actions.patterns)
      .flatMap(({ value }) => /^([a-z0-9-]+):/.exec(knownText(value)?.toLowerCase() ?? '')?.[1] ?? []),
  );
}

function ofResources(model: Model, rule: Resource, { services, subjects, isEvent }: Asked): Edge[] {
  if (!isEvent) {
    return [];
  }
  const known = model.view(byService);
  return [...new Set(services)]
    .flatMap((service) => known.get(service) ?? [])
    .filter((resource) => sendsEvents(model, resource))
    .filter((resource) => subjects.length === 0 || subjects.flat().some((text) => isAbout(model, text, resource)))
    .map((resource) => ({
      ...edge(resource.id, rule),
      ...(resource.type === 'AWS::S3::Bucket' ? { takes: takenFromBucket(rule) } : {}),
    }));
}

/** Resources by the service that their events come from. */
function byService(model: Model): ReadonlyMap<string, readonly Resource[]> {
  const found = new Map<string, Resource[]>();
  for (const resource of model.resources) {
    const service = serviceOf(resource.type);
    const same = found.get(service);
    if (same) {
      same.push(resource);
    } else {
      found.set(service, [resource]);
    }
  }
  return found;
}

/** The service part of a type as events write it: `s3`, `states` for Step Functions. */
function serviceOf(type: string): string {
  const service = type.split('::')[1]?.toLowerCase() ?? '';
  return SERVICE_NAMES[service] ?? service;
}

const SERVICE_NAMES: Readonly<Record<string, string>> = { stepfunctions: 'states' };

/** A bucket sends events only if they are turned on, by its own property or by the custom resource of AWS CDK. */
function sendsEvents(model: Model, { id, type, properties }: Resource): boolean {
  return type !== 'AWS::S3::Bucket' || isTurnedOn(properties) || model.view(bucketsByCustomResource).has(id);
}

const isTurnedOn = (properties: Node): boolean =>
  properties.at('NotificationConfiguration', 'EventBridgeConfiguration').length > 0;

function bucketsByCustomResource(model: Model): ReadonlySet<string> {
  const buckets = model
    .ofType('Custom::S3BucketNotifications')
    .filter(({ properties }) => isTurnedOn(properties))
    .flatMap(({ properties }) => properties.at('BucketName'))
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => model.named(value, 'AWS::S3::Bucket'));
  return new Set(buckets.map(({ resource }) => resource.id));
}

function isAbout(model: Model, text: Text, resource: Resource): boolean {
  return (
    model.named(text, resource.type).some((named) => named.resource === resource) ||
    model.mentioned(text).includes(resource) ||
    (literalOf(text) === undefined && model.mentioned(text).length === 0)
  );
}

/** Events of calls that an agent's roles make: CloudTrail records them for every resource. */
function ofCalls(model: Model, rule: Resource, { services, isCall, eventNames, subjects }: Asked): Edge[] {
  if (!isCall) {
    return [];
  }
  return identities(model)
    .rolesOfAgents.filter((role) => services.some((service) => mayCall(role, service, eventNames)))
    .filter((role) =>
      subjects.every((texts) =>
        texts.some(
          (text) =>
            !isOfAnother(model, text, role) &&
            services.some((service) => mayBeOn(model, role, service, eventNames, text)),
        ),
      ),
    )
    .map((role) => edge(role.id, rule));
}

/** Read-only calls are left out: a rule receives them only with a special value of its `State`. */
function mayCall(role: Identity, service: string, names: readonly (string | undefined)[] | undefined): boolean {
  return (names ?? [undefined]).some((name) =>
    name === undefined
      ? [...role.statements, ...role.granted].some(
          (statement) => statement.effect !== 'Deny' && changes(statement, service),
        )
      : statementsFor(role, `${service}:${name}`).length > 0,
  );
}

function changes({ actions: { except, patterns } }: Statement, service: string): boolean {
  return (
    except ||
    patterns.some(({ value }) => {
      const known = knownText(value)?.toLowerCase();
      return (
        known === undefined ||
        known === '*' ||
        (known.startsWith(`${service}:`) &&
          classify(known).some(({ action }) => !/^(?:read|list)$/.test(levelOf(action) ?? '')))
      );
    })
  );
}

/** Whether the role may make one of the calls on what a field of the event names, where that is a resource of the service. */
function mayBeOn(
  model: Model,
  role: Identity,
  service: string,
  names: readonly (string | undefined)[] | undefined,
  text: Text,
): boolean {
  const named = [...model.mentioned(text), ...model.named(text).map(({ resource }) => resource)].filter(
    ({ type }) => serviceOf(type) === service,
  );
  const arns = named.flatMap((resource) => model.arn(resource)).flatMap(({ value }) => [value, [...value, '/*']]);
  return (
    arns.length === 0 ||
    (names ?? [undefined]).some(
      (name) =>
        name === undefined ||
        arns.some((arn) => identities(model).may(role, `${service}:${name}`, arn).verdict !== 'no'),
    )
  );
}

/** A rule that asks for the calls of one role isn't about another one. */
function isOfAnother(model: Model, text: Text, role: Identity): boolean {
  const named = identities(model).named(text);
  return (
    (named.length > 0 && !named.includes(role)) ||
    (named.length === 0 && /:role\//.test(literalOf(text) ?? '') && overlap(text, role.arn) === 'no')
  );
}

function edge(from: string, rule: Resource): Edge {
  const { guard, properties } = rule;
  return { from, to: rule.id, kind: 'reports to', guard, certainty: 'maybe', because: properties.place };
}
