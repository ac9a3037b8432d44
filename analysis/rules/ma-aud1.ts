import { AGENT_DATA_EVENT_TYPES, NETWORK_EVENT_SOURCES } from '../../lib/facts/cloudtrail';
import { trailsOfAgents } from '../model/agent-trails';
import type { Agent } from '../model/agents';
import type { Resource } from '../model/assembly';
import { concat, literalOf, textOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { literalsAt, valuesAt } from '../model/values-at';
import { subset } from '../policy/pattern';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { placeAt, whenLacking } from './setting';
import { hasImportedTrail, trailsFor } from './trails';
import { addTo } from '../model/list-map';

const SELECTORS = ['AdvancedEventSelectors'];

/** A trail records what agents do. */
export const MA_AUD1 = rule({
  id: 'MA-AUD1',
  family: 'audit',
  severity: 'error',
  subject: 'trail',
  what: 'A trail records management events, all data events of AWS::BedrockMantle::Project, AWS::BedrockAgentCore::Runtime and RuntimeEndpoint, and denied calls at the VPC endpoints whose service supports it.',
  why: 'Data events are off by default: without them there is no record of the requests to an agent, their callers, or the calls that it tried. An event-name filter loses operations that AWS starts to record later.',
  fix: 'Add one AgentAuditTrail per account, add the missing event selector to the trail, or acknowledge with the name of the organization trail that records these events',
  page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html',
  controls: { nist: ['AU-2', 'AU-3', 'AU-12'], iso: ['A.8.15', 'A.8.16'], soc2: ['CC7.2', 'CC7.3'] },
  *check(context) {
    const { model, agents, declared } = context;
    const recorded = new Map<Resource, Agent[]>();
    for (const agent of agents) {
      const trails = trailsFor(model, agent.runtime.stack);
      trails.forEach((trail) => addTo(recorded, trail, agent));
      const there = trails.reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
      if (!hasImportedTrail(declared, agent.runtime.stack)) {
        yield {
          at: agent.runtime,
          subject: agent.id,
          says: 'No trail of this app records what the agent does',
          when: agent.runtime.guard.and(there.not()),
        };
      }
    }
    // Several trails may share the work, so they are judged together and reported at the first.
    if (recorded.size > 0) {
      yield* judge(context, [...recorded.keys()], new Set([...recorded.values()].flat()));
    }
  },
});

function* judge(context: RuleContext, trails: readonly Resource[], agents: ReadonlySet<Agent>): Iterable<Finding> {
  const [first] = trailsOfAgents(trails);
  const [{ id }] = agents;
  const says = (what: string, when: Guard): Finding => ({
    at: placeAt(first, ...SELECTORS),
    subject: what,
    says: `The trail ${what}`,
    when,
  });
  // A trail for something else may be off if the trails of agents also record management events.
  const ofAgents = trailsOfAgents(trails);
  const isWhole = ofAgents.flatMap(selectorsOf).some((each) => names(each, 'eventCategory', 'Management'));
  for (const trail of isWhole ? ofAgents : trails) {
    yield {
      at: placeAt(trail, 'IsLogging'),
      says: 'The trail is switched off',
      when: whenLacking(context, id, trail, ['IsLogging'], (known) => known !== 'false').and(
        valuesAt(trail.properties, 'IsLogging').reduce<Guard>((any, { guard }) => any.or(guard), FALSE),
      ),
    };
  }
  for (const trail of isWhole ? ofAgents : trails) {
    yield {
      at: placeAt(trail, 'IncludeGlobalServiceEvents'),
      says: 'The trail does not record events of global services, such as changes of roles',
      when: whenLacking(context, id, trail, ['IncludeGlobalServiceEvents'], (known) => known !== 'false').and(
        valuesAt(trail.properties, 'IncludeGlobalServiceEvents').reduce<Guard>(
          (any, { guard }) => any.or(guard),
          FALSE,
        ),
      ),
    };
  }
  const there = trails.reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
  const selectors = trails.flatMap((trail) => selectorsOf(trail));
  const when = (matches: (selector: Selector) => boolean): Guard =>
    there.and(
      selectors
        .filter(matches)
        .reduce<Guard>((any, { guard }) => any.or(guard), FALSE)
        .not(),
    );
  const byDefault = trails
    .filter(({ properties }) => [...properties.at('EventSelectors'), ...properties.at(SELECTORS[0])].length === 0)
    .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
  yield says(
    'does not record all management events',
    when((selector) => equals(selector, 'eventCategory', 'Management') && only(selector, 'eventCategory')).and(
      byDefault.not(),
    ),
  );
  for (const type of Object.values(AGENT_DATA_EVENT_TYPES)) {
    const some = selectors.some((selector) => names(selector, 'resources.type', type));
    // Several selectors may share the resources.
    const lacking = [...agents].map((agent) => {
      const recorded = arnsRecorded(context.model, agent, type);
      const isOf = (selector: Selector, ...fields: string[]) =>
        equals(selector, 'eventCategory', 'Data') &&
        equals(selector, 'resources.type', type) &&
        only(selector, 'eventCategory', 'resources.type', 'resources.ARN', ...fields) &&
        takesIn(context.model, selector, recorded);
      const without = (readOnly: string) =>
        when((selector) => isOf(selector, 'readOnly') && equals(selector, 'readOnly', readOnly));
      // Two selectors, of which one records what reads and the other what writes, record everything as well.
      return when((selector) => isOf(selector)).and(without('true').or(without('false')));
    });
    yield says(
      some ? `records only some data events of ${type}` : `records no data events of ${type}`,
      lacking.reduce<Guard>((any, guard) => any.or(guard), FALSE),
    );
  }
  const services = endpointServices(context.model, agents);
  for (const source of NETWORK_EVENT_SOURCES.filter((each) => services.has(each))) {
    yield says(
      `does not record calls that the endpoint of ${source} denied`,
      when(
        (selector) =>
          equals(selector, 'eventCategory', 'NetworkActivity') &&
          equals(selector, 'eventSource', source) &&
          only(selector, 'eventCategory', 'eventSource', 'errorCode') &&
          (!selector.fields.has('errorCode') || equals(selector, 'errorCode', 'VpceAccessDenied')),
      ),
    );
  }
}

/**
 * What a trail has to record of an agent, as patterns of ARNs: its Runtime and the endpoints of that, and every project of
 * its account and Region, because sessions are of a project that isn't a part of the agent.
 * Source of the forms: docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrockagentcore.html and
 * list_amazonbedrockpoweredbyaws-mantle.html
 */
function arnsRecorded(model: TemplateModel, { runtime, kind }: Agent, type: string): readonly Text[] {
  const arns = model.arn(runtime).map(({ value }) => value);
  if (type === kind.type) {
    return arns;
  }
  if (kind.endpoints.some(([endpoint]) => endpoint === type)) {
    return arns.map((arn) => [...arn, '/runtime-endpoint/*']);
  }
  const [, service, form] = type.toLowerCase().split('::');
  const { partition, region, account } = runtime.stack;
  return service === 'bedrockmantle'
    ? [concat(textOf(`arn:${partition}:bedrock-mantle:`), region, [':'], account, [`:${form}/*`])]
    : [];
}

/** Whether a selector leaves out none of the resources: it has no field for ARNs, or each begins as one of its values. */
function takesIn(model: TemplateModel, { fields }: Selector, arns: readonly Text[]): boolean {
  const field = fields.get('resources.ARN');
  if (!field) {
    return true;
  }
  const operators = field.entries().flatMap(([key]) => (key === 'Field' ? [] : [key]));
  const values = (operator: string) =>
    valuesAt(field, operator)
      .filter(({ guard }) => field.guard.implies(guard))
      .flatMap((each) => each.texts())
      .map(({ value }) => model.canonical(value));
  const patterns = [...values('Equals'), ...values('StartsWith').map((value): Text => [...value, '*'])];
  return (
    operators.every((operator) => operator === 'Equals' || operator === 'StartsWith') &&
    operators.length === 1 &&
    arns.length > 0 &&
    arns.every((arn) => patterns.some((pattern) => subset(arn, pattern) === 'yes'))
  );
}

/** Services that the VPCs of the agents have endpoints for, as event sources. */
function endpointServices(model: TemplateModel, agents: ReadonlySet<Agent>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { value } of [...agents].flatMap((agent) => endpointNames(model, agent))) {
    // com.amazonaws.<region>.<service>: the Region may be a hole.
    const last = value[value.length - 1];
    const service =
      typeof last === 'string' ? /(?:^|\.)([a-z0-9-]+)(?:\.(?:gateway|runtime))?$/.exec(last)?.[1] : undefined;
    if (service) {
      found.add(`${service}.amazonaws.com`);
    }
  }
  return found;
}

function endpointNames(model: TemplateModel, { runtime, kind }: Agent) {
  const vpcs = new Set(
    valuesAt(runtime.properties, ...kind.subnets)
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.mentioned(value))
      .flatMap((subnet) => valuesAt(subnet.properties, 'VpcId'))
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.mentioned(value)),
  );
  return model
    .ofType('AWS::EC2::VPCEndpoint')
    .filter(({ properties }) =>
      valuesAt(properties, 'VpcId')
        .flatMap((node) => node.texts())
        .some(({ value }) => model.mentioned(value).some((vpc) => vpcs.has(vpc))),
    )
    .flatMap(({ properties }) => valuesAt(properties, 'ServiceName'))
    .flatMap((node) => node.texts());
}

interface Selector {
  readonly guard: Guard;
  readonly fields: ReadonlyMap<string, Node>;
}

function selectorsOf(trail: Resource): Selector[] {
  return valuesAt(trail.properties, ...SELECTORS).map((node) => ({
    guard: node.guard,
    fields: new Map(
      valuesAt(node, 'FieldSelectors').map((field): [string, Node] => [
        valuesAt(field, 'Field')
          .flatMap((each) => each.texts())
          .map(({ value }) => literalOf(value) ?? '')
          .join(),
        field,
      ]),
    ),
  }));
}

/** Whether a field must equal one value and has no other limit. */
function equals({ fields }: Selector, name: string, value: string): boolean {
  const field = fields.get(name);
  const operators = new Set(field?.entries().map(([key]) => key) ?? []);
  operators.delete('Field');
  const values = field ? valuesAt(field, 'Equals').flatMap((each) => each.texts()) : [];
  return operators.size === 1 && values.length === 1 && literalOf(values[0].value) === value;
}

/** Whether a field may have a value, with any other limits. */
function names({ fields }: Selector, name: string, value: string): boolean {
  const field = fields.get(name);
  return field !== undefined && literalsAt(field, 'Equals').includes(value);
}

function only({ fields }: Selector, ...names: string[]): boolean {
  return [...fields.keys()].every((field) => names.includes(field));
}
