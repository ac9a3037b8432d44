import type { Resource } from '../model/assembly';
import { literalOf, textKey } from '../model/compose-text';
import type { Node } from '../model/node';
import { type Agent, runtimesOf } from './agent';
import { type App, sorted, sortedBy } from './app';
import { keyText } from './encryption-text';
import type { Audit } from './statement';

/** The records about an agent: every trail of its account in the app, and the logs and alarms around the agent. */
export function auditOf(app: App, agent: Agent, networks: readonly Resource[], steps: readonly Resource[]): Audit {
  const trails = trailsOf(app, agent);
  const stacks = new Set([agent.runtime, ...trails].map(({ stack }) => stack.id));
  const alarms = app
    .items('AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm')
    .filter(({ stack }) => stacks.has(stack.id))
    .filter(({ properties }) => app.said(properties.at('ActionsEnabled')) !== 'false')
    .filter(({ properties }) => properties.at('AlarmActions').some((list) => list.items().length > 0));
  const groups = logGroupsOf(app, agent, networks, [...trails, ...steps]);
  return {
    trails: trails.map((trail) => ({
      trail: app.said(trail.properties.at('TrailName')) || app.nameOf(trail),
      records: isOn(app, trail) ? selectorsOf(app, trail) : [],
      multiRegion: app.isTrue(trail.properties.at('IsMultiRegionTrail')),
      validated: app.isTrue(trail.properties.at('EnableLogFileValidation')),
      key: keyText(app, trail.properties.at('KMSKeyId')),
    })),
    logGroups: sortedBy(
      groups.map((group) => ({
        name: app.nameOf(group),
        retentionDays: app.number(group.properties.at('RetentionInDays')) ?? 0,
        key: keyText(app, group.properties.at('KmsKeyId')),
      })),
      ({ name }) => name,
    ),
    alarms: sorted(alarms.map((alarm) => app.nameOf(alarm))),
  };
}

/** Whether a trail records. One whose switch can't be read counts as off; CloudFormation requires the property. */
function isOn(app: App, { properties }: Resource): boolean {
  const logging = properties.at('IsLogging');
  return logging.length === 0 || app.isTrue(logging);
}

/** The trails of the app that cover the account and Region of an agent. */
export function trailsOf(app: App, agent: Agent): Resource[] {
  const { account, region } = agent.runtime.stack;
  return app
    .items('AWS::CloudTrail::Trail')
    .filter(
      ({ stack, properties }) =>
        textKey(stack.account) === textKey(account) || app.isTrue(properties.at('IsOrganizationTrail')),
    )
    .filter(
      ({ stack, properties }) =>
        textKey(stack.region) === textKey(region) || app.isTrue(properties.at('IsMultiRegionTrail')),
    );
}

const itemsAt = (node: Node, key: string): Node[] => node.at(key).flatMap((list) => list.items());

/** What a trail selects, from its field selectors and not from their names: `Data, AWS::BedrockMantle::Project`. */
function selectorsOf(app: App, { properties }: Resource): string[] {
  const values = (node: Node) => app.list([node]).join(' or ');
  const advanced = itemsAt(properties, 'AdvancedEventSelectors').map((selector) =>
    itemsAt(selector, 'FieldSelectors')
      .map((field) => {
        const rule = field
          .entries()
          .filter(([operator]) => operator !== 'Field')
          .map(([operator, value]) => `${operator === 'Equals' ? '' : `${operator} `}${values(value)}`)
          .join(' and ');
        const name = app.said(field.at('Field'));
        return ['eventCategory', 'resources.type'].includes(name)
          ? `${name === 'eventCategory' ? 0 : 1}${rule}`
          : `2${name} ${rule}`;
      })
      .sort()
      .map((text) => text.slice(1))
      .join(', '),
  );
  const basic = itemsAt(properties, 'EventSelectors').flatMap((selector) => [
    ...(app.said(selector.at('IncludeManagementEvents')) === 'false'
      ? []
      : [`Management, ${app.said(selector.at('ReadWriteType')) || 'All'}`]),
    ...itemsAt(selector, 'DataResources').map(
      (data) => `Data, ${app.said(data.at('Type'))}, ${app.list(data.at('Values')).join(' or ')}`,
    ),
  ]);
  const found = [...advanced, ...basic];
  return found.length > 0 ? sorted(found) : ['Management'];
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
function logGroupsOf(app: App, agent: Agent, networks: readonly Resource[], others: readonly Resource[]): Resource[] {
  const byNetwork = app.model.view(flowLogsByNetwork);
  const byOwner = app.model.view(logGroupsByOwner);
  const writers = [...networks.flatMap(({ id }) => byNetwork.get(id) ?? []), ...others];
  const written = writers.flatMap(({ properties }) =>
    LOG_PROPERTIES.flatMap((property) => app.mentioned(properties.at(property))),
  );
  const named = runtimesOf(agent).flatMap(({ id }) => byOwner.get(id) ?? []);
  return [...new Set([...written, ...named])].filter(({ type }) => type === 'AWS::Logs::LogGroup');
}

function flowLogsByNetwork(model: App['model']): Map<string, Resource[]> {
  return byMentioned(model, 'AWS::EC2::FlowLog', 'ResourceId');
}

/** Log groups by what their names mention: the group of a Runtime has its id in the name. */
function logGroupsByOwner(model: App['model']): Map<string, Resource[]> {
  return byMentioned(model, 'AWS::Logs::LogGroup', 'LogGroupName');
}

function byMentioned(model: App['model'], type: string, property: string): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of model.ofType(type)) {
    const texts = resource.properties.at(property).flatMap((node) => node.texts());
    for (const { value } of texts.filter(({ value: text }) => literalOf(text) === undefined)) {
      for (const part of value) {
        if (typeof part !== 'string' && part.kind === 'reference') {
          groups.set(part.resource, [...(groups.get(part.resource) ?? []), resource]);
        }
      }
    }
  }
  return groups;
}
