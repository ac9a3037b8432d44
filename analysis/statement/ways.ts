import { entryTypeOf } from '../facts/entry-types';
import type { Resource } from '../model/assembly';
import type { NodeId } from '../model/edge';
import { identities, type Identity } from '../model/identities';
import { reach, type Path } from '../model/reach';
import type { Agent } from './agent';
import { type App, sortedBy } from './app';

/** Everything that leads to sessions of an agent. */
export interface Ways {
  readonly paths: readonly Path[];
  /** Functions, state machines, queues and builds on the way, ordered by id. */
  readonly steps: readonly Resource[];
  /** The roles that these work under. */
  readonly roles: readonly Identity[];
}

/** Follows what leads to an agent. Ways through the roles of the agent are its own reach, and not among them. */
export function waysTo(app: App, agent: Agent): Ways {
  const { model } = app;
  const own = new Set([...agent.sessionRoles, ...agent.executionRoles].map(({ id }) => id));
  const paths = reach(model)
    .into(agent.id)
    .filter(({ start, edges }) => !own.has(start) && !edges.some(({ to }) => own.has(to)));
  const leading = new Set(paths.map(({ start }) => start));
  const compute = new Set([agent.runtime, ...agent.endpoints].map(({ id }) => id));
  const steps = sortedBy(
    [...leading]
      .flatMap((node) => model.resource(node) ?? [])
      .filter(({ id, type }) => !compute.has(id) && isStep(type)),
    ({ id }) => id,
  );
  const stepIds = new Set(steps.map(({ id }) => id));
  return {
    paths,
    steps,
    roles: identities(model).all.filter(({ runs }) => runs.some(({ resource }) => stepIds.has(resource.id))),
  };
}

/** Types that start something by themselves: an event, a time, a request. */
export function isTrigger(type: string | undefined): boolean {
  const kind = entryTypeOf(type ?? '')?.kind;
  return (
    kind === 'public' ||
    kind === 'time' ||
    (kind === 'service event' && type !== 'AWS::S3::Bucket') ||
    (kind === 'mapping' && !PASSES_ON.test(type!))
  );
}

/** Mappings that only connect what keeps messages with what takes them. */
const PASSES_ON = /^AWS::(?:Lambda::|SNS::Subscription$|Pipes::Pipe$|ApiGatewayV2::Integration$|Events::Archive$)/;

function isStep(type: string): boolean {
  const kind = entryTypeOf(type)?.kind;
  return (
    kind === 'compute' ||
    kind === 'alias' ||
    type === 'AWS::S3::Bucket' ||
    type === 'AWS::Pipes::Pipe' ||
    (kind === 'holder' && !/::EventBus$/.test(type))
  );
}

/** The nodes of a way that people know: steps, and the principal that starts the session. */
export function wayOf(app: App, { edges }: Path): string[] {
  const nodes = edges.map(({ to }) => to);
  const agentAt = nodes.findIndex((node) => node.startsWith('agent '));
  const before = agentAt < 0 ? nodes : nodes.slice(0, agentAt);
  return before.flatMap((node, index) => {
    const resource = app.model.resource(node);
    const isLast = index === before.length - 1;
    if (!resource) {
      return isLast ? [nodeName(app, node)] : [];
    }
    return isLast || isStep(resource.type) || isTrigger(resource.type) ? [app.nameOf(resource)] : [];
  });
}

/** The name of a node of a way. */
export function nodeName(app: App, node: NodeId): string {
  const resource = app.model.resource(node.replace(/^agent /, ''));
  if (node.startsWith('agent ')) {
    return `sessions of ${resource ? app.nameOf(resource) : node.slice('agent '.length)}`;
  }
  const identity = identities(app.model).byName(node);
  return resource ? app.nameOf(resource) : identity ? app.text(identity.arn) : node;
}
