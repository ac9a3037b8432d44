import { listOf, objectOf, type Source } from '../../lib/security/statement/source';
import type { Starter, Trigger } from '../../analysis/statement/statement';
import type { Card } from './picture-facts';
import { kindOf, resourceName, serviceName, shortPath } from './words';

/** What starts turns: an event, a schedule, a request. */
export function triggerCard({ name, type, when }: Trigger, source: Source): Card {
  if (type === 'schedule') {
    return { service: 'EventBridge Scheduler', kind: 'events', name: shortPath(name), notes: [when] };
  }
  const pattern = patternOf(when);
  if (!pattern) {
    return { service: type, kind: 'events', name: shortPath(name), notes: [when] };
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
      ...pattern.resources.map((resource) => resourceName(resource, source) ?? 'any'),
      ...pattern.details.map(([key, values]) => `${key}: ${values.join(', ')}`),
    ].map((note) => shortReferences(note)),
  };
}

/** A principal that is no part of the workflow: a role of a pipeline, people. */
export function starterCard({ principal, assumedBy, may }: Starter): Card {
  const by = assumedBy.filter(({ effect }) => effect === 'allow').map((trust) => trust.principal);
  return {
    service: 'IAM role',
    kind: 'security',
    name: shortPath(principal),
    notes: [...(by.length ? [`assumed by ${by.join(', ')}`] : []), `may ${may.join(', ')}`],
  };
}

function patternOf(when: string) {
  let parsed: unknown;
  try {
    parsed = JSON.parse(when.replace(/ \(disabled\)$/, ''));
  } catch {
    return undefined;
  }
  const pattern = objectOf(parsed);
  const texts = (value: unknown) => listOf(value).filter((entry): entry is string => typeof entry === 'string');
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
  return Object.entries(objectOf(value)).flatMap(([key, inner]) =>
    leaves(inner, ['value', 'name'].includes(key) && name ? name : key),
  );
}

function shortReferences(text: string): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, name: string) => shortPath(name));
}
