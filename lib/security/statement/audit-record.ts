import type { Agent } from './agent';
import { keyText } from './encryption-text';
import { groupedBy, listOf, numberOf, objectOf, sorted, sortedBy, type Item, type Source } from './source';
import type { Audit } from './statement';

/** What is recorded about an agent: every trail of the app, and the logs and alarms around the agent. */
export function auditOf(agent: Agent, network: Item | undefined, compute: readonly Item[], source: Source): Audit {
  const { account, region } = agent.runtime;
  const trails = source
    .items('AWS::CloudTrail::Trail')
    .filter((trail) => trail.account === account || isTrue(trail.properties.IsOrganizationTrail))
    .filter((trail) => trail.region === region || isTrue(trail.properties.IsMultiRegionTrail));
  const stacks = new Set([agent.runtime, ...trails].map(({ stack }) => stack));
  const alarms = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
    source
      .items(type)
      .filter(({ stack, properties }) => stacks.has(stack) && properties.ActionsEnabled !== false)
      .filter(({ properties }) => listOf(properties.AlarmActions).length > 0),
  );
  const groups = logGroupsOf(agent, network, [...trails, ...compute], source);
  return {
    trails: trails.map((trail) => ({
      trail: source.text(trail.properties.TrailName) || trail.name,
      records: selectors(trail, source),
      multiRegion: isTrue(trail.properties.IsMultiRegionTrail),
      validated: isTrue(trail.properties.EnableLogFileValidation),
      key: keyText(trail.properties.KMSKeyId, source),
    })),
    logGroups: sortedBy(
      groups.map(({ name, properties }) => ({
        name,
        retentionDays: numberOf(properties.RetentionInDays) ?? 0,
        key: keyText(properties.KmsKeyId, source),
      })),
      ({ name }) => name,
    ),
    alarms: sorted(alarms.map(({ name }) => name)),
  };
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

/** What a trail selects, from its field selectors and not from their names: `Data AWS::BedrockMantle::Project`. */
function selectors({ properties }: Item, source: Source): string[] {
  const advanced = listOf(properties.AdvancedEventSelectors).map((selector) =>
    listOf(objectOf(selector).FieldSelectors)
      .map(objectOf)
      .map(({ Field, ...rules }) => {
        const rule = Object.entries(rules).map(
          ([operator, values]) =>
            `${operator === 'Equals' ? '' : `${operator} `}${listOf(values)
              .map((value) => source.text(value))
              .join(' or ')}`,
        );
        const field = source.text(Field);
        return ['eventCategory', 'resources.type'].includes(field)
          ? `${field === 'eventCategory' ? 0 : 1}${rule.join(' and ')}`
          : `2${field} ${rule.join(' and ')}`;
      })
      .sort()
      .map((text) => text.slice(1))
      .join(', '),
  );
  const basic = listOf(properties.EventSelectors)
    .map(objectOf)
    .flatMap(({ IncludeManagementEvents, DataResources, ReadWriteType }) => [
      ...(IncludeManagementEvents === false ? [] : [`Management, ${source.text(ReadWriteType) || 'All'}`]),
      ...listOf(DataResources)
        .map(objectOf)
        .map(
          ({ Type, Values }) =>
            `Data, ${source.text(Type)}, ${listOf(Values)
              .map((value) => source.text(value))
              .join(' or ')}`,
        ),
    ]);
  const found = [...advanced, ...basic];
  return found.length ? sorted(found) : ['Management'];
}

/** Where resources name the log group that they write to. */
const LOG_PROPERTIES = [
  'LogGroupName',
  'LogDestination',
  'CloudWatchLogsLogGroupArn',
  'LoggingConfig',
  'LoggingConfiguration',
];

/** The log groups of the Runtime, of its network, of the trails and of what starts its turns. */
function logGroupsOf(
  { runtime, endpoints }: Agent,
  network: Item | undefined,
  others: readonly Item[],
  source: Source,
): Item[] {
  const flowLogs = network ? (source.view(flowLogsByNetwork).get(network.key) ?? []) : [];
  const byWriter = [...flowLogs, ...others].flatMap(({ properties }) =>
    LOG_PROPERTIES.flatMap((property) => source.mentioned(properties[property])),
  );
  const byName = [runtime, ...endpoints].flatMap(({ key }) => source.view(logGroupsByOwner).get(key) ?? []);
  const groups = [...byWriter, ...byName].filter(({ type }) => type === 'AWS::Logs::LogGroup');
  return [...new Set(groups)];
}

function flowLogsByNetwork(source: Source): Map<string, Item[]> {
  return groupedBy(source.items('AWS::EC2::FlowLog'), ({ properties }) => [source.target(properties.ResourceId)]);
}

/** Log groups by what their names mention: the group of a Runtime has its id in the name. */
function logGroupsByOwner(source: Source): Map<string, Item[]> {
  return groupedBy(source.items('AWS::Logs::LogGroup'), ({ properties }) => source.mentioned(properties.LogGroupName));
}
