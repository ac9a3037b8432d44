import { entryTypeOf } from '../facts/entry-types';
import type { Resource } from './assembly';
import type { Edge, NodeId } from './edge';
import type { TemplateModel } from './template-model';
import type { Model } from './model';
import { printed } from './printed-text';
import { reach } from './reach';
import { stateMachines, statesOf } from './state-machine';
import type { Case, Text } from './text';
import { textsBelow } from './texts-below';

/** A resource that sends what it receives to a host outside of the app. */
export interface OutsideHost {
  readonly resource: Resource;
  readonly url: string;
  readonly target: Case<Text>;
}

/**
 * The resources that send to hosts outside of the app (API destinations, subscriptions, integrations), by the target
 * properties in the entry table.
 */
function outsideHosts(model: TemplateModel): readonly OutsideHost[] {
  return model.view(collect);
}

/** Edges that pass data on unchanged. A function or a state machine may process it. */
const PASSING_ON = ['starts', 'sends to', 'feeds', 'delivers to', 'is'] as const;

/** The hosts outside of the app that data of a role is sent to, each with the first edge to it. */
export function hostsFrom(model: TemplateModel, role: NodeId): readonly (OutsideHost & { readonly first: Edge })[] {
  const hosts = outsideHosts(model);
  const ways = hosts.length === 0 ? [] : reach(model).from(role, PASSING_ON);
  return hosts.flatMap((host) => {
    const way = ways.find(
      ({ end, edges }) =>
        end === host.resource.id && edges.slice(1).every(({ from }) => !runsCode(model.resource(from)?.type)),
    );
    return way ? [{ ...host, first: way.edges[0] }] : [];
  });
}

const runsCode = (type = ''): boolean => entryTypeOf(type)?.kind === 'compute';

/** The hosts that state machines call. */
function calledByMachines(model: TemplateModel): OutsideHost[] {
  return stateMachines(model).flatMap(({ resource, flow }) =>
    (flow ? statesOf(flow) : [])
      .flatMap(({ call }) => (call?.api === 'http:invoke' ? call.arguments : []))
      .flatMap((node) => node.at('ApiEndpoint'))
      .flatMap((node) => node.texts())
      .filter(({ value }) => isOutside(model, value))
      .map((target) => ({ resource, url: printed(target.value), target })),
  );
}

function collect(model: TemplateModel): OutsideHost[] {
  return [...calledByMachines(model), ...hostsInProperties(model)];
}

function hostsInProperties(model: TemplateModel): OutsideHost[] {
  return model.resources.flatMap((resource) => {
    const entry = entryTypeOf(resource.type);
    if (!entry || !entry.reaches.some((what) => /HTTP|MCP/.test(what))) {
      return [];
    }
    const heads = entry.properties.map((path) => path.split('.')[0]);
    const targets = Object.keys(resource.raw.Properties ?? {})
      .filter((key) => heads.some((head) => isOf(head, key)))
      .flatMap((key) => resource.properties.at(key))
      .flatMap((node) => textsBelow(node));
    return targets
      .filter(({ value }) => isOutside(model, value))
      .map((target) => ({ resource, url: printed(target.value), target }));
  });
}

/** Names of properties in the table may begin or end with a wildcard. */
const isOf = (pattern: string, key: string): boolean =>
  pattern.startsWith('*')
    ? key.endsWith(pattern.slice(1))
    : pattern.endsWith('*')
      ? key.startsWith(pattern.slice(0, -1))
      : key === pattern;

/** Endpoints of AWS services are judged as actions of roles. Endpoints that customers create can belong to anybody. */
const OF_A_SERVICE = /^https?:\/\/(?:[a-z0-9-]+\.){1,3}(?:amazonaws\.com(?:\.cn)?|api\.aws)(?:[/:]|$)/;
const OF_CUSTOMERS = /\.(?:execute-api|elb|s3|s3-website|compute|lambda-url)[.-]/;

/** Whether a text is the URL of a host that belongs neither to AWS nor to the app. */
export function isOutside(model: Model, text: Text): boolean {
  const [first] = text;
  const known = typeof first === 'string' && /^https?:\/\//.test(first) ? first : undefined;
  return (
    known !== undefined &&
    !(OF_A_SERVICE.test(known) && !OF_CUSTOMERS.test(known)) &&
    model.mentioned(text).length === 0
  );
}
