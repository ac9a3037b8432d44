import { AGENT_DATA_EVENT_TYPES, NETWORK_EVENT_SOURCES } from '../../facts/cloudtrail';
import { runtimes } from '../model/agents';
import { isTrue } from '../model/json';
import { endpointsIn, runtimeVpcs, serviceOf } from '../model/network';
import { fieldEquals, onlyFields, selectorsOf, trailsFor, type SelectorFields } from '../model/trails';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** A trail sees what agents do. */
export const MA_AUD1: SecurityRule = {
  id: 'MA-AUD1',
  family: 'audit',
  severity: 'error',
  what: 'A trail records management events, all data events of AWS::BedrockMantle::Project, AWS::BedrockAgentCore::Runtime and RuntimeEndpoint, and denied calls at the VPC endpoints whose service supports it.',
  why: 'Data events are off by default: without them nobody can say what an agent was asked, by whom, or what it tried. An event-name filter loses operations that AWS starts to record later.',
  fix: 'Add one AgentAuditTrail per account and Region, or acknowledge with the name of the organization trail that records these events',
  page: 'https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html',
  controls: { nist: ['AU-2', 'AU-3', 'AU-12'], iso: ['A.8.15', 'A.8.16'], soc2: ['CC7.2', 'CC7.3'] },
  check: (index) => {
    const places = new Map<IndexedResource, IndexedResource[]>();
    const findings = runtimes(index).flatMap((runtime): Finding[] => {
      const trails = trailsFor(index, runtime.source);
      trails.forEach((trail) => places.set(trail, [...(places.get(trail) ?? []), runtime]));
      return trails.length > 0
        ? []
        : [{ resource: runtime, detail: 'no trail of this app records what the agent does' }];
    });
    // Several trails may share the work, so they are judged together and reported at the first.
    const [first] = places.keys();
    return first ? [...findings, ...judge(index, [...places.keys()], first, [...places.values()].flat())] : findings;
  },
};

function judge(
  index: TemplateIndex,
  trails: IndexedResource[],
  resource: IndexedResource,
  agents: IndexedResource[],
): Finding[] {
  const find = (detail: string): Finding => ({ resource, location: 'Properties.AdvancedEventSelectors', detail });
  const logging = trails.filter(({ properties }) => properties.IsLogging === undefined || isTrue(properties.IsLogging));
  const selectors = logging.flatMap(selectorsOf);
  const stopped = trails
    .filter((trail) => !logging.includes(trail))
    .map((trail) => ({ resource: trail, location: 'Properties.IsLogging', detail: 'the trail is switched off' }));
  return [
    ...stopped,
    ...(logging.length === 0 || selectors.some((selector) => isManagement(selector)) || logging.some(hasDefaults)
      ? []
      : [find('the trail does not record all management events')]),
    ...(logging.length === 0 ? [] : dataEvents(selectors).map(find)),
    ...(logging.length === 0 ? [] : denials(index, selectors, agents).map(find)),
  ];
}

/** A trail without advanced selectors records management events by default. */
function hasDefaults(trail: IndexedResource): boolean {
  return trail.properties.AdvancedEventSelectors === undefined && trail.properties.EventSelectors === undefined;
}

function isManagement(selector: SelectorFields): boolean {
  return fieldEquals(selector, 'eventCategory', 'Management') && onlyFields(selector, 'eventCategory');
}

function dataEvents(selectors: SelectorFields[]): string[] {
  return Object.values(AGENT_DATA_EVENT_TYPES).flatMap((type) => {
    const chosen = selectors.filter((selector) => fieldEquals(selector, 'resources.type', type));
    if (chosen.some((selector) => onlyFields(selector, 'eventCategory', 'resources.type'))) {
      return [];
    }
    return [
      chosen.length > 0
        ? `the trail records only some data events of ${type}`
        : `the trail records no data events of ${type}`,
    ];
  });
}

function denials(index: TemplateIndex, selectors: SelectorFields[], agents: IndexedResource[]): string[] {
  const services = new Set(
    agents
      .flatMap((runtime) => runtimeVpcs(index, runtime))
      .flatMap((vpc) => endpointsIn(index, vpc))
      .map((endpoint) => `${serviceOf(endpoint).split('.')[0]}.amazonaws.com`),
  );
  return NETWORK_EVENT_SOURCES.filter((source) => services.has(source)).flatMap((source) =>
    selectors.some(
      (selector) =>
        fieldEquals(selector, 'eventCategory', 'NetworkActivity') &&
        fieldEquals(selector, 'eventSource', source) &&
        onlyFields(selector, 'eventCategory', 'eventSource', 'errorCode'),
    )
      ? []
      : [`the trail does not record calls that the endpoint of ${source} denied`],
  );
}
