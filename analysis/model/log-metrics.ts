import { textKey } from './compose-text';
import type { Edge } from './edge';
import { contextOf } from '../policy/condition';
import type { Resource } from './assembly';
import { identities } from './identities';
import type { Model } from './model';
import type { Node } from './node';
import { addTo } from './list-map';

/**
 * The edges that metric filters make: a line in a log group can set off the alarms on metrics that are counted in the
 * log group, and on queries of it.
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */
export function logMetrics(model: Model): readonly Edge[] {
  return model.view(collect);
}

function collect(model: Model): Edge[] {
  return [...byMetric(model), ...byQuery(model), ...byRoles(model)];
}

/**
 * An agent that may put data of a metric sets off the alarms on it. The metrics of AWS are in namespaces of AWS, which
 * nobody else can write to.
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html (Namespace)
 */
function byRoles(model: Model): Edge[] {
  const known = identities(model);
  return model.ofType('AWS::CloudWatch::Alarm').flatMap((alarm) =>
    measured(alarm)
      .flatMap((node) => textsAt(node, 'Namespace'))
      .filter(([first]) => !(typeof first === 'string' && first.startsWith('AWS/')))
      .flatMap((space) => {
        const context = contextOf({ 'cloudwatch:namespace': space });
        return known.rolesOfAgents.filter((role) => known.may(role, PUT, ['*'], context).verdict !== 'no');
      })
      .map(({ id }) => ({ ...edge(alarm, alarm, alarm), from: id })),
  );
}

const PUT = 'cloudwatch:PutMetricData';

/** An alarm on a log query. */
function byQuery(model: Model): Edge[] {
  return model.ofType('AWS::CloudWatch::LogAlarm').flatMap((alarm) =>
    alarm.properties
      .at('ScheduledQueryConfiguration', 'LogGroupIdentifiers')
      .flatMap((list) => list.items())
      .flatMap((each) => each.texts())
      .flatMap(({ value }) => model.named(value, 'AWS::Logs::LogGroup'))
      .map(({ resource }) => edge(resource, alarm, alarm)),
  );
}

function byMetric(model: Model): Edge[] {
  const filters = model.ofType('AWS::Logs::MetricFilter');
  const alarms = new Map<string, Resource[]>();
  for (const alarm of filters.length > 0 ? model.ofType('AWS::CloudWatch::Alarm') : []) {
    for (const metric of measured(alarm).flatMap((node) => metricsOf(node, 'Namespace', 'MetricName'))) {
      addTo(alarms, metric, alarm);
    }
  }
  return filters.flatMap((filter) => {
    const { properties } = filter;
    const groups = textsAt(properties, 'LogGroupName').flatMap((text) => model.named(text, 'AWS::Logs::LogGroup'));
    const raised = properties
      .at('MetricTransformations')
      .flatMap((list) => list.items())
      .flatMap((each) => metricsOf(each, 'MetricNamespace', 'MetricName'))
      .flatMap((metric) => alarms.get(metric) ?? []);
    return groups.flatMap(({ resource }) => raised.map((alarm) => edge(resource, alarm, filter)));
  });
}

/** The metrics of an alarm: its own, or those of its expressions. */
function measured({ properties }: Resource): Node[] {
  const stats = properties
    .at('Metrics')
    .flatMap((list) => list.items())
    .flatMap((each) => each.at('MetricStat', 'Metric'));
  return [properties, ...stats];
}

function edge({ id }: Resource, alarm: Resource, by: Resource): Edge {
  const guard = by.guard.and(alarm.guard);
  return { from: id, to: alarm.id, kind: 'reports to', guard, certainty: 'maybe', because: by.properties.place };
}

/** The metrics that a node names, as keys. */
function metricsOf(node: Node, namespace: string, name: string): string[] {
  return textsAt(node, namespace).flatMap((space) =>
    textsAt(node, name).map((metric) => `${textKey(space)}\u0001${textKey(metric)}`),
  );
}

const textsAt = (node: Node, property: string) =>
  node.at(property).flatMap((each) => each.texts().map(({ value }) => value));
