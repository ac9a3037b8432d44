import { isNear } from '../model/agent-stores';
import type { Agent } from '../model/agents';
import type { Resource } from '../model/assembly';
import { concat, literalOf, textKey, textOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { governanceOf } from '../model/governance';
import { mentionsOf } from '../model/mentions';
import type { TemplateModel } from '../model/template-model';
import { calleesOf } from '../model/state-call';
import { stateMachines, statesOf } from '../model/state-machine';
import { printed } from '../model/printed-text';
import { literalsAt, valuesAt } from '../model/values-at';
import { unwritten } from './denied-logs';
import type { Finding } from './finding';
import { placeAt, whenLacking, whenPresent, whenSome } from './setting';
import { retentionsOf } from './retentions';
import { rule, type RuleContext } from './rule';

/** The shortest retention of an agent's logs that MA-AUD3 accepts. */
const SHORTEST_RETENTION_DAYS = 7;

/** The logs of an agent are encrypted and have a retention. */
export const MA_AUD3 = rule({
  id: 'MA-AUD3',
  family: 'audit',
  severity: 'error',
  subject: 'log group',
  what: `Every log group of an agent has a customer-managed key and a retention of at least ${SHORTEST_RETENTION_DAYS} days, accepts no bearer tokens, and streams to no other account; Runtimes, their endpoints and what reaches an agent write to log groups of the app.`,
  why: 'Logs of an agent quote what it was told and what it read. A log group that the service creates has no customer-managed key and no retention.',
  fix: 'Declare the log group with a key and a retention before the service creates it',
  page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  controls: { nist: ['AU-9', 'AU-11', 'SC-28'], iso: ['A.8.15', 'A.8.24', 'A.8.10'], soc2: ['CC6.1', 'CC7.2'] },
  *check(context) {
    const { model, agents } = context;
    const groups = new Map<Resource, Agent>();
    const functions = new Map<Resource, Agent>();
    for (const agent of agents) {
      for (const resource of partsOf(model, agent)) {
        if (resource.type === 'AWS::Logs::LogGroup') {
          groups.set(resource, groups.get(resource) ?? agent);
        } else if (resource.type === 'AWS::Lambda::Function') {
          functions.set(resource, functions.get(resource) ?? agent);
        }
      }
      yield* judgeRuntime(model, agent);
      yield* groupsOutside(context, agent);
    }
    for (const [lambda, agent] of functions) {
      const own = groupsOfFunction(model, lambda);
      own.forEach((group) => groups.set(group, groups.get(group) ?? agent));
      const arns = own.flatMap((group) => model.arn(group)).map(({ value }) => value);
      yield* unwritten(model, lambda, arns);
      yield {
        at: placeAt(lambda, 'LoggingConfig'),
        says: 'The log group of a function that reaches an agent is created by Lambda, not by the app',
        when: lambda.guard
          .and(whenPresent(valuesAt(lambda.properties, 'LoggingConfig', 'LogGroup')).not())
          .and(anyOf(own.filter(({ properties }) => properties.at('LogGroupName').length > 0)).not()),
      };
    }
    for (const [group, agent] of groups) {
      yield* judgeGroup(context, group, agent.id);
    }
    yield* judgeStreams(context, groups);
  },
});

function anyOf(resources: readonly Resource[]): Guard {
  return resources.reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
}

/** The resources of an agent, of its workflows and of its flow logs. */
function partsOf(model: TemplateModel, agent: Agent): ReadonlySet<Resource> {
  const parts = new Set<Resource>();
  for (const [node, reason] of governanceOf(model, agent)) {
    const resource = model.resource(node);
    if (resource && (resource.type === 'AWS::Logs::LogGroup' || reason === 'drives')) {
      parts.add(resource);
    }
  }
  for (const { resource, flow } of stateMachines(model)) {
    if (flow && parts.has(resource)) {
      mentionsOf(model, resource).forEach((mention) => parts.add(mention.resource));
      statesOf(flow)
        .flatMap(({ call }) => (call ? calleesOf(model, call) : []))
        .forEach((callee) => parts.add(callee.resource));
    }
  }
  networkLogs(model, agent).forEach((group) => parts.add(group));
  return parts;
}

/** Log groups of flow logs of the networks that an agent runs in, without those of a VPC that others brought. */
function networkLogs(model: TemplateModel, agent: Agent): Resource[] {
  const { kind, runtime } = agent;
  const networks = new Set(
    valuesAt(runtime.properties, ...kind.subnets)
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.mentioned(value))
      .flatMap((subnet) => [subnet, ...mentionsOf(model, subnet).map(({ resource }) => resource)]),
  );
  return model.ofType('AWS::EC2::FlowLog').flatMap((log) => {
    const mentioned = mentionsOf(model, log).map(({ resource }) => resource);
    return isNear(model, agent, log) && mentioned.some((each) => networks.has(each))
      ? mentioned.filter(({ type }) => type === 'AWS::Logs::LogGroup')
      : [];
  });
}

function groupsOfFunction(model: TemplateModel, lambda: Resource): Resource[] {
  const named = valuesAt(lambda.properties, 'LoggingConfig', 'LogGroup')
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => model.named(value, 'AWS::Logs::LogGroup').map(({ resource }) => resource));
  const names = new Set(model.name(lambda).map(({ value }) => `/aws/lambda/${textKey(value)}`));
  return [
    ...named,
    ...groupsByName(model)
      .filter(([name]) => names.has(name))
      .map(([, group]) => group),
  ];
}

function groupsByName(model: TemplateModel): readonly (readonly [string, Resource])[] {
  return model.view(readNames);
}

function readNames(model: TemplateModel) {
  return model
    .ofType('AWS::Logs::LogGroup')
    .flatMap((group) =>
      model.name(group).map(({ value }): [string, Resource] => [textKey(model.canonical(value)), group]),
    );
}

function* judgeRuntime(model: TemplateModel, { id, runtime, endpoints, kind }: Agent): Iterable<Finding> {
  const { logGroups } = kind;
  if (!logGroups) {
    return;
  }
  const names = literalsAt(runtime.properties, kind.chosenName);
  // The service adds an id to the name of a Runtime.
  const { partition, region, account } = runtime.stack;
  const arns = names.map((name) =>
    concat(textOf(`arn:${partition}:logs:`), region, [':'], account, [`:log-group:${logGroups}${name}-id-DEFAULT`]),
  );
  yield* unwritten(model, runtime, arns);
  const groupsEnding = (endpoint: string) =>
    model.ofType('AWS::Logs::LogGroup').filter(({ properties }) =>
      valuesAt(properties, 'LogGroupName')
        .flatMap((node) => node.texts())
        .some(({ value }) => {
          const [first, last] = [value[0], value.at(-1)];
          return (
            typeof first === 'string' &&
            first.startsWith(logGroups) &&
            typeof last === 'string' &&
            last.endsWith(endpoint) &&
            (model.mentioned(value).includes(runtime) || names.some((name) => first.includes(`/${name}-`)))
          );
        }),
    );
  yield {
    at: runtime,
    subject: id,
    says: 'The log group of the Runtime is created by the service, not by the app',
    when: runtime.guard.and(anyOf(groupsEnding('')).not()),
  };
  // Each endpoint has its own log group. The name ends with the name of the endpoint.
  for (const endpoint of endpoints) {
    for (const name of literalsAt(endpoint.properties, 'Name')) {
      yield {
        at: endpoint,
        subject: id,
        says: 'The log group of an endpoint of the Runtime is created by the service, not by the app',
        when: endpoint.guard.and(anyOf(groupsEnding(`-${name}`)).not()),
      };
    }
  }
}

/** Log groups outside of the app that something on the way to an agent writes to. Their key and retention aren't known. */
function* groupsOutside({ model, declared, unread }: RuleContext, agent: Agent): Iterable<Finding> {
  for (const resource of partsOf(model, agent)) {
    const named =
      resource.type === 'AWS::Lambda::Function'
        ? valuesAt(resource.properties, 'LoggingConfig', 'LogGroup')
        : LOGGING.flatMap((path) => valuesAt(resource.properties, ...path));
    for (const { value, guard, place } of named.flatMap((node) => node.texts())) {
      unread(agent.id, resource, value);
      const isKnown = value.some((part) => typeof part !== 'string' && part.kind !== 'pseudo');
      if (!isKnown && model.named(value, 'AWS::Logs::LogGroup').length === 0 && !declared.outside(value)) {
        const says = `${resource.logicalId} writes to the log group ${printed(value)}, which isn't in the app`;
        yield { at: place.resource ? place : resource, subject: resource.id, says, when: guard };
      }
    }
  }
}

/** Where state machines, pipes, stages of APIs and buses name a log group by its ARN. */
const LOGGING = [
  ['LoggingConfiguration', 'Destinations', 'CloudWatchLogsLogGroup', 'LogGroupArn'],
  ['LogConfiguration', 'CloudwatchLogsLogDestination', 'LogGroupArn'],
  ['AccessLogSetting', 'DestinationArn'],
  ['AccessLogSettings', 'DestinationArn'],
];

function* judgeGroup(context: RuleContext, group: Resource, id: string): Iterable<Finding> {
  const { model } = context;
  const at = (property: string, says: string, when: Guard): Finding => ({
    at: placeAt(group, property),
    subject: says,
    says,
    when,
  });
  yield at(
    'KmsKeyId',
    'The log group has no customer-managed key',
    whenLacking(context, id, group, ['KmsKeyId'], (known) => !known?.includes('alias/aws/')),
  );
  const some = whenLacking(context, id, group, ['RetentionInDays'], () => true);
  yield at('RetentionInDays', 'The log group keeps its events for ever', some);
  const days = (known: string | undefined) => known === undefined || Number(known) >= SHORTEST_RETENTION_DAYS;
  yield at(
    'RetentionInDays',
    `The log group keeps its events for less than ${SHORTEST_RETENTION_DAYS} days`,
    whenLacking(context, id, group, ['RetentionInDays'], days).and(some.not()),
  );
  for (const custom of retentionsOf(model, group)) {
    yield {
      at: placeAt(custom, 'RetentionInDays'),
      subject: custom.id,
      says: `${custom.logicalId} sets the retention of a log group of an agent to less than ${SHORTEST_RETENTION_DAYS} days`,
      when: custom.guard.and(whenLacking(context, id, custom, ['RetentionInDays'], days)),
    };
  }
  // Whoever has the token writes false events, and no trail names the caller.
  yield at(
    'BearerTokenAuthenticationEnabled',
    'The log group accepts events from whoever has a bearer token',
    whenSome(valuesAt(group.properties, 'BearerTokenAuthenticationEnabled'), (known) => known !== 'false').and(
      group.guard,
    ),
  );
  // With any retention (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html).
  yield at(
    'LogGroupClass',
    'The log group is of the class DELIVERY, which keeps its events for a day',
    whenSome(valuesAt(group.properties, 'LogGroupClass'), (known) => known === 'DELIVERY').and(group.guard),
  );
}

/** Log groups that are sent to another account. */
function* judgeStreams(
  { model, declared, unread }: RuleContext,
  groups: ReadonlyMap<Resource, Agent>,
): Iterable<Finding> {
  for (const filter of model.ofType('AWS::Logs::SubscriptionFilter')) {
    const of = valuesAt(filter.properties, 'LogGroupName')
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.named(value, 'AWS::Logs::LogGroup'))
      .map(({ resource }) => groups.get(resource))
      .find((agent) => agent !== undefined);
    if (!of) {
      continue;
    }
    for (const { value, guard, place } of valuesAt(filter.properties, 'DestinationArn').flatMap((node) =>
      node.texts(),
    )) {
      unread(of.id, filter, value);
      const account = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(literalOf(value) ?? '')?.[1];
      const isForeign = account !== undefined && account !== literalOf(filter.stack.account);
      if (isForeign && !declared.principal('AWS', [account], filter) && !declared.outside(value)) {
        yield {
          at: place,
          says: `The log group of an agent is sent to ${printed(value)}, which is in another account`,
          when: guard,
        };
      }
    }
  }
}
