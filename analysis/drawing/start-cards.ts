import { isObject } from '../model/json';
import type { Starter, Trigger } from '../statement/statement';
import { type Card, SIGNS } from './facts';
import { kindOf, resourceName, serviceName, shortPath } from './words';

/** What starts turns: an event, a schedule, a request. */
export function triggerCard({ name, type, when }: Trigger): Card {
  if (type === 'schedule') {
    return { service: 'EventBridge Scheduler', kind: 'events', name: shortPath(name), notes: [when] };
  }
  const pattern = patternOf(when);
  if (!pattern) {
    return { service: type, kind: 'events', name: shortPath(name), notes: [shortReferences(when)] };
  }
  const [from = 'events'] = pattern.source;
  const prefix = from.replace(/^aws\./, '');
  const service = from.startsWith('aws.') ? serviceName(prefix) : from;
  return {
    service,
    kind: from.startsWith('aws.') ? kindOf(prefix) : 'events',
    // Types of events begin with the service, which the card says already.
    name: pattern.types.map((text) => text.replace(`${service} `, '')).join(', ') || shortPath(name),
    notes: [
      ...pattern.resources.map((resource) => resourceName(resource) ?? 'any'),
      ...pattern.details.map(([key, values]) => `${key}: ${values.join(', ')}`),
    ].map(shortReferences),
  };
}

/** A principal that is no part of the workflow: a role of a pipeline, people. */
export function starterCard({ principal, assumedBy, may, certain = true }: Starter): Card {
  const by = assumedBy.filter(({ effect }) => effect === 'allow').map((trust) => trust.principal);
  return {
    service: 'IAM',
    kind: 'security',
    name: shortPath(principal),
    notes: [
      ...(by.length ? [`assumed by ${by.map(shortReferences).join(', ')}`] : []),
      `may ${may.join(', ')}`,
      ...(certain ? [] : [`${SIGNS.warn} not certain`]),
    ],
  };
}

function patternOf(when: string) {
  let pattern: unknown;
  try {
    pattern = JSON.parse(when.replace(/ \(disabled\)$/, ''));
  } catch {
    return undefined;
  }
  if (!isObject(pattern)) {
    return undefined;
  }
  const texts = (value: unknown) =>
    Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
  return {
    source: texts(pattern.source),
    types: texts(pattern['detail-type']),
    resources: texts(pattern.resources),
    details: leaves(pattern.detail, ''),
  };
}

/** The plain values that a pattern asks for, by the last name of their path. */
function leaves(value: unknown, name: string): [string, string[]][] {
  if (Array.isArray(value)) {
    const texts = value.filter((entry) => typeof entry !== 'object').map(String);
    return texts.length ? [[name, texts]] : [];
  }
  return isObject(value)
    ? Object.entries(value).flatMap(([key, inner]) =>
        leaves(inner, ['value', 'name'].includes(key) && name ? name : key),
      )
    : [];
}

function shortReferences(text: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) =>
    name.startsWith('AWS::') ? name.slice('AWS::'.length) : shortPath(name),
  );
}
