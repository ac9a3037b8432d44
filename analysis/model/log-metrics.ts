import { textKey } from './compose-text';
import type { Edge } from './edge';
import type { Resource } from './assembly';
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
  return [...byMetric(model), ...byQuery(model)];
}

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
    const { properties } = alarm;
    const stats = properties
      .at('Metrics')
      .flatMap((list) => list.items())
      .flatMap((each) => each.at('MetricStat', 'Metric'));
    for (const metric of [properties, ...stats].flatMap((node) => metricsOf(node, 'Namespace', 'MetricName'))) {
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
